"""What we make of an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.feed import FeedInfo, RawEntry


class Place(StrEnum):
    """Where in an article a text stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    CAPTION = "caption"
    LINK = "link"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of plain text that stands together: a paragraph, a caption, a cell."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What in an article showed something; start and end count characters of the passage."""

    place: Place
    quote: str
    rule: str  # which rule was satisfied
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """An entry, cleaned: safe to show, and plain to search."""

    url: str | None  # canonical; None: the source gave none
    title: str  # plain text
    author: str | None = None
    section: str | None = None  # "Word on the Street"; None: the source shows none
    published: datetime | None = None  # None: the source did not say
    updated: datetime | None = None  # None: the source did not say
    html: str = ""
    passages: tuple[Passage, ...] = ()  # in reading order, the title first
    summary: str = ""  # plain text
    language: str | None = None  # BCP 47; None: not known
    reading_minutes: int = 1


class DisclosureKind(StrEnum):
    """What a disclosure says. The vocabulary, its texts and IPTC terms are data/disclosures/kinds.yaml."""

    AI_GENERATED = "ai-generated"
    AI_ASSISTED = "ai-assisted"
    HUMAN = "human"
    REVIEWED = "reviewed"
    NOT_REVIEWED = "not-reviewed"
    LIABILITY = "liability"
    NOT_ADVICE = "not-investment-advice"
    SPONSORED = "sponsored"
    AFFILIATE = "affiliate"
    HOLDINGS = "holdings"
    PRESS_RELEASE = "press-release"
    SYNDICATED = "syndicated"
    EMBARGO = "embargo"
    CORRECTION = "correction"
    LICENCE = "licence"
    REPUBLISHER = "republisher"


class Origin(StrEnum):
    """Who says so."""

    ARTICLE = "article"
    SOURCE = "source"
    REPUBLISHER = "republisher"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A statement carried with an entry: what, in which words, from whom."""

    kind: DisclosureKind
    text: str
    origin: Origin
    language: str | None = None
    uri: str | None = None  # IPTC digital source type, licence …
    evidence: Evidence | None = None  # with origin ARTICLE


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an alias matched, and what became of it."""

    company: str
    alias: str
    evidence: Evidence
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CompanyTag:
    """A company that an article mentions."""

    company: str
    score: float  # salience, 0..1
    primary: bool  # what the article is about
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Versions:
    """Which rules made a row: code number and hash of the rule data, e.g. ``t4:9f1a``."""

    cleaned: str
    disclosed: str
    tagged: str


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is to be stored of one new or changed entry."""

    raw: RawEntry
    article: Article
    disclosures: tuple[Disclosure, ...]
    tags: tuple[CompanyTag, ...]
    sketch: tuple[int, ...]  # what stories.same compares
    versions: Versions


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that could not be used, and why."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class ProcessedFeed:
    """A body, processed: the entries worth storing."""

    info: FeedInfo
    drafts: tuple[Draft, ...]
    unchanged: int  # entries sent again as they were
    refusals: tuple[Refusal, ...] = ()
    instants: tuple[datetime, ...] = ()  # of all its entries, newest first: the source's rhythm
    keys: frozenset[str] = frozenset()  # of all its entries

    @property
    def entries(self) -> int:
        """How many entries the document held."""
        return len(self.drafts) + self.unchanged + len(self.refusals)
