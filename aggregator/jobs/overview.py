"""Questions that people put to the store: how does it stand, and why is an entry where it is."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.core import pipeline, tag, topics
from aggregator.core.expr import And, Expr, Facts, Not, Or
from aggregator.errors import AggregatorError
from aggregator.jobs.preview import facts
from aggregator.model import Entry, Mention, Setup, SourceStatus, TopicSummary
from aggregator.store import entries, feeds, sources
from aggregator.store.base import Store


class UnknownEntryError(AggregatorError):
    """No stored entry has that id or URL."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How everything stands, in the order of feeds.yaml."""

    sources: tuple[SourceStatus, ...]
    topics: tuple[TopicSummary, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One atom of a topic's expression, and whether the entry meets it."""

    text: str
    met: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an entry is, or is not, in a topic."""

    slug: str
    matches: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A stored entry, every match in it with its reason, and every topic with its verdict."""

    entry: Entry
    mentions: tuple[Mention, ...]
    verdicts: tuple[Verdict, ...]


def overview(setup: Setup, store: Store) -> Overview:
    """How sources and topics stand now. Raises StoreError."""
    with store.read() as connection:
        heads = feeds.heads(connection)
        health = sources.statuses(connection, setup.sources)
    held = {slug: head.entries for slug, head in heads.items()}
    summaries = tuple(TopicSummary(topic, held.get(topic.slug, 0), None) for topic in setup.topics)
    return Overview(health, summaries)


def explain(id_or_url: str, setup: Setup, store: Store) -> Explanation:
    """Why the entry with this id or URL is where it is; of several, the newest.

    Rejected mentions are not stored: the pure stages run again over the entry as it was sent.
    Raises UnknownEntryError, StoreError.
    """
    with store.read() as connection:
        found = entries.find(connection, id_or_url)
    if found is None:
        raise UnknownEntryError(
            f"no stored entry has the id or URL {id_or_url!r}: take one from a feed, or from `aggregator try`"
        )
    rules = pipeline.compile_rules(setup.rules)
    article, _ = pipeline.disclosed_article(found.raw, found.info, rules)
    known = frozenset(company.slug for company in setup.rules.companies)
    asked = facts(
        found.entry.tags, found.entry.disclosures, found.entry.article.language, found.entry.source.slug
    )
    verdicts = tuple(_verdict(topics.compile_topic(topic, known), asked) for topic in setup.topics)
    return Explanation(found.entry, tag.explain(article, rules.matcher), verdicts)


def _verdict(compiled: topics.CompiledTopic, asked: Facts) -> Verdict:
    conditions = tuple(
        Condition(topics.to_text(atom), topics.matches(atom, asked)) for atom in _atoms(compiled.expr)
    )
    return Verdict(compiled.topic.slug, topics.in_topic(compiled, asked), conditions)


def _atoms(expr: Expr) -> list[Expr]:
    """The conditions of an expression, each with the NOT that stands before it."""
    if isinstance(expr, And | Or):
        return [atom for part in expr.parts for atom in _atoms(part)]
    if isinstance(expr, Not) and isinstance(expr.part, And | Or):
        return [Not(atom) for atom in _atoms(expr.part)]
    return [expr]
