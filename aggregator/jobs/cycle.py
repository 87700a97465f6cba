"""One cycle: every due source polled, what is new stored, what it touches published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from time import monotonic

from aggregator.core import schedule
from aggregator.fetch.http import Clock, utc_now
from aggregator.jobs.flow import Flow, Hands, Tally
from aggregator.jobs.poll import Brought, Polled
from aggregator.jobs.pool import ANYONES_BYTES, WELL_KNOWN_BYTES, Here, Pool, Task
from aggregator.jobs.prepare import Prepared, prepare
from aggregator.jobs.publish import publish
from aggregator.jobs.rederive import rederive
from aggregator.jobs.tidy import tidy
from aggregator.model import Document, Failed, Fetched, Setup
from aggregator.store import polling, sources
from aggregator.store.base import Store
from aggregator.store.polling import Take

POOL_FROM = 500  # new entries from which on processes of their own pay for their start
USUAL_ENTRIES = 30  # of a feed never read
PUBLISH_SECONDS = 5.0
PUBLISH_SHARE = 10  # of a cycle's time, at most one part in so many goes into publishing before its end


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a cycle is, for a progress bar."""

    polled: int  # sources whose outcome is stored
    due: int  # sources that this cycle will poll, as far as known
    new: int  # entries


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What a cycle did: the facts behind ``poll --json``."""

    polled: int = 0  # sources asked, of whatever outcome
    unchanged: int = 0  # of them: 304 or the same body
    failed: int = 0  # of them: no usable answer
    new: int = 0  # entries
    changed: int = 0  # entries
    documents_parsed: int = 0
    entries_cleaned: int = 0
    files_written: int = 0
    statements: int = 0  # SQL statements sent, however many rows each had
    seconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        """The report in the shape of ``aggregator poll --json``."""
        return {
            "sources": {"polled": self.polled, "unchanged": self.unchanged, "failed": self.failed},
            "entries": {"new": self.new, "changed": self.changed},
            "work": {
                "documents_parsed": self.documents_parsed,
                "entries_cleaned": self.entries_cleaned,
                "files_written": self.files_written,
            },
            "seconds": round(self.seconds, 3),
        }


def run_cycle(
    setup: Setup,
    store: Store,
    everything: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: Event | None = None,
    clock: Clock = utc_now,
    pushes: dict[int, Document] | None = None,
) -> CycleReport:
    """Poll what is due (everything: each source now, still conditionally), store and publish.

    Sources and topics are first brought in line with setup. Blocks until done; runs its own event
    loop, so call it from a thread without one. Setting stop ends it soon and cleanly: what was
    fetched is stored and published, what was not is due again. progress is called after each
    transaction, from another thread. clock tells by which instant sources are due and polls are
    dated. pushes are bodies that hubs have sent, by source ids: they are read instead of asking those
    sources, and taken out of it where they are. Failing sources are part of the report.
    Raises StoreError, PublishError.
    """
    began = monotonic()
    before = store.statements
    now = clock()
    prepared = prepare(setup, store, now)
    readers = _Readers(prepared)
    rederive(prepared, store, stop)
    try:
        take = Take(now, now, everything, pushed=frozenset(pushes or ()))
        tally, written = _poll(prepared, store, readers, take, progress, stop, clock, pushes or {})
    finally:
        readers.pool.close()
    tidy(setup, store, now)
    written += publish(setup, store)
    return CycleReport(
        polled=tally.polled,
        unchanged=tally.unchanged,
        failed=tally.failed,
        new=tally.new,
        changed=tally.changed,
        documents_parsed=tally.documents,
        entries_cleaned=tally.cleaned,
        files_written=written,
        statements=store.statements - before,
        seconds=monotonic() - began,
    )


def spread_start(setup: Setup, store: Store) -> int:
    """After a start: spread what came due during a long stop; returns how many sources moved.

    Without it ten thousand sources would be asked at once. What is not due keeps its time.
    """
    now = datetime.now(UTC)
    prepare(setup, store, now)
    configured = {source.url: source for source in setup.sources}

    def first_poll(url: str, due: datetime, overdue: int) -> datetime:
        source = configured.get(url)
        return due if source is None else schedule.first_poll(source, due, setup.settings, now, overdue)

    with store.write() as connection:
        return sources.spread_overdue(connection, now, first_poll)


class _Readers:
    """Where a cycle's bodies are read: here, until there is enough to do for the pool."""

    def __init__(self, prepared: Prepared) -> None:
        limits = prepared.setup.settings.fetch
        self.here = Here(lambda: prepared.rules, limits)
        self.pool = Pool(prepared.setup.rules, limits)
        self.read_here = 0  # entries
        self.busy = False

    def expect(self, unread: int) -> None:
        """Start the pool at once where so many feeds were never read that it will pay."""
        if unread * USUAL_ENTRIES >= POOL_FROM:
            self.busy = True
            self.pool.warm_up()

    def read(
        self, polled: Polled, known: Mapping[str, bytes], pages: Mapping[str, Document]
    ) -> Brought | Failed:
        """Read the body of a Fetched result."""
        assert isinstance(polled.result, Fetched)
        task = Task(polled.result.document, polled.source, known, pages)
        well = polled.state.last_ok is not None and not polled.state.failures
        small = len(task.document.body) <= (WELL_KNOWN_BYTES if well else ANYONES_BYTES)
        if self.busy or not small:
            return self.pool.read(task)
        brought = self.here.read(task)
        if isinstance(brought, Brought):
            self.read_here += len(brought.entries)
            self.busy = self.read_here >= POOL_FROM
        return brought


def _poll(
    prepared: Prepared,
    store: Store,
    readers: _Readers,
    take: Take,
    progress: Callable[[Progress], None] | None,
    stop: Event | None,
    clock: Clock,
    pushes: dict[int, Document],
) -> tuple[Tally, int]:
    """Run the flow; returns its tally and how many files were published meanwhile."""
    with store.read() as connection:
        due = polling.count_due(connection, take)
        if due:
            readers.expect(polling.count_unread(connection, take))
    if not due:
        return Tally(), 0
    published = _Published(prepared.setup, store)

    def stored(tally: Tally) -> None:
        if progress is not None:
            progress(Progress(tally.polled, max(due, tally.polled), tally.new))
        published.now_and_then(tally)

    hands = Hands(
        setup=prepared.setup,
        store=store,
        index=lambda: prepared.index,
        authority=prepared.authority,
        read=readers.read,
        readers=readers.pool.size,
        stored=stored,
        clock=clock,
        rests=prepared.rests,
        pushes=pushes,
    )
    try:
        return asyncio.run(Flow(hands, take, stop).run()), published.files
    except ExceptionGroup as group:
        # Tasks fail together; the first failure is the one to tell.
        raise _first(group) from group


def _first(group: ExceptionGroup[Exception]) -> Exception:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


class _Published:
    """Publishes every few seconds of a long cycle, so that news does not wait for its end."""

    def __init__(self, setup: Setup, store: Store) -> None:
        self._setup = setup
        self._store = store
        self._next = monotonic() + PUBLISH_SECONDS
        self.files = 0

    def now_and_then(self, tally: Tally) -> None:
        began = monotonic()
        if tally.touched and began >= self._next:
            tally.touched = False
            self.files += publish(self._setup, self._store)
            ended = monotonic()
            self._next = ended + max(PUBLISH_SECONDS, PUBLISH_SHARE * (ended - began))
