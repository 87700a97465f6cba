"""One command measured, one program taken through the five cycles, and the cost of our stages."""

from __future__ import annotations

import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import filling
from benchmarks.corpus import Shape, document
from benchmarks.memory import resident
from benchmarks.peers import Side, ask, published, sides
from benchmarks.server import Asked, Mode, Server, served

if TYPE_CHECKING:
    from aggregator.core.pipeline import Rules
    from aggregator.model import Document

COLD, WARM, DEAF, NEWS, IDLE = "cold", "all 304", "validators ignored", "2 % new", "start-up"
ROOT = Path(__file__).parent.parent
_FIRST = 3  # documents read before any is measured: among them are all kinds of bodies


@dataclass(frozen=True)
class Cost:
    """What one run of a command took."""

    wall: float  # seconds
    cpu: float  # seconds, user and system, with its children
    peak: int  # resident bytes, with its children; sampled


@dataclass(frozen=True)
class Walk:
    """One program's cycles, and what they left behind."""

    costs: Mapping[str, Cost]
    stored: int | None  # entries in the end
    published: Mapping[str, int]  # items in each topic's feed


def run(command: list[str], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end. Raises RuntimeError where it fails."""
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=_environment(environment or {}),
        )
        peak = 0
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            peak = max(peak, resident(process.pid))
            time.sleep(0.004 if time.perf_counter() - began < 0.5 else 0.02)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {errors.read().decode(errors='replace')[-2000:]}")
    # Its ru_maxrss would count us, from whom it was forked.
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours, but for what keeps an uninstalled program from being compiled once, as an installed one is."""
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**given, **more}


def walk(side: Side, server: Server, folder: Path) -> Walk:
    """Take a program through the cycles, from an empty folder.

    Raises RuntimeError where it did not do a cycle's work: see ``check``.
    """
    side.prepare(folder, server.urls)
    costs: dict[str, Cost] = {}
    for name, mode in ((COLD, Mode.FIRST), (WARM, Mode.FIRST), (DEAF, Mode.DEAF), (NEWS, Mode.SECOND)):
        server.become(mode)
        costs[name] = run(side.cycle(folder), side.environment)
        check(side, name, server.asked(), len(server.urls))
        if name == COLD and side.settles:
            run(side.cycle(folder), side.environment)
    if side.idle:
        costs[IDLE] = run(side.idle(folder), side.environment)
    return Walk(costs, side.stored(folder), published(folder))


