"""What the operator names: sources, topics, settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from aggregator.model.article import Disclosure

FORMATS: Final = ("atom", "rss", "json")
"""What a topic's feed may be written in, by the extension of its file; the first always is."""


class SourceKind(StrEnum):
    """How a source's documents are read."""

    FEED = "feed"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class PageRules:
    """CSS selectors that read a web page without a feed as if it were one."""

    item: str
    title: str
    link: str
    date: str | None = None
    author: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A feed that the operator trusts, as feeds.yaml names it."""

    slug: str
    url: str
    name: str
    kind: SourceKind = SourceKind.FEED
    interval: timedelta | None = None  # None: the setting poll_interval
    declared: tuple[Disclosure, ...] = ()  # what the operator knows of it
    rank: int = 0  # who leads a story: the lower the better
    page: PageRules | None = None  # with kind PAGE
    full_text: bool = False  # fetch the article's page where the feed holds a summary only
    host_pause: bool = True  # False: polled also while its host is paused for refusing others


@dataclass(frozen=True, slots=True)
class Topic:
    """A match expression with a feed of its own."""

    slug: str
    title: str
    match: str  # the expression as written; core.topics parses it
    limit: int = 100  # stories in the feed
    description: str | None = None  # None: written from the expression
    languages: tuple[str, ...] = ()  # empty: every language
    primary_only: bool = False  # only entries that are about the companies, not passing mentions
    formats: tuple[str, ...] = FORMATS  # in their order there


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of feeds.yaml, checked, with paths made absolute."""

    database: str
    output: str  # folder
    base_url: str  # ends in "/"
    contact: str
    poll_interval: timedelta
    disclaimer: str
    title: str = "aggregator"
    allow_private_networks: bool = False
    footer: str = "bottom"  # where the visible disclaimers stand in content: top, bottom, off
    log_format: str = "text"  # text: key=value; json
    retention: timedelta | None = None  # None: entries are kept for ever
    max_in_flight: int = 64  # requests at once
    max_per_host: int = 2
    host_gap_seconds: float = 0.5  # between two requests to one host; none for loopback and private ones
    max_poll_interval: timedelta | None = None  # the longest that a slow source waits; None: 8 poll_intervals
    proxy: str | None = None  # http://host:port that all requests go through; None: straight
    websub: str = "auto"  # auto: subscribe at hubs where base_url can be reached from the Internet; on, off
    host: str = "127.0.0.1"  # what the HTTP server listens on
    port: int = 8080
    formats: tuple[str, ...] = FORMATS  # of a topic that names none of its own
    fetch: FetchLimits = field(default_factory=lambda: FetchLimits())


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds of one request and of one document; over one, the source's poll has failed."""

    max_bytes: int = 16 * 1024 * 1024  # on the wire, and again after decompression
    max_ratio: int = 200  # decompressed bytes per byte on the wire, beyond the first MiB
    max_header_bytes: int = 64 * 1024
    max_redirects: int = 10
    connect_seconds: float = 10.0
    first_byte_seconds: float = 20.0
    total_seconds: float = 30.0
    max_entries: int = 2000
    max_entry_bytes: int = 1024 * 1024
    parse_seconds: float = 20.0  # of CPU
