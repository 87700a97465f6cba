"""What a URL would become: fetched and taken through every stage, with nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aggregator.config import built_in_rules
from aggregator.core import pipeline, tag, topics, urls
from aggregator.core.expr import Facts
from aggregator.errors import AggregatorError, NotAFeedError
from aggregator.fetch.http import Fetcher
from aggregator.jobs.compiled import compiled
from aggregator.model import (
    CompanyTag,
    Disclosure,
    Document,
    Draft,
    Failed,
    FeedInfo,
    Fetched,
    Mention,
    RawEntry,
    Refusal,
    Settings,
    Setup,
    Source,
    SourceState,
)


class PreviewError(AggregatorError):
    """The URL brought nothing to show; says why, and what may help."""


@dataclass(frozen=True, slots=True)
class PreviewEntry:
    """An entry as it would be stored, and every match with the reason it counts or does not."""

    draft: Draft
    mentions: tuple[Mention, ...]
    puzzling: tuple[Mention, ...]  # of these: what does not count though a reader might have thought so
    topics: tuple[str, ...]  # slugs


@dataclass(frozen=True, slots=True)
class Preview:
    """A document as it would be stored."""

    url: str  # after redirects; core.urls.public
    format: str
    entries: tuple[PreviewEntry, ...]
    refusals: tuple[Refusal, ...] = ()
    feed_urls: tuple[str, ...] = ()  # feeds that an HTML page declares


async def preview(url: str, setup: Setup) -> Preview:
    """Fetch one feed or article page and show what each entry would become.

    A URL named in feeds.yaml is read as that source. Raises PreviewError.
    """
    source = next((known for known in setup.sources if known.url == url), None)
    source = source or Source(slug="try", url=url, name=url)
    async with Fetcher(setup.settings) as fetcher:
        result = await fetcher.fetch(SourceState(id=0, slug=source.slug, url=url))
    if isinstance(result, Failed):
        raise PreviewError(f"{urls.public(url)}: {result.why}")
    if not isinstance(result, Fetched):
        raise PreviewError(f"{urls.public(url)}: the server sent no document")
    return read(result.document, source, setup)


def read(document: Document, source: Source, setup: Setup) -> Preview:
    """Take a fetched document through every stage. Raises PreviewError."""
    rules = compiled(setup.rules)
    known = frozenset(company.slug for company in setup.rules.companies)
    index = topics.compile_topics(setup.topics, known)
    feed_urls: tuple[str, ...] = ()
    try:
        feed = pipeline.process(document, source, {}, rules, setup.settings.fetch)
        info, drafts, refusals = feed.info, feed.drafts, feed.refusals
    except NotAFeedError as error:
        feed_urls = error.feed_urls
        info = FeedInfo(format="page", link=document.url, base=document.url)
        drafts, refusals = (pipeline.draft_entry(_article(document, rules, error), info, source, rules),), ()
    entries = tuple(_entry(draft, source, rules, index) for draft in drafts)
    return Preview(urls.public(document.url), info.format, entries, refusals, feed_urls)


def _entry(draft: Draft, source: Source, rules: pipeline.Rules, index: topics.TopicIndex) -> PreviewEntry:
    mentions = tag.explain(draft.article, rules.matcher)
    puzzling = tag.puzzling(mentions, {tagged.company for tagged in draft.tags})
    return PreviewEntry(draft, mentions, puzzling, _topics(draft, source, index))


def built_in_setup() -> Setup:
    """What a preview runs on where there is no feeds.yaml: the built-in rules, and no topics."""
    settings = Settings(
        database="sqlite://",
        output="output",
        base_url="http://localhost:8080/",
        contact="",
        poll_interval=timedelta(hours=1),
        disclaimer="",
    )
    return Setup(settings, (), (), built_in_rules())


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """One line of ``aggregator tag --jsonl``: a title and a body of HTML."""

    id: str
    title: str
    body_html: str
    url: str | None = None


def tag_items(items: tuple[LabelledItem, ...], setup: Setup) -> tuple[tuple[CompanyTag, ...], ...]:
    """Clean, disclose and tag loose items, in their order."""
    rules = compiled(setup.rules)
    info = FeedInfo(format="jsonl")
    return tuple(_tags(item, info, rules) for item in items)


def facts(
    tags: tuple[CompanyTag, ...], disclosures: tuple[Disclosure, ...], language: str | None, source: str
) -> Facts:
    """What a topic asks of an entry."""
    return Facts(
        companies=frozenset(found.company for found in tags),
        primary=frozenset(found.company for found in tags if found.primary),
        kinds=frozenset(found.kind for found in disclosures),
        language=language,
        source=source,
    )


def _tags(item: LabelledItem, info: FeedInfo, rules: pipeline.Rules) -> tuple[CompanyTag, ...]:
    raw = RawEntry(key=item.id, fingerprint=b"", url=item.url, title=item.title, body=item.body_html)
    article, _ = pipeline.disclosed_article(raw, info, rules)
    return tag.tag(article, rules.matcher)


def _topics(draft: Draft, source: Source, index: topics.TopicIndex) -> tuple[str, ...]:
    asked = facts(draft.tags, draft.disclosures, draft.article.language, source.slug)
    candidates = topics.candidates(index, asked.companies)
    return tuple(compiled.topic.slug for compiled in candidates if topics.in_topic(compiled, asked))


def _article(document: Document, rules: pipeline.Rules, error: NotAFeedError) -> RawEntry:
    """Read the document as one article's page; where it is no page either, say what the reader said."""
    if "html" not in document.content_type and b"<html" not in document.body[:4096].lower():
        raise PreviewError(f"{document.url}: {error}")
    from aggregator.core import extract  # trafilatura takes a second to import

    return extract.extract(document, rules.clean, rules.zones)
