"""What a request brings, and what the next one needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Validators:
    """What the next conditional GET echoes, byte for byte (RFC 9110 §13.1)."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: bytes | None = None
    url: str | None = None  # they came from, without credentials; echoed to no other. None: the source's own


@dataclass(frozen=True, slots=True)
class Hints:
    """What the server asks of our next visit."""

    max_age: timedelta | None = None  # Cache-Control or Expires, as an age from now
    retry_at: datetime | None = None  # Retry-After, as an instant


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as the store remembers it, taken (leased) for one poll."""

    id: int
    slug: str
    url: str  # what to request: the configured URL, or where it has permanently moved
    validators: Validators = Validators()
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # None: the last poll succeeded
    last_ok: datetime | None = None  # None: never
    entries_last_time: int = 0
    newest_entries: tuple[datetime, ...] = ()  # instants of its latest entries, newest first: its rhythm
    leased_until: datetime | None = None  # None: not taken
    # From here on: written by core.standing.after, kept by the store, read by core.schedule.
    refusals: int = 0  # postponements (429, 503) in a row
    last_full: datetime | None = None  # when a whole body last came, new or the same; None: never
    max_age: timedelta | None = None  # the last cache hint: a 304 that names none confirms it
    ttl: timedelta | None = None  # FeedInfo.ttl of the last body
    skip_hours: tuple[int, ...] = ()  # FeedInfo.skip_hours of the last body
    skip_days: tuple[int, ...] = ()  # FeedInfo.skip_days of the last body
    redirect_to: str | None = None  # where 301s and 308s have been leading; None: nowhere
    redirect_since: datetime | None = None  # since when, without a break
    push_until: datetime | None = None  # until when its hub, which has proved itself, tells us of news


@dataclass(frozen=True, slots=True)
class Document:
    """One fetched body."""

    url: str  # after redirects
    content_type: str  # the header's value, with its charset; "" where none was sent
    body: bytes
    fetched_at: datetime


NO_PAGES: Mapping[str, Document] = {}  # entries' own pages, by the entries' keys: none are wanted


class Trouble(StrEnum):
    """Why a poll failed, by what it means for the next one."""

    GONE = "gone"  # 410: paused until the operator acts
    MISSING = "missing"  # 404
    REFUSED = "refused"  # 429, 503: a postponement, not a failure
    BLOCKED = "blocked"  # 403 and the like, from a known blocker or not
    SERVER = "server"  # any other status that is no success
    NETWORK = "network"  # name, connection, TLS, protocol
    TIMEOUT = "timeout"
    BOUND = "bound"  # larger than a setting allows
    ADDRESS = "address"  # an address or scheme that may not be reached
    DOCUMENT = "document"  # fetched, but not a feed that can be read


@dataclass(frozen=True, slots=True)
class Advertised:
    """What an answer's Link headers say of a hub (WebSub §4)."""

    hub: str | None = None  # rel=hub
    topic: str | None = None  # rel=self


@dataclass(frozen=True, slots=True)
class Fetched:
    """A new body."""

    document: Document
    validators: Validators
    hints: Hints = Hints()
    moved_to: str | None = None  # the last URL of a chain of 301 and 308 only
    advertised: Advertised = Advertised()  # of a hub, by its headers


@dataclass(frozen=True, slots=True)
class Unchanged:
    """304, or the same body again."""

    validators: Validators
    hints: Hints = Hints()
    moved_to: str | None = None
    full: bool = False  # a whole body came and was the same; False: 304


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer. ``why`` is for the operator and holds no credentials."""

    why: str
    trouble: Trouble
    hints: Hints = Hints()
    status: int | None = None  # None: no HTTP answer


FetchResult = Fetched | Unchanged | Failed
