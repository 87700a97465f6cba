"""Topics: kept in line with feeds.yaml, and filled by asking the database what they ask of an entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, assert_never

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    update,
)

from aggregator.core.expr import (
    And,
    Anything,
    Company,
    Expr,
    FromSource,
    Kind,
    Language,
    Not,
    Or,
    Primary,
    to_text,
)
from aggregator.core.identity import tag_uri
from aggregator.core.topics import CompiledTopic, TopicIndex
from aggregator.model import Item, Topic, TopicSummary
from aggregator.store import codec
from aggregator.store.entries import load
from aggregator.store.feeds import last_changed
from aggregator.store.members import raise_revisions
from aggregator.store.schema import disclosures, entries, sources, tags, topic_entries, topics


def sync(
    connection: Connection, index: TopicIndex, authority: str, now: datetime
) -> tuple[CompiledTopic, ...]:
    """Bring the rows in line with feeds.yaml; returns the topics to be filled anew.

    A topic that is no longer named loses its members but keeps its feed id, should it come back.
    """
    stored = {row.slug: row for row in connection.execute(select(topics))}
    named = {one.topic.slug: one for one in index.topics}
    new = [_new_row(slug, authority, now) for slug in named if slug not in stored]
    if new:
        connection.execute(insert(topics), new)
    retired = [slug for slug, row in stored.items() if slug not in named and not row.retired]
    if retired:
        connection.execute(delete(topic_entries).where(topic_entries.c.slug.in_(retired)))
        gone = update(topics).where(topics.c.slug.in_(retired))
        connection.execute(gone.values(retired=True, expression="", entries=0))
    return tuple(
        one
        for slug, one in named.items()
        if slug not in stored or stored[slug].expression != to_text(one.expr)
    )


def _new_row(slug: str, authority: str, now: datetime) -> dict[str, object]:
    feed_id = tag_uri(authority, now.date(), f"feeds/{slug}")
    return {
        "slug": slug,
        "expression": "",
        "revision": 0,
        "entries": 0,
        "feed_id": feed_id,
        "since": now,
        "shown": "[]",
        "retired": False,
    }


def fill(connection: Connection, compiled: Sequence[CompiledTopic]) -> None:
    """Decide the membership of every stored entry in these topics, in the database itself."""
    for one in compiled:
        _fill(connection, one)


def _fill(connection: Connection, compiled: CompiledTopic) -> None:
    """Members that stay keep their place; the topic's revision rises."""
    slug = compiled.topic.slug
    matching = _matching(compiled.expr)
    mine = topic_entries.c.slug == slug
    connection.execute(delete(topic_entries).where(mine, topic_entries.c.entry_id.not_in(matching)))
    come = select(literal(slug), entries.c.id, entries.c.since, entries.c.story_id).where(
        entries.c.id.in_(matching),
        entries.c.gone.is_(False),
        entries.c.id.not_in(select(topic_entries.c.entry_id).where(mine)),
    )
    connection.execute(insert(topic_entries).from_select(["slug", "entry_id", "since", "story_id"], come))
    held = select(func.count()).select_from(topic_entries).where(mine).scalar_subquery()
    decided = update(topics).where(topics.c.slug == slug)
    connection.execute(decided.values(expression=to_text(compiled.expr), retired=False, entries=held))
    raise_revisions(connection, {slug: 0})


def _matching(expr: Expr) -> Select[int]:
    """The ids of the entries for which an expression holds, by the narrowest way there is.

    What companies decide alone is read off ``tags``, whose rows are small and sorted by company.
    """
    match expr:
        case Company(slug):
            return select(tags.c.entry_id).where(tags.c.company == slug)
        case Primary(slug):
            return select(tags.c.entry_id).where(tags.c.company == slug, tags.c.is_primary.is_(True))
        case Kind(kind):
            return select(disclosures.c.entry_id).where(disclosures.c.kind == kind.value)
        case _:
            return select(entries.c.id).where(_condition(expr))


def _condition(expr: Expr) -> ColumnElement[bool]:
    """What the expression asks of a row of ``entries``; ``core.expr.matches`` in SQL."""
    match expr:
        case Anything():
            return true()
        case Company() | Primary() | Kind():
            return entries.c.id.in_(_matching(expr))
        case FromSource(slug):
            return entries.c.source_id.in_(select(sources.c.id).where(sources.c.slug == slug))
        case Language(tag):
            spoken = func.lower(func.coalesce(entries.c.language, "")) + "-"
            return spoken.like(f"{tag}-%")
        case And(parts):
            return and_(*(_condition(part) for part in parts))
        case Or(parts):
            return or_(*(_condition(part) for part in parts))
        case Not(part):
            return not_(_condition(part))
        case _:
            assert_never(expr)


LATEST = 3  # stories that a summary shows


class Told(NamedTuple):
    """What a summary tells of a topic, its latest stories without their leads' texts."""

    slug: str
    revision: int
    entries: int
    updated: datetime | None
    latest: str  # codec.dump_shown, as last published


def told(connection: Connection) -> dict[str, Told]:
    """What the summaries of all topics of feeds.yaml tell, by slug."""
    columns = (topics.c.slug, topics.c.revision, topics.c.entries, topics.c.updated, topics.c.shown)
    rows = connection.execute(select(*columns).where(topics.c.retired.is_(False)))
    return {row[0]: Told._make(row) for row in rows.all()}


def summaries(
    connection: Connection, configured: Sequence[Topic], held: Mapping[str, Told], fresh: Collection[str]
) -> tuple[TopicSummary, ...]:
    """What each topic of feeds.yaml holds, in the file's order; the fresh ones with their latest stories."""
    shown = {slug: codec.load_shown(held[slug].latest) for slug in fresh if slug in held}
    leads = load(connection, {lead for several in shown.values() for lead, _ in several})
    return tuple(
        TopicSummary(
            topic,
            held[topic.slug].entries if topic.slug in held else 0,
            held[topic.slug].updated if topic.slug in held else None,
            tuple(make(leads[lead]) for lead, make in shown.get(topic.slug, ()) if lead in leads),
        )
        for topic in configured
    )


def record_shown(connection: Connection, shown: Mapping[str, Sequence[Item]]) -> None:
    """Remember what was published of these topics, for their summaries."""
    rows = [
        {
            "s": slug,
            "at": last_changed(items),
            "first": codec.dump_shown(items[:LATEST]),
        }
        for slug, items in shown.items()
    ]
    connection.execute(_RECORD_SHOWN, rows)


_RECORD_SHOWN = (
    update(topics)
    .where(topics.c.slug == bindparam("s"))
    .values(updated=bindparam("at"), shown=bindparam("first"))
)
