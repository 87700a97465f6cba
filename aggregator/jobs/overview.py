"""Questions that people put to the store: how does it stand, and why is an entry where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.core import pipeline, tag, topics
from aggregator.core.expr import And, Company, Expr, FromSource, Kind, Language, Not, Or, Primary
from aggregator.errors import AggregatorError
from aggregator.jobs.compiled import compiled
from aggregator.jobs.preview import facts
from aggregator.model import Article, Entry, Mention, Setup, SourceStatus, TopicSummary
from aggregator.store import entries, feeds, sources
from aggregator.store.base import Connection, Store
from aggregator.store.feeds import Shown


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
class Failure:
    """A part of a topic's expression that keeps the entry out, and why it does not hold."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an entry is, or is not, in a topic."""

    slug: str
    matches: bool
    conditions: tuple[Condition, ...]
    failures: tuple[Failure, ...]  # none where it matches
    shown: Shown | None  # None: not in the feed, as it does not match or newer stories fill it


@dataclass(frozen=True, slots=True)
class Found:
    """A name that was found in an entry, with the words around it."""

    mention: Mention
    around: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A stored entry, every name found in it with its reason, and every topic with its verdict."""

    entry: Entry
    found: tuple[Found, ...]  # in reading order
    puzzling: tuple[Found, ...]  # of these: what did not count though a reader might have thought so
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
    rules = compiled(setup.rules)
    article, _ = pipeline.disclosed_article(found.raw, found.info, rules)
    mentions = tag.explain(article, rules.matcher)
    puzzling = tag.puzzling(mentions, {tagged.company for tagged in found.entry.tags})
    with store.read() as connection:
        verdicts = _verdicts(connection, setup, found, mentions)
    return Explanation(
        found.entry,
        tuple(Found(mention, _around(mention, article)) for mention in mentions),
        tuple(Found(mention, _around(mention, article)) for mention in puzzling),
        verdicts,
    )


def _verdicts(
    connection: Connection, setup: Setup, found: entries.Found, mentions: tuple[Mention, ...]
) -> tuple[Verdict, ...]:
    known = frozenset(company.slug for company in setup.rules.companies)
    entry = found.entry
    asked = facts(entry.tags, entry.disclosures, entry.article.language, entry.source.slug)
    verdicts = []
    for topic in setup.topics:
        compiled = topics.compile_topic(topic, known)
        conditions = tuple(
            Condition(topics.to_text(atom), topics.matches(atom, asked)) for atom in _atoms(compiled.expr)
        )
        failing = topics.failing(compiled.expr, asked)
        failures = tuple(Failure(topics.to_text(part), why_not(part, entry, mentions)) for part in failing)
        place = None if failing else feeds.shown(connection, topic.slug, topic.limit, found.public_id)
        verdicts.append(Verdict(topic.slug, not failing, conditions, failures, place))
    return tuple(verdicts)


def why_not(part: Expr, entry: Entry, mentions: Sequence[Mention]) -> str:
    """Why a part of an expression does not hold for an entry, in words."""
    match part:
        case Company(slug) | Primary(slug):
            return _why_not_about(slug, entry, mentions)
        case Kind():
            return "nothing says so"
        case FromSource():
            return f"it is from {entry.source.slug}"
        case Language():
            return f"its language is {entry.article.language or 'not known'}"
        case Or(parts):
            said = [why_not(one, entry, mentions) for one in parts]
            told = dict.fromkeys(why for why in said if why != _NOT_FOUND)
            return "; ".join(("none of these holds", *told))
        case Not(Kind(kind)):
            words = next(one.text for one in entry.disclosures if one.kind is kind)
            return f"it is disclosed: {words}"
        case Not(Company(slug) | Primary(slug)):
            tagged = next(one for one in entry.tags if one.company == slug)
            return _where(tagged.mentions[0]) if tagged.mentions else "it is tagged so"
    return "this does hold" if isinstance(part, Not) else "this does not hold"


_NOT_FOUND = "not mentioned"


def _why_not_about(slug: str, entry: Entry, mentions: Sequence[Mention]) -> str:
    tagged = next((one for one in entry.tags if one.company == slug), None)
    if tagged is not None:
        return f"mentioned in passing, {tagged.score:.2f} of the 0.50 that it takes"
    refused = next((one for one in mentions if one.company == slug and not one.accepted), None)
    return f"{_where(refused)} does not count: {refused.reason}" if refused else _NOT_FOUND


def _where(mention: Mention) -> str:
    return f"{mention.evidence.quote!r} in the {mention.evidence.place}"


def _around(mention: Mention, article: Article) -> str:
    """The words around a mention, cut to what can be read on a line."""
    start, end, quote = mention.evidence.start, mention.evidence.end, mention.evidence.quote
    for passage in article.passages:
        if passage.place is mention.evidence.place and passage.text[start:end] == quote:
            first, last = max(0, start - _AROUND), end + _AROUND
            head, tail = "…" if first else "", "…" if last < len(passage.text) else ""
            return head + " ".join(passage.text[first:last].split()) + tail
    return quote


_AROUND = 60  # characters before a name, and as many after it


def _atoms(expr: Expr) -> list[Expr]:
    """The conditions of an expression, each with the NOT that stands before it."""
    if isinstance(expr, And | Or):
        return [atom for part in expr.parts for atom in _atoms(part)]
    if isinstance(expr, Not) and isinstance(expr.part, And | Or):
        return [Not(atom) for atom in _atoms(expr.part)]
    return [expr]
