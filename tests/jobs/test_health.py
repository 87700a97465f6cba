"""A source breaks, is paused and recovers: what _health.atom tells of it, cycle by cycle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from journeys.world import Feeds, feed_server, rss, write_config

from aggregator.config import load_setup
from aggregator.jobs.cycle import run_cycle
from aggregator.store.base import Store, open_store

NEWS = rss("lantern", [("Samsung opens a laboratory", "<p>Two hundred engineers move in.</p>")])


class World:
    """One source, a store and an output folder."""

    def __init__(self, folder: Path, feeds: Feeds) -> None:
        self.feeds = feeds
        feeds.documents["/rss"] = NEWS
        self.setup = load_setup(write_config(folder, [feeds.url + "/rss"]))
        self.store: Store = open_store(self.setup.settings.database)
        self.file = Path(self.setup.settings.output) / "_health.atom"

    def poll(self, document: bytes | None) -> list[feedparser.FeedParserDict]:
        """Serve this (None: 404), run a cycle; returns the feed's entries."""
        self.feeds.documents.pop("/rss", None)
        if document is not None:
            self.feeds.documents["/rss"] = document
        run_cycle(self.setup, self.store, everything=True)
        read = feedparser.parse(self.file.read_bytes())
        assert not read.bozo
        return read.entries


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with feed_server() as feeds:
        made = World(tmp_path, feeds)
        yield made
        made.store.close()


def test_a_source_that_breaks_and_recovers_makes_one_entry_each_time(world):
    assert world.poll(NEWS) == []
    (broke,) = world.poll(None)
    assert broke.title == "Source 0 is failing"
    assert "404" in broke.content[0].value
    recovered, before = world.poll(NEWS)
    assert recovered.title == "Source 0 has recovered"
    assert "It had failed since" in recovered.content[0].value
    assert before == broke


def test_an_entry_stays_as_it_is_while_its_source_fails_on_and_the_file_stays_too(world):
    (broke,) = world.poll(None)
    written, at = world.file.read_bytes(), world.file.stat().st_mtime_ns
    assert world.poll(None) == [broke]
    assert (world.file.read_bytes(), world.file.stat().st_mtime_ns) == (written, at)


def test_a_document_that_is_no_feed_is_told_as_what_is_wrong(world):
    (broke,) = world.poll(b"<rss")
    assert "What is wrong" in broke.content[0].value


def test_the_page_leads_to_the_feed(world):
    world.poll(NEWS)
    assert 'href="_health.atom"' in world.file.with_name("index.html").read_text(encoding="utf-8")
