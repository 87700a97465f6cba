"""What a source does to its ids, over several polls."""

from __future__ import annotations

import re

import pytest
from jobs.feeds import World

from aggregator.store import sources


@pytest.fixture
def world(tmp_path, store):
    return World(tmp_path, store, sources=1)


def items(poll: int, ids: str, dated: str = "04 Feb 2025 08:0{n}:00", count: int = 4) -> list[str]:
    """A source's items at a poll; ids and dates are formats of n (the item) and p (the poll)."""
    return [
        f"<item><guid isPermaLink='false'>{ids.format(n=n, p=poll)}</guid><title>Nvidia report {n}</title>"
        f"<link>https://s0.example/{n}</link><pubDate>Tue, {dated.format(n=n, p=poll)} GMT</pubDate>"
        f"<description>Text of report {n} that says what it says.</description></item>"
        for n in range(count)
    ]


def told(world: World) -> tuple[int, tuple[str, ...]]:
    with world.store.read() as connection:
        (status,) = sources.statuses(connection, world.setup.sources)
    return status.entries, status.remarks


def ids_in(world: World) -> list[str]:
    return re.findall(r"<entry>\s*<id>([^<]*)", world.text("everything.atom"))


@pytest.mark.parametrize("dated", ["04 Feb 2025 08:0{n}:00", "04 Feb 2025 1{p}:0{n}:00"])
def test_ids_that_are_new_at_each_poll_make_no_new_entries_and_are_told(world, dated):
    world.write(0, items(0, "{p}-{n}", dated))
    assert world.cycle().new == 4
    before = ids_in(world)
    for poll in (1, 2, 3):
        world.write(0, items(poll, "{p}-{n}", dated))
        assert world.cycle().new == 0
    assert ids_in(world) == before
    assert told(world) == (4, ("entries that came under new ids, told by link and title: 4",))


def test_an_entry_added_to_such_a_feed_is_new(world):
    world.write(0, items(0, "{p}-{n}"))
    world.cycle()
    world.write(0, items(1, "{p}-{n}", count=5))
    report = world.cycle()
    assert (report.new, told(world)[0]) == (1, 5)


def test_a_source_that_changes_its_ids_once_goes_on_as_before(world):
    world.write(0, items(0, "http://s0.example/?p={n}"))
    world.cycle()
    world.write(0, items(1, "https://s0.example/?p={n}"))
    assert world.cycle().new == 0
    changed = items(2, "https://s0.example/?p={n}")
    changed[0] = changed[0].replace("what it says", "something else")
    world.write(0, changed)
    report = world.cycle()
    assert (report.new, report.changed) == (0, 1)
    assert told(world) == (4, ())


def test_a_series_under_one_link_is_a_series(world):
    for poll in range(3):
        world.write(
            0, items(poll, "{p}-{n}", "0{p} Feb 2025 08:00:00".replace("{p}", str(poll + 1)), count=1)
        )
        assert world.cycle().new == 1


def test_an_entry_with_a_counter_in_it_is_updated_a_bounded_number_of_times(world):
    changed = 0
    for poll in range(16):
        sent = items(0, "{n}", count=1)
        world.write(0, [sent[0].replace("what it says", f"{poll} visitors")])
        changed += world.cycle().changed
    assert changed == 10
