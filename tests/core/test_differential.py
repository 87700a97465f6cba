"""The quick reader and feedparser make the same entries of the same document."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from aggregator.core import bounds, charset, quick, text
from aggregator.core.assemble import assemble
from aggregator.core.parse import read_by_feedparser
from aggregator.model import FetchLimits, ParsedFeed

FEEDS = Path(__file__).parent.parent / "fixtures" / "feeds"
URL = "https://news.example.org/feed"
XML_FEEDS = sorted(path.name for path in FEEDS.glob("*.xml") if "sitemap" not in path.name)

# Documents that the quick reader must leave to feedparser, and why.
DOUBTFUL = {
    "atom03.xml": "another namespace, with modes of content of its own",
    "atom10-xhtml-prefixed.xml": "prefixes inside XHTML",
    "cdf.xml": "CDF",
    "entity-bomb.xml": "a DOCTYPE",
    "external-entity.xml": "a DOCTYPE",
    "rss091-netscape-doctype.xml": "a DOCTYPE",
    "rss20-atom-words.xml": "Atom's words without their namespace",
    "rss20-bare-ampersand.xml": "not well-formed",
    "rss20-entities-undeclared.xml": "not well-formed",
    "rss20-markup-in-description.xml": "markup where text belongs",
    "rss20-no-end.xml": "not well-formed",
    "rss20-truncated.xml": "not well-formed",
    "rss20-undeclared-prefix.xml": "not well-formed",
    "rss20-upper-case.xml": "another root",
    "rss20-warning-before.xml": "not well-formed",
}
# (document, field): why the readers may differ there.
EXPLAINED: dict[tuple[str, str], str] = {}


def utf8(name: str) -> bytes:
    return bounds.without_forbidden(charset.to_utf8((FEEDS / name).read_bytes()).body.lstrip())


def by_quick(name: str) -> ParsedFeed | None:
    reading = quick.read(utf8(name))
    return assemble(reading, URL, FetchLimits()) if reading else None


def by_feedparser(name: str) -> ParsedFeed:
    return assemble(read_by_feedparser(utf8(name)), URL, FetchLimits())


def comparable(name: str, value: object) -> object:
    """HTML of two serialisers is the same where its text and its tags are."""
    if name in ("body", "summary") and isinstance(value, str):
        return text.plain(value), re.findall(r"<\w+", value)
    return value


@pytest.mark.parametrize("name", [name for name in XML_FEEDS if name not in DOUBTFUL])
def test_both_readers_make_the_same_entries(name):
    quickly, carefully = by_quick(name), by_feedparser(name)
    assert quickly is not None
    assert len(quickly.entries) == len(carefully.entries)
    differences = {
        (name, field.name): (getattr(one, field.name), getattr(other, field.name))
        for one, other in zip(quickly.entries, carefully.entries, strict=True)
        for field in fields(one)
        if field.name != "fingerprint"
        and comparable(field.name, getattr(one, field.name))
        != comparable(field.name, getattr(other, field.name))
    }
    assert {where: values for where, values in differences.items() if where not in EXPLAINED} == {}


@pytest.mark.parametrize("name", [name for name in XML_FEEDS if name not in DOUBTFUL])
def test_both_readers_make_the_same_head(name):
    quickly, carefully = by_quick(name), by_feedparser(name)
    assert quickly is not None
    differences = {
        (name, field.name): (getattr(quickly.info, field.name), getattr(carefully.info, field.name))
        for field in fields(quickly.info)
        if getattr(quickly.info, field.name) != getattr(carefully.info, field.name)
    }
    assert {where: values for where, values in differences.items() if where not in EXPLAINED} == {}


@pytest.mark.parametrize("name", sorted(DOUBTFUL))
def test_what_is_doubtful_is_left_to_feedparser(name):
    assert by_quick(name) is None
    assert by_feedparser(name).entries


def test_every_exception_is_still_needed():
    assert set(DOUBTFUL) <= set(XML_FEEDS)
    assert {name for name, _ in EXPLAINED} <= set(XML_FEEDS)
