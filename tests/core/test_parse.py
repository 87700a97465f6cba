"""Documents of every format become the same kind of ParsedFeed."""

from __future__ import annotations

import gzip
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from core.documents import FEEDS, a_document, parsed, parsed_file, rss
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core import text
from aggregator.core.parse import parse
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType, FetchLimits


@pytest.mark.parametrize(
    ("name", "form", "count"),
    [
        ("rss090.xml", "rss090", 1),
        ("rss091.xml", "rss091u", 1),
        ("rss091-netscape-doctype.xml", "rss091n", 1),
        ("rss092.xml", "rss092", 1),
        ("rss10.xml", "rss10", 1),
        ("rss20.xml", "rss20", 3),
        ("rss20-upper-case.xml", "rss20", 1),
        ("rss20-no-items.xml", "rss20", 0),
        ("rss20-empty-item.xml", "rss20", 1),
        ("rss20-warning-before.xml", "rss20", 1),
        ("atom03.xml", "atom03", 1),
        ("atom10.xml", "atom10", 2),
        ("cdf.xml", "cdf", 1),
        ("jsonfeed10.json", "json10", 1),
        ("jsonfeed11.json", "json11", 2),
        ("news-sitemap.xml", "news-sitemap", 1),
        ("sitemap.xml", "sitemap", 2),
    ],
)
def test_every_format_is_known_by_name(name, form, count):
    feed = parsed_file(name)
    assert (feed.info.format, len(feed.entries)) == (form, count)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("euc-kr.xml", "등불이 다시 켜졌다"),
        ("euc-kr-undeclared.xml", "등불이 다시 켜졌다"),
        ("ks-c-5601-1987.xml", "등불이 다시 켜졌다"),
        ("utf-16.xml", "등불이 다시 켜졌다"),
        ("utf-16be-no-mark.xml", "등불이 다시 켜졌다"),
        ("utf-8-mark.xml", "등불이 다시 켜졌다"),
        ("lying-iso-8859-1.xml", "등불이 다시 켜졌다"),
        ("invalid-bytes.xml", "등불이 다시 켜졌다 ��"),
        ("shift-jis.xml", "灯りが再びともる"),
        ("gb2312.xml", "路灯又亮了"),
        ("windows-1252.xml", "Les réverbères – « allumés »"),
        ("lying-utf-8.xml", "Les réverbères – « allumés »"),
        ("rss20-windows-references.xml", "Lamps – “lit”"),
        ("rss20-entities-undeclared.xml", "Lamps — and café"),
        ("rss20-bare-ampersand.xml", "Lamps & Sons"),
        ("rss20-twice-escaped.xml", "Lamps & lights"),
        ("rss20-control-characters.xml", "Lamps are lit"),
        ("rss20-surrogate.xml", "Lamps are lit"),
        ("entity-bomb.xml", "bomb &c;"),
        ("external-entity.xml", "x&x;y"),
    ],
)
def test_the_title_comes_out_right(name, title):
    first = parsed_file(name).entries[0]
    assert text.plain(first.title, first.title_type) == title


def test_atom_s_words_are_understood_in_rss_without_their_namespace():
    entry = parsed_file("rss20-atom-words.xml").entries[0]
    assert entry.url == "https://news.example.org/plant"
    assert entry.published == "2025-02-04T08:01:00Z"
    assert entry.body == "It makes wafers."


def test_the_order_is_the_document_s_and_dates_stay_as_written():
    entries = parsed_file("rss20.xml").entries
    assert [entry.url for entry in entries] == [f"https://news.example.org/{n}" for n in (1, 2, 3)]
    assert entries[0].published == "Tue, 04 Feb 2025 08:01:00 GMT"


def test_a_head_says_when_to_come_again():
    info = parsed_file("rss20-head.xml").info
    assert (info.ttl, info.skip_hours, info.skip_days) == (timedelta(minutes=90), (0, 23), (5, 6))
    assert (info.hub, info.language) == ("https://hub.example.net/", "en-gb")
    assert info.rights == "© Lantern Weekly"
    assert parsed_file("rss20-sy.xml").info.ttl == timedelta(hours=6)


def test_skip_hours_are_read_in_broken_documents_too():
    body = rss("<item><title>A & B</title></item>", "<skipHours><hour>3</hour><hour>24</hour></skipHours>")
    assert parsed(body).info.skip_hours == (0, 3)


@pytest.mark.parametrize("ttl", ["0", "-5", "soon", "", "9" * 30])
def test_a_ttl_that_says_nothing_is_none(ttl):
    assert parsed(rss("", f"<ttl>{ttl}</ttl>")).info.ttl is None


def test_a_ttl_is_at_most_a_week():
    assert parsed(rss("", "<ttl>999999</ttl>")).info.ttl == timedelta(days=7)


def test_half_an_entry_at_the_end_is_left_out_and_told():
    feed = parsed_file("rss20-truncated.xml")
    assert [entry.title for entry in feed.entries] == ["Lantern 1 is lit", "Lantern 2 is lit"]
    assert any("middle of an entry" in remark for remark in feed.info.remarks)


def test_a_caption_is_not_taken_for_the_article_in_broken_documents():
    media = (
        '<media:content url="https://news.example.org/a.jpg"><media:description>Caption</media:description>'
    )
    item = f"<item><title>A & B</title><description>The article.</description>{media}</media:content></item>"
    (entry,) = parsed(rss(item, more=' xmlns:media="http://search.yahoo.com/mrss/"')).entries
    assert (entry.body, entry.summary) == ("The article.", None)


