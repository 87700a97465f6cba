"""Hypothesis strategies for whole TopicFeeds: any text in any field, any mix of what may be absent."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from aggregator.model import (
    Article,
    CompanyTag,
    Disclosure,
    DisclosureKind,
    Enclosure,
    Entry,
    Evidence,
    Link,
    Mention,
    Origin,
    Origination,
    Place,
    Story,
    Topic,
    TopicFeed,
)

# Everything that Python calls a string: controls, lone surrogates, noncharacters, markup.
TEXT = st.one_of(
    st.text(st.characters(), max_size=30),
    st.sampled_from(
        ["", " ", "]]>", "<script>alert(1)</script>", "&amp;lt;", "\x00\x0b\ud800\ufffe", '"><b x="']
    ),
)
URL = st.one_of(
    TEXT,
    st.none(),
    TEXT.map(lambda text: f"https://user:secret@news.example/{text}"),
    st.sampled_from(
        ["javascript:alert(1)", "https://news.example/a b?q=%zz#<>", "file:///etc/passwd", "http://[::1/"]
    ),
)
INSTANT = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LANGUAGE = st.sampled_from([None, "en", "ko", "zh-Hant-TW", "", "e\x00n", '"><b>'])


def some(strategy: st.SearchStrategy, most: int = 2) -> st.SearchStrategy:
    """A short tuple."""
    return st.lists(strategy, max_size=most).map(tuple)


EVIDENCE = st.builds(Evidence, st.sampled_from(Place), TEXT, TEXT)
MENTIONS = st.builds(Mention, TEXT, TEXT, EVIDENCE, st.booleans(), TEXT)
SLUG = st.from_regex(r"[a-z0-9]+([-+][a-z0-9]+)*", fullmatch=True)
TAGS = st.builds(CompanyTag, SLUG, st.floats(0, 1), st.booleans(), some(MENTIONS))
DISCLOSURES = st.builds(
    Disclosure, st.sampled_from(DisclosureKind), TEXT, st.sampled_from(Origin), LANGUAGE, URL
)
ARTICLES = st.builds(
    Article,
    url=URL,
    title=TEXT,
    author=st.none() | TEXT,
    section=st.none() | TEXT,
    html=TEXT,
    summary=TEXT,
    language=LANGUAGE,
)
ORIGINS = st.builds(
    Origination,
    slug=SLUG,
    name=TEXT,
    url=URL.map(str),
    id=URL,
    title=TEXT,
    link=URL,
    rights=st.none() | TEXT,
    updated=st.none() | INSTANT,
)
ENTRIES = st.builds(
    Entry,
    id=st.integers(1, 9),
    source=ORIGINS,
    key=TEXT,
    article=ARTICLES,
    disclosures=some(DISCLOSURES),
    tags=some(TAGS),
    enclosures=some(
        st.builds(Enclosure, URL.map(str), st.none() | TEXT, st.none() | st.integers(-5, 10**12))
    ),
    labels=some(TEXT),
    rights=st.none() | TEXT,
    licence=URL,
    first_seen=INSTANT,
    changed=INSTANT,
)
STORIES = st.builds(
    Story,
    id=st.integers(1, 9),
    public_id=st.uuids().map(lambda number: f"tag:aggregator.example,2025-02-04:story/{number}"),
    lead=ENTRIES,
    published=INSTANT,
    updated=INSTANT,
    also=some(st.builds(Link, URL.map(str), TEXT, TEXT)),
)
FEEDS = st.builds(
    TopicFeed,
    topic=st.builds(Topic, slug=SLUG, title=TEXT, match=TEXT, description=st.none() | TEXT),
    feed_id=st.just("tag:aggregator.example,2025-02-04:feeds/x"),
    stories=some(STORIES, 3),
    updated=INSTANT,
    company_names=st.dictionaries(SLUG, TEXT, max_size=2),
    base_url=st.just("http://localhost:8080/"),
    title=TEXT,
    notice=TEXT,
    footer=st.sampled_from(["top", "bottom", "off"]),
)
