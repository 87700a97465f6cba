from __future__ import annotations

from datetime import timedelta

import feedparser
import pytest
from builders import (
    NOON,
    NOTICE,
    a_disclosure,
    a_story,
    a_topic,
    a_topic_feed,
    an_article,
    an_entry,
    an_origination,
)
from hypothesis import HealthCheck, given, settings
from lxml import etree
from rfc4287 import problems
from strategies import FEEDS

from aggregator.model import DisclosureKind, Enclosure, Link, Origin
from aggregator.write.atom import write_atom
from aggregator.write.vocabulary import COMPANY_SCHEME, KIND_SCHEME, NAMESPACE, TAGGING

NS = {"a": "http://www.w3.org/2005/Atom", "d": NAMESPACE}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parsed(feed) -> etree._Element:
    written = write_atom(feed).whole()
    assert problems(written) == []
    return etree.fromstring(written)


def entry_of(entry, **story) -> etree._Element:
    return parsed(a_topic_feed(a_story(1, entry, **story))).find("a:entry", NS)


def links(element: etree._Element, rel: str) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in element.findall("a:link", NS) if link.get("rel") == rel]


def texts(element: etree._Element, path: str) -> list[str]:
    return [found.text for found in element.findall(path, NS)]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FEEDS)
def test_any_text_in_any_field_gives_a_valid_feed_that_keeps_every_story(feed):
    written = write_atom(feed).whole()
    assert problems(written) == []
    assert len(etree.fromstring(written).findall("a:entry", NS)) == len(feed.stories)
    assert b"secret" not in written


def test_the_same_topic_feed_gives_the_same_bytes():
    assert write_atom(a_topic_feed()).whole() == write_atom(a_topic_feed()).whole()


def test_the_feed_says_what_it_is_and_where_it_is_found():
    feed = parsed(a_topic_feed())
    assert feed.findtext("a:id", None, NS) == "tag:aggregator.example,2025-02-04:feeds/samsung+openai"
    assert feed.findtext("a:title", None, NS) == "Samsung and OpenAI"
    assert feed.findtext("a:updated", None, NS) == "2025-02-04T12:05:00+00:00"
    assert feed.findtext("a:author/a:name", None, NS) == "Morning feeds"
    assert links(feed, "self")[0]["href"] == "http://localhost:8080/samsung+openai.atom"
    assert links(feed, "alternate")[0]["href"] == "http://localhost:8080/samsung+openai.html"
    assert feed.find("a:generator", NS).get("version")


def test_the_feed_carries_the_republishers_disclaimer_in_all_three_layers():
    feed = parsed(a_topic_feed())
    assert NOTICE in feed.findtext("a:subtitle", None, NS)
    assert NOTICE in feed.findtext("a:rights", None, NS)
    own = feed.find("d:disclosure", NS)
    assert (own.get("kind"), own.get("origin"), own.text) == ("republisher", "republisher", NOTICE)


def test_the_feed_says_once_how_its_tags_were_made_and_marks_no_entry_for_it():
    feed = parsed(a_topic_feed(a_story(1, an_entry(disclosures=()))))
    assert feed.find("d:tagging", NS).get("method") == "rules"
    assert TAGGING in feed.findtext("a:subtitle", None, NS)
    assert [item.get("kind") for item in feed.findall("a:entry/d:disclosure", NS)] == ["republisher"]


def test_entries_stand_in_the_order_of_the_stories():
    assert texts(parsed(a_topic_feed()), "a:entry/a:id") == [
        story.public_id for story in a_topic_feed().stories
    ]


def test_an_entry_has_its_storys_id_dates_author_and_plain_title():
    entry = entry_of(
        an_entry(article=an_article(title="AT&T <b> is bold")), updated=NOON + timedelta(hours=1)
    )
    assert entry.findtext("a:id", None, NS) == "tag:aggregator.example,2025-02-04:story/1"
    assert entry.findtext("a:published", None, NS) == "2025-02-04T12:00:00+00:00"
    assert entry.findtext("a:updated", None, NS) == "2025-02-04T13:00:00+00:00"
    assert entry.findtext("a:author/a:name", None, NS) == "Mina Harbour"
    assert entry.findtext("a:title", None, NS) == "AT&T <b> is bold"
    assert entry.find("a:title", NS).get("type", "text") == "text"