def test_atom_says_whether_a_text_is_html_and_rss_always_may_be():
    types = [entry.title_type for entry in parsed_file("atom10-text-types.xml").entries]
    assert types == [BodyType.TEXT, BodyType.HTML, BodyType.HTML]
    assert parsed_file("rss20.xml").entries[0].title_type is BodyType.HTML


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"Not found", "plain text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"%PDF-1.7 <rss>", "PDF"),
        (b"PK\x03\x04abc", "ZIP"),
        (b"\x1f\x8bnot really", "gzip"),
        (b'{"error": "not found"}', "no JSON Feed"),
        (b"[1, 2]", "no JSON Feed"),
        (b'{"items": [', "JSON but is none"),
        (b'<?xml version="1.0"?><opml version="2.0"><body/></opml>', "no feed"),
        (b"<!doctype html><html><body>Hello</body></html>", "web page"),
        (bytes(range(256)), "no feed"),
    ],
)
def test_what_is_no_feed_is_told_in_words(body, reason):
    with pytest.raises(NotAFeedError, match=reason):
        parsed(body)


def test_a_page_in_a_feed_s_place_names_the_feeds_it_declares():
    with pytest.raises(NotAFeedError, match="names this feed") as caught:
        parsed_file("page.html")
    assert caught.value.feed_urls == (
        "https://news.example.org/atom.xml",
        "https://news.example.org/rss.xml",
        "https://news.example.org/comments.xml",
    )


HEAVY = {
    "400,000 attributes": rss(
        "<item><title " + " ".join(f'a{n}="1"' for n in range(400_000)) + ">x</title>&x;</item>"
    ),
    "50,000 items": rss("<item><title>x</title></item>" * 50_000),
    "50,000 broken items": rss("<item><title>x&nbsp;</title></item>" * 50_000),
    "50,000 unclosed tags": rss("<item><description>" + "<b>x" * 50_000 + "</description></item>"),
    "100,000 nested elements": rss("<a>" * 100_000 + "</a>" * 100_000),
    "5 MB of brackets": rss("<item><title>" + "<" * 5_000_000),
    "3 MB of ampersands": rss("<item><title>" + "&" * 3_000_000),
    "half a million brackets of JSON": '{"a":' * 500_000,
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_document_made_to_hold_us_ends_at_once(name):
    started = time.process_time()
    with pytest.raises(NotAFeedError):
        parsed(HEAVY[name])
    assert time.process_time() - started < 1.5  # mostly 0.2 s; the machine may be busy


def test_entries_over_the_bound_are_refused_and_the_setting_named():
    items = "".join(f"<item><title>{n}</title></item>" for n in range(6))
    assert len(parsed(rss(items), max_entries=6).entries) == 6
    with pytest.raises(NotAFeedError, match="6 entries; the setting max_entries allows 5"):
        parsed(rss(items), max_entries=5)


def test_one_entry_too_large_never_stops_the_others():
    items = f"<item><title>big</title><description>{'등' * 500}</description></item><item><title>ok</title></item>"
    feed = parsed(rss(items), max_entry_bytes=1000)
    assert [entry.title for entry in feed.entries] == ["ok"]
    assert feed.info.remarks == ("entries of more than 1000 bytes, left out: 1",)


def test_a_gzip_file_is_unpacked_within_the_bounds():
    body = rss("<item><title>x</title></item>").encode()
    assert parsed(gzip.compress(body)).entries[0].title == "x"
    with pytest.raises(NotAFeedError, match="unpacks to more than"):
        parsed(gzip.compress(b" " * 5_000_000), max_bytes=2_000_000)


CORPUS = [path.read_bytes() for path in sorted(FEEDS.iterdir())]


@given(st.sampled_from(CORPUS), st.integers(0, 4000), st.integers(0, 60), st.binary(max_size=12))
def test_a_spoilt_document_is_read_or_refused_and_never_breaks_us(body, start, length, junk):
    spoilt = body[:start] + junk + body[start + length :]
    with suppress(NotAFeedError):
        feed = parsed(spoilt)
        assert len({entry.key for entry in feed.entries}) == len(feed.entries)
        for entry in feed.entries:
            assert entry.title == text.xml_safe(entry.title)
            assert entry.body == text.xml_safe(entry.body)
            assert entry.url is None or entry.url.lower().startswith(("http://", "https://"))


def test_no_limits_given_means_the_defaults():
    assert parse(a_document(rss(""))) == parse(a_document(rss("")), FetchLimits())


@pytest.mark.parametrize(
    "name",
    [
        "links",
        "tags",
        "authors",
        "content",
        "media_content",
        "title_detail",
        "summary_detail",
        "media_license",
    ],
)
def test_an_element_named_like_something_of_feedparsers_own_breaks_nothing(name):
    odd = f"<{name}>x</{name}>"
    body = (
        f"<rss version='2.0'><channel>{odd}<title>C</title><item>{odd}<title>T</title><guid>1</guid></item>"
    )
    feed = parsed(body.encode())  # not closed, so that feedparser reads it
    assert [(entry.key, entry.title) for entry in feed.entries] == [("id:1", "T")]


def test_names_are_read_in_whatever_case():
    body = (
        b"<rss version='2.0'><channel><Title>C</Title><Item><Title>T</Title><GUID>1</GUID>"
        b"<PubDate>Tue, 04 Feb 2025 08:01:00 GMT</PubDate><Link>https://x.example/1</Link></Item></channel></rss>"
    )
    (entry,) = parsed(body).entries
    assert (entry.key, entry.title, entry.url) == ("id:1", "T", "https://x.example/1")
    assert entry.published == "Tue, 04 Feb 2025 08:01:00 GMT"
    half = (
        body.replace(b"Item", b"item")
        .replace(b"GUID", b"guid")
        .replace(b"Title", b"title")
        .replace(b"Link", b"link")
    )
    assert parsed(half).entries[0].published == entry.published
