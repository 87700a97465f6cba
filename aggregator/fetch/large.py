"""Large bodies share a few places, so that many at once don't fill the memory."""

from __future__ import annotations

import asyncio

from aggregator.fetch.deadlines import Deadline
from aggregator.fetch.memory import return_large_blocks

LARGE = 512 * 1024  # bytes, decoded
LARGE_AT_ONCE = 2


class LargePlace:
    """One request's claim to a place; most never take it."""

    __slots__ = ("_held", "_patience", "_places", "deadline")

    def __init__(self, places: asyncio.Semaphore, patience: float) -> None:
        """Take nothing yet; later wait for at most so many seconds more than the request may take."""
        self._places = places
        self._patience = patience
        self._held = False
        self.deadline: Deadline | None = None  # of the request that is being read

    async def take(self) -> None:
        """Wait for a place, once. The request's own time stands still meanwhile."""
        if self._held:
            return
        return_large_blocks()
        if not self._places.locked():
            await self._places.acquire()
            self._held = True
            return
        began = asyncio.get_running_loop().time()
        if self.deadline is not None:
            self.deadline.at += self._patience
        await self._places.acquire()
        self._held = True
        if self.deadline is not None:
            waited = asyncio.get_running_loop().time() - began
            self.deadline.at += waited - self._patience

    def give_back(self) -> None:
        """Leave the place, if it was taken."""
        if self._held:
            self._held = False
            self._places.release()
