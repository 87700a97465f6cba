"""Entries that older rules made, found newest first, and written again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, update

from aggregator.core.topics import TopicIndex
from aggregator.model import Packed
from aggregator.store import members, rows
from aggregator.store.apply import rewrite
from aggregator.store.chunks import chunks
from aggregator.store.entries import Sent, load_raw
from aggregator.store.schema import AnyRow, entries, sources

LOOKED_AT = 1000  # rows in one look


@dataclass(frozen=True, slots=True)
class Laggards:
    """Entries to derive again, and where the next look begins; 0: it was the last."""

    sent: dict[int, Sent]
    below: int


def newest_id(connection: Connection) -> int:
    """The id of the newest entry; 0: there is none."""
    return connection.scalar(select(func.max(entries.c.id))) or 0


def look(connection: Connection, below: int, most: int, versions: Callable[[str], str]) -> Laggards:
    """The newest laggards with ids of at most ``below``.

    versions takes a source's URL and returns what its rows should be stamped with.
    """
    wanted = (
        select(entries.c.id, entries.c.versions, entries.c.gone, sources.c.url)
        .join(sources, sources.c.id == entries.c.source_id)
        .where(entries.c.id <= below)
        .order_by(entries.c.id.desc())
        .limit(LOOKED_AT)
    )
    found: list[int] = []
    last = below + 1
    seen = 0
    for row in connection.execute(wanted):
        seen += 1
        if not row.gone and row.versions != versions(row.url):
            if len(found) == most:
                break
            found.append(row.id)
        last = row.id
    exhausted = seen < LOOKED_AT and len(found) < most
    return Laggards(load_raw(connection, found), 0 if exhausted else last - 1)


@dataclass(frozen=True, slots=True)
class Derived:
    """An entry derived again."""

    entry_id: int
    source_slug: str
    packed: Packed


def store(connection: Connection, derived: Sequence[Derived], index: TopicIndex) -> frozenset[str]:
    """Write entries derived again; returns the topics touched.

    ``changed`` and ``since`` stay: it is our rules that moved, not the source. What came out as
    before is stamped with its new versions and touches nothing.
    """
    stored = {}
    for chunk in chunks([one.entry_id for one in derived]):
        wanted = select(
            entries.c.id,
            entries.c.story_id,
            entries.c.since,
            entries.c.fingerprint,
            entries.c.article_hash,
            entries.c.facts_hash,
        ).where(entries.c.id.in_(chunk), entries.c.gone.is_(False))
        stored.update({row.id: row for row in connection.execute(wanted.with_for_update())})
    # What the source sent anew since it was read has been derived by the same rules already.
    kept = [
        one
        for one in derived
        if one.entry_id in stored and stored[one.entry_id].fingerprint == one.packed.fingerprint
    ]
    if not kept:
        return frozenset()
    stamps = [{"this": one.entry_id, "now": one.packed.columns["versions"]} for one in kept]
    connection.execute(_STAMP, stamps)
    altered = [one for one in kept if _differs(one.packed, stored[one.entry_id])]
    rewrite(connection, [(one.entry_id, one.packed) for one in altered])
    return members.place(connection, [_member(one, stored[one.entry_id]) for one in altered], index)


_STAMP = update(entries).where(entries.c.id == bindparam("this")).values(versions=bindparam("now"))


def _differs(packed: Packed, row: AnyRow) -> bool:
    return (row.article_hash, row.facts_hash) != (packed.article_hash, packed.facts_hash)


def _member(one: Derived, row: AnyRow) -> members.Member:
    facts = rows.facts_of(one.packed, one.source_slug)
    return members.Member(one.entry_id, row.story_id, row.since, facts, new=False)
