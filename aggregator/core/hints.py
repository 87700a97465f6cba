"""What a server asks of our next visit, read from its headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from aggregator.model import Hints

# Nothing that a server sends may silence a source for longer.
LONGEST = timedelta(days=7)

_MAX_AGE = re.compile(r"(?:^|[,;\s])max-age\s*=\s*\"?(\d{1,20})(?:\.\d+)?\"?\s*(?:$|[,;\s])", re.IGNORECASE)
# Asked for, or as good as: the stored answer may not be used without a request.
_NO_AGE = re.compile(r"(?:^|[,;\s])no-(?:cache|store)\s*(?:$|[,;\s])", re.IGNORECASE)
_LONGEST_HEADER = 512
_UNSAID = timedelta(seconds=-1)


def read_hints(headers: Mapping[str, str], now: datetime) -> Hints:
    """The hints of a response, capped at 7 days.

    headers must be case-insensitive. Instants in it are read relative to the server's own
    Date, so that its wrong clock does no harm.
    """
    return Hints(max_age=max_age(headers, now), retry_at=retry_at(headers, now))


def max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the response stays fresh, from now; None: it does not say, or not at all.

    Cache-Control's max-age goes before Expires (RFC 9111 §5.3), which counts from Date; the
    Age that it has spent in caches is taken off (RFC 9111 §4.2.3).
    """
    control = headers.get("Cache-Control")
    stays = _stays_fresh(control[:_LONGEST_HEADER]) if control else _UNSAID
    if stays is None:
        return None
    if stays is _UNSAID:
        if "Expires" not in headers:
            return None
        expires = http_date(headers["Expires"])
        if expires is None:  # "0" and the like mean: already stale (RFC 9111 §5.3)
            return None
        fresh = expires - _server_clock(headers, now)
    else:
        fresh = stays
    spent = headers.get("Age")
    if spent is not None and spent.strip().isascii() and spent.strip().isdigit():
        fresh -= _seconds(spent.strip())
    return min(fresh, LONGEST) if fresh > timedelta() else None


@lru_cache(maxsize=1024)
def _stays_fresh(control: str) -> timedelta | None:
    """What Cache-Control says of itself: a span, None for no time at all, or _UNSAID.

    Remembered, for most servers say one of a few things, and say it with every answer.
    """
    if _NO_AGE.search(control):
        return None
    found = _MAX_AGE.search(control)
    return _UNSAID if found is None else _seconds(found.group(1))


def retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a server that refused us wants to be asked again.

    Retry-After is seconds or an HTTP date (RFC 9110 §10.2.3). None: absent, unreadable or past.
    """
    value = headers.get("Retry-After")
    if value is None:  # as nearly always
        return None
    value = value.strip()[:_LONGEST_HEADER]
    if value.isascii() and value.isdigit():
        pause = _seconds(value)
    else:
        moment = http_date(value)
        if moment is None:
            return None
        pause = moment - _server_clock(headers, now)
    return now + min(pause, LONGEST) if pause > timedelta() else None


def http_date(value: str) -> datetime | None:
    """An HTTP date in any of its three forms (RFC 9110 §5.6.7), in UTC; None: unreadable."""
    try:
        moment = parsedate_to_datetime(value.strip()[:64])
        if moment.tzinfo is None:  # asctime names no zone and means UTC
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _server_clock(headers: Mapping[str, str], now: datetime) -> datetime:
    sent = http_date(headers["Date"]) if "Date" in headers else None
    return now if sent is None else sent


def _seconds(digits: str) -> timedelta:
    # A number with more digits than any honest one is the cap; int() of thousands of them is slow.
    return timedelta(seconds=int(digits)) if len(digits) <= 9 else LONGEST * 2
