"""Sources: kept in line with feeds.yaml, and told about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from aggregator.core import hosts, urls
from aggregator.model import Settings, Source, SourceHealth, SourceStatus
from aggregator.store import codec, subscriptions
from aggregator.store.schema import AnyRow, entries, sources

NEVER_POLLED = "it has not been polled yet"
AGAIN = "feeds.yaml names it again"
REPLANNED = "its interval was changed"


def sync(connection: Connection, configured: Sequence[Source], settings: Settings, now: datetime) -> None:
    """Bring the rows in line with feeds.yaml: by URL, new ones due at once.

    One that is no longer named is retired: no longer polled, its entries stay. One that is named
    again goes on where it was. A changed interval changes the time of the next poll.
    """
    stored = {row.url: row for row in connection.execute(_KEPT)}
    named = {source.url for source in configured}
    new = [source for source in configured if source.url not in stored]
    if new:
        connection.execute(insert(sources), [_new_row(source, settings, now) for source in new])
    changed = [
        values
        for source in configured
        if source.url in stored and (values := _changed_row(stored[source.url], source, settings, now))
    ]
    if changed:
        connection.execute(_CHANGE, changed)
    left = [row.id for row in stored.values() if row.url not in named and row.retired is None]
    if left:
        retire = update(sources).where(sources.c.id.in_(left)).values(retired=now)
        connection.execute(retire)
        subscriptions.leave(connection, left, now)


_KEPT = select(
    sources.c.id,
    sources.c.url,
    sources.c.slug,
    sources.c.name,
    sources.c.rank,
    sources.c.seconds,
    sources.c.host_pause,
    sources.c.retired,
    sources.c.failures,
    sources.c.polled_at,
    sources.c.next_poll,
    sources.c.why_then,
)
_CHANGED = ("slug", "name", "rank", "seconds", "host_pause", "retired", "next_poll", "why_then")
_CHANGE = (
    update(sources)
    .where(sources.c.id == bindparam("this"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)


def _configured(source: Source, settings: Settings) -> dict[str, Any]:
    interval = source.interval or settings.poll_interval
    return {
        "slug": source.slug,
        "name": source.name,
        "rank": source.rank,
        "seconds": interval.total_seconds(),
        "host_pause": source.host_pause,
    }


def _new_row(source: Source, settings: Settings, now: datetime) -> dict[str, Any]:
    return {
        **_configured(source, settings),
        "url": source.url,
        "request_url": source.url,
        "host": hosts.group(source.url),
        "info": "",
        "rhythm": "",
        "standing": "",
        "failures": 0,
        "next_poll": now,
        "why_then": NEVER_POLLED,
        "entries": 0,
    }


def _changed_row(row: AnyRow, source: Source, settings: Settings, now: datetime) -> dict[str, Any] | None:
    """What to write of a source that was known before; None: nothing."""
    values = _configured(source, settings)
    values |= {"retired": None, "next_poll": row.next_poll, "why_then": row.why_then}
    if row.retired is not None:
        values |= {"next_poll": now, "why_then": AGAIN}
    elif values["seconds"] != row.seconds and not row.failures and row.next_poll and row.polled_at:
        planned = row.polled_at + timedelta(seconds=values["seconds"])
        values |= {"next_poll": planned, "why_then": REPLANNED}
    if all(getattr(row, name) == values[name] for name in _CHANGED):
        return None
    return {"this": row.id} | {f"new_{name}": values[name] for name in _CHANGED}


def statuses(connection: Connection, configured: Sequence[Source]) -> tuple[SourceStatus, ...]:
    """How each source of feeds.yaml stands, in the file's order."""
    rows = {row.url: row for row in connection.execute(_STATUS)}
    words = subscriptions.words(connection)
    return tuple(_status(source, rows.get(source.url), words) for source in configured)


_STATUS = select(
    sources.c.id,
    sources.c.url,
    sources.c.info,
    sources.c.rhythm,
    sources.c.standing,
    sources.c.failures,
    sources.c.last_ok,
    sources.c.last_error,
    sources.c.polled_at,
    sources.c.next_poll,
    sources.c.why_then,
    sources.c.entries,
).where(sources.c.retired.is_(None))


def _status(source: Source, row: AnyRow | None, websub: Mapping[int, str]) -> SourceStatus:
    if row is None:
        return SourceStatus(
            source.slug,
            urls.public(source.url),
            source.name,
            SourceHealth.NEW,
            last_success=None,
            next_poll=None,
            why_then=NEVER_POLLED,
            entries=0,
            error=None,
            failing_since=None,
            newest_entry=None,
        )
    standing = codec.load_standing(row.standing)
    newest = codec.load_rhythm(row.rhythm).get("newest_entries", ())
    info = codec.load_info(row.info)
    return SourceStatus(
        source.slug,
        urls.public(source.url),
        source.name,
        _health(row, standing),
        last_success=row.last_ok,
        next_poll=row.next_poll,
        why_then=row.why_then,
        entries=row.entries,
        error=row.last_error,
        failing_since=standing.get("failing_since"),
        newest_entry=newest[0] if newest else None,
        remarks=info.remarks if info else (),
        websub=websub.get(row.id),
    )


def _health(row: AnyRow, standing: Mapping[str, Any]) -> SourceHealth:
    if row.polled_at is None:
        return SourceHealth.NEW
    if row.next_poll is None:
        return SourceHealth.PAUSED
    if standing.get("refusals"):
        return SourceHealth.POSTPONED
    return SourceHealth.FAILING if row.failures else SourceHealth.OK


def spread_overdue(
    connection: Connection, now: datetime, first_poll: Callable[[str, datetime, int], datetime]
) -> int:
    """Plan anew what came due during a long stop; returns how many sources moved.

    first_poll takes a source's URL, the instant at which it was due and how many are overdue.
    """
    waiting = sources.c.retired.is_(None) & (sources.c.next_poll <= now) & sources.c.polled_at.is_not(None)
    due = connection.execute(select(sources.c.id, sources.c.url, sources.c.next_poll).where(waiting)).all()
    moved = [
        {"this": row.id, "then": then}
        for row in due
        if (then := first_poll(row.url, row.next_poll, len(due))) != row.next_poll
    ]
    if moved:
        plan = update(sources).where(sources.c.id == bindparam("this")).values(next_poll=bindparam("then"))
        connection.execute(plan, moved)
    return len(moved)


def count_entries(connection: Connection) -> int:
    """How many entries are stored and not purged."""
    return connection.scalar(select(func.count()).where(entries.c.gone.is_(False))) or 0
