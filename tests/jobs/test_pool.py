from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from jobs.feeds import item

from aggregator.config import built_in_rules
from aggregator.jobs import pool as pools
from aggregator.jobs.compiled import compiled
from aggregator.jobs.poll import Brought
from aggregator.jobs.pool import Here, Pool, Task
from aggregator.model import Document, Failed, FetchLimits, Source, Trouble

SOURCE = Source("one", "https://one.example/rss", "One")
LIMITS = FetchLimits(parse_seconds=1.0)


def task(body: bytes | None = None) -> Task:
    sent = (
        body
        or f"<rss version='2.0'><channel><title>One</title>{item(1, 1, 'Nvidia grows')}</channel></rss>".encode()
    )
    return Task(
        Document(SOURCE.url, "application/rss+xml", sent, datetime(2025, 2, 4, tzinfo=UTC)), SOURCE, {}
    )


@pytest.fixture(scope="module")
def pool():
    opened = Pool(built_in_rules(), LIMITS, size=1)
    yield opened
    opened.close()


def test_a_body_is_read_the_same_here_and_in_a_process(pool):
    assert pool.read(task()) == Here(lambda: compiled(built_in_rules()), LIMITS).read(task())


def test_a_document_that_is_no_feed_is_the_sources_trouble(pool):
    failed = pool.read(task(b"Dear reader"))
    assert isinstance(failed, Failed)
    assert failed.trouble is Trouble.DOCUMENT


def test_what_stops_a_process_costs_that_body_its_poll_and_nobody_else(pool):
    assert isinstance(pool.read(task()), Brought)
    worker = pool._started[0]
    answers: list[object] = []
    thread = Thread(target=lambda: answers.append(pool.read(task())))
    worker._process.kill()
    worker._process.join()
    thread.start()
    thread.join()
    assert isinstance(answers[0], Brought), "it is tried once more, alone"
    assert isinstance(pool.read(task()), Brought)


def test_a_body_that_takes_too_much_cpu_time_is_told_so_and_not_tried_again(pool):
    assert isinstance(pool.read(task()), Brought)
    worker = pool._started[0]
    # What the kernel does when the timer of a process runs out, be it in C code or not.
    import os

    os.kill(worker._process.pid, signal.SIGPROF)
    worker._process.join()
    failed = pool.read(task())
    assert failed == Failed("reading it takes longer than 1 seconds of CPU time", Trouble.DOCUMENT)
    assert isinstance(pool.read(task()), Brought)


def test_a_process_really_ends_when_a_body_takes_longer_than_it_may():
    opened = Pool(built_in_rules(), FetchLimits(parse_seconds=0.02), size=1)
    try:
        body = b"".join(item(1, n, f"Nvidia grows {n}").encode() for n in range(1500))
        failed = opened.read(
            task(b"<rss version='2.0'><channel><title>x</title>" + body + b"</channel></rss>")
        )
    finally:
        opened.close()
    assert isinstance(failed, Failed)
    assert "0.02 seconds of CPU time" in failed.why
    assert pools.ANYONES_BYTES < pools.WELL_KNOWN_BYTES


def descendants(process: int | str = "self") -> set[int]:
    files = Path(f"/proc/{process}/task").glob("*/children")
    own = {int(child) for file in files for child in file.read_text().split()}
    return own.union(*map(descendants, own))


def test_a_pool_is_its_readers_and_the_process_that_forked_them_and_none_of_them_stays():
    before = descendants()
    opened = Pool(built_in_rules(), LIMITS, size=1)
    try:
        assert isinstance(opened.read(task()), Brought)
        assert len(descendants() - before) == 2
    finally:
        opened.close()
    assert descendants() <= before