def test_an_entry_without_an_author_names_its_source():
    assert (
        entry_of(an_entry(article=an_article(author=None))).findtext("a:author/a:name", None, NS)
        == "Lantern Wire"
    )


def test_an_entry_without_title_link_or_body_is_still_an_entry():
    entry = entry_of(
        an_entry(article=an_article(title="", url=None, html="", summary="", author="")), also=()
    )
    assert entry.findtext("a:title", None, NS) == "Lantern Wire"
    assert links(entry, "alternate") == []
    assert entry.findtext("a:content", None, NS)


def test_links_of_an_entry_keep_their_attributes():
    files = (
        Enclosure("https://news.example/a.mp3", "audio/mpeg", 1234),
        Enclosure("https://news.example/b", None, None),
    )
    entry = entry_of(an_entry(enclosures=files), also=(Link("https://other.example/x", "A lab", "Other"),))
    assert links(entry, "alternate") == [
        {"href": "https://lantern-wire.example/2025/02/04/memory-lab", "rel": "alternate", "hreflang": "en"}
    ]
    assert links(entry, "related") == [
        {"href": "https://other.example/x", "rel": "related", "title": "Other: A lab"}
    ]
    assert links(entry, "enclosure") == [
        {"href": "https://news.example/a.mp3", "rel": "enclosure", "type": "audio/mpeg", "length": "1234"},
        {"href": "https://news.example/b", "rel": "enclosure"},
    ]
    assert links(entry, "license") == [
        {"href": "https://creativecommons.org/licenses/by/4.0/", "rel": "license"}
    ]


def test_no_link_leads_anywhere_but_the_web():
    entry = entry_of(
        an_entry(article=an_article(url="javascript:alert(1)"), licence="data:text/html,x"), also=()
    )
    assert [link.get("rel") for link in entry.findall("a:link", NS)] == ["enclosure"]


def test_the_source_is_kept_whole():
    source = entry_of(an_entry()).find("a:source", NS)
    assert source.findtext("a:id", None, NS) == "https://lantern-wire.example/feed"
    assert source.findtext("a:title", None, NS) == "Lantern Wire: News"
    assert source.findtext("a:updated", None, NS) == "2025-02-04T12:00:00+00:00"
    assert source.findtext("a:rights", None, NS) == "© 2025 Lantern Wire"
    assert links(source, "alternate")[0]["href"] == "https://lantern-wire.example/"
    assert links(source, "self")[0]["href"] == "https://lantern-wire.example/rss.xml"


@pytest.mark.parametrize("own_id", [None, "", "12345", "not an iri"])
def test_a_source_whose_id_is_no_iri_goes_by_its_address_without_credentials(own_id):
    origin = an_origination(id=own_id, url="https://user:secret@lantern-wire.example/rss.xml")
    source = entry_of(an_entry(source=origin)).find("a:source", NS)
    assert source.findtext("a:id", None, NS) == "https://lantern-wire.example/rss.xml"


def test_rights_are_the_entrys_else_the_sources():
    assert entry_of(an_entry()).findtext("a:rights", None, NS) == "© Lantern Wire"
    assert entry_of(an_entry(rights=None)).findtext("a:rights", None, NS) == "© 2025 Lantern Wire"


def test_categories_tell_companies_disclosures_and_the_sources_labels_apart():
    found = [dict(category.attrib) for category in entry_of(an_entry()).findall("a:category", NS)]
    assert {"term": "samsung", "scheme": COMPANY_SCHEME, "label": "Samsung"} in found
    assert {"term": "ai-generated", "scheme": KIND_SCHEME, "label": "AI-generated"} in found
    assert {"term": "Korea"} in found


