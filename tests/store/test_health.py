from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders import NOON
from store import polls

from aggregator.core import standing
from aggregator.model import Failed, FetchResult, SourceHealth, Trouble, Unchanged, Validators
from aggregator.store import health, sources
from aggregator.store.apply import apply
from aggregator.store.base import Store

LATER = timedelta(minutes=10)
WELL = Unchanged(Validators(etag='"1"'))
LOST = Failed("404 Not Found", Trouble.MISSING)
GONE = Failed("410 Gone", Trouble.GONE)
BUSY = Failed("503 Service Unavailable", Trouble.REFUSED)


def polled(store: Store, result: FetchResult, at: datetime) -> None:
    """Let every source bring this."""
    outcomes = [
        replace(
            polls.an_outcome(state, [], at),
            result=result,
            processed=None,
            after=standing.after(state, result, None, at),
            next_poll=None if result is GONE else at + LATER,
        )
        for state in polls.take(store, at, everything=True)
        if state.slug == "lantern"
    ]
    with store.write() as connection:
        apply(connection, outcomes, polls.INDEX, polls.AUTHORITY)


def told(store: Store, limit: int = 100) -> list[tuple[SourceHealth, int, int]]:
    """State, instant and since of each change, in steps of ten minutes, oldest first."""
    with store.read() as connection:
        found = health.newest(connection, limit)
    return [(one.state, (one.at - NOON) // LATER, (one.since - NOON) // LATER) for one in reversed(found)]


OK, FAILING, PAUSED = SourceHealth.OK, SourceHealth.FAILING, SourceHealth.PAUSED


@pytest.mark.parametrize(
    ("results", "changes"),
    [
        ((WELL, WELL), []),
        ((LOST,), [(FAILING, 0, 0)]),
        ((WELL, LOST, LOST, LOST), [(FAILING, 1, 1)]),
        ((WELL, LOST, LOST, WELL), [(FAILING, 1, 1), (OK, 3, 1)]),
        ((WELL, BUSY, WELL), []),
        ((LOST, BUSY, LOST, WELL), [(FAILING, 0, 0), (OK, 3, 0)]),
        ((WELL, GONE, GONE), [(PAUSED, 1, 1)]),
        ((LOST, GONE, WELL), [(FAILING, 0, 0), (PAUSED, 1, 0), (OK, 2, 0)]),
    ],
)
def test_a_row_is_kept_for_each_change_of_state_and_for_nothing_else(store, results, changes):
    polls.prepared(store)
    for number, result in enumerate(results):
        polled(store, result, NOON + number * polls.HOUR / 6)
        with store.write() as connection:
            _free_leases(connection)
    assert told(store) == changes


def _free_leases(connection) -> None:
    """The sources that were taken and not polled are free again."""
    from aggregator.store.schema import sources as table

    connection.execute(table.update().values(leased_until=None, leased_by=None))


def test_ids_are_tag_uris_of_ours_that_differ_and_the_newest_come_first(store):
    polls.prepared(store)
    for number, result in enumerate((LOST, WELL, LOST)):
        polled(store, result, NOON + number * LATER)
        with store.write() as connection:
            _free_leases(connection)
    with store.read() as connection:
        found = health.newest(connection, 2)
    assert [one.at for one in found] == [NOON + 2 * LATER, NOON + LATER]
    assert len({one.public_id for one in found}) == 2
    assert all("2025-02-04:health/" in one.public_id for one in found)


def test_changes_of_a_source_that_feeds_yaml_no_longer_names_are_not_told(store):
    polls.prepared(store)
    polled(store, LOST, NOON)
    with store.write() as connection:
        sources.sync(connection, polls.SOURCES[1:], polls.settings(), NOON)
    assert told(store) == []
