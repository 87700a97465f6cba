"""Time limits for many requests by one timer: a timer for each costs a tenth of a request."""

from __future__ import annotations

import asyncio


class Deadline:
    """One request's limit. ``at`` may be moved while it runs."""

    __slots__ = ("_cancelling", "_task", "at", "expired")

    def __init__(self, at: float) -> None:
        """Limit the running task to an instant of the event loop's clock."""
        task = asyncio.current_task()
        assert task is not None
        self.at = at
        self.expired = False
        self._task = task
        self._cancelling = task.cancelling()

    def expire(self) -> None:
        """Cancel the task, which then asks ``was_me``."""
        self.expired = True
        self._task.cancel()

    def was_me(self) -> bool:
        """Whether a CancelledError is this limit's; takes the cancelling back (as asyncio.timeout does)."""
        return self.expired and self._task.uncancel() <= self._cancelling


class Deadlines:
    """The limits of all running requests, looked over every tick."""

    def __init__(self, tick: float) -> None:
        """Ticks are seconds: a limit is met late by one at most."""
        self._tick = tick
        self._running: set[Deadline] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self, seconds: float) -> Deadline:
        """Limit the running task from now on; hand the result to ``stop`` in any case."""
        loop = asyncio.get_running_loop()
        deadline = Deadline(loop.time() + seconds)
        self._running.add(deadline)
        if self._timer is None:
            self._timer = loop.call_later(self._tick, self._look)
        return deadline

    def stop(self, deadline: Deadline) -> None:
        """End a limit."""
        self._running.discard(deadline)

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for deadline in [one for one in self._running if one.at <= now]:
            self._running.discard(deadline)
            deadline.expire()
        self._timer = loop.call_later(self._tick, self._look) if self._running else None
