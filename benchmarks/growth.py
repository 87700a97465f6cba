"""``python -m benchmarks.growth [--stored N]``: what a cycle costs as sources, topics and entries grow.

CPU seconds of this process, best of several: the same work beside little and beside much. Sources are
asked over loopback; stored entries are written by the store's own transactions, without asking anybody.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.jobs.poll import Brought
from aggregator.jobs.prepare import Prepared, prepare
from aggregator.jobs.publish import publish
from aggregator.model import Setup
from aggregator.store.base import Store, open_store
from benchmarks import filling
from benchmarks.corpus import Shape
from benchmarks.measure import unchanged_cycles

_SHAPE = Shape()
_DOCUMENTS = 20  # read once; copies of their entries fill the store
_NEWS = 20  # sources with a new entry each in the cycle that is measured
_TIMES = 5
_BUSY = 10  # topics that new entries touch


@dataclass
class _Archive:
    """A store that is filled step by step."""

    setup: Setup
    store: Store
    prepared: Prepared
    documents: Sequence[Brought]
    now: datetime = filling.NOW
    number: int = 0
    stored: int = 0

    def fill(self, entries: int) -> None:
        """Add entries, a document a source and round, until so many are stored."""
        while self.stored < entries:
            self.stored += self._round(len(self.setup.sources), None)
        publish(self.setup, self.store)

    def news(self) -> float:
        """CPU seconds of a cycle's writing and publishing in which some sources have one new entry each."""
        began = time.process_time()
        new = self._round(_NEWS, 1)
        publish(self.setup, self.store)
        if new != _NEWS:
            raise RuntimeError(f"{new} entries were new, not {_NEWS}")
        return time.process_time() - began

    def _round(self, sources: int, entries: int | None) -> int:
        self.number += 1
        self.now += timedelta(hours=1)
        copies = [
            replace(
                one, entries=tuple(filling.another(entry, self.number) for entry in one.entries[:entries])
            )
            for one in self.documents
        ]
        return filling.poll(self.store, self.prepared, copies, self.now, sources)


def _archive(folder: str, quiet: int = 0) -> _Archive:
    """A store with ten topics that its entries touch, and so many that none does."""
    topics = (*filling.some_topics(_BUSY), *filling.quiet_topics(quiet))
    made = filling.setup(folder, _DOCUMENTS, topics)
    store = open_store(made.settings.database)
    prepared = prepare(made, store, filling.NOW)
    return _Archive(made, store, prepared, filling.brought(_SHAPE, _DOCUMENTS))


def _best(act: Callable[[], float]) -> float:
    return min(act() for _ in range(_TIMES))


def by_stored(few: int, many: int) -> tuple[float, float]:
    """CPU seconds of a cycle with some news, beside few and many stored entries."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _archive(folder)
        archive.fill(few)
        before = _best(archive.news)
        archive.fill(many)
        after = _best(archive.news)
        archive.store.close()
    return before, after


def by_topics(few: int, many: int) -> tuple[float, float]:
    """The same beside few and many topics, of which as many are touched."""
    found = []
    for topics in (few, many):
        with tempfile.TemporaryDirectory() as folder:
            archive = _archive(folder, topics - _BUSY)
            archive.fill(600)
            found.append(_best(archive.news))
            archive.store.close()
    return found[0], found[1]


def new_topic(stored: int) -> float:
    """CPU seconds until a topic added to an archive is filled and published."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _archive(folder)
        archive.fill(stored)
        more = replace(archive.setup, topics=filling.some_topics(_BUSY + 1))
        began = time.process_time()
        prepare(more, archive.store, archive.now)
        publish(more, archive.store)
        spent = time.process_time() - began
        archive.store.close()
    return spent


def by_sources(few: int, many: int) -> tuple[float, float]:
    """CPU seconds a source of a cycle in which every source answers 304."""
    found = []
    for sources in (few, many):
        with unchanged_cycles(sources) as (_, cycle):
            found.append(min(cycle() for _ in range(3)) / sources)
    return found[0], found[1]


def _row(name: str, found: tuple[float, float]) -> None:
    """Print one as soon as it is known: the next may take long."""
    before, after = found
    print(f"| {name} | {before * 1000:.2f} | {after * 1000:.2f} | {after / before:.2f} |", flush=True)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--topics", type=int, default=1_000)
    parser.add_argument("--stored", type=int, default=1_000_000)
    options = parser.parse_args()
    print("| growth of | before, ms | after, ms | times |\n|---|---|---|---|")
    sources = f"CPU a source, all 304, 100 → {options.sources:,} sources"
    _row(sources, by_sources(100, options.sources))
    topics = f"a cycle with {_NEWS} new entries, 10 → {options.topics:,} topics"
    _row(topics, by_topics(10, options.topics))
    stored = f"a cycle with {_NEWS} new entries, 10,000 → {options.stored:,} stored entries"
    _row(stored, by_stored(10_000, options.stored))
    seconds = new_topic(100_000)
    print(f"\nA topic added to 100,000 stored entries is filled and published in {seconds:.2f} s of CPU.")


if __name__ == "__main__":
    main()
