"""What goes into the store, and what comes out for a writer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.article import Article, CompanyTag, Disclosure, ProcessedFeed
from aggregator.model.feed import Enclosure
from aggregator.model.operator import Topic
from aggregator.model.push import Hub
from aggregator.model.request import FetchResult, SourceState


@dataclass(frozen=True, slots=True)
class Packed:
    """A draft as the store writes it, packed where it was made: the one writer has little left to do."""

    key: str
    fingerprint: bytes
    article_hash: bytes  # of what is shown, tags and disclosures aside
    facts_hash: bytes  # of tags and disclosures
    columns: Mapping[str, object]  # of the entry's row, by name
    tags: tuple[tuple[str, float, bool, str], ...]  # company, score, primary, mentions as JSON
    # kind, origin, text, language, uri, evidence as JSON
    disclosures: tuple[tuple[str, str, str, str | None, str | None, str | None], ...]
    raw: bytes  # the entry as sent, compressed
    sketch: bytes
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One poll, decided: written by ``store.apply`` in one transaction with its entries."""

    source_id: int
    leased_until: datetime  # the lease it was polled under; a lost lease writes nothing
    result: FetchResult
    processed: ProcessedFeed | None  # its drafts are in entries; None: nothing new was read
    polled_at: datetime
    duration: timedelta
    next_poll: datetime | None  # None: paused until the operator acts
    why_then: str  # why next_poll is when it is, in words
    after: SourceState  # how the source stands after it
    entries: tuple[Packed, ...] = ()  # new or changed
    size: int = 0  # bytes of the body
    pushed: bool = False  # its hub brought it; nothing was asked
    hub: Hub | None = None  # where it can be subscribed to; None: nowhere, or nothing was read, or no use


@dataclass(frozen=True, slots=True)
class Changes:
    """What an ``apply`` did."""

    new: int = 0
    changed: int = 0
    touched: frozenset[str] = frozenset()  # slugs of topics whose revision rose


@dataclass(frozen=True, slots=True)
class Link:
    """Another source's report of the same story."""

    url: str
    title: str
    source: str  # its name


@dataclass(frozen=True, slots=True)
class Origination:
    """Where an entry came from, for atom:source (RFC 4287 §4.2.11)."""

    slug: str
    name: str
    url: str  # the feed's own
    id: str | None
    title: str
    link: str | None
    rights: str | None
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry."""

    id: int
    source: Origination
    key: str
    article: Article  # without passages: they are derived again where needed
    disclosures: tuple[Disclosure, ...]
    tags: tuple[CompanyTag, ...]
    enclosures: tuple[Enclosure, ...]
    labels: tuple[str, ...]
    rights: str | None
    licence: str | None
    first_seen: datetime
    changed: datetime  # when what the source sends last changed


@dataclass(frozen=True, slots=True)
class Story:
    """The same news in one or more entries; the lead is the best entry that matches the topic."""

    id: int
    public_id: str  # tag: URI, minted once (RFC 4151)
    lead: Entry
    published: datetime
    updated: datetime
    also: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A story as a topic shows it, still without its lead's text."""

    story_id: int
    public_id: str
    lead: int  # the entry's id
    published: datetime
    updated: datetime
    also: tuple[Link, ...]
    fingerprint: bytes  # of everything of it that a feed shows


@dataclass(frozen=True, slots=True)
class TopicFeed:
    """A writer's whole input."""

    topic: Topic
    feed_id: str  # tag: URI, minted once
    stories: tuple[Story, ...]  # newest first
    updated: datetime
    company_names: Mapping[str, str]  # slug -> display name, of every company tagged here at least
    base_url: str
    title: str  # of the whole aggregator
    notice: str  # the republisher's own disclaimer
    footer: str = "bottom"


class SourceHealth(StrEnum):
    """A source's state in a word."""

    NEW = "new"  # never polled
    OK = "ok"
    FAILING = "failing"
    POSTPONED = "postponed"  # the server asked us to come later
    PAUSED = "paused"  # until the operator acts


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What status and the page tell of a source."""

    slug: str
    url: str  # core.urls.public
    name: str
    state: SourceHealth
    last_success: datetime | None  # None: never
    next_poll: datetime | None  # None: paused, or met by no cycle yet
    why_then: str  # why next_poll is when it is
    entries: int
    error: str | None  # what is wrong; None: nothing
    failing_since: datetime | None
    newest_entry: datetime | None
    remarks: tuple[str, ...] = ()
    websub: str | None = None  # how its subscription at a hub stands, in words; None: it has none


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A source broke, recovered or was paused: one entry of _health.atom, never changed afterwards."""

    public_id: str  # tag: URI, from the source and the instant
    name: str  # of the source
    url: str
    state: SourceHealth  # after the change: OK, FAILING or PAUSED
    at: datetime
    error: str | None  # what is wrong; None: nothing any more
    since: datetime  # of the trouble
    next_poll: datetime | None  # as planned then; None: paused
    why_then: str


@dataclass(frozen=True, slots=True)
class HealthFeed:
    """The input of _health.atom."""

    feed_id: str  # tag: URI
    title: str  # of the whole aggregator
    base_url: str
    updated: datetime
    changes: tuple[HealthChange, ...]  # newest first


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """What the page, OPML and status tell of a topic."""

    topic: Topic
    entries: int
    updated: datetime | None  # None: it holds nothing yet
    latest: tuple[Story, ...] = ()  # newest first, a few


@dataclass(frozen=True, slots=True)
class IndexPage:
    """The input of index.html and topics.opml. Holds nothing that moves when nothing happened."""

    title: str
    base_url: str
    notice: str  # the republisher's own disclaimer
    topics: tuple[TopicSummary, ...]
    fresh: frozenset[str]  # slugs of those whose part of index.html is to be written: they have their stories
    sources: tuple[SourceStatus, ...]
    company_names: Mapping[str, str]  # slug -> display name, of every company tagged in those at least
