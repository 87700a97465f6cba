"""Polls for the store's tests: drafts, outcomes, and a store that knows two sources and three topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from builders import NOON, a_tag, an_article

from aggregator.core import stories
from aggregator.core.identity import fingerprint
from aggregator.core.topics import TopicIndex, compile_topics
from aggregator.model import (
    Changes,
    Document,
    Draft,
    FeedInfo,
    Fetched,
    Outcome,
    Passage,
    Place,
    ProcessedFeed,
    RawEntry,
    Settings,
    Source,
    SourceState,
    Story,
    Topic,
    Validators,
    Versions,
)
from aggregator.store import feeds, polling, sources, topics
from aggregator.store.apply import apply
from aggregator.store.base import Connection, Store
from aggregator.store.polling import Take
from aggregator.store.rows import pack

HOUR = timedelta(hours=1)
AUTHORITY = "feeds.example"
COMPANIES = frozenset({"samsung", "openai", "nvidia", "kakao"})
SOURCES = (
    Source("lantern", "https://lantern.example/rss", "Lantern Wire", rank=1),
    Source("harbour", "https://harbour.example/rss", "Harbour Post", rank=0),
)
TOPICS = (
    Topic("samsung+openai", "Samsung and OpenAI", "samsung AND openai"),
    Topic("nvidia", "NVIDIA", "nvidia"),
    Topic("everything", "Everything", "*"),
)
INDEX = compile_topics(TOPICS, COMPANIES)
RULES = Versions("c1:aa", "d1:bb", "t1:cc")


def settings(**fields: object) -> Settings:
    """Settings that no test looks at, but for those given."""
    plain = Settings(
        database="sqlite://",
        output="/nowhere",
        base_url="https://feeds.example/",
        contact="you@feeds.example",
        poll_interval=HOUR,
        disclaimer="Our own words.",
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


def a_draft(
    key: str = "1", *companies: str, words: str = "", primary: bool = True, **fields: object
) -> Draft:
    """A new entry about some companies; its text differs with its words, or with its key."""
    said = words or " ".join(f"{key}word{number}" for number in range(60))
    title = fields.pop("title", f"Headline number {key} of the day that stands alone")
    article = an_article(title=title, html=f"<p>{said}</p>", url=f"https://news.example/{key}")
    article = replace(article, **fields)  # type: ignore[arg-type]
    raw = RawEntry(key=f"id:{key}", fingerprint=b"", url=article.url, title=article.title, body=article.html)
    raw = replace(raw, fingerprint=fingerprint(raw))
    shown = replace(article, passages=(Passage(Place.TITLE, article.title), Passage(Place.LEAD, said)))
    tags = tuple(a_tag(company, company.title(), primary=primary) for company in companies)
    return Draft(raw, article, (), tags, stories.sketch(shown), RULES)


def prepared(store: Store, index: TopicIndex = INDEX, now: datetime = NOON) -> None:
    """Let the store know the sources and topics."""
    with store.write() as connection:
        sources.sync(connection, SOURCES, settings(), now)
        topics.fill(connection, topics.sync(connection, index, AUTHORITY, now))


def take(store: Store, now: datetime = NOON, **fields: object) -> tuple[SourceState, ...]:
    """Lease what is due."""
    with store.write() as connection:
        return polling.take_due(connection, replace(Take(now, now), **fields))  # type: ignore[arg-type]


def an_outcome(state: SourceState, drafts: Sequence[Draft], now: datetime = NOON) -> Outcome:
    """A poll that brought these drafts."""
    assert state.leased_until is not None
    document = Document(state.url, "application/rss+xml", b"", now)
    validators = Validators(etag='"1"', body_hash=b"1")
    feed = ProcessedFeed(FeedInfo("rss20", title="The feed", link="https://x.example/"), (), 0)
    after = replace(state, validators=validators, last_ok=now, entries_last_time=len(drafts))
    return Outcome(
        source_id=state.id,
        leased_until=state.leased_until,
        result=Fetched(document, validators),
        processed=feed,
        polled_at=now,
        duration=timedelta(seconds=1),
        next_poll=now + HOUR,
        why_then="the usual interval",
        after=after,
        entries=tuple(pack(draft) for draft in drafts),
    )


def newest(connection: Connection, slug: str, limit: int) -> tuple[Story, ...]:
    """A topic's newest stories with their texts."""
    return feeds.stories_of(connection, feeds.newest(connection, slug, limit))


def poll(store: Store, *drafts: Draft, slug: str = "lantern", now: datetime = NOON) -> Changes:
    """Poll one source, which sends these entries."""
    taken = {state.slug: state for state in take(store, now, everything=True)}
    with store.write() as connection:
        changes = apply(connection, [an_outcome(taken[slug], drafts, now)], INDEX, AUTHORITY)
        polling.free_mine(connection, [state.id for state in taken.values()])
    return changes
