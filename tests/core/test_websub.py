from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import NOON
from fetch.faults import settings, state

from aggregator.core import websub
from aggregator.core.schedule import DAY, next_poll
from aggregator.model import (
    Advertised,
    FeedInfo,
    Hub,
    Mode,
    Source,
    Subscription,
    Unchanged,
    Validators,
)

HUB = Hub("https://hub.example/", "https://news.example/feed")
FRESH = Subscription(1, HUB, "token", "secret")
PENDING = replace(FRESH, pending=Mode.SUBSCRIBE)
LIVE = replace(FRESH, lease_ends=NOON + 5 * DAY)
HOUR = timedelta(hours=1)


def asked(mode: str = "subscribe", topic: str = HUB.topic, challenge: str = "c", lease: str = "864000"):
    return {
        "hub.mode": mode,
        "hub.topic": topic,
        "hub.challenge": challenge,
        "hub.lease_seconds": lease,
    }


@pytest.mark.parametrize(
    ("base_url", "websub_setting", "reachable"),
    [
        ("https://feeds.example.org/", "auto", True),
        ("http://localhost:8080/", "auto", False),
        ("http://192.168.0.4/", "auto", False),
        ("http://[::1]:8080/", "auto", False),
        ("http://feeds.lan/", "auto", False),
        ("http://localhost:8080/", "on", True),
        ("https://feeds.example.org/", "off", False),
    ],
)
def test_hubs_are_asked_only_where_they_can_reach_us(base_url, websub_setting, reachable):
    assert websub.reachable(settings(base_url=base_url, websub=websub_setting)) is reachable


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (['<https://hub.example/>; rel="hub"', '<https://n.example/>; rel="self"'], ("https://hub.example/", "https://n.example/")),
        (["<https://hub.example/>; rel=hub, <https://n.example/>; rel=self"], ("https://hub.example/", "https://n.example/")),
        (['<https://a.example/>; rel="next", <https://hub.example/>; title="x"; rel="alternate hub"'], ("https://hub.example/", None)),
        (["</hub>; REL=HUB"], ("https://news.example/hub", None)),
        (["<https://one.example/>; rel=hub, <https://two.example/>; rel=hub"], ("https://one.example/", None)),
        (["<javascript:alert(1)>; rel=hub"], (None, None)),
        (["https://hub.example/; rel=hub", "<", "<>;;;", "<x", "; rel=hub"], (None, None)),
        ([], (None, None)),
    ],
)  # fmt: skip
def test_a_hub_is_found_in_link_headers(headers, found):
    assert websub.advertised(headers, "https://news.example/feed") == Advertised(*found)


def test_headers_go_before_the_feeds_head_and_its_own_url_before_the_one_asked():
    info = FeedInfo("atom10", hub="https://old.example/", topic="https://news.example/self")
    url = "https://news.example/asked"
    assert websub.hub_of(Advertised(), info, url) == Hub("https://old.example/", info.topic)
    headers = Advertised("https://new.example/", "https://news.example/header")
    assert websub.hub_of(headers, info, url) == Hub("https://new.example/", "https://news.example/header")
    assert websub.hub_of(Advertised("https://new.example/"), FeedInfo("rss20"), url) == Hub(
        "https://new.example/", url
    )
    assert websub.hub_of(Advertised(), FeedInfo("rss20"), url) is None
    assert websub.hub_of(Advertised("https://hub.example/" + "x" * 3000), info, url) is None


