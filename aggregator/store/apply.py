"""What polls brought, written in one transaction: all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    select,
    update,
)

from aggregator.core.identity import tag_uri
from aggregator.core.topics import TopicIndex
from aggregator.model import Changes, Outcome, Packed
from aggregator.store import again, bulk, facts, health, members, recording, rows, stories, subscriptions
from aggregator.store.chunks import chunks, of_sources
from aggregator.store.recording import Counted, Held
from aggregator.store.schema import AnyRow, disclosures, entries, entry_ids, raw_entries, tags

# An entry that has changed this often (a clock, a counter in its text) is shown anew once a day.
RESTLESS = 10
RESTS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Sent:
    """One entry that a poll brought."""

    source_id: int
    source: Held
    entry: Packed
    at: datetime


@dataclass(frozen=True, slots=True)
class _New:
    """An entry not stored so far."""

    id: int
    sent: _Sent

    @property
    def published(self) -> datetime:
        """When it was published, as far as it can be believed."""
        return rows.believed(rows.published(self.sent.entry), self.sent.at)

    @property
    def since(self) -> datetime:
        """Its place in every feed: when it was first seen; of a new source's archive, when published."""
        return min(self.published, self.sent.at) if self.sent.source.first else self.sent.at


def apply(connection: Connection, outcomes: Sequence[Outcome], index: TopicIndex, authority: str) -> Changes:
    """Write polls: entries, tags, disclosures, stories, membership, revisions, the sources' rows.

    A source whose lease was lost since is left out altogether. An entry whose article, tags and
    disclosures are as stored touches no topic. authority is whose tag: URIs are minted.
    """
    sources = recording.held(connection, outcomes)
    outcomes = [outcome for outcome in outcomes if outcome.source_id in sources]
    if not outcomes:
        return Changes()
    sent = {(one.source_id, one.entry.key): one for outcome in outcomes for one in _sent(outcome, sources)}
    # Of a source that was never read before, nothing can be stored.
    stored = _stored(connection, [key for key, one in sent.items() if not one.source.first])
    outcomes = _recognised(connection, outcomes, sources, sent, stored)
    new = _numbered(connection, [one for key, one in sent.items() if key not in stored])
    known = [(stored[key], one) for key, one in sent.items() if key in stored and not stored[key].gone]
    altered = _altered(known)
    placed = _insert(connection, new, authority) + _update(connection, known, altered)
    touched = members.place(connection, placed, index) if placed else frozenset()
    counted = _counted(new, altered)
    recording.record(connection, outcomes, sources, counted)
    health.record(connection, outcomes, sources)
    subscriptions.record(connection, outcomes, {key: one.new for key, one in counted.items()})
    if any(
        recording.front_moved(one, sources[one.source_id], counted.get(one.source_id, Counted()))
        for one in outcomes
    ):
        facts.raise_front(connection)
    return Changes(len(new), len(altered), touched)


def _recognised(
    connection: Connection,
    outcomes: Sequence[Outcome],
    sources: Mapping[int, Held],
    sent: Mapping[tuple[int, str], _Sent],
    stored: dict[tuple[int, str], AnyRow],
) -> list[Outcome]:
    """Take what has come again under new ids for what it is; the sources' remarks tell of it."""
    unknown = {
        outcome.source_id: fresh
        for outcome in outcomes
        if outcome.processed is not None
        and not sources[outcome.source_id].first
        and (fresh := [one for one in outcome.entries if (outcome.source_id, one.key) not in stored])
    }
    if not unknown:
        return list(outcomes)
    keys = {one.source_id: one.processed.keys for one in outcomes if one.processed is not None}
    renamed = again.rename(connection, unknown, keys)
    if not renamed:
        return list(outcomes)
    stored.update(_stored(connection, renamed))
    return [_remarked(outcome, sum(key == outcome.source_id for key, _ in renamed)) for outcome in outcomes]


def _remarked(outcome: Outcome, renamed: int) -> Outcome:
    if not renamed or outcome.processed is None:
        return outcome
    info = outcome.processed.info
    remark = f"entries that came under new ids, told by link and title: {renamed}"
    processed = replace(outcome.processed, info=replace(info, remarks=(*info.remarks, remark)))
    return replace(outcome, processed=processed)


def _sent(outcome: Outcome, sources: Mapping[int, Held]) -> Iterable[_Sent]:
    for entry in outcome.entries:
        yield _Sent(outcome.source_id, sources[outcome.source_id], entry, outcome.polled_at)


def _stored(connection: Connection, keys: list[tuple[int, str]]) -> dict[tuple[int, str], AnyRow]:
    """What is stored of these entries (index entries_identity)."""
    found: dict[tuple[int, str], AnyRow] = {}
    for asked in of_sources(keys):
        wanted = select(
            entries.c.id,
            entries.c.source_id,
            entries.c.key,
            entries.c.story_id,
            entries.c.since,
            entries.c.changed,
            entries.c.changes,
            entries.c.article_hash,
            entries.c.facts_hash,
            entries.c.gone,
        ).join_from(asked, entries, _same_entry(asked))
        found.update({(row.source_id, row.key): row for row in connection.execute(wanted)})
    return found


def _same_entry(asked: CTE) -> ColumnElement[bool]:
    return (entries.c.source_id == asked.c.source_id) & (entries.c.key == asked.c.value)


