"""When a source is asked next, and why then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise

from aggregator.core.hints import LONGEST
from aggregator.model import (
    Failed,
    FeedInfo,
    FetchResult,
    Hints,
    ProcessedFeed,
    Settings,
    Source,
    SourceState,
    Trouble,
)

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)
_NOTHING = timedelta()

# How many of the latest entries tell a source's rhythm, and how few say nothing of it.
_RHYTHM_OF = 20
_RHYTHM_FROM = 3
# A source is asked this often in the time that usually lies between two of its entries.
_POLLS_PER_GAP = 4
# How much longer than the poll_interval a slow source waits where the operator says nothing.
_SLOWEST = 8
# The part of a wait that a source's own place in the crowd adds: it keeps equal intervals apart.
_STABLE_JITTER = 0.05
# A 304 is doubted after this many usual gaps, and never within the first days of silence.
_SILENT_GAPS = 8
_SILENT_AT_LEAST = timedelta(days=2)
# At start-up, how close together overdue sources are asked.
_START_STEP = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When a source is asked next; None: not before the operator acts. ``why`` is for people."""

    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class _Wait:
    """A time to wait, and why that long."""

    span: timedelta
    why: str


def next_poll(
    source: Source,
    state: SourceState,
    result: FetchResult,
    processed: ProcessedFeed | None,
    settings: Settings,
    now: datetime,
    jitter: float,
) -> NextPoll:
    """When to ask a source again, after a poll that began with state and brought result.

    processed is None where no body was read. jitter is a fresh random number from 0 to 1: it
    spreads failures; successes are spread by the source's own place (``spread``).
    """
    interval = source.interval or settings.poll_interval
    if isinstance(result, Failed):
        return _after_failure(state, result, interval, now, jitter)
    info = None if processed is None else processed.info
    instants = processed.instants if processed is not None and processed.instants else state.newest_entries
    if source.interval is not None:
        own = _Wait(interval, "the interval set for it")
    else:
        slowest = settings.max_poll_interval or interval * _SLOWEST
        own = rhythm(instants, interval, max(slowest, interval), now)
        own = max(own, _told(state, settings, now), key=lambda one: one.span)
    wait = max((own, *_floors(state, result.hints, info, now)), key=lambda one: one.span)
    at = now + wait.span + spread(source.url, wait.span * _STABLE_JITTER)
    opened = outside_skipped(at, *_skips(state, info))
    if opened != at:
        return NextPoll(opened, "it asks not to be read at certain hours or on certain days")
    return NextPoll(at, wait.why)


def rhythm(instants: Sequence[datetime], shortest: timedelta, longest: timedelta, now: datetime) -> _Wait:
    """How long to wait by the gaps between a source's entries, between the bounds given.

    instants are newest first; those in the future don't count. A quarter of the usual gap, so
    that a new entry is seen early in the gap that follows it. Silence since the newest entry
    slows as well, or a source that died young would be asked for ever as if alive.
    """
    past = sorted((one for one in instants if one <= now), reverse=True)[:_RHYTHM_OF]
    if len(past) < _RHYTHM_FROM:
        return _Wait(shortest, "the usual interval")
    gap = usual_gap(past)
    silence = now - past[0]
    wanted = max(gap, silence / _RHYTHM_FROM) / _POLLS_PER_GAP
    if wanted <= shortest:
        return _Wait(shortest, "the usual interval; it publishes often")
    return _Wait(min(wanted, longest), f"it publishes about every {in_words(max(gap, silence / 3))}")


def _told(state: SourceState, settings: Settings, now: datetime) -> _Wait:
    """A day, for a source whose hub tells us of news; never longer than its subscription lasts."""
    if state.push_until is None:
        return _Wait(_NOTHING, "")
    longest = min(DAY, settings.max_poll_interval or DAY, state.push_until - now)
    return _Wait(longest, "its hub tells us of news (WebSub): asked in case it forgets")


