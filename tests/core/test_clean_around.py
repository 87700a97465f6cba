"""Blocks of many systems around and between paragraphs go; an author's that sound like them stay."""

import re
from html import unescape

import pytest
import yaml
from core.cleaning import FIXTURES, html_of

BEFORE = """
<p>The ferry at Lindow runs again after nine weeks, with one new rope and the same two deckhands as before.</p>
<p>The mayor took the first crossing and, by all accounts, paid for it, which nobody could remember seeing.</p>
"""
AFTER = """
<p>On the far bank the timetable is still the one from 1998, and it is nearly right, said the man who paints it.</p>
<p>He has asked for a new brush, and the council has put the brush on its agenda for the first week of May.</p>
"""
BLOCKS = yaml.safe_load((FIXTURES / "around.yaml").read_text(encoding="utf-8"))


def read(html: str) -> str:
    return " ".join(unescape(re.sub("<[^<>]+>", " ", html)).split())


@pytest.mark.parametrize("block", BLOCKS["under"])
def test_what_a_site_sets_under_a_text_goes(block):
    assert read(html_of(BEFORE + block)) == read(BEFORE)


@pytest.mark.parametrize("block", BLOCKS["between"])
def test_what_a_site_sets_between_paragraphs_goes(block):
    assert read(html_of(BEFORE + block + AFTER)) == read(BEFORE + AFTER)


@pytest.mark.parametrize("block", BLOCKS["authors"])
def test_what_an_author_writes_stays_wherever_it_stands(block):
    assert read(html_of(BEFORE + block)) == read(BEFORE + block)
    assert read(html_of(BEFORE + block + AFTER)) == read(BEFORE + block + AFTER)


def test_the_last_lines_of_a_paragraph_go_without_its_first():
    poem = "<p>The ferry is late<br>and so am I<br><br>Subscribe now<br>Share this post</p>"
    assert read(html_of(BEFORE + poem)) == read(BEFORE) + " The ferry is late and so am I"


def test_the_own_title_as_a_link_under_the_text_goes_with_its_label():
    body = BEFORE + '<p>Post from: <a href="/">Lindow Leaf</a></p><p><a href="/f">The ferry is back</a></p>'
    assert read(html_of(body, title="The Ferry is back")) == read(BEFORE)
    assert "The ferry is back" in html_of(body, title="Another")


@pytest.mark.parametrize(
    "end",
    [
        ' [<a href="/f">mehr</a>]',
        ' <a href="/f">Read more</a>',
        ' <a href="/f">Continue reading…</a>',
        ' (<a href="/specials/ferry/">Ferry</a>, <a href="/specials/rope/">Rope</a>)',
        ' <a href="/f"><span>Lire la suite</span></a>',
        ' Sign up for <a href="/newsletter">our newsletter</a>.',
    ],
)
def test_a_link_behind_the_last_sentence_that_leads_on_goes(end):
    text = "<p>The ferry is late, and the rope knows why.</p>"
    assert read(html_of(BEFORE + text.replace("</p>", end + "</p>"))) == read(BEFORE + text)


@pytest.mark.parametrize(
    "end",
    [
        ' (<a href="https://a.example/scan">scan</a>, <a href="https://a.example/map">map</a>)',
        ', and who wants to can <a href="/f">read more</a>',
        ' <a href="/f">The rope has a diary.</a>',
        ' [<a href="/f">3</a>]',
    ],
)
def test_a_link_behind_the_last_words_that_is_the_authors_stays(end):
    text = f"<p>The ferry is late, and the rope knows why{end}</p>"
    assert read(html_of(BEFORE + text)) == read(BEFORE + text)


def test_a_list_headed_by_the_name_of_its_site_goes_and_one_that_tells_of_it_stays():
    links = "".join(f'<li><a href="https://www.ropewalk.example/{n}">Rope {n}</a></li>' for n in range(2))
    assert read(html_of(f"{BEFORE}<h3>Trending on Ropewalk:</h3><ul>{links}</ul>")) == read(BEFORE)
    told = f"{BEFORE}<p>What I have bought at Ropewalk:</p><ul>{links}</ul>"
    assert read(html_of(told)) == read(told)
    assert read(html_of(f"{BEFORE}<h3>On Ropewalk</h3><ul>{links}</ul>")) == read(BEFORE)
    other = f"{BEFORE}<h3>On Sailcloth</h3><ul>{links}</ul>"
    assert read(html_of(other)) == read(other)


def test_a_table_of_contents_goes_and_a_list_under_that_heading_that_leads_elsewhere_stays():
    parts = '<ul><li><a href="#rope">The rope</a></li><li><a href="#bell">The bell</a></li></ul>'
    assert read(html_of(f"<h3>Quick links</h3>{parts}{BEFORE}")) == read(BEFORE)
    files = parts.replace("#", "https://a.example/log/")
    assert read(html_of(f"<h3>Contents</h3>{files}{BEFORE}")) == read(f"<h3>Contents</h3>{files}{BEFORE}")


def test_a_headline_in_capitals_that_is_a_link_between_paragraphs_goes():
    loud = '<p><strong><a href="/g">GULL STEALS CHIPS FROM FERRY</a></strong></p>'
    assert read(html_of(BEFORE + loud + AFTER)) == read(BEFORE + AFTER)
    said = "<p>GULL STEALS CHIPS FROM FERRY</p>"
    assert read(html_of(BEFORE + said + AFTER)) == read(BEFORE + said + AFTER)