def _numbered(connection: Connection, sent: list[_Sent]) -> list[_New]:
    """Give new entries their ids. A feed begins with its newest, which gets the highest."""
    if not sent:
        return []
    if connection.dialect.name == "postgresql":
        series = select(entry_ids.next_value()).select_from(func.generate_series(1, len(sent)))
        ids = sorted(connection.scalars(series))
    else:
        # Nobody else writes in this transaction, and no entry is ever deleted.
        last = connection.scalar(select(func.max(entries.c.id))) or 0
        ids = list(range(last + 1, last + 1 + len(sent)))
    return [_New(number, one) for number, one in zip(ids, reversed(sent), strict=True)]


def _altered(known: Sequence[tuple[AnyRow, _Sent]]) -> list[tuple[AnyRow, _Sent]]:
    """Those of which something shown has changed, but for what changes all the time."""
    return [
        (row, one)
        for row, one in known
        if (row.article_hash, row.facts_hash) != (one.entry.article_hash, one.entry.facts_hash)
        and not (row.changes >= RESTLESS and one.at - row.changed < RESTS)
    ]


def _insert(connection: Connection, new: Sequence[_New], authority: str) -> list[members.Member]:
    if not new:
        return []
    story_of = stories.assign(connection, [_newcomer(one, authority) for one in new])
    bulk.insert(connection, entries, [_entry_row(one, story_of[one.id]) for one in new])
    packed = [(one.id, one.sent.entry) for one in new]
    bulk.insert(connection, raw_entries, rows.raw_rows(packed))
    write_facts(connection, packed)
    return [
        members.Member(
            one.id, story_of[one.id], one.since, rows.facts_of(one.sent.entry, one.sent.source.slug), new=True
        )
        for one in new
    ]


def _newcomer(one: _New, authority: str) -> stories.Newcomer:
    # Made of what names the entry, so that a store built anew mints the same id again.
    named = f"{one.sent.source.url}\n{one.sent.entry.key}".encode("utf-8", "backslashreplace")
    specific = f"story/{blake2b(named, digest_size=12).hexdigest()}"
    public_id = tag_uri(authority, one.published.date(), specific)
    return stories.Newcomer(
        one.id, public_id, one.sent.entry.sketch, one.sent.entry.bands, one.published, one.sent.at
    )


def _entry_row(one: _New, story_id: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "source_id": one.sent.source_id,
        "key": one.sent.entry.key,
        "first_seen": one.sent.at,
        "changed": one.sent.at,
        "since": one.since,
        "story_id": story_id,
        "gone": False,
        "changes": 0,
        **rows.entry_columns(one.sent.entry),
    }


def write_facts(connection: Connection, packed: Sequence[tuple[int, Packed]]) -> None:
    """Write the tags and disclosures of entries that have none."""
    bulk.insert(connection, tags, rows.tag_rows(packed))
    bulk.insert(connection, disclosures, rows.disclosure_rows(packed))


def _update(
    connection: Connection, known: Sequence[tuple[AnyRow, _Sent]], altered: Sequence[tuple[AnyRow, _Sent]]
) -> list[members.Member]:
    if not known:
        return []
    packed = [(row.id, one.entry) for row, one in known]
    connection.execute(_SENT_AGAIN, [{"this": key, "print": entry.fingerprint} for key, entry in packed])
    connection.execute(_RAW, [{"this": one["entry_id"], "sent": one["raw"]} for one in rows.raw_rows(packed)])
    rewrite(connection, [(row.id, one.entry) for row, one in altered])
    if altered:
        connection.execute(_CHANGED, [{"this": row.id, "at": one.at} for row, one in altered])
    return [
        members.Member(row.id, row.story_id, row.since, rows.facts_of(one.entry, one.source.slug), new=False)
        for row, one in altered
    ]


_SENT_AGAIN = update(entries).where(entries.c.id == bindparam("this")).values(fingerprint=bindparam("print"))
_RAW = update(raw_entries).where(raw_entries.c.entry_id == bindparam("this")).values(raw=bindparam("sent"))
_CHANGED = (
    update(entries)
    .where(entries.c.id == bindparam("this"))
    .values(changed=bindparam("at"), changes=entries.c.changes + 1)
)


def rewrite(connection: Connection, packed: Sequence[tuple[int, Packed]]) -> None:
    """Write what is shown of stored entries anew: article, tags, disclosures, versions."""
    if not packed:
        return
    columns = [
        {"this": key} | {f"new_{k}": v for k, v in rows.entry_columns(entry).items()} for key, entry in packed
    ]
    names = [name.removeprefix("new_") for name in columns[0] if name != "this"]
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    connection.execute(update(entries).where(entries.c.id == bindparam("this")).values(values), columns)
    these = [key for key, _ in packed]
    for chunk in chunks(these):
        connection.execute(delete(tags).where(tags.c.entry_id.in_(chunk)))
        connection.execute(delete(disclosures).where(disclosures.c.entry_id.in_(chunk)))
    write_facts(connection, packed)


def _counted(new: Iterable[_New], altered: Iterable[tuple[AnyRow, _Sent]]) -> dict[int, Counted]:
    come = Counter(one.sent.source_id for one in new)
    changed = Counter(one.source_id for _, one in altered)
    return {key: Counted(come[key], changed[key]) for key in come.keys() | changed.keys()}
