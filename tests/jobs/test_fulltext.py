"""A source that sends summaries, with full_text: its new entries' pages are fetched once, if allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from core.test_fulltext import PAGE, SENTENCES
from journeys.world import Feeds, feed_server, write_config

from aggregator.config import load_setup
from aggregator.jobs.cycle import run_cycle
from aggregator.store.base import open_store


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    with feed_server() as served:
        items = "".join(
            f"<item><guid>{n}</guid><title>Report {n}</title><link>{served.url}/{n}</link>"
            f"<description>Short {n}.</description></item>"
            for n in ("open", "closed/1", "missing")
        )
        head = "<title>Summaries</title>"
        served.documents["/rss"] = f"<rss version='2.0'><channel>{head}{items}</channel></rss>".encode()
        served.documents["/robots.txt"] = b"User-agent: *\nDisallow: /closed/\n"
        served.documents["/open"] = served.documents["/closed/1"] = PAGE.encode()
        yield served


def published(folder: Path, feeds: Feeds, full_text: bool) -> str:
    """Two cycles; returns what is published."""
    setup = load_setup(write_config(folder, [feeds.url + "/rss"]))
    setup = replace(setup, sources=tuple(replace(source, full_text=full_text) for source in setup.sources))
    store = open_store(setup.settings.database)
    for _ in range(2):
        run_cycle(setup, store, everything=True)
    store.close()
    return (Path(setup.settings.output) / "everything.atom").read_text(encoding="utf-8")


def test_the_text_of_a_page_is_published_and_asked_for_once(tmp_path, feeds):
    written = published(tmp_path, feeds, full_text=True)
    assert all(said in written for said in SENTENCES)
    assert "Short closed/1." in written
    assert "Short missing." in written
    assert [path for path, _ in feeds.requests].count("/open") == 1


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path, feeds):
    published(tmp_path, feeds, full_text=True)
    assert "/closed/1" not in [path for path, _ in feeds.requests]


def test_without_the_setting_no_page_is_asked_for(tmp_path, feeds):
    assert SENTENCES[0] not in published(tmp_path, feeds, full_text=False)
    assert {path for path, _ in feeds.requests} == {"/rss"}
