"""What a poll takes from the store and leaves there: due sources, leases, fingerprints, the source's row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from aggregator.core import hosts
from aggregator.core.hosts import TOGETHER, Refusal
from aggregator.model import (
    Failed,
    Fetched,
    Outcome,
    SourceHealth,
    SourceState,
    Trouble,
    Unchanged,
    Validators,
)
from aggregator.store import codec, leases
from aggregator.store.facts import insert_for
from aggregator.store.schema import AnyRow, Instant, entries, polls, sources, subscriptions

LEASE = timedelta(minutes=30)  # longer than a slow host takes for one take's worth of its sources
HISTORY = timedelta(days=7)
PER_HOST = 100  # sources of one host in one take: a big host can't starve the rest
_KNOWN_AT_LEAST = 40  # fingerprints
_group = lru_cache(maxsize=4096)(hosts.group)


@dataclass(frozen=True, slots=True)
class Take:
    """Which sources to take: due ones, or (everything) each one; none that was polled since ``began``."""

    now: datetime
    began: datetime  # of the cycle
    everything: bool = False
    limit: int = 2000
    lease: timedelta = LEASE
    pushed: frozenset[int] = frozenset()  # ids of sources whose hubs have sent their news: due as well


def take_due(connection: Connection, take: Take) -> tuple[SourceState, ...]:
    """Lease sources for one poll each, hosts taking turns. Needs a write transaction.

    A source that another process holds is passed over (on PostgreSQL without waiting for it), so
    that two cycles at once poll each source once.
    """
    turn = func.row_number().over(partition_by=sources.c.host, order_by=(sources.c.next_poll, sources.c.id))
    ranked = select(sources.c.id, turn.label("turn")).where(*_takeable(take)).subquery()
    chosen = (
        select(ranked.c.id)
        .where(ranked.c.turn <= PER_HOST)
        .order_by(ranked.c.turn, ranked.c.id)
        .limit(take.limit)
    )
    # Asked again of the row under its lock: another process may have taken it since it was ranked.
    free = select(sources.c.id).where(sources.c.id.in_(chosen), *_takeable(take))
    lease = (
        update(sources)
        .where(sources.c.id.in_(free.with_for_update(skip_locked=True)))
        .values(leased_until=take.now + take.lease, leased_by=leases.me())
        .returning(*_STATE)
    )
    return tuple(_state(row) for row in connection.execute(lease))


def count_due(connection: Connection, take: Take) -> int:
    """How many sources a cycle would take."""
    return connection.scalar(select(func.count()).select_from(sources).where(*_takeable(take))) or 0


def count_unread(connection: Connection, take: Take) -> int:
    """How many of them were never read: each brings a whole feed of new entries."""
    unread = select(func.count()).select_from(sources).where(*_takeable(take), sources.c.rhythm == "")
    return connection.scalar(unread) or 0


def _takeable(take: Take) -> list[ColumnElement[bool]]:
    conditions = [
        sources.c.retired.is_(None),
        or_(sources.c.leased_until.is_(None), sources.c.leased_until < take.now),
        or_(sources.c.polled_at.is_(None), sources.c.polled_at < take.began),
    ]
    if not take.everything:
        due = sources.c.next_poll <= take.began
        news = sources.c.id.in_(take.pushed) & sources.c.next_poll.is_not(None)
        conditions.append(due | news if take.pushed else due)
    return conditions


_TRUSTED = (
    select(subscriptions.c.lease_ends)
    .where(subscriptions.c.source_id == sources.c.id, subscriptions.c.trusted.is_(True))
    .scalar_subquery()
    .label("push_until")
)
_STATE = (
    sources.c.id,
    sources.c.slug,
    sources.c.request_url,
    sources.c.etag,
    sources.c.last_modified,
    sources.c.body_hash,
    sources.c.validated_url,
    sources.c.failures,
    sources.c.last_ok,
    sources.c.leased_until,
    sources.c.rhythm,
    sources.c.standing,
    _TRUSTED,
)


def _state(row: AnyRow) -> SourceState:
    return SourceState(
        id=row.id,
        slug=row.slug,
        url=row.request_url,
        validators=Validators(row.etag, row.last_modified, row.body_hash, row.validated_url),
        failures=row.failures,
        last_ok=row.last_ok,
        leased_until=row.leased_until,
        push_until=row.push_until,
        **codec.load_rhythm(row.rhythm),
        **codec.load_standing(row.standing),
    )


def free_dead(connection: Connection) -> int:
    """Free the leases of processes of this machine that have ended; returns how many owners were dead."""
    owners = connection.scalars(
        select(sources.c.leased_by).where(sources.c.leased_by.is_not(None)).distinct()
    )
    dead = [owner for owner in owners if owner is not None and leases.is_dead(owner)]
    if dead:
        _free(connection, sources.c.leased_by.in_(dead))
    return len(dead)


def free_mine(connection: Connection, source_ids: Collection[int]) -> None:
    """Give back leases that were not used."""
    _free(connection, (sources.c.leased_by == leases.me()) & sources.c.id.in_(source_ids))


def _free(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(sources).where(which).values(leased_until=None, leased_by=None))


def known(connection: Connection, states: Sequence[SourceState]) -> dict[int, dict[str, bytes]]:
    """The fingerprints of each source's newest entries by their keys: twice as many as it sent last.

    Read off the index entries_known alone, whatever the number of stored entries.
    """
    found: dict[int, dict[str, bytes]] = {state.id: {} for state in states}
    enough = max([2 * state.entries_last_time for state in states] + [_KNOWN_AT_LEAST])
    older = entries.alias("older")
    oldest = (
        select(older.c.id)
        .where(older.c.source_id == sources.c.id)
        .order_by(older.c.id.desc())
        .offset(enough)
        .limit(1)
        .scalar_subquery()
    )
    newest = (
        select(entries.c.source_id, entries.c.key, entries.c.fingerprint)
        .join(sources, sources.c.id == entries.c.source_id)
        .where(sources.c.id.in_(list(found)), entries.c.id > func.coalesce(oldest, 0))
    )
    for source_id, key, fingerprint in connection.execute(newest):
        found[source_id][key] = fingerprint
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """What a poll brought, for its row."""

    new: int = 0
    changed: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A source whose lease is still the one it was polled under."""

    slug: str
    url: str  # as configured
    first: bool  # it was never read before
    well: bool  # its last poll succeeded
    health: SourceHealth  # OK, FAILING or PAUSED: a postponement is no failure
    standing: str  # codec.load_standing


