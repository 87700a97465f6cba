"""Bounds before feedparser."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core import bounds
from aggregator.core.parse import parse
from aggregator.errors import NotAFeedError
from aggregator.model import Document, FetchLimits

LIMITS = FetchLimits(max_entries=20)


def rss(inner: bytes) -> bytes:
    return b'<rss version="2.0"><channel>' + inner + b"</channel></rss>"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (rss(b"<item>" * 21), "entries"),
        (rss(b"<atom:entry/>" * 21), "entries"),
        (rss(b"<a>" * 300), "deep"),
        (rss(b"<item>" + b"<b>x" * 300 + b"</item>"), "deep"),
        (rss(b"<t " + b'a="1" ' * 2000 + b">"), "attributes"),
        (rss(b"<t " + b"a " * 30_000 + b">"), "attributes"),
        (rss(b"<t/>" * 100_001), "tags"),
        (rss(b"& " * 1_000_001), "marks"),
        (rss(b"<t a='' b='' c='' d='' e=''/>" * 90_001), "attributes"),
        (b"<!DOCTYPE rss [" + b"<!ENTITY a 'b'>" * 400 + b"]>" + rss(b""), "entities"),
    ],
)
def test_what_would_hold_feedparser_is_refused_by_name(body, what):
    with pytest.raises(NotAFeedError, match=what):
        bounds.check(body, LIMITS)


@pytest.mark.parametrize(
    ("body", "what"),
    [(rss(b"<t/>" * 125_001), "tags"), (rss(b"<t a='' b='' c='' d='' e=''/>" * 90_001), "attributes")],
)
def test_a_document_whose_tree_would_fill_the_memory_is_refused_before_any_reader_makes_one(body, what):
    with pytest.raises(NotAFeedError, match=what):
        parse(Document("https://a.example/", "text/xml", body, datetime(2025, 2, 4, tzinfo=UTC)), LIMITS)


def test_markup_in_cdata_weighs_nothing_however_much():
    bounds.check_weight(rss(b"<item><d><![CDATA[" + b"<a href='x=y'>" * 300_000 + b"]]></d></item>"), LIMITS)


def test_escaped_markup_however_much_is_no_weight():
    body = rss((b"<item><d>" + b"&lt;a href=&quot;x&quot;&gt;" * 60_000 + b"</d></item>") * 5)
    bounds.check_weight(body, LIMITS)


@pytest.mark.parametrize(
    "body",
    [
        rss(b"<item><t>x</t></item>" * 20),
        rss(b"<item>" + b"<br>" * 1000 + b"</item>"),
        rss((b"<item>" + b"<p>x" * 100 + b"</item>") * 20),  # what an entry leaves open ends with it
        rss(b"<item><![CDATA[" + b"<item><b>" * 1000 + b"]]></item>"),
        rss(b"<!-- " + b"<item>" * 1000 + b" -->"),
        rss(b"<!-- never closed " + b"<item>" * 1000),
    ],
)
def test_what_is_within_bounds_passes(body):
    bounds.check(body, LIMITS)


def test_forbidden_characters_and_references_go_and_others_stay():
    body = b"a\x00b\x0b&#xD800;&#55296;&#0;&#x1F;&#99999999999999;&#55296&#xDFFF;&#;c&#x41;&#128161;&amp;\n"
    assert bounds.without_forbidden(body) == b"abc&#x41;&#128161;&amp;\n"


def test_no_reference_forms_of_what_stood_around_another():
    assert bounds.without_forbidden(b"a&&#xD800;#xD800;b") == b"a b"


def test_entities_that_could_grow_are_not_declared():
    kept = b'<!ENTITY nbsp "&#160;">'
    gone = (
        b'<!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd"><!ENTITY % d "x"><!ENTITY e "'
        + b"x" * 300
        + b'">'
    )
    assert bounds.without_entities(b"<!DOCTYPE r [" + kept + gone + b"]>") == b"<!DOCTYPE r [" + kept + b"]>"


@given(
    st.lists(
        st.sampled_from(
            [b"<item>", b"</item>", b"<b ", b">", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<", b"x"]
        )
    )
)
def test_any_markup_is_judged(parts):
    with suppress(NotAFeedError):
        assert bounds.check(b"".join(parts), LIMITS) is None
