from __future__ import annotations

import re
import shlex
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise

import pytest
from builders import (
    NOON,
    a_disclosure,
    a_source_status,
    a_story,
    a_tag,
    a_topic,
    a_topic_feed,
    an_article,
    an_entry,
    an_index_page,
)
from hypothesis import HealthCheck, given, settings
from lxml import html
from strategies import FEEDS

from aggregator.model import Evidence, IndexPage, Mention, Place, SourceHealth, TopicSummary
from aggregator.write import listing
from aggregator.write.listing import write_index, write_topic_page


def page_of(written: bytes) -> html.HtmlElement:
    return html.document_fromstring(written.decode())


def index(page: IndexPage) -> html.HtmlElement:
    return page_of(write_index(page).whole())


def topic_page(entry, **story) -> html.HtmlElement:
    return page_of(write_topic_page(a_topic_feed(a_story(1, entry, **story))).whole())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_the_index_shows_each_topic_with_feed_page_and_headlines():
    page = index(an_index_page())
    card = page.find_class("card")[0]
    hrefs = [link.get("href") for link in card.iter("a")]
    assert "samsung+openai.html" in hrefs
    assert "samsung+openai.atom" in hrefs
    assert "https://lantern-wire.example/2025/02/04/memory-lab" in hrefs
    shown = words(card)
    for expected in (
        "Samsung and OpenAI",
        "12 entries",
        "http://localhost:8080/samsung+openai.atom",
        "AI-generated",
    ):
        assert expected in shown


def test_a_reader_given_the_index_finds_every_feed():
    page = index(an_index_page())
    found = [link.get("href") for link in page.iter("link") if link.get("type") == "application/atom+xml"]
    topics = ["samsung+openai.atom", "softbank.atom", "kakao.atom", "everything.atom"]
    assert found == [*topics, "_health.atom"]


def test_the_index_leads_to_the_opml_and_holds_the_disclaimer():
    page = index(an_index_page())
    assert any(link.get("href") == "topics.opml" for link in page.iter("a"))
    assert an_index_page().notice in words(page.find("body/footer"))


def test_an_empty_topic_says_so():
    page = write_index(an_index_page(topics=(TopicSummary(a_topic(), 0, None),)))
    assert "Nothing yet" in page.whole().decode()


def test_only_fresh_topics_are_written_and_all_are_listed():
    page = an_index_page()
    whole = write_index(page)
    some = write_index(replace(page, fresh=frozenset({"kakao", "softbank"})))
    assert some.stories == whole.stories[1:3]
    assert (some.head, some.foot) == (whole.head, whole.foot)


def test_an_index_without_topics_says_so():
    assert "No topic is configured yet" in write_index(an_index_page(topics=())).whole().decode()
    assert "No topic is configured yet" not in write_index(an_index_page()).whole().decode()


def test_a_healthy_source_shows_nothing_that_moves_at_each_poll():
    before = an_index_page(sources=(a_source_status(),))
    after = an_index_page(
        sources=(
            a_source_status(last_success=NOON + timedelta(hours=1), next_poll=NOON + timedelta(hours=2)),
        )
    )
    assert write_index(before) == write_index(after)


def test_a_failing_source_is_told_in_words():
    status = a_source_status(
        state=SourceHealth.FAILING,
        error="The server answered 500.",
        failing_since=NOON,
        next_poll=NOON + timedelta(hours=8),
        why_then="it failed 4 times in a row",
        remarks=("3 ids were sent twice.",),
    )
    shown = words(index(an_index_page(sources=(status,))).get_element_by_id("source-1").getparent())
    for expected in (
        "Failing",
        "The server answered 500.",
        "Since 4 Feb 2025, 12:00 UTC",
        "Next attempt 4 Feb 2025, 20:00 UTC: it failed 4 times in a row",
        "What to do",
        "3 ids were sent twice.",
    ):
        assert expected in shown


def test_the_sources_in_most_need_come_first():
    page = index(an_index_page())
    states = [words(state) for state in page.find_class("state")]
    assert states == ["Paused", "Failing", "Postponed"]


def test_credentials_of_a_source_are_not_shown_nor_local_paths():
    statuses = (
        a_source_status(url="https://me:secret@x.example/f"),
        a_source_status(url="file:///home/me/f.xml"),
    )
    written = write_index(an_index_page(sources=statuses)).whole().decode()
    assert "secret" not in written
    assert "/home/me" not in written


def test_the_topic_page_says_why_it_tagged_each_company():
    mention = Mention("samsung", "삼성전자", Evidence(Place.LEAD, "삼성전자", "name"), True, "a full name")
    rejected = Mention(
        "samsung", "Galaxy", Evidence(Place.BODY, "a galaxy far away", "word"), False, "no evidence"
    )
    tag = type(a_tag("samsung", "x"))("samsung", 0.81, True, (mention, rejected))
    shown = words(topic_page(an_entry(tags=(tag,))).find_class("panel")[-1])
    for expected in ("samsung AND openai", "Samsung", "0.81 of 1", "삼성전자 in the lead: a full name"):
        assert expected in shown
    assert "galaxy" not in shown.lower()
    assert "aggregator explain https://lantern-wire.example/2025/02/04/memory-lab" in shown


