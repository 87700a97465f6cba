"""How many requests a second a topic feed takes, against a bare Starlette hello on the same server.

``python -m benchmarks.serving [--rounds N] [--seconds S]``: one server process, this process asks over
kept-alive connections with requests written ahead of time, so that the server is what is measured. The
hello and the feed take turns; medians are printed with their ratio, and the server's CPU time a request.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from aggregator.web import Server, create_app
from aggregator.write.atom import write_atom

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from builders import a_story, a_topic_feed, an_article, an_entry

CONNECTIONS = 16


async def hello(request: Request) -> PlainTextResponse:
    """What a framework costs when it does nothing; async, since a thread would cost more."""
    return PlainTextResponse("hello")


def serve(folder: Path, ready: Connection) -> None:
    """Serve the folder and the hello by the same server, each on a port of its own, until told to stop."""

    async def run() -> None:
        routes = [Route("/", hello)]
        servers = [
            Server(create_app(folder), "127.0.0.1", 0),
            Server(Starlette(routes=routes), "127.0.0.1", 0),
        ]
        for server in servers:
            await server.start()
        ready.send([server.port for server in servers])
        while (await asyncio.to_thread(ready.recv)) != "stop":
            ready.send(time.process_time())
        for server in servers:
            await server.stop()

    asyncio.run(run())


@dataclass(frozen=True)
class Answered:
    """One run: requests a second, and the server's CPU microseconds for each."""

    per_second: float
    cpu_us: float


async def ask(port: int, path: str, headers: str, status: int, seconds: float) -> int:
    """Ask one thing again and again over kept-alive connections; the number of right answers."""
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()
    end = time.perf_counter() + seconds

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        count = 0
        while time.perf_counter() < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(f"HTTP/1.1 {status} ".encode()), head
            at = head.find(b"content-length: ")
            if status != 304 and at >= 0:
                await reader.readexactly(int(head[at + 16 : head.index(b"\r\n", at)]))
            count += 1
        writer.close()
        return count

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS))))


def measure(control: Connection, port: int, path: str, headers: str, status: int, seconds: float) -> Answered:
    """One run of one kind of request."""
    control.send("cpu")
    before = control.recv()
    started = time.perf_counter()
    count = asyncio.run(ask(port, path, headers, status, seconds))
    elapsed = time.perf_counter() - started
    control.send("cpu")
    return Answered(count / elapsed, (control.recv() - before) / count * 1e6)


def sample_feed() -> bytes:
    """A topic feed of 100 invented stories, as the program writes it."""
    chance = random.Random(7)
    stories = []
    for number in range(100):
        words = " ".join(f"{chance.randrange(16**5):x}" for _ in range(40))
        stories.append(
            a_story(number, an_entry(number, an_article(title=words[:50], html=f"<p>{words}</p>")))
        )
    return write_atom(a_topic_feed(*stories)).whole()


async def etag_of(port: int) -> str:
    """The ETag that a reader would send back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(b"GET /a+b.atom HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    writer.close()
    return next(line[6:] for line in head.split("\r\n") if line.lower().startswith("etag: "))


def main() -> None:
    """Print a line for each kind of answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a+b.atom").write_bytes(sample_feed())
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(Path(folder), there))
        process.start()
        feed_port, hello_port = here.recv()
        gzip = "Accept-Encoding: gzip\r\n"
        fresh = f"{gzip}If-None-Match: {asyncio.run(etag_of(feed_port))}\r\n"
        kinds = {
            "Starlette hello": (hello_port, "/", gzip, 200),
            "feed, 200 gzip": (feed_port, "/a+b.atom", gzip, 200),
            "feed, 304": (feed_port, "/a+b.atom", fresh, 304),
        }
        runs: dict[str, list[Answered]] = {kind: [] for kind in kinds}
        for _ in range(options.rounds):
            for kind, (port, path, headers, status) in kinds.items():
                runs[kind].append(measure(here, port, path, headers, status, options.seconds))
        here.send("stop")
        process.join()
    report(runs)


def report(runs: dict[str, list[Answered]]) -> None:
    """Medians, and ratios to the first kind."""
    base = runs["Starlette hello"]
    for kind, found in runs.items():
        rate = statistics.median(run.per_second for run in found)
        cpu = statistics.median(run.cpu_us for run in found)
        ratio = statistics.median(a.per_second / b.per_second for a, b in zip(found, base, strict=True))
        less = statistics.median(b.cpu_us / a.cpu_us for a, b in zip(found, base, strict=True))
        print(f"{kind:16} {rate:6.0f} requests/s, {cpu:5.1f} us CPU each; ", end="")
        print(f"{ratio:.2f}x as many, {less:.2f}x less CPU")


if __name__ == "__main__":
    main()
