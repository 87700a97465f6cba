"""What is remembered of a source after a poll."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.standing import after
from aggregator.model import (
    Document,
    Failed,
    FeedInfo,
    Fetched,
    Hints,
    SourceState,
    Trouble,
    Unchanged,
    Validators,
)

NOW = datetime(2025, 2, 4, 8, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = Validators('"old"', "then", b"hash", "https://news.example/feed")
FRESH = Validators('"new"', "now", b"hash2", "https://news.example/feed")
STATE = SourceState(1, "news", "https://news.example/feed", OLD, last_full=NOW - DAY, last_ok=NOW - DAY)
NEW = Fetched(Document(STATE.url, "", b"<rss/>", NOW), FRESH)
INFO = FeedInfo("rss20", ttl=2 * HOUR, skip_hours=(1, 2), skip_days=(6,))


def test_success_resets_failures_and_refusals_and_keeps_the_fresh_validators():
    troubled = replace(STATE, failures=7, failing_since=NOW - 9 * DAY, refusals=3)
    state = after(troubled, NEW, INFO, NOW)
    assert (state.failures, state.failing_since, state.refusals) == (0, None, 0)
    assert (state.validators, state.last_ok, state.last_full) == (FRESH, NOW, NOW)
    assert (state.ttl, state.skip_hours, state.skip_days) == (2 * HOUR, (1, 2), (6,))


def test_a_304_is_a_success_but_no_whole_body():
    state = after(STATE, Unchanged(FRESH), None, NOW)
    assert (state.validators, state.last_ok, state.last_full) == (FRESH, NOW, NOW - DAY)


def test_the_same_body_again_is_a_whole_body():
    assert after(STATE, Unchanged(FRESH, full=True), None, NOW).last_full == NOW


def test_a_304_keeps_what_the_body_said_and_takes_what_it_says_anew():
    known = replace(STATE, max_age=3 * HOUR, ttl=4 * HOUR, skip_hours=(5,))
    silent = after(known, Unchanged(FRESH), None, NOW)
    assert (silent.max_age, silent.ttl, silent.skip_hours) == (3 * HOUR, 4 * HOUR, (5,))
    spoken = after(known, Unchanged(FRESH, Hints(max_age=HOUR)), None, NOW)
    assert spoken.max_age == HOUR
    assert after(known, NEW, INFO, NOW).max_age is None


@pytest.mark.parametrize("trouble", [Trouble.SERVER, Trouble.MISSING, Trouble.TIMEOUT, Trouble.BLOCKED])
def test_failures_are_counted_from_the_first_on_and_the_validators_kept(trouble):
    first = after(STATE, Failed("x", trouble), None, NOW)
    second = after(first, Failed("x", trouble), None, NOW + HOUR)
    assert (second.failures, second.failing_since) == (2, NOW)
    assert (second.validators, second.last_ok) == (OLD, NOW - DAY)


def test_a_refusal_is_a_postponement_and_no_failure():
    state = after(replace(STATE, failures=2), Failed("x", Trouble.REFUSED), None, NOW)
    assert (state.failures, state.failing_since, state.refusals) == (2, None, 1)


def test_a_body_that_could_not_be_read_is_asked_for_again_in_whole():
    state = after(STATE, Failed("x", Trouble.DOCUMENT), None, NOW)
    assert state.validators == Validators()


def moves(state: SourceState, target: str | None, days: float) -> SourceState:
    return after(state, replace(NEW, moved_to=target), INFO, NOW + days * DAY)


def test_a_permanent_move_is_followed_only_after_it_has_held_for_days():
    target = "https://new.example/feed"
    first = moves(STATE, target, 0)
    assert (first.url, first.redirect_to, first.redirect_since) == (STATE.url, target, NOW)
    second = moves(first, target, 2.9)
    assert (second.url, second.redirect_since) == (STATE.url, NOW)
    third = moves(second, target, 3)
    assert (third.url, third.redirect_to, third.redirect_since) == (target, None, None)


@pytest.mark.parametrize("between", [None, "https://elsewhere.example/"])
def test_a_move_that_changes_begins_anew(between):
    target = "https://new.example/feed"
    state = moves(moves(moves(STATE, target, 0), between, 2), target, 3)
    assert state.url == STATE.url
    assert state.redirect_since == NOW + 3 * DAY


def test_a_failure_in_between_does_not_end_a_move():
    target = "https://new.example/feed"
    state = after(moves(STATE, target, 0), Failed("x", Trouble.TIMEOUT), None, NOW + DAY)
    assert moves(state, target, 3).url == target


@pytest.mark.parametrize(
    ("old", "target", "url"),
    [
        ("http://ann:pw@a.example/1", "http://a.example/2", "http://ann:pw@a.example/2"),
        ("http://ann:pw@a.example/1", "https://a.example/2", "https://ann:pw@a.example/2"),
        ("http://ann:pw@a.example:80/1", "http://a.example:81/2", "http://a.example:81/2"),
        ("http://ann:pw@a.example/1", "http://b.example/2", "http://b.example/2"),
        ("https://ann:pw@a.example/1", "http://a.example/2", "http://a.example/2"),
    ],
)
def test_credentials_move_only_within_their_server(old, target, url):
    state = replace(STATE, url=old)
    assert moves(moves(state, target, 0), target, 4).url == url


def test_a_move_whose_target_fails_for_a_week_is_undone():
    first, broken = "https://news.example/feed", Failed("gone", Trouble.MISSING)
    moved = replace(STATE, url="https://elsewhere.example/", validators=Validators('"1"'), failing_since=NOW)
    kept = after(moved, broken, None, NOW + 6 * DAY, first)
    assert (kept.url, kept.validators) == (moved.url, moved.validators)
    back = after(moved, broken, None, NOW + 7 * DAY, first)
    assert (back.url, back.validators, back.failing_since) == (first, Validators(), NOW)
    assert after(moved, broken, None, NOW + 7 * DAY).url == moved.url