def held(connection: Connection, outcomes: Sequence[Outcome]) -> dict[int, Held]:
    """Those sources, by id, whose lease was not lost since; locked until the transaction ends."""
    wanted = {outcome.source_id: outcome.leased_until for outcome in outcomes}
    rows = connection.execute(
        select(
            sources.c.id,
            sources.c.slug,
            sources.c.url,
            sources.c.rhythm,
            sources.c.leased_until,
            sources.c.last_ok,
            sources.c.last_error,
            sources.c.failures,
            sources.c.polled_at,
            sources.c.next_poll,
            sources.c.standing,
        )
        .where(sources.c.id.in_(list(wanted)))
        .order_by(sources.c.id)
        .with_for_update()
    )
    return {row.id: _held(row) for row in rows if row.leased_until == wanted[row.id]}


def _held(row: AnyRow) -> Held:
    if row.polled_at is not None and row.next_poll is None:
        health = SourceHealth.PAUSED
    else:
        health = SourceHealth.FAILING if row.failures else SourceHealth.OK
    return Held(
        slug=row.slug,
        url=row.url,
        first=not row.rhythm,
        well=row.last_ok is not None and row.last_error is None,
        health=health,
        standing=row.standing,
    )


def front_moved(outcome: Outcome, before: Held, brought: Counted) -> bool:
    """Whether the front page shows something else of a source than before its poll."""
    return not before.well or isinstance(outcome.result, Failed) or bool(brought.new or brought.changed)


def record(connection: Connection, outcomes: Sequence[Outcome], counted: Mapping[int, Counted]) -> None:
    """Write the sources' rows and their history; the leases end."""
    read = [_row(outcome) | _read_row(outcome, counted) for outcome in outcomes if outcome.processed]
    other = [_row(outcome) for outcome in outcomes if not outcome.processed]
    if read:
        connection.execute(_RECORD_READ, read)
    if other:
        connection.execute(_RECORD, other)
    # A clock that was set back may bring the same instant twice.
    history = insert_for(connection)(polls).on_conflict_do_nothing()
    connection.execute(history, [_history(outcome, counted) for outcome in outcomes])
    ids = [outcome.source_id for outcome in outcomes]
    oldest = max(outcome.polled_at for outcome in outcomes) - HISTORY
    connection.execute(delete(polls).where(polls.c.source_id.in_(ids), polls.c.at < oldest))
    _pause_hosts(connection, outcomes)


