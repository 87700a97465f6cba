"""Which sources are one publisher's, and when all of them are left alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import ip_address
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aggregator.core.addresses import judge
from aggregator.core.hints import LONGEST

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Two refusals this close together are one refusal of us, not two of a feed.
TOGETHER = timedelta(minutes=1)
# How long a host is left alone that does not say how long.
DEFAULT_PAUSE = timedelta(minutes=15)

# Names that never leave the operator's own network (RFC 6761, RFC 6762, RFC 8375, ICANN 2024).
_LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa", "lan", "test")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source was refused (429, 503)."""

    source_id: int
    url: str
    at: datetime
    retry_at: datetime | None  # None: the server did not say


def group(url: str) -> str:
    """What a URL's server belongs to: its registrable domain (publicsuffix.org), else its host.

    Addresses and names of the operator's own network stand for themselves, with their port:
    two servers on one machine are two. "" where a URL has no host, as a file's has none.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if not host:
        return ""
    if is_local(host) or _is_address(host):
        shown = f"[{host}]" if ":" in host else host
        return shown if port is None else f"{shown}:{port}"
    return _suffixes().privatesuffix(host) or host


def is_local(host: str) -> bool:
    """Whether a host, a name or an address, is by its form on the operator's own network."""
    host = host.rstrip(".").lower()
    if _is_address(host):
        return not judge(ip_address(host)).public
    return "." not in host or any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES)


def pause_until(host_group: str, refusals: Iterable[Refusal], now: datetime) -> datetime | None:
    """Until when every source of a group is left alone; None: no reason to.

    Only where two of its sources were refused within a minute: a single one says nothing of the
    others (a feed behind a login, a blog on a shared host). Never a loopback or private server.
    """
    mine = sorted((one for one in refusals if group(one.url) == host_group), key=lambda one: one.at)
    if not host_group or is_local(urlsplit(f"//{host_group}").hostname or ""):
        return None
    until = None
    for first, second in pairwise(mine):
        if first.source_id == second.source_id or second.at - first.at > TOGETHER:
            continue
        ends = max(one.retry_at or one.at + DEFAULT_PAUSE for one in (first, second))
        ends = min(ends, second.at + LONGEST)
        until = ends if until is None else max(until, ends)
    return until if until is not None and until > now else None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@cache
def _suffixes() -> PublicSuffixList:
    # The list is a fixed table of 10,000 names, read when the first name is grouped.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
