"""Sitemaps as sources."""

from __future__ import annotations

import pytest
from core.documents import parsed, parsed_file

from aggregator.errors import NotAFeedError


def test_a_news_sitemap_has_titles_dates_and_labels():
    (entry,) = parsed_file("news-sitemap.xml").entries
    assert (entry.title, entry.url) == ("Lantern 1 is lit", "https://news.example.org/1")
    assert (entry.published, entry.labels, entry.language) == (
        "2025-02-04T08:01:00Z",
        ("lamps", "streets"),
        "en",
    )


def test_a_plain_sitemap_has_the_words_of_its_addresses():
    first, second = parsed_file("sitemap.xml").entries
    assert (first.title, first.updated) == ("Lamps are lit again", "2025-02-04")
    assert second.title == ""


def test_an_index_is_refused_and_its_sitemaps_named_newest_first():
    with pytest.raises(NotAFeedError, match="index of sitemaps") as caught:
        parsed_file("sitemap-index.xml")
    assert caught.value.feed_urls == ("https://news.example.org/b.xml", "https://news.example.org/a.xml")


def test_of_a_sitemap_too_long_the_pages_last_modified_are_read():
    pages = "".join(
        f"<url><loc>https://news.example.org/{n}</loc><lastmod>2025-01-{n:02}</lastmod></url>"
        for n in range(1, 9)
    )
    feed = parsed(f"<urlset>{pages}</urlset>", max_entries=2)
    assert [entry.url for entry in feed.entries] == [
        "https://news.example.org/8",
        "https://news.example.org/7",
    ]
    assert feed.info.remarks == ("holds 8 pages; the 2 last modified are read",)


def test_half_a_character_in_a_broken_sitemap_is_left_out():
    (entry,) = parsed("<urlset><url><loc>https://news.example.org/a&#xD800;</loc></url>").entries
    assert entry.url == "https://news.example.org/a"
