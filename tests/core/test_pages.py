"""Web pages as sources, and in a feed's place."""

from __future__ import annotations

import pytest
from core.documents import parsed, parsed_file

from aggregator.core.pages import feed_links, selector_problem
from aggregator.errors import NotAFeedError
from aggregator.model import PageRules

RULES = PageRules(item=".card", title="h2", link="h2 a", date="time", author=".by", body=".text")


def test_selectors_read_a_page_as_if_it_were_a_feed():
    feed = parsed_file("page.html", RULES)
    first, second = feed.entries
    assert (feed.info.format, feed.info.title, feed.info.language) == ("page", "Lantern Weekly", "en")
    assert (first.title, first.url) == ("Lantern 1 is lit", "https://news.example.org/1")
    assert (first.published, first.author) == ("2025-02-04T08:01:00Z", "Ada Example")
    assert first.body == '<div class="text"><p>All of it.</p></div>'
    assert (second.url, second.published) == ("https://news.example.org/2.html", "Feb 4, 2025")


def test_a_link_may_be_the_item_itself():
    page = '<a class="n" href="/1">One</a><a class="n" href="/2">Two</a>'
    feed = parsed(page, page=PageRules(item="a.n", title="a.n", link="a.n"))
    assert [(entry.title, entry.url) for entry in feed.entries] == [
        ("One", "https://news.example.org/1"),
        ("Two", "https://news.example.org/2"),
    ]


def test_selectors_that_find_nothing_are_told():
    with pytest.raises(NotAFeedError, match=r"the selector '\.none' finds nothing"):
        parsed_file("page.html", PageRules(item=".none", title="h2", link="a"))


def test_a_selector_that_cannot_be_read_is_told():
    assert selector_problem("div > p.x") is None
    assert selector_problem("div >> p[") is not None
    with pytest.raises(NotAFeedError, match="cannot be read"):
        parsed_file("page.html", PageRules(item="div[", title="h2", link="a"))


@pytest.mark.parametrize("body", [b"", b"<", b"<html>" + b"<div>" * 5000, b"\x00<link rel=alternate>"])
def test_broken_pages_name_no_feeds(body):
    assert feed_links(body, "https://news.example.org/") == ()


def test_feeds_of_other_schemes_are_not_named_and_credentials_are_left_out():
    body = (
        b'<link rel="alternate" type="application/rss+xml" href="javascript:x">'
        b'<link rel="alternate" type="application/atom+xml; charset=utf-8" href="https://ada:pw@x.example.org/f">'
        b'<link rel="stylesheet" type="application/rss+xml" href="/no">'
    )
    assert feed_links(body, "https://news.example.org/") == ("https://x.example.org/f",)
