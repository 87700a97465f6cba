"""A cycle over 210 sources, 120 of them hostile, with the default bounds: time, memory, who landed.

``python -m benchmarks.hostile [--sources N] [--hostile N]``: the servers run in a process of their own
on loopback, which is not counted. The bounds aimed at: a minute on two cores, 512 MB in all processes,
every healthy source stored, every hostile one with its error; and memory at most 1.3 times that of a
cycle over the healthy ones alone. Ends with 1 where one is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from fetch import hostile
from fetch.faults import FaultServer, response, settings
from journeys.world import rss

from aggregator.config import built_in_rules
from aggregator.jobs.cycle import run_cycle
from aggregator.model import FetchLimits, Setup, Source, SourceHealth, Topic
from aggregator.store import sources
from aggregator.store.base import open_store
from benchmarks.memory import watched

SECONDS = 60
MEMORY = 512 << 20
FACTOR = 1.3
ENTRIES = 20  # of a healthy feed
SLOW = "slow-document"  # within all bounds: read in the end, as a feed without entries
SLOW_EVERY = 60  # hostile sources to one that holds the parser, and to one that makes a huge tree
MEGABYTES = 20  # more than a body may have


def news(number: int) -> bytes:
    """A feed of some 50 KB like no other."""
    said = " ".join(f"word{number}x{place}" for place in range(200))
    items = [(f"Headline {place} of {number}", f"<p>{place} {said}</p>") for place in range(ENTRIES)]
    return rss(f"good{number}", items)


def serve(pipe: Connection, healthy: int, bad: int) -> None:
    """Tell a server what to answer, send the URLs, and serve until told to stop."""

    async def run() -> None:
        async with FaultServer() as server:
            kinds = list(islice(cycle(hostile.kinds(MEGABYTES)), bad))
            kinds[::SLOW_EVERY] = [
                (SLOW, response(body=hostile.slow_document())) for _ in kinds[::SLOW_EVERY]
            ]
            kinds[SLOW_EVERY // 2 :: SLOW_EVERY] = [
                ("heavy-document", response(body=hostile.heavy_document()))
                for _ in kinds[SLOW_EVERY // 2 :: SLOW_EVERY]
            ]
            urls = [
                server.tell(f"/bad/{number}/{name}", answer) for number, (name, answer) in enumerate(kinds)
            ]
            good = [server.tell(f"/good/{number}", response(body=news(number))) for number in range(healthy)]
            server.tell("/circle", hostile.redirect(301, "/circle"))
            pipe.send((good, urls))
            await asyncio.to_thread(pipe.recv)

    asyncio.run(run())


def measure(healthy: int, bad: int) -> dict[str, float]:
    """Run one cycle; what it took and left."""
    pipe, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, healthy, bad))
    server.start()
    good, hostile_urls = pipe.recv()
    listed = [Source(f"s{number}", url, url) for number, url in enumerate(mixed(good, hostile_urls))]
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(
            replace(settings(FetchLimits()), output=f"{folder}/output"),
            tuple(listed),
            (Topic("everything", "Everything", "*"),),
            built_in_rules(),
        )
        store = open_store(f"sqlite:///{folder}/store.db")
        began = monotonic()
        with watched(server.pid or 0) as peak:
            run_cycle(setup, store)
        seconds = monotonic() - began
        with store.read() as connection:
            standing = sources.statuses(connection, listed)
        store.close()
    pipe.send(None)
    server.join()
    wanted = set(good)
    return {
        "seconds": round(seconds, 1),
        "peak_mb": round(peak.bytes / 1e6),
        "healthy": len(good),
        "landed": sum(
            one.url in wanted and one.state is SourceHealth.OK and one.entries == ENTRIES for one in standing
        ),
        "hostile": len(hostile_urls),
        "told": sum(
            one.url not in wanted and one.next_poll is not None and (bool(one.error) or SLOW in one.url)
            for one in standing
        ),
    }


def mixed(good: list[str], bad: list[str]) -> list[str]:
    """Both kinds, evenly among each other."""
    placed = [(place / len(urls), url) for urls in (good, bad) for place, url in enumerate(urls)]
    return [url for _, url in sorted(placed)]


def apart(healthy: int, bad: int) -> dict[str, float]:
    """Measure in a fresh process, whose memory holds nothing else."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--one", str(healthy), str(bad)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> int:
    """Compare both cycles with what they may take."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=210)
    parser.add_argument("--hostile", type=int, default=120)
    parser.add_argument("--one", type=int, nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*arguments.one)))
        return 0
    healthy = arguments.sources - arguments.hostile
    alone, among = apart(healthy, 0), apart(healthy, arguments.hostile)
    print(f"CPUs {os.cpu_count()}")
    for label, found in (("healthy alone", alone), ("with hostile", among)):
        print(f"{label:14} {found}")
    factor = among["peak_mb"] / alone["peak_mb"]
    print(f"memory with hostile sources / without: {factor:.2f}")
    met = {
        f"within {SECONDS} s": among["seconds"] <= SECONDS,
        f"within {MEMORY >> 20} MB": among["peak_mb"] * 1e6 <= MEMORY,
        f"within {FACTOR} of the memory without": factor <= FACTOR,
        "every healthy source landed": among["landed"] == among["healthy"],
        "every hostile source told": among["told"] == among["hostile"],
    }
    print("\n".join(f"{'met   ' if ok else 'MISSED'} {what}" for what, ok in met.items()))
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
