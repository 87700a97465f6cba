"""What sites of the East set around a text goes, in its own language; an author's lines that sound like it stay."""

import re
from html import unescape

import pytest
import yaml
from core.cleaning import FIXTURES, html_of

LANGUAGES = yaml.safe_load((FIXTURES / "around_east.yaml").read_text(encoding="utf-8"))
UNDER = [(language, block) for language, parts in LANGUAGES.items() for block in parts["under"]]
AUTHORS = [(language, block) for language, parts in LANGUAGES.items() for block in parts["authors"]]


def read(html: str) -> str:
    return " ".join(unescape(re.sub("<[^<>]+>", " ", html)).split())


@pytest.mark.parametrize(("language", "block"), UNDER)
def test_what_a_site_sets_under_a_text_goes(language, block):
    text = "".join(LANGUAGES[language]["text"])
    assert read(html_of(text + block)) == read(text)


@pytest.mark.parametrize(("language", "block"), AUTHORS)
def test_what_an_author_writes_stays_wherever_it_stands(language, block):
    before, after = LANGUAGES[language]["text"]
    assert read(html_of(before + after + block)) == read(before + after + block)
    assert read(html_of(before + block + after)) == read(before + block + after)
