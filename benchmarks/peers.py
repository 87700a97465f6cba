"""The programs that are measured: how each is set up, run, and asked what it did.

``python -m benchmarks.peers reader|aiohttp FOLDER [--idle]`` is a peer that is a library, run for one
cycle; ``--idle`` does everything but ask the feeds, so that start-up can be left out.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.corpus import COMPANIES

_PYTHON = sys.executable
TOPICS = ("everything", *COMPANIES)


@dataclass(frozen=True)
class Side:
    """A program under measurement."""

    name: str
    missing: str | None  # what to install; None: it is there
    prepare: Callable[[Path, list[str]], None]  # an empty folder, the feeds
    cycle: Callable[[Path], list[str]]  # the command of one cycle
    stored: Callable[[Path], int | None]  # entries; None: it stores none
    idle: Callable[[Path], list[str]] | None = None  # the command that starts and asks nothing
    environment: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = True  # it sends validators
    settles: bool = False  # it keeps validators from its second cycle on: one more cycle before the warm ones


def published(folder: Path) -> dict[str, int]:
    """Items in each topic's feed."""
    atom = "{http://www.w3.org/2005/Atom}entry"
    files = {topic: folder / "output" / f"{topic}.atom" for topic in TOPICS}
    return {
        topic: sum(1 for _ in ElementTree.parse(file).iter(atom))  # our own output
        for topic, file in files.items()
        if file.exists()
    }


def _count(database: str, query: str) -> Callable[[Path], int]:
    def count(folder: Path) -> int:
        with sqlite3.connect(folder / database) as connection:
            return int(connection.execute(query).fetchone()[0])

    return count


def _urls(folder: Path, urls: list[str]) -> None:
    (folder / "urls.json").write_text(json.dumps(urls))


def _feeds_yaml(folder: Path, urls: list[str]) -> None:
    sources = "".join(f"  - {{url: '{url}', name: Site {number}}}\n" for number, url in enumerate(urls))
    topics = "".join(f"  - {{slug: {slug}, match: {slug}}}\n" for slug in COMPANIES)
    (folder / "feeds.yaml").write_text(
        "settings:\n  database: sqlite:///ours.db\n  output: output\n  base_url: http://127.0.0.1:8080/\n"
        "  contact: ops@example.org\n  allow_private_networks: true\n  disclaimer: Republished.\n"
        f"sources:\n{sources}topics:\n  - {{slug: everything, match: '*'}}\n{topics}"
    )


def _ours(*more: str) -> Callable[[Path], list[str]]:
    return lambda folder: [
        _PYTHON, "-m", "aggregator", "poll", "--json", "-c", str(folder / "feeds.yaml"), *more
    ]  # fmt: skip


def _library(*before: str, after: tuple[str, ...] = ()) -> Callable[[Path], list[str]]:
    return lambda folder: [_PYTHON, "-m", *before, str(folder), *after]


def _sfeedrc(conditional: bool) -> Callable[[Path, list[str]], None]:
    def prepare(folder: Path, urls: list[str]) -> None:
        feeds = "".join(f'feed "site{number}" "{url}"\n' for number, url in enumerate(urls))
        fetch = (
            'fetch() {\n e="$sfeedpath/../etags/$1"\n'
            ' curl -L --max-redirs 0 -H "User-Agent:" -f -s -m 15'
            ' --etag-compare "$e" --etag-save "$e" "$2" 2>/dev/null\n}\n'
        )
        (folder / "etags").mkdir()
        (folder / "sfeedrc").write_text(
            f'sfeedpath="{folder}/feeds"\n{fetch if conditional else ""}feeds() {{\n{feeds}}}\n'
        )

    return prepare


def _sfeed_stored(folder: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in (folder / "feeds").iterdir())


def _newsboat(folder: Path, urls: list[str]) -> None:
    (folder / "urls").write_text("".join(f"{url}\n" for url in urls))
    (folder / "config").write_text("reload-threads 8\nmax-items 0\n")


def _newsboat_cycle(folder: Path) -> list[str]:
    return ["newsboat", "-u", f"{folder}/urls", "-C", f"{folder}/config",
            "-c", f"{folder}/cache.db", "-x", "reload"]  # fmt: skip


def sides() -> tuple[Side, ...]:
    """Every program, ours first."""
    no_reader = None if importlib.util.find_spec("reader") else "pip install '.[bench]'"
    no_sfeed = None if shutil.which("sfeed_update") else "apt-get install sfeed"
    no_newsboat = None if shutil.which("newsboat") else "apt-get install newsboat"
    sfeed: Callable[[Path], list[str]] = lambda folder: ["sfeed_update", f"{folder}/sfeedrc"]  # noqa: E731
    reader = ("benchmarks.peers", "reader")
    aiohttp = ("benchmarks.peers", "aiohttp")
    idle = ("--idle",)
    return (
        Side("aggregator", None, _feeds_yaml, _ours("--all"),
             _count("ours.db", "select count(*) from entries"), _ours()),
        Side("beginner", None, _urls, _library("benchmarks.beginner"),
             _count("beginner.db", "select count(*) from entries")),
        Side("reader", no_reader, _urls, _library(*reader),
             _count("reader.db", "select count(*) from entries"), _library(*reader, after=idle)),
        Side("sfeed_update", no_sfeed, _sfeedrc(False), sfeed, _sfeed_stored, conditional=False),
        Side("sfeed_update + ETag", no_sfeed, _sfeedrc(True), sfeed, _sfeed_stored),
        Side("newsboat", no_newsboat, _newsboat, _newsboat_cycle,
             _count("cache.db", "select count(*) from rss_item"), environment={"TERM": "dumb"}, settles=True),
        Side("bare aiohttp", None, _urls, _library(*aiohttp),
             lambda _: None, _library(*aiohttp, after=idle)),
    )  # fmt: skip


def reader_cycle(folder: Path, idle: bool) -> None:
    """lemon24 reader, one worker."""
    from reader import make_reader

    reader = make_reader(str(folder / "reader.db"))
    for url in json.loads((folder / "urls.json").read_text()):
        reader.add_feed(url, exist_ok=True)
    if not idle:
        # scheduled: else it asks each feed at most once an hour, and later cycles would do nothing.
        reader.update_feeds(workers=1, scheduled=False)


def ask(urls: list[str], etags: dict[str, str]) -> None:
    """The least that any aiohttp program does: conditional requests, the bodies read and dropped."""
    import aiohttp

    async def run() -> None:
        gate = asyncio.Semaphore(64)

        async def one(session: aiohttp.ClientSession, url: str) -> None:
            headers = {"If-None-Match": etags[url]} if url in etags else {}
            async with gate, session.get(url, headers=headers) as response:
                await response.read()
                etags[url] = response.headers["ETag"]

        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(one(session, url) for url in urls))

    asyncio.run(run())


def aiohttp_cycle(folder: Path, idle: bool) -> None:
    """A bare aiohttp loop with its validators in a file."""
    place = folder / "etags.json"
    etags: dict[str, str] = json.loads(place.read_text()) if place.exists() else {}
    ask([] if idle else json.loads((folder / "urls.json").read_text()), etags)
    place.write_text(json.dumps(etags))


if __name__ == "__main__":
    {"reader": reader_cycle, "aiohttp": aiohttp_cycle}[sys.argv[1]](Path(sys.argv[2]), "--idle" in sys.argv)
