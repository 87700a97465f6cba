"""What a document holds, as sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class FeedInfo:
    """The head of a feed."""

    format: str  # rss20, atom10, rss10, json11, page, sitemap …
    title: str = ""
    link: str | None = None  # its web page, absolute
    id: str | None = None
    rights: str | None = None
    language: str | None = None
    base: str | None = None  # what relative links stand on
    ttl: timedelta | None = None  # <ttl> or sy:updatePeriod: not sooner than
    skip_hours: tuple[int, ...] = ()  # UTC
    skip_days: tuple[int, ...] = ()  # Monday is 0
    hub: str | None = None  # WebSub, rel=hub
    topic: str | None = None  # its own URL, rel=self: what its hub knows it by
    remarks: tuple[str, ...] = ()  # oddities worth telling the operator, e.g. ids sent twice


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that comes with an entry (RFC 4287 §4.2.7.2)."""

    url: str
    media_type: str | None = None
    length: int | None = None  # bytes


class BodyType(StrEnum):
    """How a text construct is to be read."""

    HTML = "html"
    TEXT = "text"


# Labels of this form carry facts from core.extract to core.clean; no reader is to see them.
FACT_LABELS = ("digitalSourceType:", "section:", "readingMinutes:")


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry as sent: nothing cleaned, nothing believed."""

    key: str  # identity within its source
    fingerprint: bytes  # of everything below
    url: str | None = None  # absolute
    title: str = ""
    title_type: BodyType = BodyType.HTML
    author: str | None = None
    published: str | None = None  # as written
    updated: str | None = None  # as written
    summary: str | None = None  # None: none was sent besides the body
    body: str = ""
    body_type: BodyType = BodyType.HTML
    base: str | None = None  # xml:base of the body where it has one
    labels: tuple[str, ...] = ()  # the source's categories, and facts as FACT_LABELS
    enclosures: tuple[Enclosure, ...] = ()
    rights: str | None = None
    licence: str | None = None  # rel=license, creativeCommons:license …: a URI
    language: str | None = None

    @property
    def categories(self) -> tuple[str, ...]:
        """The labels that are for readers."""
        return tuple(label for label in self.labels if not label.startswith(FACT_LABELS))


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document, read."""

    info: FeedInfo
    entries: tuple[RawEntry, ...]
