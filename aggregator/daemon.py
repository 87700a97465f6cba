"""The daemon: one clock, one server, and the signals that end it or make it read feeds.yaml again."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator.config import load_setup
from aggregator.errors import AggregatorError, ConfigError
from aggregator.fetch.memory import share_free_memory
from aggregator.jobs.cycle import CycleReport, run_cycle, spread_start
from aggregator.jobs.overview import overview
from aggregator.jobs.websub import Inbox, ask_hubs
from aggregator.model import Setup
from aggregator.report import status_document
from aggregator.store import subscriptions
from aggregator.store.base import Store, open_store
from aggregator.web import Callbacks, Server, create_app

logger = logging.getLogger(__name__)

TICK_SECONDS = 5  # how often the store is asked for due sources, and feeds.yaml whether it changed
GRACE_SECONDS = 8  # how long a cycle may take to end when the daemon is asked to
STARTS_AGAIN = ("database", "output", "host", "port")  # settings that mean another store or server


class Daemon:
    """Runs until a signal: polls what is due, publishes, serves, and notices a changed feeds.yaml."""

    def __init__(self, config: Path, *, port: int | None = None) -> None:
        """Read the configuration; port, where given, overrides its. Raises ConfigError."""
        self.config = config
        self.port = port
        self.setup = self._load()
        self._stamp = _stamp(config)
        self._stop_cycle = threading.Event()
        self._store: Store
        self._server: Server

    async def run(self, ready: Callable[[str], None]) -> None:
        """Run until SIGTERM or SIGINT. ready is called with the page's URL once it is served.

        Raises StoreError, and OSError where the port is taken.
        """
        # Each cycle has threads of its own: what one has freed, those of the next one take again.
        share_free_memory()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        loop.add_signal_handler(signal.SIGHUP, self._forget_stamp)
        await self._open()
        # One job, never one per source: what is due is a question put to the store.
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self.dispatch_due,
            "interval",
            seconds=TICK_SECONDS,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
        # A cycle longer than a tick is no trouble: the next one takes what became due.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler.start()
        try:
            ready(_url(self._server.host, self._server.port))
            await ended.wait()
        finally:
            scheduler.pause()
            await self._close()
            scheduler.shutdown(wait=False)

    async def dispatch_due(self) -> None:
        """One tick: take up a changed feeds.yaml, then poll and publish what is due."""
        self._idle.clear()
        try:
            await self._reload()
            report = await asyncio.to_thread(self._cycle)
        except AggregatorError as error:
            logger.error("cycle failed: %s", error)
        else:
            if report.polled or report.files_written:
                logger.info(
                    "cycle polled=%d unchanged=%d failed=%d new=%d changed=%d files=%d ms=%d",
                    report.polled,
                    report.unchanged,
                    report.failed,
                    report.new,
                    report.changed,
                    report.files_written,
                    report.seconds * 1000,
                )
        finally:
            self._idle.set()

    def _cycle(self) -> CycleReport:
        """Poll what is due and what was pushed, then see to the hubs."""
        pushes = self._inbox.take(datetime.now(UTC))
        try:
            report = run_cycle(self.setup, self._store, stop=self._stop_cycle, pushes=pushes)
        finally:
            self._inbox.put_back(pushes)
        if not self._stop_cycle.is_set():
            ask_hubs(self.setup, self._store)
        return report

    def _load(self) -> Setup:
        setup = load_setup(self.config)
        if self.port is not None:
            setup = replace(setup, settings=replace(setup.settings, port=self.port))
        return setup

    def _forget_stamp(self) -> None:
        self._stamp = None

    async def _reload(self) -> None:
        """Take up feeds.yaml where it changed or SIGHUP came; one with mistakes is told, and not taken."""
        stamp = _stamp(self.config)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            setup = self._load()
        except ConfigError as error:
            for problem in error.problems:
                logger.error("%s", problem)
            logger.error("feeds.yaml has mistakes: the configuration read before stays in force")
            return
        for warning in setup.warnings:
            logger.warning("%s", warning)
        before, self.setup = self.setup.settings, setup
        if any(getattr(before, name) != getattr(setup.settings, name) for name in STARTS_AGAIN):
            await self._close_parts()
            await self._open()
        logger.info("configuration read sources=%d topics=%d", len(setup.sources), len(setup.topics))

    async def _open(self) -> None:
        settings = self.setup.settings
        output = Path(settings.output)
        output.mkdir(parents=True, exist_ok=True)
        self._store = open_store(settings.database)
        with self._store.write() as connection:
            subscriptions.resume(connection)
        self._inbox = Inbox(2 * settings.fetch.max_bytes)
        callbacks = Callbacks(lambda: self.setup, self._store, self._inbox)
        app = create_app(output, self._status, [callbacks.route()])
        self._server = Server(app, settings.host, settings.port)
        await self._server.start()
        moved = await asyncio.to_thread(spread_start, self.setup, self._store)
        if moved:
            logger.info("overdue after a stop sources=%d: asked one after another", moved)
        self._idle = asyncio.Event()
        self._idle.set()

    async def _close(self) -> None:
        self._stop_cycle.set()
        try:
            await asyncio.wait_for(self._idle.wait(), GRACE_SECONDS)
        except TimeoutError:
            # What is committed is whole, and what is not is due again: ending hard loses nothing.
            logger.warning("a cycle did not end within %d seconds: ended without it", GRACE_SECONDS)
            os._exit(0)
        await self._close_parts()

    async def _close_parts(self) -> None:
        await self._server.stop()
        self._store.close()

    def _status(self) -> bytes:
        found = overview(self.setup, self._store)
        return json.dumps(status_document(found.sources, found.topics), ensure_ascii=False).encode()


def _url(host: str, port: int) -> str:
    """Where a browser on this machine finds the page."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - every address of the machine, this one among them
        host = "localhost"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _stamp(config: Path) -> tuple[int, int] | None:
    """What changes when the file does; None while it is not there."""
    try:
        status = config.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def run(config: Path, ready: Callable[[str], None], *, port: int | None = None) -> None:
    """Run the daemon until a signal ends it. Raises ConfigError, StoreError."""
    asyncio.run(Daemon(config, port=port).run(ready))
