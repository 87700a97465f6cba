"""The validator that other tests trust finds what is wrong."""

from __future__ import annotations

import json

import pytest
from jsonfeed11 import VERSION, problems

GOOD = {
    "version": VERSION,
    "title": "News",
    "items": [
        {"id": "1", "content_html": "<p>x</p>", "_ours": [1], "date_published": "2025-02-04T12:00:00Z"}
    ],
}


def test_a_good_feed_has_no_problem():
    assert problems(json.dumps(GOOD).encode()) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"version": "1.1"}, "feed.version"),
        ({"title": " "}, "feed.title"),
        ({"titel": "x"}, "feed.titel: no member"),
        ({"_": 1}, "feed._: no member"),
        ({"feed_url": "/feed.json"}, "feed.feed_url"),
        ({"authors": [{}]}, "feed.authors: one without"),
        ({"items": {}}, "feed.items"),
        ({"items": [{"id": 1, "content_html": ""}]}, "items[0].id"),
        ({"items": [{"id": "1"}]}, "items[0]: neither"),
        ({"items": [{"id": "1", "content_html": ""}] * 2}, "items[1]: an id used before"),
        ({"items": [{"id": "1", "content_html": "", "date_published": "4 Feb"}]}, "items[0].date_published"),
        ({"items": [{"id": "1", "content_html": "", "tags": ["a", "a"]}]}, "items[0].tags"),
        (
            {"items": [{"id": "1", "content_html": "", "attachments": [{"url": "https://a.example/"}]}]},
            "items[0].attachments.mime_type: missing",
        ),
    ],
)
def test_each_fault_is_found(change, complaint):
    found = problems(json.dumps(GOOD | change).encode())
    assert [one for one in found if one.startswith(complaint)], found