_ROW = (
    "request_url",
    "host",
    "etag",
    "last_modified",
    "body_hash",
    "validated_url",
    "standing",
    "failures",
    "last_ok",
    "last_error",
    "polled_at",
    "next_poll",
    "why_then",
)
_RECORD = (
    update(sources)
    .where(sources.c.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in _ROW} | {"leased_until": None, "leased_by": None})
)
_RECORD_READ = _RECORD.values(
    info=bindparam("new_info"),
    rhythm=bindparam("new_rhythm"),
    entries=sources.c.entries + bindparam("more"),
)


def _row(outcome: Outcome) -> dict[str, Any]:
    after = outcome.after
    validators = after.validators
    return {
        "this": outcome.source_id,
        "new_request_url": after.url,
        "new_host": _group(after.url),
        "new_etag": validators.etag,
        "new_last_modified": validators.last_modified,
        "new_body_hash": validators.body_hash,
        "new_validated_url": validators.url,
        "new_standing": codec.dump_standing(after),
        "new_failures": after.failures,
        "new_last_ok": after.last_ok,
        "new_last_error": outcome.result.why if isinstance(outcome.result, Failed) else None,
        "new_polled_at": outcome.polled_at,
        "new_next_poll": outcome.next_poll,
        "new_why_then": outcome.why_then,
    }


def _read_row(outcome: Outcome, counted: Mapping[int, Counted]) -> dict[str, Any]:
    if outcome.processed is None:
        return {}
    return {
        "new_info": codec.dump_info(outcome.processed.info),
        "new_rhythm": codec.dump_rhythm(outcome.after),
        "more": counted.get(outcome.source_id, Counted()).new,
    }


def _history(outcome: Outcome, counted: Mapping[int, Counted]) -> dict[str, Any]:
    brought = counted.get(outcome.source_id, Counted())
    match outcome.result:
        case Fetched():
            what = "pushed" if outcome.pushed else "fetched"
        case Unchanged():
            what = "unchanged"
        case Failed(trouble=trouble):
            what = trouble.value
    return {
        "source_id": outcome.source_id,
        "at": outcome.polled_at,
        "outcome": what,
        "ms": outcome.duration // timedelta(milliseconds=1),
        "bytes": outcome.size,
        "new": brought.new,
        "changed": brought.changed,
    }


def _pause_hosts(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Leave a host alone as a whole where two of its sources were just refused (core.hosts.pause_until)."""
    refused = {
        outcome.source_id: outcome
        for outcome in outcomes
        if isinstance(outcome.result, Failed) and outcome.result.trouble is Trouble.REFUSED
    }
    if not refused:
        return
    groups = {_group(outcome.after.url) for outcome in refused.values()}
    now = max(outcome.polled_at for outcome in refused.values())
    lately = (
        select(polls.c.source_id, sources.c.request_url, polls.c.at)
        .join(sources, sources.c.id == polls.c.source_id)
        .where(
            sources.c.host.in_(groups),
            polls.c.outcome == Trouble.REFUSED.value,
            polls.c.at > now - 2 * TOGETHER,
        )
    )
    refusals = [
        Refusal(source_id, url, at, _retry_at(refused.get(source_id)))
        for source_id, url, at in connection.execute(lately)
    ]
    pauses = [
        {"group": group, "until": until}
        for group in sorted(groups)
        if (until := hosts.pause_until(group, refusals, now)) is not None
    ]
    if pauses:
        connection.execute(_PAUSE, pauses)


_PAUSE = (
    update(sources)
    .where(
        sources.c.host == bindparam("group"),
        sources.c.host_pause.is_(True),
        sources.c.next_poll < bindparam("until", type_=Instant),
    )
    .values(
        next_poll=bindparam("until", type_=Instant),
        why_then="its host is refusing requests: all of it is left alone",
    )
)


def _retry_at(outcome: Outcome | None) -> datetime | None:
    return None if outcome is None else outcome.result.hints.retry_at
