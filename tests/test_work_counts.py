"""How much work a cycle does, counted, not timed: the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.world import Feeds, feed_server, rss, write_config

from aggregator.config import load_setup
from aggregator.core import clean, parse, tag
from aggregator.jobs.compiled import compiled
from aggregator.jobs.cycle import CycleReport, run_cycle
from aggregator.store.base import open_store

SOURCES = 12
ENTRIES = 5
FILES = 11  # two topics as three feeds and a page, the index, OPML, _health.atom


class Cycles:
    """Cycles over sources on loopback; counts calls besides what the report says."""

    def __init__(self, folder: Path, feeds: Feeds, sources: int) -> None:
        self.feeds = feeds
        self.parsed = self.cleaned = self.tagged = 0
        for number in range(sources):
            self.send(number, ENTRIES)
        urls = [f"{feeds.url}/{number}.xml" for number in range(sources)]
        self.setup = load_setup(write_config(folder, urls))
        self.store = open_store(self.setup.settings.database)

    def send(self, number: int, entries: int, title: str = "Samsung and OpenAI meet") -> None:
        """Let a source have so many entries, each with words of its own."""
        items = [
            (
                title if one == 0 else f"Report {number} {one}",
                " ".join(f"s{number}n{one}w{w}" for w in range(30)),
            )
            for one in range(entries)
        ]
        self.feeds.documents[f"/{number}.xml"] = rss(f"s{number}", items)

    def run(self) -> CycleReport:
        """One cycle over every source, counted from zero."""
        self.parsed = self.cleaned = self.tagged = 0
        self.feeds.requests.clear()
        return run_cycle(self.setup, self.store, everything=True)


@pytest.fixture
def cycles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cycles]:
    with feed_server() as feeds:
        made = Cycles(tmp_path, feeds, SOURCES)
        compiled(made.setup.rules)  # a sample is read where there is no copy of them yet
        for module, name in ((parse, "parse"), (clean, "clean_all"), (tag, "tag")):
            monkeypatch.setattr(module, name, counted(made, name, getattr(module, name)))
        yield made
        made.store.close()


def counted(made: Cycles, name: str, call):
    counter = {"parse": "parsed", "clean_all": "cleaned", "tag": "tagged"}[name]

    def counting(*arguments, **named):
        times = len(arguments[0]) if name == "clean_all" else 1
        setattr(made, counter, getattr(made, counter) + times)
        return call(*arguments, **named)

    return counting


def test_a_first_cycle_reads_each_document_and_cleans_and_tags_each_entry_once(cycles: Cycles) -> None:
    report = cycles.run()
    assert report.new == SOURCES * ENTRIES
    assert (report.documents_parsed, report.entries_cleaned) == (SOURCES, SOURCES * ENTRIES)
    assert (cycles.parsed, cycles.cleaned, cycles.tagged) == (SOURCES, SOURCES * ENTRIES, SOURCES * ENTRIES)
    assert len(cycles.feeds.requests) == SOURCES
    assert report.files_written == FILES


def test_a_cycle_of_304s_reads_cleans_tags_and_writes_nothing(cycles: Cycles) -> None:
    cycles.run()
    report = cycles.run()
    assert report.unchanged == SOURCES
    assert (cycles.parsed, cycles.cleaned, cycles.tagged, report.files_written) == (0, 0, 0, 0)
    assert len(cycles.feeds.requests) == SOURCES
    assert all(condition for _, condition in cycles.feeds.requests)


def test_a_server_that_ignores_validators_costs_no_reading_either(cycles: Cycles) -> None:
    cycles.run()
    answer = cycles.feeds.answer
    cycles.feeds.answer = lambda path, _: answer(path, None)  # type: ignore[method-assign]
    report = cycles.run()
    assert report.unchanged == SOURCES
    assert (cycles.parsed, cycles.cleaned, cycles.tagged, report.files_written) == (0, 0, 0, 0)


def test_one_new_entry_costs_one_reading_one_cleaning_and_one_tagging(cycles: Cycles) -> None:
    cycles.run()
    cycles.send(3, ENTRIES + 1)
    report = cycles.run()
    assert (report.new, report.changed, report.unchanged) == (1, 0, SOURCES - 1)
    assert (cycles.parsed, cycles.cleaned, cycles.tagged) == (1, 1, 1)


def test_one_new_entry_that_one_topic_takes_rewrites_that_topic_and_what_lists_it(cycles: Cycles) -> None:
    cycles.run()
    cycles.send(3, ENTRIES + 1)
    # The feeds and page of everything, the index and OPML; not those of Samsung and OpenAI.
    assert cycles.run().files_written <= 6


def statements(folder: Path, sources: int) -> tuple[int, int]:
    """SQL statements of a cycle of 304s, and of one in which one source has one new entry."""
    folder.mkdir()
    with feed_server() as feeds:
        made = Cycles(folder, feeds, sources)
        made.run()
        quiet = made.run().statements
        made.send(0, ENTRIES + 1)
        news = made.run().statements
        made.store.close()
    return quiet, news


def test_statements_do_not_grow_with_the_number_of_sources(tmp_path: Path) -> None:
    few, many = statements(tmp_path / "few", 4), statements(tmp_path / "many", 40)
    # Outcomes share a transaction by the moment they come in: a slow machine may need one more of them.
    batch = 20
    assert many[0] <= few[0] + batch
    assert many[1] <= few[1] + batch
    assert few[0] <= 40
    assert few[1] <= 120
