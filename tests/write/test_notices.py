from __future__ import annotations

import pytest
from builders import NOTICE, a_disclosure, a_topic, a_topic_feed, an_article, an_entry

from aggregator.model import DisclosureKind, Origin
from aggregator.write import notices
from aggregator.write.vocabulary import KIND_LABELS, ORIGIN_LABELS


def test_every_kind_and_origin_has_words_for_people():
    assert set(KIND_LABELS) == set(DisclosureKind)
    assert set(ORIGIN_LABELS) == set(Origin)


def test_the_article_speaks_first_and_the_republisher_last():
    source = a_disclosure(DisclosureKind.AI_GENERATED, origin=Origin.SOURCE)
    own = a_disclosure(DisclosureKind.LIABILITY)
    found = notices.statements(an_entry(disclosures=(source, own)), NOTICE)
    assert [item.origin for item in found] == [Origin.ARTICLE, Origin.SOURCE, Origin.REPUBLISHER]


def test_the_order_in_the_store_does_not_matter():
    many = tuple(a_disclosure(kind) for kind in (DisclosureKind.SPONSORED, DisclosureKind.LIABILITY))
    assert notices.statements(an_entry(disclosures=many), "") == notices.statements(
        an_entry(disclosures=many[::-1]), ""
    )


def test_the_republishers_notice_is_said_once():
    own = a_disclosure(DisclosureKind.REPUBLISHER, text=NOTICE, origin=Origin.REPUBLISHER)
    assert notices.statements(an_entry(disclosures=(own,)), NOTICE) == (own,)


@pytest.mark.parametrize("notice", ["", "  \n"])
def test_without_a_notice_the_republisher_says_nothing(notice):
    assert notices.statements(an_entry(disclosures=()), notice) == ()


def test_a_notice_shows_kind_words_language_and_who_says_so():
    shown = notices.paragraphs((a_disclosure(text="이 글은 AI가 <작성>했다.", language="ko"),))
    assert shown == (
        '<p><small><b>AI-generated</b>: <span lang="ko">이 글은 AI가 &lt;작성&gt;했다.</span> '
        "<i>(stated in the article)</i></small></p>"
    )


def test_terms_of_use_lead_to_the_licence():
    licence = a_disclosure(
        DisclosureKind.LICENCE, text="CC BY", uri="https://creativecommons.org/licenses/by/4.0/"
    )
    assert '<a href="https://creativecommons.org/licenses/by/4.0/">' in notices.paragraphs((licence,))
    bad = a_disclosure(DisclosureKind.LICENCE, text="x", uri="javascript:alert(1)")
    assert "<a " not in notices.paragraphs((bad,))


def test_an_entry_without_a_body_shows_its_summary_escaped():
    entry = an_entry(article=an_article(html=" ", summary="a < b"))
    assert notices.content(entry, (), "bottom") == "<p>a &lt; b</p>"


@pytest.mark.parametrize(
    ("title", "summary", "heading"),
    [
        ("T", "s", "T"),
        (" ", "s", "s"),
        ("", "", "Lantern Wire"),
        ("a\nb", "", "a b"),
        ("\x00", "", "Lantern Wire"),
    ],
)
def test_a_heading_is_never_empty(title, summary, heading):
    assert notices.heading(an_entry(article=an_article(title=title, summary=summary))) == heading


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (a_topic(description="My own words."), "My own words."),
        (a_topic(match="*"), "Every entry of every source."),
        (a_topic(), "Entries that match: samsung AND openai."),
    ],
)
def test_a_topic_is_described_in_a_sentence(topic, words):
    assert notices.description(a_topic_feed(topic=topic)) == words


def test_a_long_notice_is_shortened_at_a_blank():
    short = notices.shortened("word " * 200)
    assert len(short) < 310
    assert short.endswith("word …")