def test_each_disclosure_is_an_element_with_kind_origin_language_and_uri():
    first, second, third = entry_of(an_entry()).findall("d:disclosure", NS)
    assert first.get("kind") == "ai-generated"
    assert first.get("origin") == "article"
    assert first.get("uri") == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert first.get(XML_LANG) == "en"
    assert first.text == "This article was generated by AI and has not been reviewed by an editor."
    assert (second.get("kind"), second.get("origin")) == ("liability", "source")
    assert (third.get("kind"), third.get("origin"), third.text) == ("republisher", "republisher", NOTICE)


def test_each_company_is_an_element_with_score_and_the_alias_that_matched():
    samsung = entry_of(an_entry()).find("d:company", NS)
    assert dict(samsung.attrib) == {
        "slug": "samsung",
        "score": "0.800",
        "primary": "true",
        "alias": "Samsung",
        "where": "title",
    }
    assert samsung.text == "Samsung"


@pytest.mark.parametrize(("position", "first", "last"), [("bottom", "body", "note"), ("top", "note", "body")])
def test_the_visible_notices_stand_where_the_setting_says(position, first, last):
    feed = a_topic_feed(a_story(1, an_entry(article=an_article(html="<p>body</p>"))), footer=position)
    content = parsed(feed).findtext("a:entry/a:content", None, NS).replace("generated by AI", "note")
    assert content.index(first) < content.index(last)


def test_the_visible_notices_can_be_off_while_the_data_stay():
    feed = parsed(a_topic_feed(a_story(1, an_entry(article=an_article(html="<p>body</p>"))), footer="off"))
    assert feed.findtext("a:entry/a:content", None, NS) == "<p>body</p>"
    assert len(feed.findall("a:entry/d:disclosure", NS)) == 3


def test_the_articles_words_bear_its_language_and_ours_do_not():
    entry = entry_of(an_entry(article=an_article(language="ko")))
    assert {
        name: entry.find(f"a:{name}", NS).get(XML_LANG) for name in ("title", "summary", "content", "rights")
    } == {
        "title": "ko",
        "summary": "ko",
        "content": "ko",
        "rights": None,
    }


def test_our_namespace_is_declared_once_and_no_other_prefix_appears():
    written = write_atom(a_topic_feed()).whole()
    assert written.count(b"xmlns:d=") == 1
    assert b"ns0:" not in written
    assert written.count(b"xmlns") == 2


def test_one_bad_character_loses_neither_the_feed_nor_the_entry():
    bad = a_disclosure(DisclosureKind.LIABILITY, text="no\x00 war\ud800ranty", origin=Origin.SOURCE)
    entry = entry_of(an_entry(article=an_article(title="a\x08b", author="c\ufffe"), disclosures=(bad,)))
    assert entry.findtext("a:title", None, NS) == "ab"
    assert entry.findtext("d:disclosure", None, NS) == "no warranty"


def test_an_empty_topic_is_a_valid_feed():
    feed = a_topic_feed()
    empty = type(feed)(**{name: getattr(feed, name) for name in feed.__slots__} | {"stories": ()})
    assert problems(write_atom(empty).whole()) == []


def test_a_reader_sees_what_was_written():
    read = feedparser.parse(write_atom(a_topic_feed()).whole())
    assert (read.version, bool(read.bozo), len(read.entries)) == ("atom10", False, 3)
    first = read.entries[0]
    assert first.title == "Samsung and OpenAI to build a memory lab"
    assert first.link == "https://lantern-wire.example/2025/02/04/memory-lab"
    assert first.source.title == "Lantern Wire: News"
    assert first.enclosures[0].length == "1234"
    assert "generated by AI" in first.content[0].value
    assert {tag.term for tag in first.tags if tag.scheme == COMPANY_SCHEME} == {"samsung", "openai"}


def test_the_subtitle_is_the_operators_own_description_where_there_is_one():
    feed = parsed(a_topic_feed(topic=a_topic(description="Chips and chatbots.")))
    assert feed.findtext("a:subtitle", None, NS).startswith("Chips and chatbots. ")
