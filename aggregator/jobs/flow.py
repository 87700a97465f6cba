"""The stream of one cycle: take, fetch, read, write, each at its own pace, none far ahead of the next."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import TypeVar
from urllib.parse import urlsplit

from aggregator.core import hosts
from aggregator.core.topics import TopicIndex, compile_topics
from aggregator.fetch.http import Clock, Fetcher, utc_now
from aggregator.jobs.fulltext import Pages
from aggregator.jobs.poll import Brought, Polled, decide, pushed_result
from aggregator.model import (
    NO_PAGES,
    Changes,
    Document,
    Failed,
    Fetched,
    FetchResult,
    Outcome,
    Setup,
    SourceState,
    Trouble,
    Unchanged,
)
from aggregator.store.apply import apply
from aggregator.store.base import Store
from aggregator.store.polling import PER_HOST, Take, free_mine, known, take_due

T = TypeVar("T")
logger = logging.getLogger(__name__)

BODIES = 4 * 1024 * 1024  # bytes of bodies that are fetched and not yet stored
_READ_TOGETHER = 1024 * 1024  # bytes of bodies whose fingerprints are looked up at once
_WRITE_AFTER = 0.25  # seconds that an outcome waits for others to share a transaction with
_WRITE_TOGETHER = 500  # outcomes
_ENTRIES_TOGETHER = 600
_NO_TOPICS = compile_topics((), frozenset())  # where nothing is to be placed, the real ones stay uncompiled
_WATCH = 0.2  # seconds between two looks at the stop sign


@dataclass(slots=True)
class Tally:
    """What has been done so far."""

    polled: int = 0
    unchanged: int = 0
    failed: int = 0
    new: int = 0
    changed: int = 0
    documents: int = 0
    cleaned: int = 0
    touched: bool = False  # something is to be published


@dataclass(frozen=True, slots=True)
class Hands:
    """What a flow works with."""

    setup: Setup
    store: Store
    index: Callable[[], TopicIndex]
    authority: str
    # Of the Fetched in it, with what is known of it and its entries' own pages.
    read: Callable[[Polled, Mapping[str, bytes], Mapping[str, Document]], Brought | Failed]
    readers: int  # bodies read at once
    stored: Callable[[Tally], None]  # called after each transaction, from the writer's thread
    clock: Clock = utc_now
    rests: dict[str, float] = field(default_factory=dict)  # what fetch.turns hands on to the next cycle
    pushes: dict[int, Document] = field(default_factory=dict)  # by source ids; taken out as they are used


@dataclass(slots=True)
class _Host:
    """A host's sources that wait to be asked, and its tokens: one for each that is asked at once."""

    most: int
    tokens: int = 0
    waiting: deque[SourceState] = field(default_factory=deque)


