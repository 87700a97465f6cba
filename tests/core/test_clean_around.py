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
