"""kill -9 at any moment of a cycle, then a plain restart: nothing lost, nothing twice, no half file."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from journeys.world import aggregator, feed_server, rss, start, write_config
from lxml import etree

SOURCES = 12
ITEMS = 25
KILLS = 20


def test_a_killed_cycle_leaves_each_entry_once_and_each_file_whole(tmp_path):
    chance = random.Random(20)  # the moments differ from run to run of the machine, not of the test
    with feed_server() as feeds:
        for number in range(SOURCES):
            feeds.documents[f"/{number}.xml"] = document(number, "first")
        config = write_config(tmp_path, [f"{feeds.url}/{number}.xml" for number in range(SOURCES)])
        whole = duration(config)
        for kill in range(KILLS):
            feeds.documents[f"/{kill % SOURCES}.xml"] = document(kill % SOURCES, f"edition {kill}")
            process = start("poll", "--all", "--config", config)
            time.sleep(whole * chance.uniform(0.2, 1.0))
            process.kill()
            process.communicate(timeout=30)
            assert_files_are_whole(tmp_path / "output")
        release_leases(tmp_path / "test.db")
        answer = aggregator("poll", "--all", "--config", config)
    assert answer.returncode == 0, answer.stderr
    assert_files_are_whole(tmp_path / "output")
    assert stored(tmp_path / "test.db") == {(f"Source {n}", ITEMS) for n in range(SOURCES)}
    newest = "\n".join(titles(tmp_path / "output" / "everything.atom"))
    for kill in range(KILLS - SOURCES, KILLS):
        assert f"Edition {kill} of source {kill % SOURCES}" in newest


def document(number: int, edition: str) -> bytes:
    """A source's items: the newest names the edition."""
    words = " ".join(f"word{number}x{i}" for i in range(80))
    items = [
        (f"Item {i} of source {number}", f"<p>Plain sample text {words} {i}.</p>") for i in range(1, ITEMS)
    ]
    return rss(f"s{number}", [(f"{edition.capitalize()} of source {number}", f"<p>{words}</p>"), *items])


def duration(config: Path) -> float:
    """Seconds that a cycle takes here, so that the kills fall into its midst."""
    began = time.monotonic()
    assert aggregator("poll", "--config", config).returncode == 0
    return time.monotonic() - began


def release_leases(database: Path) -> None:
    """Let the leases of the killed run out at once, as minutes would."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE sources SET leased_until = NULL")


def assert_files_are_whole(output: Path) -> None:
    for path in output.glob("*.atom"):
        etree.parse(str(path))
    for path in output.glob("*.html"):
        assert path.read_bytes().rstrip().endswith(b"</html>")


def stored(database: Path) -> set[tuple[str, int]]:
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT s.slug, count(DISTINCT e.key), count(*) FROM entries e JOIN sources s ON s.id = e.source_id "
            "GROUP BY s.slug"
        ).fetchall()
    assert all(distinct == total for _, distinct, total in rows)
    return {(slug.replace("source-", "Source "), total) for slug, _, total in rows}


def titles(path: Path) -> list[str]:
    return etree.parse(str(path)).xpath("//*[local-name()='entry']/*[local-name()='title']/text()")
