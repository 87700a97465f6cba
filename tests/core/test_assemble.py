"""What readers find becomes entries with keys, links and remarks."""

from __future__ import annotations

import pytest
from core.documents import parsed_file

from aggregator.core.assemble import Head, Item, Reading, assemble
from aggregator.model import FetchLimits, ParsedFeed, RawEntry

URL = "https://feeds.example.net/news.xml"
SITE = "https://news.example.org/"


def an_item(**fields: object) -> Item:
    return Item(**{"title": "Lamps", **fields})


def a_feed(*items: Item, form: str = "rss20", **head: object) -> ParsedFeed:
    return assemble(Reading(Head(form, links=[(SITE, "")], **head), list(items)), URL, FetchLimits())


def an_entry(**fields: object) -> RawEntry:
    return a_feed(an_item(**fields)).entries[0]


def test_relative_links_of_rss_stand_on_the_site_and_those_of_atom_on_the_document():
    item = an_item(links=[("/1", "")])
    assert a_feed(item).entries[0].url == "https://news.example.org/1"
    assert a_feed(item, form="atom10").entries[0].url == "https://feeds.example.net/1"
    assert a_feed(item, base="https://base.example.org/x/").entries[0].url == "https://base.example.org/1"


def test_the_first_link_to_a_page_is_the_entry_s():
    links = [("https://x.example.org/1.json", "application/json"), ("https://x.example.org/1", "text/html")]
    assert an_entry(links=links).url == "https://x.example.org/1"
    assert an_entry(links=links[:1]).url == "https://x.example.org/1.json"


def test_the_original_link_goes_before_one_that_tracks():
    entry = an_entry(original_link="https://x.example.org/1", links=[("https://track.example.net/1", "")])
    assert entry.url == "https://x.example.org/1"


@pytest.mark.parametrize(
    ("guid", "is_link", "url"),
    [
        ("https://x.example.org/1", True, "https://x.example.org/1"),
        ("https://x.example.org/1", False, None),
        ("/1", True, "https://news.example.org/1"),
        ("abc", True, None),
        ("javascript:alert(1)", True, None),
    ],
)
def test_a_guid_is_a_link_only_where_it_is_one(guid, is_link, url):
    assert an_entry(id=guid, id_is_link=is_link).url == url


@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        ("https://x.example.org/1", "https://x.example.org/1"),
        ("tag:x.example.org,2025:1", None),
        ("/1", None),
    ],
)
def test_an_atom_id_that_is_an_address_stands_in_where_no_link_was_sent(identifier, url):
    assert a_feed(an_item(id=identifier), form="atom10").entries[0].url == url
    linked = an_item(id=identifier, links=[("https://y.example.org/2", "")])
    assert a_feed(linked, form="atom10").entries[0].url == "https://y.example.org/2"


@pytest.mark.parametrize(
    ("written", "author"),
    [
        (["Ada Example"], "Ada Example"),
        (["ada@example.org (Ada Example)"], "Ada Example"),
        (["Ada Example <ada@example.org>"], "Ada Example"),
        (["ada@example.org"], None),
        (["Ada", " Ada ", "Bo"], "Ada, Bo"),
        ([""], None),
        ([], None),
    ],
)
def test_authors_are_names_without_mail_addresses(written, author):
    assert an_entry(authors=written).author == author


def test_one_id_for_all_says_nothing_and_links_name_the_entries():
    feed = parsed_file("rss20-same-id-for-all.xml")
    assert [entry.key for entry in feed.entries] == [f"url:https://news.example.org/{n}" for n in (1, 2, 3)]
    assert feed.info.remarks == ("3 different entries share the id 'lantern'",)


def test_one_link_for_all_says_nothing_and_titles_name_the_entries():
    feed = a_feed(*(an_item(title=f"Version {n}", links=[(SITE, "")]) for n in (1, 2)))
    assert len({entry.key for entry in feed.entries}) == 2
    assert all(entry.key.startswith("hash:") for entry in feed.entries)
    assert len(feed.info.remarks) == 1


def test_an_entry_sent_twice_counts_once_and_is_told():
    feed = parsed_file("rss20-sent-twice.xml")
    assert [entry.title for entry in feed.entries] == ["Lantern 1 is lit", "Lantern 2 is lit"]
    assert feed.info.remarks == ("entries sent more than once, of which the first is kept: 1",)


def test_in_atom_one_id_is_one_entry_whatever_its_title():
    assert [entry.title for entry in parsed_file("atom10-same-id.xml").entries] == ["Lantern 1 is lit"]


def test_keys_outlast_an_edited_text_and_fingerprints_do_not():
    one = an_entry(published="Tue, 04 Feb 2025 08:01:00 GMT", body="<p>Lamp</p>")
    other = an_entry(published="Tue, 04 Feb 2025 08:01:00 GMT", body="<p>Lamps</p>")
    assert one.key == other.key
    assert one.fingerprint != other.fingerprint


def test_a_lone_date_of_rss_is_the_day_of_publication():
    entry = an_entry(updated="2025-02-04")
    assert (entry.published, entry.updated) == ("2025-02-04", None)
    atom = a_feed(an_item(updated="2025-02-04"), form="atom10").entries[0]
    assert (atom.published, atom.updated) == (None, "2025-02-04")


def test_a_summary_that_is_all_or_repeats_the_body_is_no_summary():
    assert (an_entry(summary="s").body, an_entry(summary="s").summary) == ("s", None)
    assert an_entry(summary="b", body="b").summary is None
    assert an_entry(summary="s", body="b").summary == "s"


def test_the_authors_of_an_atom_feed_are_those_of_entries_without():
    authors = [entry.author for entry in parsed_file("atom10-feed-author.xml").entries]
    assert authors == ["Ada Example", "Bo Example"]


def test_labels_and_enclosures_are_bounded_and_said_once():
    entry = an_entry(
        labels=["a", " a ", "", "b"] + [str(n) for n in range(1000)],
        enclosures=[("/a.mp3", "audio/mpeg", "5"), ("/a.mp3", None, None), ("javascript:x", None, None)],
    )
    assert entry.labels[:2] == ("a", "b")
    assert len(entry.labels) <= 100
    assert [(e.url, e.length) for e in entry.enclosures] == [("https://news.example.org/a.mp3", 5)]
