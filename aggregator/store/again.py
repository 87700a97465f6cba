"""Entries that come again under another id: the rows that they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from aggregator.core.identity import Sighting, come_again
from aggregator.model import Packed
from aggregator.store import rows
from aggregator.store.chunks import of_sources
from aggregator.store.schema import entries


def rename(
    connection: Connection, unknown: Mapping[int, Sequence[Packed]], keys: Mapping[int, Collection[str]]
) -> list[tuple[int, str]]:
    """Give stored entries the new keys under which they were sent; returns these, by source.

    unknown are the entries that were sent and are stored under no key of their own, keys those of all
    that each source's document held. core.identity.come_again tells which are known all the same.
    Costs a statement (index entries_url), and another where there are any.
    """
    stored = _with_same_links(connection, unknown)
    changes = [
        (source_id, new, old)
        for source_id, fresh in unknown.items()
        for new, old in come_again(
            [_sighting(one) for one in fresh], stored[source_id], keys[source_id]
        ).items()
    ]
    if changes:
        connection.execute(_RENAME, [{"this": this, "new": new, "old": old} for this, new, old in changes])
    return [(source_id, new) for source_id, new, _ in changes]


_RENAME = (
    update(entries)
    .where(entries.c.source_id == bindparam("this"), entries.c.key == bindparam("old"))
    .values(key=bindparam("new"))
)


def _sighting(packed: Packed) -> Sighting:
    return Sighting(
        packed.key, str(packed.columns["url"] or ""), str(packed.columns["title"]), rows.published(packed)
    )


def _with_same_links(
    connection: Connection, unknown: Mapping[int, Sequence[Packed]]
) -> dict[int, list[Sighting]]:
    """The entries of the same sources that stand under the links of these, oldest first."""
    links = [
        (source_id, str(one.columns["url"]))
        for source_id, fresh in unknown.items()
        for one in fresh
        if one.columns["url"]
    ]
    found: dict[int, list[Sighting]] = defaultdict(list)
    for asked in of_sources(list(dict.fromkeys(links))):
        # "+ 0": by the index of links. That of sources leads to all that one has ever sent.
        same = (entries.c.url == asked.c.value) & (entries.c.source_id + 0 == asked.c.source_id)
        wanted = select(
            entries.c.source_id, entries.c.key, entries.c.url, entries.c.title, entries.c.published
        ).join_from(asked, entries, same)
        for row in connection.execute(wanted.order_by(entries.c.id)):
            found[row.source_id].append(Sighting(row.key, row.url, row.title, row.published))
    return found
