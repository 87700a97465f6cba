from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOON
from store.polls import AUTHORITY, HOUR, INDEX, SOURCES, a_draft, an_outcome, prepared, settings, take

from aggregator.model import Hub, Mode
from aggregator.store import polling, sources, subscriptions
from aggregator.store.apply import apply

DAY = timedelta(days=1)
HUB = Hub("https://hub.example/", SOURCES[0].url)


def poll(store, *drafts, hub=HUB, now=NOON, pushed=False, until=None):
    """Poll Lantern Wire, whose feed names a hub."""
    taken = {one.slug: one for one in take(store, now, everything=True)}
    outcome = an_outcome(taken["lantern"], drafts, now)
    after = replace(outcome.after, push_until=taken["lantern"].push_until)
    outcome = replace(outcome, hub=hub, pushed=pushed, after=after, next_poll=now + (until or HOUR))
    with store.write() as connection:
        apply(connection, [outcome], INDEX, AUTHORITY)
        polling.free_mine(connection, [one.id for one in taken.values()])
    return taken["lantern"]


def due(store, now=NOON):
    with store.write() as connection:
        return subscriptions.take_due(connection, now)


def confirm(store, one, now=NOON):
    with store.write() as connection:
        after = replace(one, pending=None, lease_ends=now + 10 * DAY, next_try=now + 7 * DAY)
        subscriptions.put(connection, one, after)


def stored(store, token):
    with store.read() as connection:
        return subscriptions.by_token(connection, token)


@pytest.fixture
def known(store):
    """A store in which a hub was found, asked and has confirmed."""
    prepared(store)
    poll(store)
    (one,) = due(store)
    confirm(store, one)
    return stored(store, one.token)


def test_a_hub_that_a_feed_names_is_asked_once_under_an_unguessable_name(store):
    prepared(store)
    poll(store)
    (one,) = due(store)
    assert (one.hub, one.pending) == (HUB, Mode.SUBSCRIBE)
    assert len(one.token) > 40
    assert len(one.secret) > 40
    assert one.token != one.secret
    poll(store, now=NOON + HOUR / 2)
    assert due(store, NOON + HOUR / 2) == ()


def test_another_hub_gets_a_subscription_of_its_own_and_the_old_one_is_forgotten(store, known):
    other = Hub("https://other.example/", HUB.topic)
    poll(store, hub=other, now=NOON + HOUR)
    (one,) = due(store, NOON + HOUR)
    assert (one.hub, one.lease_ends) == (other, None)
    assert one.token != known.token
    assert stored(store, known.token) is None


def test_a_push_makes_polls_rare_until_a_poll_finds_news_first(store, known):
    now = NOON + HOUR
    assert poll(store, now=now).push_until is None  # confirmed, and not proved
    poll(store, a_draft("pushed"), pushed=True, now=now + HOUR)
    proved = stored(store, known.token)
    assert (proved.trusted, proved.pushed_at) == (True, now + HOUR)
    assert poll(store, now=now + 2 * HOUR).push_until == known.lease_ends
    assert poll(store, a_draft("pushed"), now=now + 3 * HOUR).push_until == known.lease_ends
    assert poll(store, a_draft("unheard-of"), now=now + 4 * HOUR).push_until == known.lease_ends
    assert poll(store, now=now + 5 * HOUR).push_until is None
    (again,) = due(store, now + 5 * HOUR)  # base_url may have changed: the hub is told anew
    assert (again.token, again.lease_ends) == (known.token, known.lease_ends)


def test_after_a_start_what_is_polled_rarely_is_polled_as_usual(store, known):
    poll(store, a_draft("pushed"), pushed=True, now=NOON + HOUR, until=DAY)
    with store.write() as connection:
        assert subscriptions.resume(connection) == 1
        assert subscriptions.resume(connection) == 0
    assert [one.slug for one in take(store, NOON + 2 * HOUR)].count("lantern") == 1
    assert not stored(store, known.token).trusted


def test_a_source_that_leaves_feeds_yaml_is_unsubscribed(store, known):
    with store.write() as connection:
        sources.sync(connection, SOURCES[1:], settings(), NOON + HOUR)
    (one,) = due(store, NOON + HOUR)
    assert (one.pending, one.wanted) == (Mode.UNSUBSCRIBE, False)
    with store.write() as connection:
        subscriptions.put(connection, one, None)
    assert stored(store, known.token) is None


def test_a_source_named_again_is_subscribed_anew(store, known):
    with store.write() as connection:
        sources.sync(connection, SOURCES[1:], settings(), NOON + HOUR)
        sources.sync(connection, SOURCES, settings(), NOON + 2 * HOUR)
    poll(store, now=NOON + 2 * HOUR)
    (one,) = due(store, NOON + 2 * HOUR)
    assert (one.pending, one.wanted) == (Mode.SUBSCRIBE, True)


def test_a_refusal_does_not_undo_what_the_hub_confirmed_meanwhile(store):
    prepared(store)
    poll(store)
    (one,) = due(store)
    confirm(store, one)
    with store.write() as connection:
        subscriptions.refused(connection, one, replace(one, error="it hung up"))
    assert stored(store, one.token).error is None


def test_status_tells_how_each_subscription_stands(store, known):
    with store.read() as connection:
        lantern, harbour = sources.statuses(connection, SOURCES)
    assert lantern.websub.startswith("WebSub: subscribed at hub.example until ")
    assert harbour.websub is None


def test_what_was_pushed_is_taken_though_it_is_not_due_and_a_paused_source_is_not(store, known):
    now = NOON + HOUR / 2
    with store.write() as connection:
        state = polling.take_due(connection, polling.Take(now, now, pushed=frozenset({known.source_id})))
    assert [one.id for one in state].count(known.source_id) == 1
    assert take(store, now) == ()
