"""WebSub at work: hubs are asked, their questions answered, what they send kept for the next cycle."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.core import websub
from aggregator.core.websub import Reply
from aggregator.fetch.http import Clock, Fetcher, utc_now
from aggregator.model import Document, Failed, Settings, Setup, Subscription
from aggregator.store import subscriptions
from aggregator.store.base import Store

logger = logging.getLogger(__name__)

_MOST_HELD = 500  # pushes that wait for a cycle
_MOST_OF_ONE = 8  # of one source
_KEPT = timedelta(minutes=15)  # what no cycle could take by then is left to the polls


class Inbox:
    """What hubs have sent and no cycle has read yet. Safe to share between threads."""

    def __init__(self, most_bytes: int) -> None:
        """Hold so many bytes of bodies; what is more is refused, and the hub sends it again."""
        self._most = most_bytes
        self._lock = threading.Lock()
        self._held: dict[int, deque[Document]] = {}
        self._count = 0
        self._bytes = 0

    def put(self, source_id: int, document: Document) -> bool:
        """Keep a push; False: there is no room for it now."""
        size = len(document.body)
        with self._lock:
            waiting = self._held.get(source_id, ())
            if self._count >= _MOST_HELD or len(waiting) >= _MOST_OF_ONE or self._bytes + size > self._most:
                return False
            self._held.setdefault(source_id, deque()).append(document)
            self._count += 1
            self._bytes += size
            return True

    def take(self, now: datetime) -> dict[int, Document]:
        """The oldest push of each source, for one cycle."""
        taken = {}
        with self._lock:
            for source_id, waiting in list(self._held.items()):
                document = waiting.popleft()
                if not waiting:
                    del self._held[source_id]
                self._count -= 1
                self._bytes -= len(document.body)
                if now - document.fetched_at < _KEPT:
                    taken[source_id] = document
        return taken

    def put_back(self, left: Mapping[int, Document]) -> None:
        """Keep what a cycle could not use, because another process was at the source."""
        for source_id, document in left.items():
            self.put(source_id, document)


def ask_hubs(setup: Setup, store: Store, clock: Clock = utc_now) -> int:
    """Subscribe, renew and unsubscribe where it is time to; returns how many hubs were asked.

    Blocks; runs its own event loop. Raises StoreError.
    """
    now = clock()
    reachable = websub.reachable(setup.settings)
    with store.read() as connection:
        if not subscriptions.any_due(connection, now, or_wanted=not reachable):
            return 0
    with store.write() as connection:
        if not reachable:
            subscriptions.leave(connection, None, now)
        # Written before the hub is asked: some ask back before they answer.
        asked = subscriptions.take_due(connection, now)
    if asked:
        asyncio.run(_ask_all(asked, setup.settings, store, clock))
    return len(asked)


async def _ask_all(asked: tuple[Subscription, ...], settings: Settings, store: Store, clock: Clock) -> None:
    async with Fetcher(settings, clock=clock) as fetcher, asyncio.TaskGroup() as group:
        for one in asked:
            group.create_task(_ask(one, fetcher, settings, store, clock))


async def _ask(asked: Subscription, fetcher: Fetcher, settings: Settings, store: Store, clock: Clock) -> None:
    trouble = await fetcher.post(asked.hub.url, websub.form(asked, settings))
    if trouble is not None:
        await asyncio.to_thread(_write_refusal, store, asked, trouble, clock())
        logger.info("hub asked source=%d mode=%s: %s", asked.source_id, asked.pending, trouble.why)


def _write_refusal(store: Store, asked: Subscription, trouble: Failed, now: datetime) -> None:
    jitter = random.random()  # noqa: S311 - it spreads load, it keeps no secret
    after = websub.failed(asked, trouble.why, trouble.hints.retry_at, now, jitter)
    with store.write() as connection:
        subscriptions.refused(connection, asked, after)


def answer(store: Store, token: str, query: Mapping[str, str], now: datetime) -> Reply:
    """Answer a hub's question about the subscription with this token. Raises StoreError."""
    with store.read() as connection:
        # Who guesses at tokens must not hold up those that write.
        if subscriptions.by_token(connection, token) is None:
            return Reply(404)
    with store.write() as connection:
        found = subscriptions.by_token(connection, token, to_change=True)
        if found is None:
            return Reply(404)
        said = websub.reply(found, query, now)
        if said.status == 200:
            subscriptions.put(connection, found, said.after)
    return said


def subscribed(store: Store, token: str) -> Subscription | None:
    """The subscription that a push comes for; None: there is none. Raises StoreError."""
    with store.read() as connection:
        found = subscriptions.by_token(connection, token)
    return found if found is not None and found.wanted else None
