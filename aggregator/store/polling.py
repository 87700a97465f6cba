"""What a poll takes from the store: due sources under a lease, and the fingerprints it knows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Integer,
    bindparam,
    func,
    or_,
    select,
    update,
)

from aggregator.model import (
    SourceState,
    Validators,
)
from aggregator.store import codec, leases
from aggregator.store.schema import AnyRow, Instant, entries, sources, subscriptions

LEASE = timedelta(minutes=30)  # longer than a slow host takes for one take's worth of its sources
PER_HOST = 100  # sources of one host in one take: a big host can't starve the rest
_KNOWN_AT_LEAST = 40  # fingerprints


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
    values = _given(take) | {"until": take.now + take.lease, "me": leases.me(), "most": take.limit}
    rows = connection.execute(_lease(take.everything, bool(take.pushed)), values)
    return tuple(_state(row) for row in rows)


@cache
def _lease(everything: bool, pushed: bool) -> Executable:
    takeable = _takeable(everything, pushed)
    turn = func.row_number().over(partition_by=sources.c.host, order_by=(sources.c.next_poll, sources.c.id))
    ranked = select(sources.c.id, turn.label("turn")).where(*takeable).subquery()
    chosen = (
        select(ranked.c.id)
        .where(ranked.c.turn <= PER_HOST)
        .order_by(ranked.c.turn, ranked.c.id)
        .limit(bindparam("most", type_=Integer))
    )
    # Asked again of the row under its lock: another process may have taken it since it was ranked.
    free = select(sources.c.id).where(sources.c.id.in_(chosen), *takeable)
    return (
        update(sources)
        .where(sources.c.id.in_(free.with_for_update(skip_locked=True)))
        .values(leased_until=bindparam("until"), leased_by=bindparam("me"))
        .returning(*_STATE)
    )


def count_due(connection: Connection, take: Take) -> int:
    """How many sources a cycle would take."""
    return _count(connection, take)


def count_unread(connection: Connection, take: Take) -> int:
    """How many of them were never read: each brings a whole feed of new entries."""
    return _count(connection, take, sources.c.rhythm == "")


def _count(connection: Connection, take: Take, *more: ColumnElement[bool]) -> int:
    which = (*_takeable(take.everything, bool(take.pushed)), *more)
    return connection.scalar(select(func.count()).select_from(sources).where(*which), _given(take)) or 0


def _takeable(everything: bool, pushed: bool) -> list[ColumnElement[bool]]:
    """Which sources may be taken, by the values that ``_given`` gives."""
    now, began = bindparam("now", type_=Instant), bindparam("began", type_=Instant)
    conditions = [
        sources.c.retired.is_(None),
        or_(sources.c.leased_until.is_(None), sources.c.leased_until < now),
        or_(sources.c.polled_at.is_(None), sources.c.polled_at < began),
    ]
    if not everything:
        due = sources.c.next_poll <= began
        news = sources.c.id.in_(bindparam("pushed", expanding=True)) & sources.c.next_poll.is_not(None)
        conditions.append(due | news if pushed else due)
    return conditions


def _given(take: Take) -> dict[str, object]:
    values: dict[str, object] = {"now": take.now, "began": take.began}
    return values | {"pushed": list(take.pushed)} if take.pushed and not take.everything else values


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
    # Unpacked at once: asking a row for each column by name costs more than reading it.
    key, slug, url, etag, modified, body, validated, failures, last_ok, leased, rhythm, standing, until = row
    return SourceState(
        id=key,
        slug=slug,
        url=url,
        validators=Validators(etag, modified, body, validated),
        failures=failures,
        last_ok=last_ok,
        leased_until=leased,
        push_until=until,
        **codec.load_rhythm(rhythm),
        **codec.load_standing(standing),
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
