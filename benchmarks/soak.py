"""A day of polling 2,000 sources, a tenth of them hostile, on an accelerated clock.

``python -m benchmarks.soak [--sources N] [--hours N] [--tick MINUTES]``: every tick of simulated time a
cycle runs. All requests go through a loopback proxy in a process of its own, which plays every host, so
that hosts have names and the real limits for each apply; it watches how often it is asked, and how often
at once. The gap between two requests is measured where they begin, in this process: on a busy machine they
may reach the proxy closer together than they were sent. Ends with 1 unless memory stays within 5 % after
warm-up, no healthy source is missed and no entry lost, no file descriptor is left open, and no host is
asked more often than its limit.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import gc
import logging
import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, pairwise
from math import inf
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from fetch import hostile
from fetch.faults import FaultServer, not_modified, response, settings

from aggregator.config import built_in_rules
from aggregator.fetch import http
from aggregator.fetch.turns import Turns
from aggregator.jobs.cycle import run_cycle
from aggregator.model import FetchLimits, Setup, Source, SourceHealth, Topic
from aggregator.store import sources
from aggregator.store.base import Store, open_store
from benchmarks.memory import resident

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONGEST = 2 * HOUR  # between two polls of a healthy source
NEWS_EVERY = 3 * HOUR  # each healthy feed has a new entry this often
SHOWN = 10  # entries of a feed
PER_HOST = 4  # sources of one host
GAP = 0.5  # seconds between two requests to a host
AT_ONCE = 2  # requests to a host
GROWTH = 0.05
LIMITS = FetchLimits(
    max_bytes=512 * 1024, connect_seconds=2, first_byte_seconds=1.5, total_seconds=2, parse_seconds=2
)


class World(FaultServer):
    """The proxy: healthy hosts whose feeds grow with simulated time, hostile ones, and their watchman."""

    def __init__(self, hours: Synchronized[float], urls: Sequence[str]) -> None:
        super().__init__()
        self._hours = hours
        self._places = {url: place for place, url in enumerate(urls)}
        self._now_at: dict[str, int] = defaultdict(int)
        self.requests_of: Counter[str] = Counter()  # by host
        self.too_many: list[str] = []
        self.asked: dict[str, list[float]] = {url: [] for url in urls}

    async def _serve_one(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        url = raw.split(b" ", 2)[1].decode("latin-1")
        host = url.split("/")[2]
        self.requests_of[host] += 1
        self._now_at[host] += 1
        if url in self._places and self._now_at[host] > AT_ONCE:
            # Of a hostile host nobody here can tell: it may still be busy with a request long given up.
            self.too_many.append(url)
        try:
            if url in self._places:
                self.asked[url].append(self._hours.value)
                writer.write(self._feed(self._places[url], raw))
                await writer.drain()
            else:
                await super()._serve_one(raw, writer)
                self.requests.clear()
        finally:
            self._now_at[host] -= 1

    def _feed(self, place: int, raw: bytes) -> bytes:
        newest = published(place, self._hours.value)
        etag = f'"{newest}"'
        if f"If-None-Match: {etag}".encode() in raw:
            return not_modified(ETag=etag)
        items = "".join(item(place, number) for number in range(newest, newest - SHOWN, -1))
        body = f"<rss version='2.0'><channel><title>Feed {place}</title>{items}</channel></rss>"
        return response(body=body.encode(), ETag=etag)


def published(place: int, hours: float) -> int:
    """The number of a feed's newest entry."""
    return int((hours + place % 180 / 60) // (NEWS_EVERY / HOUR))


def item(place: int, number: int) -> str:
    """An entry like no other."""
    at = BEGIN + number * NEWS_EVERY - timedelta(minutes=place % 180)
    words = " ".join(f"w{place}n{number}x{count}" for count in range(60))
    return (
        f"<item><guid>{place}-{number}</guid><title>Report {number} of {place}</title>"
        f"<link>https://h{place}.example/{number}</link><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>{words}</description></item>"
    )


def serve(pipe: Connection, hours: Synchronized[float], good: list[str], bad: list[str]) -> None:
    """Play every host until told to stop; then tell how it was asked."""

    async def run() -> None:
        async with World(hours, good) as world:
            for url, (_, answer) in zip(bad, cycle(hostile.kinds(megabytes=1)), strict=False):
                world.tell(url, answer)
            world.tell("http://127.0.0.1/circle", response("404 Not Found"))
            pipe.send(world.port)
            await asyncio.to_thread(pipe.recv)
            pipe.send((world.requests_of, world.too_many, world.asked))

    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    asyncio.run(run())


class WatchedTurns(Turns):
    """The real turns, which note when each begins."""

    begun: ClassVar[Counter[str]] = Counter()  # by host
    too_soon: ClassVar[list[str]] = []

    latest: ClassVar[dict[str, float]] = {}

    def __init__(self, in_flight: int, per_host: int, gap_seconds: float, rests: dict[str, float]) -> None:
        super().__init__(in_flight, per_host, gap_seconds, rests)
        self._least = gap_seconds - time.get_clock_info("monotonic").resolution

    async def take(self, host: str) -> Any:
        """Take a turn as ever, and compare it with the host's one before."""
        kept = await super().take(host)
        now = monotonic()
        if now - self.latest.get(host, -inf) < self._least:
            self.too_soon.append(host)
        self.latest[host] = now
        self.begun[host] += 1
        return kept


@dataclass
class Clock:
    """Simulated time: moved on by ticks, standing still within a cycle."""

    hours: Synchronized[float]

    def __call__(self) -> datetime:
        """Tell the simulated instant."""
        return BEGIN + self.hours.value * HOUR


@dataclass(frozen=True)
class Sample:
    """What this process holds after a cycle."""

    hours: float
    memory: int
    files: int
    polled: int


def soak(setup: Setup, store: Store, clock: Clock, hours: float, tick: float) -> list[Sample]:
    """Run a cycle a tick; a last one asks every source, so that nothing is left to the next poll."""
    samples: list[Sample] = []
    while clock.hours.value < hours:
        began = monotonic()
        report = run_cycle(setup, store, clock=clock)
        samples.append(sample(clock.hours.value, report.polled))
        last = samples[-1]
        print(
            f"{last.hours:5.2f} h  polled {report.polled:5}  failed {report.failed:4}  new {report.new:5}  "
            f"{last.memory / 1e6:6.1f} MB  {last.files} files  {monotonic() - began:5.1f} s",
            flush=True,
        )
        clock.hours.value += tick
    run_cycle(setup, store, everything=True, clock=clock)
    return samples


def sample(hours: float, polled: int) -> Sample:
    """What is held once garbage is gone: what the allocator keeps for later is no leak of ours."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Sample(hours, resident(os.getpid(), frozenset(children())), files, polled)


def children() -> list[int]:
    """Processes that are measured on their own: the proxy, and multiprocessing's tracker."""
    found = " ".join(file.read_text() for file in Path("/proc/self/task").glob("*/children"))
    return [int(child) for child in found.split()]


def main() -> int:
    """Soak, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=2000)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--tick", type=float, default=10.0, help="simulated minutes from cycle to cycle")
    arguments = parser.parse_args()
    bad_count = arguments.sources // 10
    good = [f"http://h{place // PER_HOST}.example/{place}" for place in range(arguments.sources - bad_count)]
    names = islice(cycle(name for name, _ in hostile.kinds(1)), bad_count)
    bad = [f"http://bad{place}.example/{name}" for place, name in enumerate(names)]
    closing = {f"bad{place}.example" for place, url in enumerate(bad) if url.endswith("/hangs-up")}
    hours = multiprocessing.Value("d", 0.0)
    pipe, theirs = multiprocessing.Pipe()
    proxy = multiprocessing.get_context("fork").Process(target=serve, args=(theirs, hours, good, bad))
    proxy.start()
    http.Turns = WatchedTurns  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        setup = world_of(folder, good + bad, f"http://127.0.0.1:{pipe.recv()}")
        store = open_store(f"sqlite:///{folder}/store.db")
        samples = soak(setup, store, Clock(hours), arguments.hours, arguments.tick / 60)
        with store.read() as connection:
            standing = {one.url: one for one in sources.statuses(connection, setup.sources)}
        store.close()
    pipe.send(None)
    requests_of, too_many, asked = pipe.recv()
    proxy.join()
    begun, too_soon = WatchedTurns.begun, WatchedTurns.too_soon
    # A server that closes a kept connection is asked once more at once (RFC 9110 §9.2.2).
    for host in closing:
        del requests_of[host]
    too_many += [host for host, count in requests_of.items() if count > begun[host]]
    lost = [
        url
        for place, url in enumerate(good)
        if standing[url].state is not SourceHealth.OK
        or standing[url].entries != published(place, hours.value) + SHOWN
    ]
    longest = (LONGEST / HOUR) + 2 * arguments.tick / 60
    late = [url for url in good if not asked[url] or most_between(asked[url], hours.value) > longest]
    untold = [url for url in bad if not standing[url].error]
    return judge(samples, lost, late, untold, too_soon, too_many)


def world_of(folder: str, urls: Sequence[str], proxy: str) -> Setup:
    """The sources, with an interval of an hour."""
    return Setup(
        replace(
            settings(LIMITS, allow=False),
            output=f"{folder}/output",
            proxy=proxy,
            max_per_host=AT_ONCE,
            host_gap_seconds=GAP,
            max_poll_interval=LONGEST,
        ),
        tuple(Source(f"s{number}", url, url) for number, url in enumerate(urls)),
        (Topic("everything", "Everything", "*"),),
        built_in_rules(),
    )


def most_between(instants: Sequence[float], end: float) -> float:
    """The longest time that a source was left alone, to the end of the soak too."""
    places = [*instants, end]
    return max(after - before for before, after in pairwise(places))


def judge(
    samples: Sequence[Sample],
    lost: Sequence[str],
    late: Sequence[str],
    untold: Sequence[str],
    too_soon: Sequence[str],
    too_many: Sequence[str],
) -> int:
    """Print each promise and whether it was kept; 0: all were."""
    warm = samples[len(samples) // 3 :]
    half = len(warm) // 2
    early = max(one.memory for one in warm[:half])
    growth = max(one.memory for one in warm[half:]) / early - 1
    files = warm[-1].files - warm[0].files
    kept = {
        f"memory after warm-up grows by {growth:+.1%}, at most {GROWTH:.0%}": growth <= GROWTH,
        f"file descriptors left open: {files}": files <= 0,
        f"healthy sources that lost an entry or do not stand well: {len(lost)} {lost[:3]}": not lost,
        f"healthy sources left alone for too long: {len(late)} {late[:3]}": not late,
        f"hostile sources without an error: {len(untold)} {untold[:3]}": not untold,
        f"requests begun at a host sooner than its gap: {len(too_soon)} {too_soon[:3]}": not too_soon,
        f"requests beyond a host's {AT_ONCE} places: {len(too_many)} {too_many[:3]}": not too_many,
    }
    print("\n".join(f"{'met   ' if ok else 'MISSED'} {what}" for what, ok in kept.items()))
    return 0 if all(kept.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
