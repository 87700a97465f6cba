"""The chain of all stages for one body: parse, clean, disclose, tag, sketch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from aggregator.core import clean, dates, disclose, match, parse, stories, tag
from aggregator.core.versions import rule_versions, source_versions
from aggregator.errors import EntryError
from aggregator.model import (
    NO_PAGES,
    Article,
    Disclosure,
    Document,
    Draft,
    FeedInfo,
    FetchLimits,
    ProcessedFeed,
    RawEntry,
    Refusal,
    RuleData,
    Source,
    Versions,
)

# Entries that go through a stage together: what it works with (an automaton, hundreds of patterns) then stays
# in the processor's caches, which saves a tenth of all time. More gain nothing and hold more memory.
TOGETHER = 32
_MOST_SAID = 200  # characters of an exception
RHYTHM_ENTRIES = 20  # instants that tell how often a source publishes


@dataclass(frozen=True, slots=True)
class Rules:
    """Every rule set, compiled. Costs some 100 ms to make, so once per process."""

    clean: clean.CleanRules
    notices: disclose.NoticeRules
    matcher: match.Matcher
    zones: Mapping[str, str]
    versions: Versions


def compile_rules(data: RuleData) -> Rules:
    """Compile the rules that a process works by."""
    return Rules(
        clean=clean.compile_clean(data.boilerplate),
        notices=disclose.compile_notices(data.disclosures),
        matcher=match.compile_matcher(data.companies, data.context),
        zones=data.zones,
        versions=rule_versions(data),
    )


def for_much_text(rules: Rules) -> Rules:
    """Rules that find the same in less time; making them pays where some 1,000 entries are read."""
    return replace(rules, matcher=rules.matcher.for_much_text())


def process(
    document: Document,
    source: Source,
    known: Mapping[str, bytes],
    rules: Rules,
    limits: FetchLimits,
    pages: Mapping[str, Document] = NO_PAGES,
) -> ProcessedFeed:
    """Turn one fetched body into the entries worth storing, in the feed's order.

    known maps entry keys to the fingerprints stored for this source. It is a hint:
    a key that it lacks costs time, never a wrong result. pages holds entries' own pages, by their
    keys, where their full text is wanted. An entry that breaks a stage becomes a refusal, and the
    others go on. Raises NotAFeedError.
    """
    feed = parse.parse(document, limits, source.page)
    # Sent again, unchanged: no cleaning, no write.
    fresh = [raw for raw in feed.entries if known.get(raw.key) != raw.fingerprint]

    def drafted(some: Sequence[RawEntry]) -> list[Draft]:
        whole = [_with_page(raw, pages, rules, limits) for raw in some]
        return _drafts(whole, feed.info, source, rules)

    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    for first in range(0, len(fresh), TOGETHER):
        some = fresh[first : first + TOGETHER]
        try:
            drafts += drafted(some)
        except Exception:  # one bad entry never stops the others: which of them it is shows alone
            for raw in some:
                try:
                    drafts.append(_alone(raw, drafted))
                except EntryError as error:
                    refusals.append(Refusal(raw.key, str(error)))
    unchanged = len(feed.entries) - len(fresh)
    instants = rhythm(feed.entries, rules.zones)
    keys = frozenset(raw.key for raw in feed.entries)
    return ProcessedFeed(feed.info, tuple(drafts), unchanged, tuple(refusals), instants, keys)


def _with_page(raw: RawEntry, pages: Mapping[str, Document], rules: Rules, limits: FetchLimits) -> RawEntry:
    if raw.key not in pages:
        return raw
    # Here, as it takes 0.3 s, and few sources want it.
    from aggregator.core import fulltext

    return fulltext.with_page(raw, pages[raw.key], rules.clean, rules.zones, limits.max_entry_bytes)


def _drafts(raws: Sequence[RawEntry], info: FeedInfo, source: Source, rules: Rules) -> list[Draft]:
    """Take entries through clean, disclose, tag and sketch, each stage with all of them before the next."""
    articles = clean.clean_all(raws, info, rules.clean, rules.zones)
    told = [
        disclose.disclose(article, raw, rules.notices) for article, raw in zip(articles, raws, strict=True)
    ]
    tags = [tag.tag(article, rules.matcher) for article, _ in told]
    sketches = [stories.sketch(article) for article, _ in told]
    versions = source_versions(rules.versions, source)
    return [
        Draft(
            raw=raw,
            article=article,
            disclosures=tuple(dict.fromkeys((*found, *source.declared))),
            tags=tagged,
            sketch=sketch,
            versions=versions,
        )
        for raw, (article, found), tagged, sketch in zip(raws, told, tags, sketches, strict=True)
    ]


def draft_entry(raw: RawEntry, info: FeedInfo, source: Source, rules: Rules) -> Draft:
    """Take one entry through clean, disclose, tag and sketch. Raises EntryError."""
    return _alone(raw, partial(_drafts, info=info, source=source, rules=rules))


def _alone(raw: RawEntry, drafted: Callable[[Sequence[RawEntry]], list[Draft]]) -> Draft:
    """One entry's draft, by what drafts many. Raises EntryError where the entry breaks a stage."""
    try:
        return drafted((raw,))[0]
    except Exception as error:
        # Its words may hold what it broke at, whole.
        raise EntryError(f"reading it broke our program ({repr(error)[:_MOST_SAID]}): a defect") from error


def disclosed_article(raw: RawEntry, info: FeedInfo, rules: Rules) -> tuple[Article, tuple[Disclosure, ...]]:
    """Clean an entry and take its notices out: what tagging, and explaining a tag, start from."""
    return disclose.disclose(clean.clean(raw, info, rules.clean, rules.zones), raw, rules.notices)


def rhythm(entries: tuple[RawEntry, ...], zones: Mapping[str, str]) -> tuple[datetime, ...]:
    """The instants of a feed's newest entries, newest first: what schedule.next_poll reads."""
    moments = (
        dates.parse_date(raw.published or raw.updated or "", zones) for raw in entries[:RHYTHM_ENTRIES]
    )
    return tuple(sorted((moment for moment in moments if moment), reverse=True))