@pytest.mark.parametrize(
    ("topic", "words_of_it"),
    [
        (a_topic(match="*"), "takes every entry."),
        (a_topic(match="NOT sponsored", languages=("en", "ko")), "what matches NOT sponsored, in en or ko."),
        (a_topic(match="samsung", primary_only=True), "and is about the company, not only mentions it."),
    ],
)
def test_a_story_without_companies_says_too_why_it_is_here(topic, words_of_it):
    page = page_of(write_topic_page(a_topic_feed(a_story(1, an_entry(tags=())), topic=topic)).whole())
    shown = words(page.find_class("panel")[-1])
    assert words_of_it in shown
    assert "No company was found in it." in shown


def test_the_command_that_explains_more_can_be_pasted_into_a_shell():
    page = topic_page(an_entry(article=an_article(url="https://u:secret@x.example/?a=1&b=$(reboot)';x")))
    command = words(page.find_class("panel")[-1]).rpartition("aggregator explain ")[2]
    assert shlex.split(command) == ["https://x.example/?a=1&b=$(reboot)';x"]


def test_the_topic_page_shows_disclosures_with_their_words():
    page = topic_page(an_entry())
    assert [words(badge) for badge in page.find_class("badge")] == ["AI-generated", "No warranty"]
    assert "has not been reviewed by an editor" in words(page)


def test_articles_in_other_languages_are_marked_as_such():
    page = topic_page(an_entry(article=an_article(title="삼성전자", language="ko")))
    assert page.xpath("//h2//*[@lang='ko']")[0].text_content() == "삼성전자"
    assert page.find_class("article")[0].get("lang") == "ko"


def test_pictures_load_late_and_headings_go_below_the_pages_own():
    body = '<h1>One</h1><h2>Two</h2><h6>Six</h6><p><img src="https://x.example/a.png" alt="a"></p>'
    article = topic_page(an_entry(article=an_article(html=body))).find_class("article")[0]
    assert [element.tag for element in article] == ["h3", "h3", "h6", "p"]
    assert article.find("p/img").get("loading") == "lazy"


def test_an_attribute_that_looks_like_a_tag_stays_an_attribute():
    body = '<p title="<img src=x onerror=alert(1)> <h1>">x</p>'
    article = topic_page(an_entry(article=an_article(html=body))).find_class("article")[0]
    assert [element.tag for element in article.iter()] == ["div", "p"]
    assert article.find("p").get("title") == "<img src=x onerror=alert(1)> <h1>"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(FEEDS)
def test_no_text_but_an_articles_cleaned_html_becomes_markup(feed):
    stories = tuple(a_story(story.id, _without_html(story.lead), also=story.also) for story in feed.stories)
    names = {"topic": feed.topic, "title": feed.title, "notice": feed.notice}
    written = write_topic_page(a_topic_feed(*stories, **names)).whole()
    page = page_of(written)
    assert not list(page.iter("script"))
    assert not [
        a
        for a in page.iter("a")
        if not re.match(r"https?://|#main|[\w+%.-]+\.(html|atom|rss|json)", a.get("href", ""))
    ]
    assert b"secret" not in written


def _without_html(entry):
    article = an_article(
        url=entry.article.url, title=entry.article.title, author=entry.article.author, html=""
    )
    return an_entry(
        1, article, disclosures=entry.disclosures, tags=entry.tags, licence=entry.licence, rights=entry.rights
    )


@pytest.mark.parametrize(
    "written", [write_index(an_index_page()).whole(), write_topic_page(a_topic_feed()).whole()]
)
def test_a_page_allows_itself_its_one_style_sheet_and_nothing_that_runs(written):
    text = written.decode()
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-" + digest)
    assert "<script" not in text
    assert not re.search(r'<[^>]+ style="', text)


@pytest.mark.parametrize(
    "written", [write_index(an_index_page()).whole(), write_topic_page(a_topic_feed()).whole()]
)
def test_a_page_has_landmarks_one_h1_and_no_skipped_heading(written):
    page = page_of(written)
    assert page.get("lang") == "en"
    assert len(list(page.iter("main"))) == len(list(page.iter("h1"))) == 1
    levels = [
        int(element.tag[1])
        for element in page.iter("h1", "h2", "h3", "h4")
        if not element.xpath("ancestor::*[@class='article']")
    ]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_ai_badge_can_be_told_from_the_others():
    page = topic_page(an_entry(disclosures=(a_disclosure(),)))
    assert "ai" in page.find_class("badge")[0].get("class").split()


def test_templates_are_compiled_once_and_say_the_same_from_their_copies(monkeypatch):
    feed = a_topic_feed(a_story(1, an_entry()))
    expected = write_topic_page(feed).whole()
    copies: dict[str, bytes] = {}
    compiled = []

    def start() -> None:
        """As a new process does."""
        listing._environment.cache_clear()
        listing.keep_templates(listing.Kept(copies.get, copies.__setitem__))
        monkeypatch.setattr(
            listing._environment(), "compile", lambda *given: compiled.append(given[1]) or compile_one(*given)
        )

    compile_one = listing._environment().compile
    try:
        start()
        assert write_topic_page(feed).whole() == expected
        assert len(compiled) == len(copies) > 1
        start()
        assert write_topic_page(feed).whole() == expected
        assert len(compiled) == len(copies)
        for name, copy in copies.items():
            copies[name] = copy[:-3]
        start()
        assert write_topic_page(feed).whole() == expected
        assert len(compiled) == 2 * len(copies)
    finally:
        listing._environment.cache_clear()
