"""What a topic's feed shows: its newest stories, one item each, led by the best entry that matches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from aggregator.model import Item, Link, Story
from aggregator.store import entries as stored
from aggregator.store.chunks import chunks
from aggregator.store.rows import believed
from aggregator.store.schema import AnyRow, entries, sources, stories, topic_entries, topics

_ENTRIES_A_STORY = 4  # looked at first; more only where stories have more copies


class Head(NamedTuple):
    """What the store knows of a topic besides its entries."""

    slug: str
    feed_id: str
    revision: int
    entries: int
    since: datetime  # when feeds.yaml first named it


def heads(connection: Connection, slugs: Sequence[str] | None = None) -> dict[str, Head]:
    """Every topic of feeds.yaml, or those few of them, by slug."""
    wanted = select(*(topics.c[name] for name in Head._fields)).where(topics.c.retired.is_(False))
    if slugs is not None:
        wanted = wanted.where(topics.c.slug.in_(slugs))
    return {row[0]: Head._make(row) for row in connection.execute(wanted).all()}


def newest(connection: Connection, slug: str, limit: int) -> list[Item]:
    """A topic's newest stories, newest first.

    A story stands where its first matching entry stood, so that a later copy moves nothing. It is
    led by the matching entry of the best source (rank), then the earliest.
    """
    found = _members(connection, slug, _newest_story_ids(connection, slug, limit))
    placed = sorted(map(_placed, found.values()), key=lambda one: (one.since, one.newest), reverse=True)
    return [_item(one) for one in placed[:limit]]


def last_changed(items: Sequence[Item]) -> datetime | None:
    """When the newest version of any of these stories came; None: there are none."""
    return max((item.updated for item in items), default=None)


def stories_of(connection: Connection, items: Sequence[Item]) -> tuple[Story, ...]:
    """The same stories with their leads' texts."""
    leads = stored.load(connection, [item.lead for item in items])
    return tuple(
        Story(item.story_id, item.public_id, leads[item.lead], item.published, item.updated, item.also)
        for item in items
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """How a feed shows a story."""

    lead: int  # the entry in whose words
    lead_url: str | None
    lead_source: str  # its name


def shown(connection: Connection, slug: str, limit: int, public_id: str) -> Shown | None:
    """How a topic's feed shows a story now; None: it is not among its newest."""
    items = newest(connection, slug, limit)
    lead = next((item.lead for item in items if item.public_id == public_id), None)
    if lead is None:
        return None
    wanted = select(entries.c.url, sources.c.name).join(sources, sources.c.id == entries.c.source_id)
    row = connection.execute(wanted.where(entries.c.id == lead)).one()
    return Shown(lead, row.url, row.name)


def _newest_story_ids(connection: Connection, slug: str, limit: int) -> list[int]:
    """The stories of a topic's newest entries, at least limit of them where there are (index alone)."""
    look = limit * _ENTRIES_A_STORY
    while True:
        wanted = (
            select(topic_entries.c.story_id)
            .where(topic_entries.c.slug == slug)
            .order_by(topic_entries.c.since.desc(), topic_entries.c.entry_id.desc())
            .limit(look)
        )
        found = connection.scalars(wanted).all()
        distinct = list(dict.fromkeys(found))
        if len(distinct) >= limit or len(found) < look:
            return distinct[: limit * 2]
        look *= 4


def _members(connection: Connection, slug: str, story_ids: Sequence[int]) -> Mapping[int, list[AnyRow]]:
    """The entries of each of these stories."""
    found: defaultdict[int, list[AnyRow]] = defaultdict(list)
    for chunk in chunks(story_ids):
        for row in connection.execute(_members_of(slug, chunk)):
            found[row.story_id].append(row)
    return found


def _members_of(slug: str, story_ids: Sequence[int]) -> Any:
    """Every entry of these stories; ``mine`` is NULL for those outside of the topic."""
    return (
        select(
            entries.c.id,
            entries.c.story_id,
            entries.c.since,
            entries.c.url,
            entries.c.title,
            entries.c.first_seen,
            entries.c.changed,
            entries.c.published,
            entries.c.article_hash,
            entries.c.facts_hash,
            sources.c.slug.label("source_slug"),
            sources.c.url.label("source_url"),
            sources.c.name,
            sources.c.info,
            sources.c.rank,
            stories.c.public_id,
            topic_entries.c.entry_id.label("mine"),
        )
        .join(sources, sources.c.id == entries.c.source_id)
        .join(stories, stories.c.id == entries.c.story_id)
        .outerjoin(topic_entries, (topic_entries.c.entry_id == entries.c.id) & (topic_entries.c.slug == slug))
        .where(entries.c.story_id.in_(story_ids), entries.c.gone.is_(False))
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A story and its place in a feed."""

    since: datetime
    newest: int  # of its matching entries
    lead: AnyRow
    entries: Sequence[AnyRow]


def _placed(rows: Sequence[AnyRow]) -> _Placed:
    mine = [row for row in rows if row.mine is not None]
    lead = min(mine, key=_rank) if len(mine) > 1 else mine[0]
    return _Placed(min(row.since for row in mine), max(row.id for row in mine), lead, rows)


def _rank(row: AnyRow) -> tuple[int, datetime, int]:
    return row.rank, row.since, row.id


def _also(story: _Placed) -> tuple[Link, ...]:
    """The other reports of a story, best first."""
    lead = story.lead
    others = sorted((row for row in story.entries if row.id != lead.id), key=_rank)
    also = {row.url: Link(row.url, row.title, row.name) for row in others if row.url and row.url != lead.url}
    return tuple(also.values())


def _item(story: _Placed) -> Item:
    lead, also = story.lead, _also(story)
    published = believed(lead.published, lead.first_seen)
    shown = (
        (lead.id, lead.article_hash, lead.facts_hash, published, lead.changed),
        (lead.source_slug, lead.source_url, lead.name, lead.info),
        (lead.public_id, also),
    )
    fingerprint = blake2b(repr(shown).encode("utf-8", "backslashreplace"), digest_size=16).digest()
    return Item(lead.story_id, lead.public_id, lead.id, published, lead.changed, also, fingerprint)
