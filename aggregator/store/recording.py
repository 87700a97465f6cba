"""What a poll leaves in the store besides entries: the source's row, its history, its host's pause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import Insert

from aggregator.core import hosts
from aggregator.core.hosts import TOGETHER, Refusal
from aggregator.model import Failed, Fetched, Outcome, SourceHealth, Trouble, Unchanged
from aggregator.store import bulk, codec
from aggregator.store.facts import insert_for
from aggregator.store.schema import Instant, polls, sources

HISTORY = timedelta(days=7)


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
    request_url: str  # as it was asked
    standing: str  # codec.load_standing
    first: bool  # it was never read before
    well: bool  # its last poll succeeded
    health: SourceHealth  # OK, FAILING or PAUSED: a postponement is no failure


def held(connection: Connection, outcomes: Sequence[Outcome]) -> dict[int, Held]:
    """Those sources, by id, whose lease was not lost since; locked until the transaction ends."""
    wanted = {outcome.source_id: outcome.leased_until for outcome in outcomes}
    rows = connection.execute(
        _HELD.where(sources.c.id.in_(list(wanted))).order_by(sources.c.id).with_for_update()
    )
    return {
        key: Held(slug, url, asked, standing, first, well, _health(failures, paused))
        for key, leased_until, failures, paused, slug, url, asked, standing, first, well in rows
        if leased_until == wanted[key]
    }


_HELD = select(
    sources.c.id,
    sources.c.leased_until,
    sources.c.failures,
    sources.c.polled_at.is_not(None) & sources.c.next_poll.is_(None),
    sources.c.slug,
    sources.c.url,
    sources.c.request_url,
    sources.c.standing,
    sources.c.rhythm == "",
    sources.c.last_ok.is_not(None) & sources.c.last_error.is_(None),
)


def _health(failures: int, paused: bool) -> SourceHealth:
    if paused:
        return SourceHealth.PAUSED
    return SourceHealth.FAILING if failures else SourceHealth.OK


def front_moved(outcome: Outcome, before: Held, brought: Counted) -> bool:
    """Whether the front page shows something else of a source than before its poll."""
    return not before.well or isinstance(outcome.result, Failed) or bool(brought.new or brought.changed)


def record(
    connection: Connection,
    outcomes: Sequence[Outcome],
    before: Mapping[int, Held],
    counted: Mapping[int, Counted],
) -> None:
    """Write the sources' rows and their history; the leases end."""
    read = [_row(outcome) | _read_row(outcome, counted) for outcome in outcomes if outcome.processed]
    other = [_row(outcome) for outcome in outcomes if not outcome.processed]
    bulk.execute(connection, _RECORD_READ, read)
    bulk.execute(connection, _RECORD, other)
    moved = [_moved_row(one) for one in outcomes if one.after.url != before[one.source_id].request_url]
    if moved:
        connection.execute(_MOVE, moved)
    history = [_history(outcome, counted) for outcome in outcomes]
    bulk.execute(connection, _into_history(insert_for(connection)), history)
    ids = [outcome.source_id for outcome in outcomes]
    oldest = max(outcome.polled_at for outcome in outcomes) - HISTORY
    connection.execute(delete(polls).where(polls.c.source_id.in_(ids), polls.c.at < oldest))
    _pause_hosts(connection, outcomes)


_ROW = (
    *("etag", "last_modified", "body_hash", "validated_url", "standing", "failures"),
    *("last_ok", "last_error", "polled_at", "next_poll", "why_then"),
)
_RECORD = (
    update(sources)
    .where(sources.c.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in _ROW} | {"leased_until": None, "leased_by": None})
)
_MOVE = (
    update(sources)
    .where(sources.c.id == bindparam("this"))
    .values(request_url=bindparam("new_url"), host=bindparam("new_host"))
)
_RECORD_READ = _RECORD.values(
    info=bindparam("new_info"),
    rhythm=bindparam("new_rhythm"),
    entries=sources.c.entries + bindparam("more"),
)


@cache
def _into_history(insert: Callable[[Table], Insert]) -> Insert:
    # A clock that was set back may bring the same instant twice.
    return insert(polls).on_conflict_do_nothing()


def _row(outcome: Outcome) -> dict[str, Any]:
    after = outcome.after
    validators = after.validators
    return {
        "this": outcome.source_id,
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


def _moved_row(outcome: Outcome) -> dict[str, Any]:
    url = outcome.after.url
    return {"this": outcome.source_id, "new_url": url, "new_host": hosts.group(url)}


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
    groups = {hosts.group(outcome.after.url) for outcome in refused.values()}
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
