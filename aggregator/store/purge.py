"""Retention: what is old enough goes, and does not come back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from aggregator.store import facts
from aggregator.store.members import raise_revisions
from aggregator.store.schema import (
    bands,
    disclosures,
    entries,
    raw_entries,
    sketches,
    sources,
    tags,
    topic_entries,
)

AT_ONCE = 500  # entries in one transaction

_BLANK: dict[str, Any] = {
    "gone": True,
    "title": "",
    "author": None,
    "section": None,
    "summary": "",
    "html": "",
    "url": None,
    "rights": None,
    "licence": None,
    "extras": "[[],[]]",
}


def purge(connection: Connection, before: datetime) -> int:
    """Purge the oldest entries that were first seen before an instant, a batch of them.

    Their rows stay, blank: source, key and fingerprint are what keeps them from coming back.
    Returns how many were purged; entries are numbered as they come, so it goes on where it was.
    """
    last = int(facts.get(connection, facts.PURGED) or 0)
    oldest = select(entries.c.id, entries.c.source_id, entries.c.first_seen).where(entries.c.id > last)
    rows = connection.execute(oldest.order_by(entries.c.id).limit(AT_ONCE)).all()
    old = [row for row in rows if row.first_seen < before]
    if not old:
        return 0
    ids = [row.id for row in old]
    _withdraw(connection, ids)
    for table in (raw_entries, tags, disclosures, sketches, bands):
        connection.execute(delete(table).where(table.c.entry_id.in_(ids)))
    connection.execute(update(entries).where(entries.c.id.in_(ids)).values(_BLANK))
    less = Counter(row.source_id for row in old)
    connection.execute(_FEWER, [{"this": key, "less": number} for key, number in less.items()])
    facts.put(connection, facts.PURGED, str(ids[-1]))
    facts.raise_front(connection)
    return len(old)


_FEWER = (
    update(sources)
    .where(sources.c.id == bindparam("this"))
    .values(entries=sources.c.entries - bindparam("less"))
)


def _withdraw(connection: Connection, ids: list[int]) -> None:
    """Take entries out of their topics, and have those published anew."""
    held = connection.scalars(select(topic_entries.c.slug).where(topic_entries.c.entry_id.in_(ids)))
    less = Counter(held)
    connection.execute(delete(topic_entries).where(topic_entries.c.entry_id.in_(ids)))
    raise_revisions(connection, {slug: -number for slug, number in less.items()})
