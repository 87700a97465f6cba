from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aggregator.config import built_in_rules
from aggregator.core.fulltext import with_page
from aggregator.core.pipeline import Rules, compile_rules
from aggregator.model import Document, RawEntry

SENTENCES = [
    f"Paragraph {number} tells how two hundred engineers moved into the laboratory by the river this spring."
    for number in range(12)
]
PAGE = (
    "<html><head><title>A laboratory</title></head><body><nav><a href='/'>Home</a></nav><article>"
    "<h1>A laboratory opens</h1>"
    + "".join(f"<p>{said}</p>" for said in SENTENCES)
    + "</article></body></html>"
)
RAW = RawEntry(
    key="id:1",
    fingerprint=b"1",
    url="https://news.example/1",
    title="A laboratory opens",
    body="<p>Summary.</p>",
)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return compile_rules(built_in_rules())


def replaced(raw: RawEntry, page: str, rules: Rules, max_bytes: int = 1 << 20) -> RawEntry:
    document = Document(
        raw.url or "", "text/html; charset=utf-8", page.encode(), datetime(2025, 2, 4, tzinfo=UTC)
    )
    return with_page(raw, document, rules.clean, rules.zones, max_bytes)


def test_the_page_gives_the_body_and_the_feed_everything_else(rules):
    found = replaced(RAW, PAGE, rules)
    assert all(said in found.body for said in SENTENCES)
    assert (found.key, found.fingerprint, found.url, found.title) == (RAW.key, b"1", RAW.url, RAW.title)


@pytest.mark.parametrize("page", ["", "<html><body><p>No.</p></body></html>", "\x00\x01"])
def test_a_page_that_says_less_than_the_feed_changes_nothing(rules, page):
    assert replaced(RAW, page, rules) == RAW


def test_a_text_over_the_bound_of_an_entry_is_not_taken(rules):
    assert replaced(RAW, PAGE, rules, max_bytes=500) == RAW