def test_a_hub_is_sent_what_the_recommendation_names():
    form = websub.form(PENDING, settings(base_url="https://feeds.example.org/news/"))
    assert form == {
        "hub.callback": "https://feeds.example.org/news/websub/token",
        "hub.mode": "subscribe",
        "hub.topic": HUB.topic,
        "hub.secret": "secret",
        "hub.lease_seconds": "864000",
    }
    leaving = websub.form(replace(LIVE, wanted=False, pending=Mode.UNSUBSCRIBE), settings())
    assert leaving["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in leaving


@pytest.mark.parametrize(
    ("subscription", "query", "status"),
    [
        (PENDING, asked(), 200),
        (PENDING, asked(topic="https://news.example/other"), 404),
        (PENDING, asked(mode="unsubscribe"), 404),
        (PENDING, asked(challenge=""), 404),
        (PENDING, asked(challenge="c" * 5000), 404),
        (PENDING, {}, 404),
        (FRESH, asked(), 404),  # never asked for
        (LIVE, asked(), 404),
        (LIVE, asked(mode="unsubscribe"), 404),
        (replace(LIVE, wanted=False, pending=Mode.UNSUBSCRIBE), asked(mode="unsubscribe"), 200),
        (replace(LIVE, wanted=False, pending=Mode.UNSUBSCRIBE), asked(), 404),
    ],
)
def test_only_what_was_asked_for_is_confirmed(subscription, query, status):
    said = websub.reply(subscription, query, NOON)
    assert (said.status, said.body) == (status, query.get("hub.challenge", "") if status == 200 else "")


@pytest.mark.parametrize(
    ("seconds", "lease"),
    [("864000", 10 * DAY), ("1", HOUR), ("999999999", 30 * DAY), ("soon", 10 * DAY), ("", 10 * DAY), ("9" * 99, 10 * DAY)],
)  # fmt: skip
def test_a_confirmed_subscription_is_renewed_before_its_lease_ends(seconds, lease):
    after = websub.reply(PENDING, asked(lease=seconds), NOON).after
    assert after.lease_ends == NOON + lease
    assert NOON + HOUR <= after.next_try <= after.lease_ends
    assert (after.pending, after.failures, after.error) == (None, 0, None)
    renewed = websub.due(after, after.next_try)
    assert renewed.pending is Mode.SUBSCRIBE
    assert (renewed.token, renewed.lease_ends) == (after.token, after.lease_ends)


def test_a_denial_ends_the_subscription_and_is_told_and_asked_again_much_later():
    denied = {"hub.mode": "denied", "hub.topic": HUB.topic, "hub.reason": "<b>no</b>"}
    after = websub.reply(replace(LIVE, trusted=True), denied, NOON).after
    assert (after.lease_ends, after.trusted) == (None, False)
    assert after.next_try == NOON + 7 * DAY
    assert websub.in_words(after) == "WebSub: hub.example refuses to tell us of it"


def test_a_hub_that_never_confirms_is_asked_less_and_less_and_the_operator_is_told():
    one, now, gaps = replace(FRESH, next_try=NOON), NOON, []
    for _ in range(8):
        one = websub.due(one, now)
        gaps.append(one.next_try - now)
        now = one.next_try
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (HOUR, DAY)
    assert "can it reach base_url?" in websub.in_words(one)


def test_a_hub_that_cannot_be_asked_is_asked_later_and_keeps_what_it_gave():
    after = websub.failed(replace(LIVE, pending=Mode.SUBSCRIBE), "hub.example says no", None, NOON, 0.5)
    assert after.lease_ends == LIVE.lease_ends
    assert after.next_try > NOON + HOUR
    wait = NOON + 3 * DAY
    assert websub.failed(PENDING, "busy", wait, NOON, 0.5).next_try == wait


def test_leaving_ends_at_once_where_nothing_was_confirmed_and_after_three_tries_where_nobody_answers():
    assert websub.due(replace(FRESH, wanted=False), NOON) is None
    one, asks = replace(LIVE, wanted=False), 0
    while one is not None:
        one = websub.due(one, NOON)
        asks += one is not None
        assert one is None or one.pending is Mode.UNSUBSCRIBE
    assert asks == 3


BODY = b"<feed/>"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_push_is_known_by_its_signature(method):
    right = hmac.new(b"secret", BODY, getattr(hashlib, method)).hexdigest()
    assert websub.is_signed(BODY, "secret", f"{method}={right}")
    assert websub.is_signed(BODY, "secret", f"{method}={right.upper()}")
    assert not websub.is_signed(BODY + b" ", "secret", f"{method}={right}")
    assert not websub.is_signed(BODY, "other", f"{method}={right}")


@pytest.mark.parametrize(
    "header", [None, "", "sha256", "sha256=", "md5=" + "0" * 32, "sha256=" + "0" * 64, "sha256=é", "=" * 500]
)
def test_what_is_no_signature_signs_nothing(header):
    assert not websub.is_signed(BODY, "secret", header)


def test_polls_are_rare_where_a_hub_has_proved_itself_and_never_beyond_its_lease():
    source = Source("news", "https://news.example/feed", "News")
    entries = tuple(NOON - number * HOUR for number in range(10))

    def wait(until, source=source, **fields):
        known = state(source.url, newest_entries=entries, push_until=until)
        plan = next_poll(source, known, Unchanged(Validators()), None, settings(**fields), NOON, 0.5)
        return plan.at - NOON, plan.why

    assert wait(None)[0] < 1.1 * HOUR
    span, why = wait(NOON + 9 * DAY)
    assert DAY <= span < 1.1 * DAY
    assert "hub" in why
    assert wait(NOON + 3 * HOUR)[0] < 3.2 * HOUR
    assert wait(NOON - DAY)[0] < 1.1 * HOUR
    assert wait(NOON + 9 * DAY, max_poll_interval=4 * HOUR)[0] < 4.3 * HOUR
    assert wait(NOON + 9 * DAY, source=replace(source, interval=HOUR))[0] < 1.1 * HOUR
