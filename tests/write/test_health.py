from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from builders import NOON
from lxml import etree
from rfc4287 import problems

from aggregator.model import HealthChange, HealthFeed, SourceHealth
from aggregator.write.health import write_health

BROKE = HealthChange(
    public_id="tag:feeds.example,2025-02-04:health/7/20250204T120000.000000Z",
    name="Lantern Wire",
    url="https://lantern-wire.example/rss.xml",
    state=SourceHealth.FAILING,
    at=NOON,
    error="404 Not Found",
    since=NOON,
    next_poll=NOON + timedelta(hours=2),
    why_then="the 1st failure doubles the interval",
)


def feed(*changes: HealthChange) -> HealthFeed:
    return HealthFeed(
        feed_id="tag:feeds.example,2025-02-04:health",
        title="Morning feeds",
        base_url="https://feeds.example/",
        updated=changes[0].at if changes else NOON,
        changes=changes,
    )


def content(change: HealthChange) -> str:
    entry = feedparser.parse(write_health(feed(change))).entries[0]
    return etree.tostring(
        etree.fromstring(f"<div>{entry.content[0].value}</div>"), method="text", encoding="unicode"
    )


@pytest.mark.parametrize(
    ("state", "heading"),
    [
        (SourceHealth.FAILING, "Lantern Wire is failing"),
        (SourceHealth.OK, "Lantern Wire has recovered"),
        (SourceHealth.PAUSED, "Lantern Wire is paused"),
    ],
)
def test_a_change_of_state_is_an_entry_under_its_own_id_at_its_own_instant(state, heading):
    read = feedparser.parse(write_health(feed(replace(BROKE, state=state))))
    assert (read.version, bool(read.bozo), len(read.entries)) == ("atom10", False, 1)
    entry = read.entries[0]
    assert (entry.title, entry.id) == (heading, BROKE.public_id)
    assert entry.updated == entry.published == "2025-02-04T12:00:00+00:00"
    assert entry.link == "https://lantern-wire.example/rss.xml"


def test_a_broken_source_tells_what_is_wrong_since_when_when_next_and_what_to_do():
    said = content(BROKE)
    assert "What is wrong: 404 Not Found" in said
    assert "Since: 4 Feb 2025, 12:00 UTC" in said
    assert "Next attempt: 4 Feb 2025, 14:00 UTC: the 1st failure doubles the interval" in said
    assert "What to do: Nothing for now: it is tried again." in said


def test_a_paused_source_has_no_next_attempt_and_asks_for_the_operator():
    said = content(replace(BROKE, state=SourceHealth.PAUSED, next_poll=None, why_then="410 Gone"))
    assert "Next attempt: None: 410 Gone" in said
    assert "Put the feed's new URL into feeds.yaml" in said


def test_a_recovered_source_tells_since_when_it_had_failed():
    said = content(replace(BROKE, state=SourceHealth.OK, error=None))
    assert "It had failed since: 4 Feb 2025, 12:00 UTC" in said
    assert "What is wrong" not in said


def test_a_feed_of_no_changes_and_one_of_all_states_are_valid_atom():
    every = [
        replace(BROKE, state=state, public_id=f"{BROKE.public_id}/{state}") for state in ("ok", "failing")
    ]
    every = [replace(change, state=SourceHealth(change.state)) for change in every]
    assert problems(write_health(feed())) == []
    assert problems(write_health(feed(*every))) == []
    assert write_health(feed(*every)) == write_health(feed(*every))


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\x00\x1f]]>", "\ud800", "a\nb" * 500])
def test_whatever_a_server_says_stays_text(hostile):
    change = replace(BROKE, name=hostile, error=hostile, why_then=hostile)
    written = write_health(feed(change))
    assert len(etree.fromstring(written).findall("{*}entry")) == 1
    assert "<script>" not in feedparser.parse(written).entries[0].content[0].value


def test_credentials_of_a_source_are_not_told_and_a_local_file_has_no_link():
    assert b"secret" not in write_health(feed(replace(BROKE, url="https://me:secret@news.example/rss")))
    local = feedparser.parse(write_health(feed(replace(BROKE, url="file:///srv/news.xml"))))
    assert local.entries[0].get("links", []) == []
    assert b"/srv/" not in write_health(feed(replace(BROKE, url="file:///srv/news.xml")))
