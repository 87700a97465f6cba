"""Whose turn it is: so many requests at once, so many to a host, with a gap between them."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from time import monotonic

from aggregator.core.hosts import is_local

_is_local = lru_cache(maxsize=4096)(is_local)
# Hosts remembered for their gaps before those at rest are forgotten.
_MOST_RESTING = 1024


class _Host:
    """A host's places, and who waits for them."""

    __slots__ = ("gate", "places", "users")

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.gate = asyncio.Lock()  # who holds it begins next
        self.users = 0


class Turns:
    """Gives out turns. Waiting for a host takes nobody else's place."""

    def __init__(
        self, in_flight: int, per_host: int, gap_seconds: float, rests: dict[str, float] | None = None
    ) -> None:
        """in_flight and per_host count requests; gap_seconds lie between two beginnings at a host.

        rests holds when each host's next request may begin, by the monotonic clock: what is handed on
        to the next turns, of another event loop, keeps the gap between them.
        """
        self._all = asyncio.Semaphore(in_flight)
        self._per_host = per_host
        self._gap = gap_seconds
        self._hosts: dict[str, _Host] = {}
        self._rests: dict[str, float] = {} if rests is None else rests

    async def take(self, host: str) -> _Host | None:
        """Wait for a turn at a host; hand what is returned to ``give_back`` afterwards.

        The operator's own machines share only the limit on all.
        """
        kept = None if _is_local(host) else self._enter(host)
        if kept is None:
            await self._all.acquire()
            return None
        holding = False
        try:
            holding = await kept.places.acquire()
            async with kept.gate:
                await self._wait_for_gap(host)
                await self._all.acquire()
                # From when it really begins: a wait for the limit on all must not eat up the next gap.
                self._rests[host] = monotonic() + self._gap
        except BaseException:  # cancelled while waiting
            if holding:
                kept.places.release()
            kept.users -= 1
            raise
        return kept

    def give_back(self, kept: _Host | None) -> None:
        """End a turn."""
        self._all.release()
        if kept is not None:
            kept.places.release()
            kept.users -= 1

    async def _wait_for_gap(self, host: str) -> None:
        left = self._rests.get(host, 0.0) - monotonic()
        if left > 0:
            await asyncio.sleep(left)

    def _enter(self, host: str) -> _Host:
        kept = self._hosts.get(host)
        if kept is None:
            if max(len(self._hosts), len(self._rests)) >= _MOST_RESTING:
                self._forget_resting()
            kept = self._hosts[host] = _Host(self._per_host)
        kept.users += 1
        return kept

    def _forget_resting(self) -> None:
        now = monotonic()
        for host, until in list(self._rests.items()):
            if until <= now:
                del self._rests[host]
        for host, kept in list(self._hosts.items()):
            if not kept.users and host not in self._rests:
                del self._hosts[host]