def check(side: Side, cycle: str, asked: Asked, feeds: int) -> None:
    """Make sure that a program asked each feed once, with its validators where it keeps them.

    Raises RuntimeError: what it took for the cycle tells nothing then.
    """
    wrong = []
    if not asked.feeds == asked.requests == feeds:
        wrong.append(f"asked {asked.feeds} of {feeds} feeds in {asked.requests} requests")
    if side.conditional and cycle != COLD and asked.conditional != feeds:
        wrong.append(f"sent validators in {asked.conditional} of {feeds} requests")
    full = {COLD: feeds, WARM: 0, DEAF: feeds, NEWS: max(1, feeds // 50)}[cycle]
    if side.conditional and asked.bodies != full:
        wrong.append(f"was sent {asked.bodies} bodies, not {full}")
    if wrong:
        raise RuntimeError(f"{side.name}, {cycle}: {'; '.join(wrong)}")


def startup(folder: Path) -> dict[str, Cost]:
    """A bare interpreter, ``--version``, and ``check`` of ten sources."""
    sources = "".join(f"  - {{url: 'https://site{n}.example/feed', name: Site {n}}}\n" for n in range(10))
    config = folder / "feeds.yaml"
    config.write_text(
        f"settings: {{contact: ops@example.org}}\nsources:\n{sources}"
        "topics:\n  - {slug: samsung+openai, match: samsung AND openai}\n"
    )
    ours = [sys.executable, "-m", "aggregator"]
    return {
        "bare": run([sys.executable, "-c", "pass"]),
        "--version": run([*ours, "--version"]),
        "check": run([*ours, "check", "-c", str(config)]),
    }


def changed_document(shape: Shape, times: int = 40) -> tuple[float, float]:
    """CPU seconds for a changed document with one new entry: ours whole way, feedparser's parse alone."""
    import feedparser

    from aggregator.config import built_in_rules
    from aggregator.core import parse, pipeline
    from aggregator.model import Document, FetchLimits, Source

    rules = pipeline.compile_rules(built_in_rules())
    limits = FetchLimits()
    ours = theirs = 0.0
    # What is imported and compiled at first use is no document's cost.
    for number in range(_FIRST):
        first = Document(
            "https://s.example/", *document(shape, times + number), datetime(2025, 2, 4, tzinfo=UTC)
        )
        pipeline.process(first, Source(slug="s", url=first.url, name="s"), {}, rules, limits)
        feedparser.parse(first.body)
    for number in range(times):
        url = f"https://site{number}.example/feed"
        source = Source(slug=f"s{number}", url=url, name=url)
        before, after = (
            Document(url, *document(shape, number, edition), datetime(2025, 2, 4, tzinfo=UTC))
            for edition in (0, 1)
        )
        known = {raw.key: raw.fingerprint for raw in parse.parse(before, limits, None).entries}
        began = time.process_time()
        found = pipeline.process(after, source, known, rules, limits)
        ours += time.process_time() - began
        began = time.process_time()
        whole = feedparser.parse(after.body, response_headers={"content-type": after.content_type})
        theirs += time.process_time() - began
        if len(found.drafts) != 1 or len(whole.entries) != shape.entries:
            raise RuntimeError("the two did not read the same document")
    return ours / times, theirs / times


@contextmanager
def unchanged_cycles(sources: int) -> Iterator[tuple[Server, Callable[[], float]]]:
    """A server, and what takes this process through a cycle in which each of its sources answers 304.

    A cycle gives its CPU seconds. Raises RuntimeError where a source was not unchanged.
    """
    from aggregator.config import load_setup
    from aggregator.jobs.cycle import run_cycle
    from aggregator.store.base import open_store

    with served(Shape(sources, 1)) as server, tempfile.TemporaryDirectory() as folder:
        sides()[0].prepare(Path(folder), server.urls)
        setup = load_setup(Path(folder) / "feeds.yaml")
        store = open_store(setup.settings.database)

        def cycle() -> float:
            began = time.process_time()
            report = run_cycle(setup, store, everything=True)
            spent = time.process_time() - began
            if report.unchanged != sources:
                raise RuntimeError(f"{report.unchanged} of {sources} sources were unchanged")
            return spent

        for _ in range(2):  # nothing is stored before the first
            run_cycle(setup, store, everything=True)
        yield server, cycle
        store.close()


def unchanged_source(sources: int = 2000, times: int = 5) -> tuple[float, float]:
    """CPU seconds a source of all-304 cycles in a running process: ours, and a bare loop's."""
    ours: list[float] = []
    theirs: list[float] = []
    with unchanged_cycles(sources) as (server, cycle):
        etags: dict[str, str] = {}
        ask(server.urls, etags)  # nothing is asked conditionally yet
        for _ in range(times):
            ours.append(cycle())
            began = time.process_time()
            ask(server.urls, etags)
            theirs.append(time.process_time() - began)
    return min(ours) / sources, min(theirs) / sources


def resting_peak(sources: int) -> int:
    """Bytes at the peak of ``poll --all`` where every source answers 304."""
    side = sides()[0]
    with served(Shape(sources, 1)) as server, tempfile.TemporaryDirectory() as folder:
        side.prepare(Path(folder), server.urls)
        for _ in range(2):
            cost = run(side.cycle(Path(folder)))
        return cost.peak


def stages(shape: Shape) -> dict[str, float]:
    """CPU microseconds an entry of each stage, over a part of the corpus read as a cold cycle reads it."""
    from aggregator.config import built_in_rules
    from aggregator.core import pipeline
    from aggregator.jobs.compiled import compiled
    from aggregator.model import Document, FetchLimits, Source

    data = built_in_rules()
    compiled(data)  # where there was no copy, there is one now
    at = datetime(2025, 2, 4, tzinfo=UTC)
    bodies = [Document(f"https://s{n}.example/", *document(shape, n), at) for n in range(41)]
    once, each = _Laps(1000), _Laps(1e6 / (len(bodies) - 1) / shape.entries)
    with once.lap("compile the rules, once an installation (ms)"):
        pipeline.compile_rules(data)
    with once.lap("read the compiled rules, once a process (ms)"):
        rules = compiled(data)
    with once.lap("make them fit for much text, once a cold cycle (ms)"):
        rules = pipeline.for_much_text(rules)
    # What is compiled at first use is no stage's cost.
    pipeline.process(
        bodies.pop(), Source(slug="s", url="https://s.example/", name="s"), {}, rules, FetchLimits()
    )
    for body in bodies:
        _read(body, rules, each)
    return {
        **once.spent,
        **each.spent,
        "write, one transaction for 600 entries": filling.writing(shape),
    }


def _read(body: Document, rules: Rules, laps: _Laps) -> None:
    """What ``core.pipeline`` and the packing make of a body, timed by stage."""
    from aggregator.core import clean, disclose, parse, pipeline, stories, tag
    from aggregator.model import Draft, FetchLimits
    from aggregator.store import rows

    with laps.lap("parse"):
        feed = parse.parse(body, FetchLimits(), None)
    for first in range(0, len(feed.entries), pipeline.TOGETHER):
        raws = feed.entries[first : first + pipeline.TOGETHER]
        with laps.lap("clean"):
            articles = clean.clean_all(raws, feed.info, rules.clean, rules.zones)
        with laps.lap("disclose"):
            told = [disclose.disclose(*both, rules.notices) for both in zip(articles, raws, strict=True)]
        with laps.lap("tag"):
            tags = [tag.tag(article, rules.matcher) for article, _ in told]
        with laps.lap("sketch"):
            sketches = [stories.sketch(article) for article, _ in told]
        with laps.lap("pack for the store"):
            for raw, (article, found), tagged, sketch in zip(raws, told, tags, sketches, strict=True):
                rows.pack(Draft(raw, article, found, tagged, sketch, rules.versions))


class _Laps:
    """CPU time by name, in units of which a second has so many."""

    def __init__(self, unit: float) -> None:
        self._unit = unit
        self.spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Add what the block takes."""
        began = time.process_time()
        yield
        self.spent[name] += (time.process_time() - began) * self._unit


def profile(folder: Path, cycle: str, server: Server) -> str:
    """The main process's costliest functions in one of our cycles, by their own time."""
    from aggregator.config import load_setup
    from aggregator.jobs.cycle import run_cycle
    from aggregator.store.base import open_store

    setup = load_setup(folder / "feeds.yaml")
    store = open_store(setup.settings.database)
    if cycle != COLD:
        run_cycle(setup, store, everything=True)
    server.become(Mode.FIRST)
    profiler = cProfile.Profile()
    profiler.runcall(run_cycle, setup, store, True)
    store.close()
    return top(profiler)


def top(profiler: cProfile.Profile, lines: int = 12) -> str:
    """The functions with the most time of their own, a line each."""
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    worst = sorted(stats.items(), key=lambda one: -one[1][2])[:lines]
    return "\n".join(
        f"{own:7.3f} s own {cumulative:7.3f} s in all {calls:8d} calls  {Path(file).name}:{name}"
        for (file, _, name), (_, calls, own, cumulative, _) in worst
    )