def usual_gap(past: Sequence[datetime]) -> timedelta:
    """The median time between entries, newest first. Many at one instant count as one."""
    apart = sorted(later - earlier for later, earlier in pairwise(past) if later > earlier)
    if not apart:
        return _NOTHING
    return (apart[(len(apart) - 1) // 2] + apart[len(apart) // 2]) / 2


def _floors(state: SourceState, hints: Hints, info: FeedInfo | None, now: datetime) -> list[_Wait]:
    """What the source asks for at least, each capped at 7 days."""
    # A 304 stands for the stored response: what it doesn't say anew still holds (RFC 9111 §4.3.4).
    age = hints.max_age if info is not None or hints.max_age is not None else state.max_age
    ttl = info.ttl if info is not None else state.ttl
    asked = (
        (age, "the server says its answer stays fresh for"),
        (ttl, "the feed asks to be read no more often than every"),
        (hints.retry_at and hints.retry_at - now, "the server asks to be left alone for"),
    )
    floors = []
    for span, why in asked:
        if span:
            span = min(span, LONGEST)
            floors.append(_Wait(span, f"{why} {in_words(span)}"))
    return floors


def _skips(state: SourceState, info: FeedInfo | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if info is not None:
        return info.skip_hours, info.skip_days
    return state.skip_hours, state.skip_days


def outside_skipped(at: datetime, hours: Sequence[int], days: Sequence[int]) -> datetime:
    """The first instant from at on that lies in no skipped hour or day, UTC (RSS 2.0, skipHours).

    Monday is 0. The minute within the hour is kept, so that sources stay apart. Where
    everything is skipped, nothing is.
    """
    closed_hours = {hour % 24 for hour in hours}  # RSS 0.91 wrote midnight as 24
    closed_days = set(days)
    if not closed_hours and not closed_days:
        return at
    for ahead in range(24 * 7):
        moment = (at + ahead * _HOUR).astimezone(UTC)
        if moment.hour not in closed_hours and moment.weekday() not in closed_days:
            return moment
    return at


def _after_failure(
    state: SourceState, result: Failed, interval: timedelta, now: datetime, jitter: float
) -> NextPoll:
    asked = min(result.hints.retry_at - now, LONGEST) if result.hints.retry_at else _NOTHING
    match result.trouble:
        case Trouble.GONE:
            return NextPoll(None, "paused: the server says that it is gone for good (410)")
        case Trouble.REFUSED if asked > _NOTHING:
            span = max(asked, interval)
            at = now + span + jitter * interval * _STABLE_JITTER
            return NextPoll(at, f"the server asks to be left alone for {in_words(span)}")
        case Trouble.REFUSED:
            why = "postponed: the server is refusing requests"
            span = backed_off(interval, state.refusals + 1, DAY, jitter)
        case Trouble.MISSING:
            why = f"not found{_times(state.failures + 1)}: asked less and less often"
            span = backed_off(interval, 2 * (state.failures + 1), _longest(state, now), jitter)
        case _:
            why = f"failed{_times(state.failures + 1)}: tried again later each time"
            span = backed_off(interval, state.failures + 1, _longest(state, now), jitter)
    return NextPoll(now + max(span, asked), why)


def backed_off(interval: timedelta, doublings: int, longest: timedelta, jitter: float) -> timedelta:
    """Between the interval and its double, its fourfold …: the longer, the more often it failed.

    Full jitter over that range, so that sources that fail together don't return together.
    Never shorter than the interval; never longer than longest unless the interval is.
    """
    # 2**20 intervals are beyond any cap; without the bound years of failing would overflow.
    reach = max(interval, min(interval * (1 << min(doublings, 20)), longest))
    return interval + (reach - interval) * min(max(jitter, 0.0), 1.0)


def _longest(state: SourceState, now: datetime) -> timedelta:
    """A day; two days for what has failed for a week. It is never given up."""
    failing = state.failing_since is not None and now - state.failing_since >= WEEK
    return 2 * DAY if failing else DAY


def suspicious(state: SourceState, now: datetime) -> bool:
    """Whether a source's 304s are doubted, so that the next request should be unconditional.

    It is when its own rhythm has made several new entries overdue and no whole body has come
    in that time. Each confirmed silence doubles the time until the next doubt, so that a source
    that has really ended costs a handful of full requests in its life.
    """
    if state.last_full is None or now - state.last_full < _SILENT_AT_LEAST:
        return False
    past = sorted((one for one in state.newest_entries if one <= now), reverse=True)[:_RHYTHM_OF]
    if len(past) < _RHYTHM_FROM:
        return False
    silence_then = state.last_full - past[0]
    patience = max(usual_gap(past) * _SILENT_GAPS, silence_then)
    return now - state.last_full >= patience


def spread(key: str, over: timedelta) -> timedelta:
    """A source's own place in a span: the same each time, evenly spread over sources."""
    place = int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return over * (place / 2**64)


def first_poll(
    source: Source, due: datetime | None, settings: Settings, now: datetime, overdue: int
) -> datetime:
    """When a daemon that has just started asks a source whose stored next poll is due.

    due is None for a source never polled. What is not due yet keeps its time: a restart resets
    no timer. What was never polled, or came due within the last interval, is asked at once. After
    a longer stop, overdue sources (as many as given) are spread over a tenth of a second each,
    never over more than an interval: a hundred within ten seconds, no stampede of ten thousand.
    """
    interval = source.interval or settings.poll_interval
    if due is None:
        return now
    if due > now - interval:
        return due
    return now + spread(source.url, min(interval, overdue * _START_STEP))


def in_words(span: timedelta) -> str:
    """A span for people, in its largest whole unit: "40 minutes", "6 hours", "3 days"."""
    seconds = max(int(span.total_seconds()), 0)
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}" + ("s" if count != 1 else "")
    return f"{seconds} second" + ("s" if seconds != 1 else "")


def _times(count: int) -> str:
    return f" {count} times in a row" if count > 1 else ""
