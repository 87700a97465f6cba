"""Which entries are in which topics, and which topics a change touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from aggregator.core import topics as core
from aggregator.core.expr import Facts
from aggregator.core.topics import TopicIndex
from aggregator.store import bulk
from aggregator.store.chunks import chunks
from aggregator.store.schema import entries, topic_entries, topics


@dataclass(frozen=True, slots=True)
class Member:
    """An entry that is new, or of which something shown has changed."""

    entry_id: int
    story_id: int
    since: datetime
    facts: Facts
    new: bool


def place(connection: Connection, members: Sequence[Member], index: TopicIndex) -> frozenset[str]:
    """Put entries into the topics they belong to and out of the others; returns the topics touched.

    Touched are the topics that an entry is or was in, and those that show another entry of its
    story. The revision of each rises by one.
    """
    before = _memberships(connection, [one.entry_id for one in members if not one.new])
    after = {(slug, one.entry_id) for one in members for slug in _slugs(index, one.facts)}
    gone, come = before - after, after - before
    if gone:
        connection.execute(_REMOVE, [{"s": slug, "e": entry_id} for slug, entry_id in sorted(gone)])
    if come:
        by_id = {one.entry_id: one for one in members}
        bulk.insert(connection, topic_entries, [_row(slug, by_id[key]) for slug, key in sorted(come)])
    touched = {slug for slug, _ in before | after}
    touched |= _showing(
        connection, {one.story_id for one in members if one.story_id != one.entry_id or not one.new}
    )
    more = Counter(slug for slug, _ in come)
    more.subtract(slug for slug, _ in gone)
    raise_revisions(connection, {slug: more[slug] for slug in touched})
    return frozenset(touched)


_REMOVE = delete(topic_entries).where(
    topic_entries.c.slug == bindparam("s"), topic_entries.c.entry_id == bindparam("e")
)


def _row(slug: str, member: Member) -> Mapping[str, object]:
    return {"slug": slug, "entry_id": member.entry_id, "since": member.since, "story_id": member.story_id}


def _slugs(index: TopicIndex, facts: Facts) -> list[str]:
    likely = core.candidates(index, facts.companies)
    return [one.topic.slug for one in likely if core.in_topic(one, facts)]


def _memberships(connection: Connection, entry_ids: Sequence[int]) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    for chunk in chunks(entry_ids):
        wanted = select(topic_entries.c.slug, topic_entries.c.entry_id).where(
            topic_entries.c.entry_id.in_(chunk)
        )
        found.update((slug, entry_id) for slug, entry_id in connection.execute(wanted))
    return found


def _showing(connection: Connection, story_ids: Collection[int]) -> set[str]:
    """The topics that hold an entry of these stories (indexes entries_story, topic_entries_entry)."""
    found: set[str] = set()
    for chunk in chunks(sorted(story_ids)):
        wanted = (
            select(topic_entries.c.slug)
            .join(entries, entries.c.id == topic_entries.c.entry_id)
            .where(entries.c.story_id.in_(chunk))
            .distinct()
        )
        found.update(connection.scalars(wanted))
    return found


def raise_revisions(connection: Connection, more: Mapping[str, int]) -> None:
    """Tell the publisher that what these topics show has changed; each holds so many entries more."""
    if not more:
        return
    for chunk in chunks(sorted(more)):
        # Locked in the order of their slugs, so that two writers never wait for each other.
        connection.execute(
            select(topics.c.slug).where(topics.c.slug.in_(chunk)).order_by(topics.c.slug).with_for_update()
        )
    connection.execute(_RAISE, [{"s": slug, "more": more[slug]} for slug in sorted(more)])


_RAISE = (
    update(topics)
    .where(topics.c.slug == bindparam("s"))
    .values(revision=topics.c.revision + 1, entries=topics.c.entries + bindparam("more"))
)
