"""What a topic's feed shows: its newest stories, one item each, led by the best entry that matches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from aggregator.model import Entry, Link, Story
from aggregator.store import entries as stored
from aggregator.store.chunks import chunks
from aggregator.store.rows import believed
from aggregator.store.schema import entries, sources, stories, topic_entries, topics

_ENTRIES_A_STORY = 4  # looked at first; more only where stories have more copies


@dataclass(frozen=True, slots=True)
class Head:
    """What the store knows of a topic besides its entries."""

    slug: str
    feed_id: str
    revision: int
    entries: int
    since: datetime  # when feeds.yaml first named it


@dataclass(frozen=True, slots=True)
class _Item:
    """A story as a topic shows it, still without its text."""

    story_id: int
    public_id: str
    since: datetime
    lead: int
    also: tuple[Link, ...]


def heads(connection: Connection) -> dict[str, Head]:
    """Every topic of feeds.yaml, by slug."""
    wanted = select(topics.c.slug, topics.c.feed_id, topics.c.revision, topics.c.entries, topics.c.since)
    rows = connection.execute(wanted.where(topics.c.retired.is_(False)))
    return {row.slug: Head(row.slug, row.feed_id, row.revision, row.entries, row.since) for row in rows}


def newest(connection: Connection, slug: str, limit: int) -> tuple[Story, ...]:
    """A topic's newest stories, newest first.

    A story stands where its first matching entry stood, so that a later copy moves nothing. It is
    led by the matching entry of the best source (rank), then the earliest.
    """
    items = _items(connection, slug, _newest_story_ids(connection, slug, limit))[:limit]
    leads = stored.load(connection, [item.lead for item in items])
    return tuple(_story(item, leads[item.lead]) for item in items)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a feed shows a story."""

    lead: int  # the entry in whose words
    lead_url: str | None
    lead_source: str  # its name


def shown(connection: Connection, slug: str, limit: int, public_id: str) -> Shown | None:
    """How a topic's feed shows a story now; None: it is not among its newest."""
    items = _items(connection, slug, _newest_story_ids(connection, slug, limit))[:limit]
    lead = next((item.lead for item in items if item.public_id == public_id), None)
    if lead is None:
        return None
    wanted = select(entries.c.url, sources.c.name).join(sources, sources.c.id == entries.c.source_id)
    row = connection.execute(wanted.where(entries.c.id == lead)).one()
    return Shown(lead, row.url, row.name)


def _story(item: _Item, lead: Entry) -> Story:
    published = believed(lead.article.published, lead.first_seen)
    return Story(item.story_id, item.public_id, lead, published, lead.changed, item.also)


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


def _items(connection: Connection, slug: str, story_ids: Sequence[int]) -> list[_Item]:
    """The stories in the order of their feed."""
    members: defaultdict[int, list[Any]] = defaultdict(list)
    for chunk in chunks(story_ids):
        for row in connection.execute(_members_of(slug, chunk)):
            members[row.story_id].append(row)
    items = [(_item(rows), max(row.id for row in rows if row.mine is not None)) for rows in members.values()]
    items.sort(key=lambda pair: (pair[0].since, pair[1]), reverse=True)
    return [item for item, _ in items]


def _members_of(slug: str, story_ids: Sequence[int]) -> Any:
    """Every entry of these stories; ``mine`` is NULL for those outside of the topic."""
    return (
        select(
            entries.c.id,
            entries.c.story_id,
            entries.c.since,
            entries.c.url,
            entries.c.title,
            sources.c.name,
            sources.c.rank,
            stories.c.public_id,
            topic_entries.c.entry_id.label("mine"),
        )
        .join(sources, sources.c.id == entries.c.source_id)
        .join(stories, stories.c.id == entries.c.story_id)
        .outerjoin(topic_entries, (topic_entries.c.entry_id == entries.c.id) & (topic_entries.c.slug == slug))
        .where(entries.c.story_id.in_(story_ids), entries.c.gone.is_(False))
    )


def _item(rows: Sequence[Any]) -> _Item:
    if len(rows) == 1:  # as most
        (row,) = rows
        return _Item(row.story_id, row.public_id, row.since, row.id, ())
    mine = [row for row in rows if row.mine is not None]
    lead = min(mine, key=lambda row: (row.rank, row.since, row.id))
    others = sorted((row for row in rows if row.id != lead.id), key=lambda row: (row.rank, row.since, row.id))
    also = {row.url: Link(row.url, row.title, row.name) for row in others if row.url and row.url != lead.url}
    since = min(row.since for row in mine)
    return _Item(lead.story_id, lead.public_id, since, lead.id, tuple(also.values()))
