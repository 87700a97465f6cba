"""Plain and XML-safe text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from aggregator.core.text import fold, plain, xml_safe
from aggregator.model import BodyType


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("Lamps &amp; lights", "Lamps & lights"),
        ("AT&amp;amp;T", "AT&T"),
        ("&amp;lt;b&amp;gt;Lamps&amp;lt;/b&amp;gt;", "Lamps"),
        ("<b>La</b>mps  are\n lit", "Lamps are lit"),
        ("one<br/>two<p>three</p>four", "one two three four"),
        ("a < b and c > d", "a < b and c > d"),
        ("Lamps<script>alert(1)</script><style>p{}</style><!-- c -->!", "Lamps !"),
        ("Lamps <script>never closed", "Lamps"),
        ("Lamps &#150; lit", "Lamps – lit"),
        ("Lamps &nbsp; lit", "Lamps lit"),
        ("<p class='x'", ""),
        ("", ""),
    ],
)
def test_html_becomes_one_line_of_plain_text(html, expected):
    assert plain(html, BodyType.HTML) == expected


def test_text_is_taken_literally():
    assert plain(" a < b &amp; <i>c</i> ", BodyType.TEXT) == "a < b &amp; <i>c</i>"


def test_controls_go_and_windows_characters_come_out_right():
    assert xml_safe("a\x00b\x0bc\ud800d\ufffee\x96f\tg") == "abcde–f\tg"
    assert fold(" a \n b ") == "a b"


@given(st.text(st.characters()), st.sampled_from(BodyType))
def test_plain_text_is_always_fit_for_xml_and_one_line(value, body_type):
    result = plain(value, body_type)
    element = etree.Element("t")
    element.text = result  # lxml refuses what XML forbids
    assert result == " ".join(result.split())
