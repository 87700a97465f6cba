"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json

import pytest
from core.documents import parsed, parsed_file

from aggregator.core.jsonfeed import read
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType


def test_every_field_of_an_item_has_its_place():
    feed = parsed_file("jsonfeed11.json")
    first, second = feed.entries
    assert (first.key, first.url, first.title) == ("id:1", "https://news.example.org/1", "Lamps < lights")
    assert (first.title_type, first.body_type, second.body_type) == (
        BodyType.TEXT,
        BodyType.HTML,
        BodyType.TEXT,
    )
    assert (first.author, first.published, first.summary) == ("Bo Example", "2025-02-04T08:01:00Z", "Lamps.")
    assert (first.labels, first.enclosures[0].length) == (("lamps",), 5)
    assert (second.key, second.url, second.body) == ("id:2", "https://other.example.org/2", "a < b")
    assert (feed.info.hub, feed.info.language) == ("https://hub.example.net/", "en")


def test_version_1_has_one_author_and_may_have_its_link_as_id():
    (entry,) = parsed_file("jsonfeed10.json").entries
    assert (entry.author, entry.url) == ("Ada Example", "https://news.example.org/1")


@pytest.mark.parametrize(
    "item",
    [
        None,
        7,
        "x",
        [],
        {"id": None, "title": 3, "tags": "x", "authors": {"name": "x"}, "attachments": [None, 1]},
    ],
)
def test_items_of_wrong_types_break_nothing(item):
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}
    reading = read(json.dumps(body).encode())
    assert [one.title for one in reading.items] in ([], ["3"])


def test_a_number_of_a_million_digits_costs_nothing():
    body = b'{"version":"https://jsonfeed.org/version/1","items":[{"id":' + b"9" * 1_000_000 + b"}]}"
    assert read(body).items[0].id == "0"


@pytest.mark.parametrize("piece", [b'{"a":0},', b"[],", b'"","",'])
def test_json_that_would_fill_the_memory_is_refused_before_it_is_read(piece):
    with pytest.raises(NotAFeedError, match="more objects"):
        read(b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + piece * 450_000 + b"0]}")


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ('"authors":[{"name":"A"},{"name":"B"}]', "A, B"),
        ('"author":{"name":"A"}', "A"),
        ('"author":"A"', "A"),
        ('"authors":["A",{"name":"B"},7,null]', "A, B"),
        ('"authors":{"name":"A"},"author":null', None),
    ],
)
def test_an_author_is_an_object_or_a_plain_name(fields, author):
    item = f'{{"id":"1","content_text":"x",{fields}}}'
    feed = parsed(f'{{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{item}]}}')
    assert feed.entries[0].author == author
