"""A whole cycle in which more servers are hostile than not."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from time import monotonic

import pytest
from fetch import hostile
from fetch.faults import FaultServer, response, settings
from journeys.world import rss

from aggregator.config import built_in_rules
from aggregator.jobs.cycle import CycleReport, run_cycle
from aggregator.model import FetchLimits, Setup, Source, SourceHealth, SourceStatus, Topic
from aggregator.store import sources
from aggregator.store.base import open_store
from benchmarks.memory import resident, watched

HEALTHY, HOSTILE = 25, 35
LIMITS = FetchLimits(
    max_bytes=2 << 20,
    connect_seconds=3,
    first_byte_seconds=3,
    total_seconds=4,
    parse_seconds=1.5,
)
SLOW = "slow-document"
MEMORY = 512 << 20


@contextmanager
def serving() -> Iterator[FaultServer]:
    """A fault server on a loop of its own: run_cycle brings its own, too."""
    started: Future[FaultServer] = Future()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        async with FaultServer() as server:
            started.set_result(server)
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield started.result(10)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()
        loop.close()


def told_to(server: FaultServer) -> list[Source]:
    """Every kind at least once, the healthy ones in between; 410 and 429 have their own tests."""
    found = [(SLOW, response(body=hostile.slow_document())), *hostile.kinds(megabytes=3)]
    assert len(found) <= HOSTILE
    bad = [
        Source(f"bad-{number}-{name}", server.tell(f"/bad/{number}/{name}", answer), name)
        for number, (name, answer) in enumerate(islice(cycle(found), HOSTILE))
    ]
    good = [
        Source(f"good-{number}", server.tell(f"/good/{number}", response(body=news(number))), "Good")
        for number in range(HEALTHY)
    ]
    return [source for pair in zip(bad, good, strict=False) for source in pair] + bad[HEALTHY:]


def news(number: int) -> bytes:
    """A small feed like no other."""
    said = " ".join(f"word{number}x{place}" for place in range(40))
    return rss(f"good{number}", [(f"Headline {place} of {number}", f"<p>{said}</p>") for place in range(4)])


@dataclass(frozen=True)
class Ran:
    """What the cycle left behind."""

    report: CycleReport
    standing: tuple[SourceStatus, ...]
    seconds: float
    grown: int  # bytes of memory, all processes, at the most


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("hostile")
    with serving() as server:
        setup = Setup(
            replace(settings(LIMITS), output=str(folder / "output")),
            tuple(told_to(server)),
            (Topic("everything", "Everything", "*"),),
            built_in_rules(),
        )
        store = open_store(f"sqlite:///{folder}/store.db")
        before, began = resident(os.getpid()), monotonic()
        with watched() as peak:
            report = run_cycle(setup, store)
        seconds = monotonic() - began
        with store.read() as connection:
            standing = sources.statuses(connection, setup.sources)
        store.close()
        yield Ran(report, standing, seconds, peak.bytes - before)


def test_every_healthy_source_lands(ran):
    well = [one for one in ran.standing if one.slug.startswith("good")]
    assert len(well) == HEALTHY
    assert {(one.state, one.entries, one.error) for one in well} == {(SourceHealth.OK, 4, None)}
    assert ran.report.new == 4 * HEALTHY


def test_every_hostile_source_has_its_error_in_words_and_a_next_attempt(ran):
    bad = [one for one in ran.standing if one.slug.startswith("bad")]
    assert len(bad) == HOSTILE
    assert [one.name for one in bad if one.state is not SourceHealth.FAILING] == []
    assert [one.name for one in bad if not one.error or not one.next_poll or not one.failing_since] == []
    assert [one.error for one in bad if "defect" in (one.error or "")] == []


def test_a_document_that_holds_the_parser_is_ended_at_its_share_of_cpu_time(ran):
    slow = [one for one in ran.standing if one.name == SLOW]
    assert slow
    assert {one.error for one in slow} == {"reading it takes longer than 1.5 seconds of CPU time"}


def test_time_and_memory_are_bounded(ran):
    assert ran.report.polled == HEALTHY + HOSTILE
    assert ran.seconds < 45
    assert ran.grown < MEMORY
