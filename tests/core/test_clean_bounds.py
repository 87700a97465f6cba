"""core.clean: a body made to be slow, large or deep costs little and comes out safe."""

import time

import pytest
from core.cleaning import an_article, html_of

from aggregator.core.clean.gate import MAX_DEPTH, is_wild

HOSTILE = {
    "100,000 nested elements": "<div>" * 100_000 + "text",
    "100,000 nested lists": "<ul><li>" * 50_000 + "text",
    "as deep as is allowed": "<div>" * (MAX_DEPTH - 1) + "<p>text</p>" * 9_000,
    "10 MB in one attribute": '<p title="' + "x" * 10_000_000 + '">text',
    "10 MB of attributes": "<p " + " ".join(f'a{number}="v"' for number in range(800_000)) + ">text",
    "attributes without values": "<p " + " ".join(f"a{number}" for number in range(250_000)) + ">text",
    "unclosed inline elements": "<b>" * 50_000 + "<p>text" * 1_000,
    "unclosed links in paragraphs": '<p><a href="x">' * 12_000,
    "misnested": "<b><p><i><div>" * 6_000,
    "open brackets": "<" * 1_900_000,
    "open images": "<img" * 400_000,
    "open quotes": '<p "' * 24_000,
    "ampersands": "&lt;p&gt;" * 200_000,
    "blanks": "<p>" + " " * 1_900_000,
    "breaks": "<br>" * 24_000,
    "empty blocks": "<iframe>" + "<p> </p>" * 12_000,
    "share bars": "<p class='share'>x</p>" * 12_000,
    "share bars of an author": f"<div class='share'>{'words ' * 100}" * 190,
    "long class": f'<p class="{"share-" * 3_000}x">text</p>',
    "shortcodes": "[caption " * 200_000,
    "tables": "<table><tr><td>" * 90 + "text",
    "style": "<p style='" + "display:" * 2_000 + "'>text",
    "srcset": "<img srcset='" + "/a.png 1x, " * 1_500 + "'>",
    "a phrase that nearly fits": "<p>The post " + "a appeared first " * 28 + "</p>",
    "links before a label": "<p>Related</p>" + "<p><a href='/x'>y</a></p>" * 9_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_cleaned_within_a_second(body):
    begin = time.process_time()
    article = an_article(body)
    assert time.process_time() - begin < 1.0
    assert len(article.html) < 4_000_000
    assert "<script" not in article.html


def test_over_a_bound_only_the_text_is_left_and_it_is_escaped():
    html = html_of(
        "<div>" * 1_000 + "Words &amp; <b>more</b> <script>X()</script>&lt;script&gt;X()&lt;/script&gt;"
    )
    assert html == "<p>Words &amp; more</p>"


def test_a_large_picture_in_its_address_does_not_make_a_body_wild():
    assert not is_wild(
        '<p>text</p><img src="data:image/png;base64,' + "iVBORw0KGgo" * 30_000 + '"><p>more</p>'
    )
