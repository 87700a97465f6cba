"""When a source is asked next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.schedule import (
    backed_off,
    first_poll,
    in_words,
    next_poll,
    outside_skipped,
    rhythm,
    spread,
    suspicious,
)
from aggregator.model import (
    Document,
    Failed,
    FeedInfo,
    Fetched,
    Hints,
    ProcessedFeed,
    Settings,
    Source,
    SourceState,
    Trouble,
    Unchanged,
    Validators,
)

NOW = datetime(2025, 2, 4, 8, 1, tzinfo=UTC)  # a Tuesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = Settings("", "", "https://a.example/", "me@a.example", HOUR, "")
SOURCE = Source("news", "https://news.example/feed", "News")
STATE = SourceState(1, "news", "https://news.example/feed")
SAME = Unchanged(Validators())
NEW = Fetched(Document(STATE.url, "", b"<rss/>", NOW), Validators())


def every(gap: timedelta, count: int = 10, ago: timedelta | None = None) -> tuple[datetime, ...]:
    """Entries with a gap between them, the newest half a gap ago unless told otherwise."""
    newest = NOW - (gap / 2 if ago is None else ago)
    return tuple(newest - number * gap for number in range(count))


def wait(result=SAME, state=STATE, source=SOURCE, processed=None, settings=SETTINGS, jitter=0.5) -> timedelta:
    poll = next_poll(source, state, result, processed, settings, NOW, jitter)
    assert poll.at is not None
    assert poll.why
    return poll.at - NOW


def about(span: timedelta) -> pytest.approx:
    """A span with its stable jitter, which only adds."""
    return pytest.approx(span.total_seconds() * 1.025, rel=0.0251)


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        (10 * MINUTE, HOUR),
        (4 * HOUR, HOUR),
        (8 * HOUR, 2 * HOUR),
        (DAY, 6 * HOUR),
        (7 * DAY, 8 * HOUR),
        (timedelta(), HOUR),
    ],
)
def test_a_source_is_asked_in_its_own_rhythm_between_the_interval_and_eight_of_it(gap, expected):
    state = replace(STATE, newest_entries=every(gap, ago=10 * MINUTE))
    assert wait(state=state).total_seconds() == about(expected)


def test_too_few_entries_tell_no_rhythm():
    assert wait(state=replace(STATE, newest_entries=every(30 * DAY, 2))).total_seconds() == about(HOUR)


def test_a_source_that_fell_silent_slows_although_it_was_quick():
    state = replace(STATE, newest_entries=every(HOUR, ago=30 * DAY))
    assert wait(state=state).total_seconds() == about(8 * HOUR)


def test_entries_of_the_future_tell_nothing():
    future = tuple(NOW + number * DAY for number in range(1, 9))
    assert wait(state=replace(STATE, newest_entries=future)).total_seconds() == about(HOUR)


def test_a_read_body_tells_the_rhythm_before_what_is_stored():
    body = ProcessedFeed(FeedInfo("rss20"), (), 10, instants=every(DAY, ago=MINUTE))
    state = replace(STATE, newest_entries=every(MINUTE))
    assert wait(NEW, state, processed=body).total_seconds() == about(6 * HOUR)


def test_the_operator_bounds_the_slowest():
    state = replace(STATE, newest_entries=every(30 * DAY))
    settings = replace(SETTINGS, max_poll_interval=3 * HOUR)
    assert wait(state=state, settings=settings).total_seconds() == about(3 * HOUR)


def test_an_interval_set_for_a_source_is_kept_whatever_its_rhythm():
    source = replace(SOURCE, interval=30 * MINUTE)
    state = replace(STATE, newest_entries=every(30 * DAY))
    assert wait(state=state, source=source).total_seconds() == about(30 * MINUTE)


@pytest.mark.parametrize(
    ("hints", "info", "expected"),
    [
        (Hints(max_age=2 * HOUR), None, 2 * HOUR),
        (Hints(max_age=5 * MINUTE), None, HOUR),
        (Hints(max_age=30 * DAY), None, 7 * DAY),
        (Hints(retry_at=NOW + 3 * HOUR), None, 3 * HOUR),
        (Hints(retry_at=NOW + 30 * DAY), None, 7 * DAY),
        (Hints(retry_at=NOW - HOUR), None, HOUR),
        (Hints(), FeedInfo("rss20", ttl=4 * HOUR), 4 * HOUR),
        (Hints(), FeedInfo("rss20", ttl=60 * DAY), 7 * DAY),
        (Hints(max_age=2 * HOUR), FeedInfo("rss20", ttl=4 * HOUR), 4 * HOUR),
    ],
)
def test_never_sooner_than_any_hint_and_no_hint_beyond_a_week(hints, info, expected):
    processed = info and ProcessedFeed(info, (), 0)
    result = replace(NEW, hints=hints) if info else replace(SAME, hints=hints)
    for source in (SOURCE, replace(SOURCE, interval=HOUR)):
        assert wait(result, source=source, processed=processed).total_seconds() == about(expected)


def test_a_304_keeps_the_hints_of_the_body_that_it_confirms():
    assert wait(state=replace(STATE, ttl=3 * HOUR)).total_seconds() == about(3 * HOUR)
    assert wait(state=replace(STATE, max_age=3 * HOUR)).total_seconds() == about(3 * HOUR)
    fresh = replace(SAME, hints=Hints(max_age=2 * HOUR))
    assert wait(fresh, replace(STATE, max_age=3 * HOUR)).total_seconds() == about(2 * HOUR)


def test_a_new_body_without_hints_ends_the_old_ones():
    body = ProcessedFeed(FeedInfo("rss20"), (), 0)
    state = replace(STATE, ttl=3 * HOUR, max_age=3 * HOUR, skip_hours=tuple(range(23)))
    assert wait(NEW, state, processed=body).total_seconds() == about(HOUR)


@pytest.mark.parametrize(
    ("at", "hours", "days", "expected"),
    [
        ("2025-02-04T09:05", (), (), "2025-02-04T09:05"),
        ("2025-02-04T09:05", (10,), (), "2025-02-04T09:05"),
        ("2025-02-04T09:05", (9, 10), (), "2025-02-04T11:05"),
        ("2025-02-04T23:05", (23, 24, 1), (), "2025-02-05T02:05"),
        ("2025-02-08T09:05", (), (5, 6), "2025-02-10T00:05"),
        ("2025-02-08T09:05", (0, 1), (5, 6), "2025-02-10T02:05"),
        ("2025-02-04T09:05", tuple(range(24)), (), "2025-02-04T09:05"),
        ("2025-02-04T09:05", (), tuple(range(7)), "2025-02-04T09:05"),
    ],
)
def test_skipped_hours_and_days_are_left_out(at, hours, days, expected):
    instants = [datetime.fromisoformat(f"{text}+00:00") for text in (at, expected)]
    found = outside_skipped(instants[0], hours, days)
    assert (found.weekday(), found.hour) == (instants[1].weekday(), instants[1].hour)
    assert found - instants[1] < HOUR


def test_skipped_hours_are_said():
    state = replace(STATE, skip_hours=tuple(range(9, 12)))
    poll = next_poll(SOURCE, state, SAME, None, SETTINGS, NOW, 0.5)
    assert poll.at is not None
    assert poll.at.hour == 12
    assert "certain hours" in poll.why


@pytest.mark.parametrize(
    ("failures", "longest"),
    [(0, 2 * HOUR), (1, 4 * HOUR), (2, 8 * HOUR), (3, 16 * HOUR), (4, DAY), (10, DAY), (100_000, DAY)],
)
def test_failures_double_the_wait_up_to_a_day_with_full_jitter(failures, longest):
    state = replace(STATE, failures=failures)
    for trouble in (Trouble.SERVER, Trouble.NETWORK, Trouble.TIMEOUT, Trouble.BOUND, Trouble.DOCUMENT):
        failed = Failed("x", trouble)
        assert wait(failed, state, jitter=0.0) == HOUR
        assert wait(failed, state, jitter=1.0) == longest
        assert wait(failed, state, jitter=0.5) == (HOUR + longest) / 2


@pytest.mark.parametrize(("since", "longest"), [(6 * DAY, DAY), (7 * DAY, 2 * DAY), (700 * DAY, 2 * DAY)])
def test_after_a_week_of_failing_the_longest_wait_is_two_days_and_never_for_ever(since, longest):
    state = replace(STATE, failures=60, failing_since=NOW - since)
    assert wait(Failed("x", Trouble.SERVER), state, jitter=1.0) == longest


def test_a_failing_source_is_never_asked_faster_than_its_interval():
    source = replace(SOURCE, interval=3 * DAY)
    for jitter in (0.0, 1.0):
        assert wait(Failed("x", Trouble.SERVER), source=source, jitter=jitter) == 3 * DAY


def test_success_resets_the_back_off():
    assert wait(SAME, replace(STATE, failures=50)).total_seconds() == about(HOUR)


def test_what_is_gone_is_paused_and_says_so():
    poll = next_poll(SOURCE, STATE, Failed("x", Trouble.GONE), None, SETTINGS, NOW, 0.5)
    assert poll.at is None
    assert "410" in poll.why


def test_what_is_not_found_slows_faster():
    missing = Failed("x", Trouble.MISSING)
    assert wait(missing, jitter=1.0) == 4 * HOUR
    assert wait(missing, replace(STATE, failures=1), jitter=1.0) == 16 * HOUR
    assert wait(missing, replace(STATE, failures=9), jitter=1.0) == DAY


@pytest.mark.parametrize(
    ("retry_at", "refusals", "least", "most"),
    [
        (NOW + 10 * MINUTE, 0, HOUR, HOUR + 3 * MINUTE),
        (NOW + 5 * HOUR, 0, 5 * HOUR, 5 * HOUR + 3 * MINUTE),
        (NOW + 90 * DAY, 0, 7 * DAY, 7 * DAY + 3 * MINUTE),
        (None, 0, HOUR, 2 * HOUR),
        (None, 3, HOUR, 16 * HOUR),
        (None, 30, HOUR, DAY),
    ],
)
def test_a_refusal_postpones(retry_at, refusals, least, most):
    refused = Failed("x", Trouble.REFUSED, Hints(retry_at=retry_at))
    state = replace(STATE, refusals=refusals)
    assert wait(refused, state, jitter=0.0) == least
    assert wait(refused, state, jitter=1.0) == most


def test_any_failure_may_ask_for_a_later_time():
    failed = Failed("x", Trouble.SERVER, Hints(retry_at=NOW + 3 * DAY))
    assert wait(failed, jitter=0.0) == 3 * DAY


@pytest.mark.parametrize(
    ("last_full", "newest", "gap", "expected"),
    [
        (None, DAY, HOUR, False),  # never a whole body
        (DAY, DAY, HOUR, False),  # the first days of silence
        (3 * DAY, 3 * DAY, HOUR, True),  # hourly, and nothing for three days
        (3 * DAY, 3 * DAY, 7 * DAY, False),  # weekly: nothing is overdue
        (60 * DAY, 60 * DAY, 7 * DAY, True),
        (3 * DAY, 8 * DAY, HOUR, False),  # silent for five days when last confirmed: not yet again
        (6 * DAY, 11 * DAY, HOUR, True),
        (300 * DAY, 1000 * DAY, HOUR, False),
    ],
)
def test_304s_are_doubted_when_several_entries_are_overdue_and_more_and_more_rarely(
    last_full, newest, gap, expected
):
    full = None if last_full is None else NOW - last_full
    state = replace(STATE, last_full=full, newest_entries=every(gap, ago=newest))
    assert suspicious(state, NOW) is expected


def test_a_source_that_has_ended_is_doubted_a_handful_of_times():
    state = replace(STATE, last_full=NOW, newest_entries=every(HOUR))
    doubts = 0
    for hour in range(24 * 365 * 3):
        now = NOW + hour * HOUR
        if suspicious(state, now):
            doubts += 1
            state = replace(state, last_full=now)
    assert doubts <= 12


def test_the_own_place_of_a_source_is_stable_and_even():
    places = [spread(f"https://{number}.example/", HOUR) for number in range(2000)]
    assert places == [spread(f"https://{number}.example/", HOUR) for number in range(2000)]
    assert all(timedelta() <= place < HOUR for place in places)
    tenths = [sum(1 for place in places if place // (HOUR / 10) == tenth) for tenth in range(10)]
    assert min(tenths) > 150
    assert max(tenths) < 250


@pytest.mark.parametrize(
    ("due", "overdue", "earliest", "latest"),
    [
        (None, 10_000, timedelta(), timedelta()),  # never polled: at once
        (NOW + 20 * MINUTE, 10_000, 20 * MINUTE, 20 * MINUTE),  # a restart resets no timer
        (NOW - 10 * MINUTE, 10_000, -10 * MINUTE, -10 * MINUTE),  # a short stop
        (NOW - 3 * DAY, 5, timedelta(), timedelta(seconds=0.5)),
        (NOW - 3 * DAY, 10_000, timedelta(), timedelta(seconds=1000)),
        (NOW - 3 * DAY, 1_000_000, timedelta(), HOUR),
    ],
)
def test_a_start_asks_new_sources_at_once_and_spreads_those_long_overdue(due, overdue, earliest, latest):
    for number in range(50):
        source = replace(SOURCE, url=f"https://{number}.example/")
        assert earliest <= first_poll(source, due, SETTINGS, NOW, overdue) - NOW <= latest


@given(
    st.timedeltas(MINUTE, 30 * DAY),
    st.integers(0, 10**6),
    st.floats(0, 1),
    st.sampled_from([one for one in Trouble if one is not Trouble.GONE]),
    st.timedeltas(-DAY, 400 * DAY),
)
def test_no_failure_brings_a_poll_before_the_interval_nor_after_every_cap(
    interval, failures, jitter, trouble, asked
):
    state = replace(STATE, failures=failures, refusals=failures)
    failed = Failed("x", trouble, Hints(retry_at=NOW + asked))
    waited = wait(failed, state, replace(SOURCE, interval=interval), jitter=jitter)
    assert interval <= waited <= max(interval * 1.05, 7 * DAY + interval * 0.05)


@given(st.timedeltas(MINUTE, DAY), st.integers(0, 100), st.timedeltas(MINUTE, 9 * DAY), st.floats(0, 1))
def test_back_off_lies_between_interval_and_cap(interval, doublings, longest, jitter):
    assert interval <= backed_off(interval, doublings, longest, jitter) <= max(interval, longest)


@given(st.lists(st.timedeltas(-900 * DAY, 9000 * DAY).map(lambda ago: NOW - ago), max_size=40))
def test_any_instants_give_a_rhythm_between_the_bounds(instants):
    assert HOUR <= rhythm(instants, HOUR, 8 * HOUR, NOW).span <= 8 * HOUR


@pytest.mark.parametrize(
    ("span", "words"),
    [(timedelta(seconds=1), "1 second"), (90 * MINUTE, "2 hours"), (DAY, "1 day"), (-DAY, "0 seconds")],
)
def test_spans_are_said_in_words(span, words):
    assert in_words(span) == words
