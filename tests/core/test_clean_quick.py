"""core.clean.quick: what is cut from the string is what BeautifulSoup would cut from the tree."""

import re

import pytest
import yaml
from core.cleaning import FIXTURES, URL, html_of, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core.clean.gate import markup, needs_mending
from aggregator.core.clean.quick import cut_named
from aggregator.core.clean.sanitize import sanitize
from aggregator.core.clean.surgery import operate
from benchmarks.corpus import Shape, _entry

BODIES = [
    body["html"].replace("⟦", "").replace("⟧", "")
    for path in sorted((FIXTURES / "bodies").glob("*.yaml"))
    for body in yaml.safe_load(path.read_text(encoding="utf-8"))
]
VECTORS = [
    vector
    for group in yaml.safe_load((FIXTURES / "xss" / "vectors.yaml").read_text(encoding="utf-8")).values()
    for vector in group
]
SHARE = '<div class="social-share"><a href="/f">Share</a> <b>now</b></div>'
PIECES = [
    *(f"<{name}>" for name in ("p", "div", "b", "a href='/x'", "ul", "li", "h2", "pre", "nav", "span", "form")),
    *(f"</{name}>" for name in ("p", "div", "b", "a", "ul", "li", "h2", "pre", "nav", "span", "form")),
    '<div class="share-bar">', '<p class="newsletter">', '<ul id="related">', '<h2 id="related">', "<br>",
    '<span style="display: none">', "<div hidden>", '<img src="/i.png" class="ad">', '<img src="/j.png">',
    "<input name=q>", "<button>", "</button>", "text ", "more &amp; more", "<!-- note -->", "a < b", SHARE,
]  # fmt: skip


def cleaned(html):
    """Sanitized; a tree writes attributes in an order of its own, and white space not as it was."""
    html = " ".join(sanitize(html, URL, URL, rules()).split())
    return re.sub(r"<\w+ ([^<>]*)>", lambda tag: " ".join(sorted(re.findall('[a-z]+="[^"]*"', tag[0]))), html)


def agrees(html):
    """Whether the quick cut took the body; where it did, the article is the same."""
    quick = None if needs_mending(html, markup(html)) else cut_named(html, rules())
    if quick is not None:
        assert cleaned(quick) == cleaned(operate(html, URL, rules()))
    return quick is not None


def test_it_agrees_with_the_tree_over_all_bodies():
    taken = [agrees(body) for body in BODIES]
    assert sum(taken) >= len(BODIES) / 2


def test_it_takes_every_body_of_the_benchmark():
    assert all(agrees(_entry(Shape(), source, number).html) for source in range(4) for number in range(30))


@pytest.mark.parametrize(
    "setting", ["{}", f"<p>One.</p>{{}}{SHARE}", '<div class="share">{}</div><p>Two.</p>']
)
def test_it_agrees_with_the_tree_over_all_vectors(setting):
    for vector in VECTORS:
        agrees(setting.replace("{}", vector))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_it_agrees_with_the_tree_over_bodies_of_any_make(pieces):
    agrees("".join(pieces))


@pytest.mark.parametrize(
    "html",
    [
        f"<p>One{SHARE}</p>",  # a paragraph ends where a block begins
        f"<div><p>One</div>{SHARE}",
        f"<b><p>One</b></p>{SHARE}",
        f"<table><tr><td>One{SHARE}</td></tr></table>",
        f"<a href='/x'>One<a href='/y'>two</a></a>{SHARE}",
        f"<pre>{SHARE}</pre>",
        f"<p title='>'>One</p>{SHARE}<",
        f"<script>'{SHARE}'</script>",
        f"<iframe src='https://www.youtube.com/embed/abcdefghijk'></iframe>{SHARE}",
        f"<p>One</p><div class='share'>{'The words of an author. ' * 30}</div>",
    ],
)
def test_what_only_a_tree_can_tell_is_declined(html):
    assert cut_named(html, rules()) is None


def test_a_share_bar_in_plain_markup_is_cut_and_all_else_stays():
    body = f'<p>One <img src="/a.png" alt="a"></p>{SHARE}<ul><li>Two</li></ul><nav>Menu</nav>'
    assert html_of(body) == ('<p>One <img src="https://news.example/a.png" alt="a"></p><ul><li>Two</li></ul>')
