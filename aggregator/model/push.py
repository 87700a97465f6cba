"""WebSub: who tells us of a source's news, and how we stand with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub, and under which URL it knows a source."""

    url: str
    topic: str


class Mode(StrEnum):
    """What a hub is asked for."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One source's subscription. Token and secret are known to us and the hub alone."""

    source_id: int
    hub: Hub
    token: str  # the last part of its callback's path
    secret: str  # what pushes are signed with
    wanted: bool = True  # False: the source has left feeds.yaml, or names no hub any more
    pending: Mode | None = None  # asked for, and not yet confirmed by the hub
    lease_ends: datetime | None = None  # None: no subscription has been confirmed
    next_try: datetime | None = None  # when the hub is asked again; None: not before something changes
    failures: int = 0  # of asking the hub, in a row
    error: str | None = None  # what is wrong, in words; None: nothing
    trusted: bool = False  # the last news came by a push, so that polls may be rare
    pushed_at: datetime | None = None  # when the last push came; None: never
