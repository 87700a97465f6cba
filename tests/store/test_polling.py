from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

from builders import NOON
from sqlalchemy import func, select, update
from store.polls import HOUR, SOURCES, a_draft, poll, prepared, settings, take

from aggregator.model import Source, SourceHealth
from aggregator.store import leases
from aggregator.store import sources as stored
from aggregator.store.polling import Take, count_due, free_dead, known
from aggregator.store.schema import polls, sources


def sync(store, several, now=NOON, **changed):
    with store.write() as connection:
        stored.sync(connection, several, settings(**changed), now)


def status_of(store, several, slug):
    with store.read() as connection:
        return {one.slug: one for one in stored.statuses(connection, several)}[slug]


def test_a_new_source_is_due_at_once_and_is_taken_once(store):
    prepared(store)
    assert {state.slug for state in take(store)} == {"lantern", "harbour"}
    assert take(store) == ()


def test_what_was_polled_is_due_again_after_its_interval_and_not_before(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"))
    later = NOON + timedelta(minutes=59)
    assert {state.slug for state in take(store, later)} == {"harbour"}
    assert {state.slug for state in take(store, NOON + HOUR)} == {"lantern"}


def test_everything_is_what_was_not_polled_since_the_cycle_began(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"))
    assert {state.slug for state in take(store, everything=True)} == {"harbour"}


def test_a_state_comes_back_as_it_was_left(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"), a_draft("2", "samsung"))
    (state,) = (one for one in take(store, NOON + HOUR) if one.slug == "lantern")
    assert (state.validators.etag, state.validators.body_hash) == ('"1"', b"1")
    assert (state.last_ok, state.entries_last_time, state.failures) == (NOON, 2, 0)


def test_one_big_host_does_not_keep_the_others_waiting(store):
    big = [Source(f"big{number}", f"https://big.example/{number}", "Big") for number in range(300)]
    small = [Source(f"small{number}", f"https://small{number}.example/", "Small") for number in range(20)]
    sync(store, big + small)
    first = take(store, limit=40)
    assert sum(state.slug.startswith("small") for state in first) == 20


def test_two_processes_at_once_take_each_source_once(database_url, opened):
    store = opened(database_url)
    sync(store, [Source(f"s{number}", f"https://s{number}.example/", "S") for number in range(60)])
    taken: list[int] = []

    def takes() -> None:
        other = opened(database_url)
        while states := take(other, limit=7):
            taken.extend(state.id for state in states)

    threads = [threading.Thread(target=takes) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 60


def test_the_leases_of_a_killed_process_are_free_at_once_and_those_of_a_living_one_are_not(
    database_url, opened
):
    store = opened(database_url)
    prepared(store)
    script = (
        "import sys; from datetime import UTC, datetime; from aggregator.store.base import open_store\n"
        "from aggregator.store.polling import Take, take_due\n"
        "now = datetime(2025, 2, 4, 12, tzinfo=UTC)\n"
        "with open_store(sys.argv[1]).write() as connection: take_due(connection, Take(now, now))\n"
        "print('taken', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout.readline() == b"taken\n"
    with store.write() as connection:
        assert free_dead(connection) == 0
    assert take(store) == ()
    other.kill()
    other.communicate()
    with store.write() as connection:
        assert free_dead(connection) == 1
    assert len(take(store)) == 2


def test_a_process_of_another_machine_is_never_called_dead():
    assert not leases.is_dead("elsewhere/boot/pid:[1] 1 1")
    assert not leases.is_dead(leases.me())
    place, pid, started = leases.me().rsplit(" ", 2)
    assert leases.is_dead(f"{place} {pid} {int(started) + 1}"), "a reused process id"


def test_fingerprints_known_are_those_of_the_newest_entries(store):
    prepared(store)
    drafts = [a_draft(str(number), "samsung") for number in range(100)]
    poll(store, *drafts)
    (state,) = (one for one in take(store, NOON + HOUR) if one.slug == "lantern")
    with store.read() as connection:
        every = known(connection, [state])[state.id]
        newest = known(connection, [replace(state, entries_last_time=25)])[state.id]
    assert every == {draft.raw.key: draft.raw.fingerprint for draft in drafts}
    assert set(newest) == {f"id:{number}" for number in range(50)}, "a document begins with its newest"


def test_history_is_kept_for_a_week(store):
    prepared(store)
    for day in range(12):
        poll(store, now=NOON + timedelta(days=day))
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(polls)) == 8


def test_a_source_no_longer_named_is_not_polled_and_comes_back_as_it_was(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"))
    sync(store, SOURCES[1:], NOON + HOUR)
    assert {state.slug for state in take(store, NOON + HOUR)} == {"harbour"}
    sync(store, SOURCES, NOON + 2 * HOUR)
    (state,) = (one for one in take(store, NOON + 2 * HOUR) if one.slug == "lantern")
    assert state.validators.etag == '"1"'
    assert status_of(store, SOURCES, "lantern").entries == 1


def test_a_changed_interval_plans_the_next_poll_anew(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"))
    sync(
        store, [replace(SOURCES[0], interval=timedelta(minutes=20)), SOURCES[1]], NOON + timedelta(minutes=1)
    )
    assert status_of(store, SOURCES, "lantern").next_poll == NOON + timedelta(minutes=20)


def test_statuses_stand_in_the_files_order_and_tell_a_source_never_seen(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"))
    new = Source("new", "https://new.example/", "New")
    with store.read() as connection:
        found = stored.statuses(connection, (new, *SOURCES))
    assert [(one.slug, one.state) for one in found] == [
        ("new", SourceHealth.NEW),
        ("lantern", SourceHealth.OK),
        ("harbour", SourceHealth.NEW),
    ]


def test_what_came_due_in_a_long_stop_is_spread(store):
    prepared(store)
    poll(store, a_draft("1", "samsung"))
    later = NOON + timedelta(days=2)
    with store.write() as connection:
        moved = stored.spread_overdue(connection, later, lambda url, due, overdue: later + overdue * HOUR)
    assert moved == 1, "a source never polled keeps its turn"
    with store.read() as connection:
        assert count_due(connection, Take(later, later)) == 1


def test_a_url_that_moved_is_asked_at_its_new_place_and_keeps_its_identity(store):
    prepared(store)
    with store.write() as connection:
        connection.execute(update(sources).values(request_url="https://moved.example/rss"))
    assert {state.url for state in take(store)} == {"https://moved.example/rss"}
    sync(store, SOURCES, NOON + HOUR)
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(sources)) == 2