class _Budget:
    """So many bytes at once; one body may always pass, however large."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._freed = asyncio.Condition()

    async def take(self, size: int) -> None:
        async with self._freed:
            await self._freed.wait_for(lambda: self._used == 0 or self._used + size <= self._most)
            self._used += size

    async def give_back(self, size: int) -> None:
        async with self._freed:
            self._used -= size
            self._freed.notify_all()


class Flow:
    """One cycle's polls. ``run`` once."""

    def __init__(self, hands: Hands, take: Take, stop: Event | None = None) -> None:
        """Prepare; nothing is taken yet."""
        self._hands = hands
        self._take = take
        self._stop = stop
        self._sources = {source.slug: source for source in hands.setup.sources}
        self._places = 2 * hands.setup.settings.max_in_flight  # some wait for their host's gap to pass
        self._hosts: dict[str, _Host] = {}
        self._turns: asyncio.Queue[_Host] = asyncio.Queue()
        self._askers: list[asyncio.Task[None]] = []
        self._left = 0  # taken and not yet asked
        self._more = True  # the store may have sources that are due and not yet taken
        self._wake = asyncio.Event()
        self._held: set[int] = set()  # leased and not yet written
        self._bodies: asyncio.Queue[Polled | None] = asyncio.Queue()
        self._outcomes: deque[Outcome] = deque()
        self._came = asyncio.Event()
        self._enough = asyncio.Event()  # a transaction's worth of outcomes, or the last of them
        self._closing = False
        self._budget = _Budget(BODIES)
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(hands.readers + 1, "reader")
        self.tally = Tally()

    async def run(self) -> Tally:
        """Poll until nothing is due that was due when the cycle began. Raises StoreError."""
        try:
            async with self._fetcher() as fetcher, asyncio.TaskGroup() as group:
                self._pages = Pages(fetcher)
                reading = group.create_task(self._read_all())
                group.create_task(self._write_all())
                await self._ask_all(fetcher)
                await self._bodies.put(None)
                await reading
                self._closing = True
                self._came.set()
                self._enough.set()
        finally:
            for task in self._askers:
                task.cancel()
            self._writer.shutdown()
            self._readers.shutdown()
            if self._held:
                with self._hands.store.write() as connection:
                    free_mine(connection, self._held)
        return self.tally

    def _fetcher(self) -> Fetcher:
        return Fetcher(self._hands.setup.settings, clock=self._hands.clock, rests=self._hands.rests)

    # Fetching -----------------------------------------------------------------------------------

    async def _ask_all(self, fetcher: Fetcher) -> None:
        """Take due sources as the waiting ones become few, and have them asked."""
        while not (self._stop is not None and self._stop.is_set()):
            if self._is_short():
                self._more = await self._take_more()
                missing = min(self._left, self._places) - len(self._askers)
                self._askers += [asyncio.create_task(self._ask_on(fetcher)) for _ in range(missing)]
            if not self._left:
                break
            self._wake.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), _WATCH)
            for task in self._askers:
                if task.done():
                    task.result()  # it never ends by itself but by a defect: shown, not swallowed
        for task in self._askers:
            task.cancel()
        await asyncio.gather(*self._askers, return_exceptions=True)

    def _is_short(self) -> bool:
        """Whether few sources wait to be asked, and the store may have more."""
        return self._more and self._left < self._take.limit // 2

    async def _take_more(self) -> bool:
        """Lease sources; False: there are no more, so that asking again is not worth a query."""
        take = replace(self._take, now=self._hands.clock())

        def lease() -> tuple[SourceState, ...]:
            with self._hands.store.write() as connection:
                return take_due(connection, take)

        states = await self._in(self._writer, lease)
        for state in states:
            self._held.add(state.id)
            if state.slug in self._sources:
                self._enter(state)
        return len(states) >= min(PER_HOST, take.limit)

    def _enter(self, state: SourceState) -> None:
        name = urlsplit(state.url).hostname or ""
        host = self._hosts.get(name)
        if host is None:
            local = not name or hosts.is_local(name)
            most = self._places if local else self._hands.setup.settings.max_per_host
            host = self._hosts[name] = _Host(most)
        host.waiting.append(state)
        self._left += 1
        if host.tokens < min(host.most, len(host.waiting)):
            host.tokens += 1
            self._turns.put_nowait(host)

    async def _ask_on(self, fetcher: Fetcher) -> None:
        """Ask one source after another, of whichever host's turn it is."""
        while True:
            host = await self._turns.get()
            if host.waiting:
                await self._ask(fetcher, host.waiting.popleft())
                self._left -= 1
                if not self._left or self._is_short():
                    self._wake.set()
            if host.waiting:
                self._turns.put_nowait(host)
            else:
                host.tokens -= 1

    async def _ask(self, fetcher: Fetcher, state: SourceState) -> None:
        began = self._hands.clock()
        sent = self._hands.pushes.pop(state.id, None)
        if sent is None:
            result = await self._fetch(fetcher, state)
        else:
            result = pushed_result(state, sent)
            await self._budget.take(len(sent.body))
        took = self._hands.clock() - began
        polled = Polled(self._sources[state.slug], state, result, began, took, pushed=sent is not None)
        if isinstance(result, Fetched):
            await self._bodies.put(polled)
        else:
            self._decide(polled, None)

    async def _fetch(self, fetcher: Fetcher, state: SourceState) -> FetchResult:
        try:
            return await fetcher.fetch(state, self._budget.take)
        except Exception as error:
            # One source must not stop the others, whatever its server does; the defect is ours, and logged.
            logger.exception("could not ask source=%s", state.slug)
            return Failed(f"asking it broke our program ({type(error).__name__}): a defect", Trouble.NETWORK)

    # Reading ------------------------------------------------------------------------------------

    async def _read_all(self) -> None:
        places = asyncio.Semaphore(self._hands.readers)
        async with asyncio.TaskGroup() as group:
            while batch := await self._next_bodies():
                fingerprints = await self._in(self._readers, partial(self._known, batch))
                for polled in batch:
                    await places.acquire()
                    task = group.create_task(self._read(polled, fingerprints[polled.state.id]))
                    task.add_done_callback(lambda _: places.release())

    async def _next_bodies(self) -> list[Polled]:
        """The bodies at hand, up to a megabyte; empty: there will be none."""
        batch: list[Polled] = []
        size = 0
        polled = await self._bodies.get()
        while polled is not None:
            batch.append(polled)
            size += polled.size
            if size >= _READ_TOGETHER or self._bodies.empty():
                return batch
            polled = self._bodies.get_nowait()
        if batch:
            await self._bodies.put(None)  # for the next call
        return batch

    def _known(self, batch: Sequence[Polled]) -> dict[int, dict[str, bytes]]:
        with self._hands.store.read() as connection:
            return known(connection, [polled.state for polled in batch])

    async def _read(self, polled: Polled, fingerprints: Mapping[str, bytes]) -> None:
        brought = await self._in(self._readers, lambda: self._hands.read(polled, fingerprints, NO_PAGES))
        if polled.source.full_text and isinstance(brought, Brought) and brought.entries:
            pages = await self._pages.of(brought.entries)
            if pages:
                full = await self._in(self._readers, lambda: self._hands.read(polled, fingerprints, pages))
                brought = full if isinstance(full, Brought) else brought
        self.tally.documents += 1
        if isinstance(brought, Failed) and polled.pushed:
            # Its hub's fault, not the source's, which is polled as planned.
            logger.warning("a push cannot be read source=%s: %s", polled.source.slug, brought.why)
            await self._budget.give_back(polled.size)
            return
        if not isinstance(brought, Failed):
            self.tally.cleaned += brought.cleaned
        self._decide(polled, brought)

    def _decide(self, polled: Polled, brought: Brought | Failed | None) -> None:
        jitter = random.random()  # noqa: S311 - it spreads load, it keeps no secret
        self._outcomes.append(decide(polled, brought, self._hands.setup.settings, jitter))
        self._came.set()
        if len(self._outcomes) >= _WRITE_TOGETHER:
            self._enough.set()

    # Writing ------------------------------------------------------------------------------------

    async def _write_all(self) -> None:
        while batch := await self._next_outcomes():
            changes = await self._in(self._writer, partial(self._apply, batch))
            self._held.difference_update(outcome.source_id for outcome in batch)
            self._count(batch, changes)
            await self._budget.give_back(sum(outcome.size for outcome in batch))
            await self._in(self._writer, lambda: self._hands.stored(self.tally))

    async def _next_outcomes(self) -> list[Outcome]:
        """What has come within a moment, for one transaction; empty: there will be none."""
        await self._came.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._enough.wait(), _WRITE_AFTER)
        batch: list[Outcome] = []
        entries = 0
        while self._outcomes and len(batch) < _WRITE_TOGETHER and entries < _ENTRIES_TOGETHER:
            batch.append(self._outcomes.popleft())
            entries += len(batch[-1].entries)
        if not self._closing:
            self._enough.clear()
            if not self._outcomes:
                self._came.clear()
        return batch

    def _apply(self, batch: Sequence[Outcome]) -> Changes:
        with self._hands.store.write() as connection:
            index = self._hands.index() if any(outcome.entries for outcome in batch) else _NO_TOPICS
            return apply(connection, batch, index, self._hands.authority)

    def _count(self, batch: Iterable[Outcome], changes: Changes) -> None:
        tally = self.tally
        for outcome in batch:
            tally.polled += 1
            tally.unchanged += isinstance(outcome.result, Unchanged)
            tally.failed += isinstance(outcome.result, Failed)
        tally.new += changes.new
        tally.changed += changes.changed
        tally.touched = tally.touched or bool(changes.touched)

    async def _in(self, threads: ThreadPoolExecutor, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, act)
