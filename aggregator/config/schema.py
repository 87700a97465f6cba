"""What feeds.yaml may hold: a table per kind of mapping, a description per key.

A description says what is expected: messages end with it, and docs/configuration.md holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from aggregator.config.values import (
    Reader,
    base_url,
    company_slug,
    database,
    flag,
    interval,
    language,
    one_line,
    one_of,
    seconds,
    slug,
    source_url,
    text,
    topic_slug,
    web_url,
    whole,
    with_main_format,
    word,
)
from aggregator.model import FORMATS

REQUIRED = object()  # the default of a key that must be there


class Many(NamedTuple):
    """A list of values of one kind."""

    item: Reader | Shape
    least: int = 0
    most: int | None = None
    check: Callable[[Sequence[object]], None] | None = None  # of the whole; raises ValueError


class Named(NamedTuple):
    """A mapping whose keys are its own."""

    item: Reader


class Key(NamedTuple):
    """One key of a mapping. Where the default is None, an empty value is none."""

    kind: Reader | Many | Named | Shape
    description: str
    default: object = REQUIRED


Shape = Mapping[str, Key]

LINE = text(500, one_line)
LINES = Many(LINE, most=2000)
LISTED_FORMATS = Many(one_of(*FORMATS), check=with_main_format)

# ``settings.limits``: bounds of one request and of one document.
LIMITS: Shape = {
    "max_bytes": Key(whole(1024, 2**31), "bytes on the wire, and again unpacked", 16 * 1024 * 1024),
    "max_ratio": Key(whole(1, 10000), "unpacked bytes for each byte on the wire", 200),
    "max_header_bytes": Key(whole(1024, 2**20), "bytes of an answer's headers", 64 * 1024),
    "max_redirects": Key(whole(0, 30), "how many redirects are followed", 10),
    "connect_seconds": Key(seconds(600), "seconds to connect, up to 600", 10.0),
    "first_byte_seconds": Key(seconds(600), "seconds to the first byte, up to 600", 20.0),
    "total_seconds": Key(seconds(600), "seconds for the whole request, up to 600", 30.0),
    "max_entries": Key(whole(1, 100000), "entries of a document", 2000),
    "max_entry_bytes": Key(whole(1024, 2**28), "bytes of one entry", 1024 * 1024),
    "parse_seconds": Key(seconds(600), "seconds of CPU to read a document, up to 600", 20.0),
}

# ``settings``.
SETTINGS: Shape = {
    "database": Key(
        text(check=database),
        "sqlite:///FILE, relative to this file, or postgresql://user@host/name",
        "sqlite:///aggregator.db",
    ),
    "output": Key(LINE, "a folder, relative to this file", "output"),
    "base_url": Key(
        text(check=base_url), "an absolute URL such as https://feeds.example.org/", "http://localhost:8080/"
    ),
    "contact": Key(text(200), "an address or URL at which publishers reach you", ""),
    "poll_interval": Key(interval, "90s, 15m, 6h, 1d and the like", timedelta(hours=1)),
    "max_poll_interval": Key(interval, "90s, 15m, 6h, 1d and the like; the longest wait", None),
    "disclaimer": Key(text(5000), "the republisher's own words", ""),
    "title": Key(LINE, "a line of text, the name of the whole", "aggregator"),
    "footer": Key(
        one_of("top", "bottom", "off"), "top, bottom or off: where the visible disclaimers stand", "bottom"
    ),
    "formats": Key(LISTED_FORMATS, "a list of atom, rss and json, with atom in any case", FORMATS),
    "allow_private_networks": Key(flag, "true or false: loopback and private addresses", False),
    "retention": Key(interval, "90d and the like; without it, entries are kept for ever", None),
    "log_format": Key(one_of("text", "json"), "text or json", "text"),
    "websub": Key(one_of("auto", "on", "off"), "auto, on or off: let hubs tell us of news", "auto"),
    "host": Key(LINE, "the address that the HTTP server listens on", "127.0.0.1"),
    "port": Key(whole(0, 65535), "a port from 1 to 65535; 0 takes any that is free", 8080),
    "max_in_flight": Key(whole(1, 2000), "requests at once, 1 to 2000", 64),
    "max_per_host": Key(whole(1, 100), "requests at once to one host, 1 to 100", 2),
    "host_gap_seconds": Key(
        seconds(600, from_zero=True), "seconds between two requests to one host, 0 to 600", 0.5
    ),
    "proxy": Key(text(check=web_url), "http://host:port that all requests go through", None),
    "limits": Key(LIMITS, "a mapping of bounds", {}),
}

# ``sources[].page``: CSS selectors that read a web page without a feed.
PAGE: Shape = {
    "item": Key(LINE, "the CSS selector of an item"),
    "title": Key(LINE, "the CSS selector of the title, inside the item"),
    "link": Key(LINE, "the CSS selector of the link, inside the item"),
    "date": Key(LINE, "the CSS selector of the date, inside the item", None),
    "author": Key(LINE, "the CSS selector of the author, inside the item", None),
    "body": Key(LINE, "the CSS selector of the body, inside the item", None),
}

# One of ``sources``.
SOURCE: Shape = {
    "url": Key(text(check=source_url), "a URL that begins with http://, https:// or file:///"),
    "name": Key(LINE, "a line of text; without it, the host", None),
    "slug": Key(text(check=slug), "small letters, digits and hyphens; without it, made from the name", None),
    "interval": Key(interval, "90s, 15m, 6h, 1d and the like; without it, poll_interval", None),
    "disclosure": Key(Named(word), "a mapping such as {ai: generated}", {}),
    "rank": Key(whole(-1000, 1000), "a whole number; the lowest leads a story told by several", 0),
    "page": Key(PAGE, "a mapping of CSS selectors: item, title, link …", None),
    "full_text": Key(flag, "true or false: fetch the article where the feed has a summary only", False),
    "host_pause": Key(flag, "true or false: wait too while the host refuses its other sources", True),
}

# One of ``companies[].people``.
PERSON: Shape = {
    "names": Key(Many(LINE, least=1, most=2000), "a list of the spellings of a person's name"),
    "role": Key(text(), "a line of text such as CEO", ""),
    "since": Key(whole(1000, 3000), "a year; without it, from the beginning", None),
    "until": Key(whole(1000, 3000), "a year; without it, still", None),
}

# One of ``companies``: an addition to the catalogue, or a correction where the slug is known.
COMPANY: Shape = {
    "slug": Key(text(check=company_slug), "small letters, digits and hyphens"),
    "name": Key(LINE, "a line of text, the name as shown", None),
    "country": Key(LINE, "two capital letters such as KR, in quotes where YAML needs them", None),
    "parent": Key(text(check=slug), "the slug of a company", None),
    "wikidata": Key(LINE, "a Wikidata id such as Q20716", None),
    "aliases": Key(LINES, "a list of names that say the company anywhere", ()),
    "words": Key(LINES, "a list of names that are also words, such as Oracle", ()),
    "units": Key(LINES, "a list of brands, products and affiliates that imply it", ()),
    "unit_words": Key(LINES, "a list of the like that are also words", ()),
    "ventures": Key(LINES, "a list of joint ventures, which never tag alone", ()),
    "tickers": Key(LINES, 'a list such as ["NASDAQ:ORCL", "KRX:005930"]', ()),
    "domains": Key(LINES, "a list such as [samsung.com]", ()),
    "people": Key(Many(PERSON), "a list of mappings with names, role, since", ()),
    "cues": Key(LINES, "a list of words nearby that speak for a doubtful match", ()),
    "against": Key(LINES, "a list of phrases that undo a match, such as apple pie", ()),
    "doubt": Key(whole(1, 5), "1 (a little) to 5: how much evidence its words need", None),
    "remove_aliases": Key(LINES, "a list of built-in names that are to go", ()),
    "replace": Key(flag, "true: forget the built-in record; false: add to it", False),
    "off": Key(flag, "true: the company is not tagged any more", False),
}

# One of ``topics``.
TOPIC: Shape = {
    "slug": Key(text(check=topic_slug), "small letters, digits, - and + such as samsung+openai"),
    "match": Key(text(), 'an expression such as samsung AND openai, or "*"'),
    "title": Key(LINE, "a line of text; without it, made from the slug", None),
    "description": Key(text(2000), "a text; without it, made from the expression", None),
    "limit": Key(whole(1, 5000), "items in the feed, 1 to 5000", 100),
    "languages": Key(Many(text(check=language)), "a list such as [en, ko]; without it, all", ()),
    "primary_only": Key(flag, "true: only what is about the companies", False),
    "formats": Key(
        LISTED_FORMATS,
        "a list of atom, rss and json, with atom in any case; without it, settings.formats",
        None,
    ),
}

SECTIONS: Mapping[str, Shape] = {
    "settings": SETTINGS,
    "sources": SOURCE,
    "companies": COMPANY,
    "topics": TOPIC,
}
