"""What a poll comes to: from a request's result to an outcome the store can write."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.core import schedule, standing, websub
from aggregator.errors import NotAFeedError
from aggregator.model import (
    NO_PAGES,
    Document,
    Failed,
    Fetched,
    FetchLimits,
    FetchResult,
    Hints,
    Hub,
    Outcome,
    Packed,
    ProcessedFeed,
    Settings,
    Source,
    SourceState,
    Trouble,
)
from aggregator.store import rows

if TYPE_CHECKING:
    from aggregator.core.pipeline import Rules

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """A source asked, before anything of its answer is read."""

    source: Source
    state: SourceState
    result: FetchResult
    began: datetime
    duration: timedelta
    pushed: bool = False  # by its hub: nothing was asked

    @property
    def size(self) -> int:
        """Bytes of its body."""
        return len(self.result.document.body) if isinstance(self.result, Fetched) else 0


@dataclass(frozen=True, slots=True)
class Brought:
    """A body, read: small enough to travel between processes."""

    feed: ProcessedFeed  # without its drafts
    entries: tuple[Packed, ...]  # its drafts
    sent: int  # entries in the document

    @property
    def cleaned(self) -> int:
        """How many entries went through every stage."""
        return len(self.entries) + len(self.feed.refusals)


def read(
    document: Document,
    source: Source,
    known: Mapping[str, bytes],
    rules: Rules,
    limits: FetchLimits,
    pages: Mapping[str, Document] = NO_PAGES,
) -> Brought | Failed:
    """Process one body; whatever is wrong with it becomes the source's trouble."""
    # Imported late: a cycle that brings nothing new has no use for the stages.
    from aggregator.core import pipeline

    try:
        feed = pipeline.process(document, source, known, rules, limits, pages)
        packed = tuple(rows.pack(draft) for draft in feed.drafts)
    except NotAFeedError as error:
        return Failed(_in_words(error), Trouble.DOCUMENT)
    except Exception as error:
        # One document must not stop the others, whatever it holds; the defect is ours, and is logged.
        logger.exception("could not read source=%s", source.slug)
        return Failed(f"reading it broke our program ({type(error).__name__}): a defect", Trouble.DOCUMENT)
    for refusal in feed.refusals:
        logger.warning("refused source=%s entry=%r why=%s", source.slug, refusal.key, refusal.why)
    return Brought(replace(feed, drafts=()), packed, feed.entries)


def _in_words(error: NotAFeedError) -> str:
    if not error.feed_urls:
        return str(error)
    return f"{error}. It names this feed: {error.feed_urls[0]}"


def decide(polled: Polled, brought: Brought | Failed | None, settings: Settings, jitter: float) -> Outcome:
    """What to store of a poll. brought is None where no body came; jitter is random, 0 to 1."""
    result = brought if isinstance(brought, Failed) else polled.result
    read = brought if isinstance(brought, Brought) else None
    state = polled.state
    if read is not None and polled.pushed:
        read = _with_what_was_known(read, state)
    processed = read.feed if read else None
    now = polled.began + polled.duration
    # News that a poll finds first is news that the hub did not tell of.
    told = polled.pushed or read is None or not read.entries
    believed = state if told else replace(state, push_until=None)
    planned = schedule.next_poll(polled.source, believed, result, processed, settings, now, jitter)
    info = processed.info if processed else None
    after = standing.after(state, result, info, now, polled.source.url)
    if read is not None:
        newest = read.feed.instants or state.newest_entries
        after = replace(after, entries_last_time=read.sent, newest_entries=newest)
    assert state.leased_until is not None
    return Outcome(
        source_id=state.id,
        leased_until=state.leased_until,
        result=_without_body(result),
        processed=processed,
        polled_at=now,
        duration=polled.duration,
        next_poll=planned.at,
        why_then=planned.why,
        after=after,
        entries=read.entries if read else (),
        size=polled.size,
        pushed=polled.pushed,
        hub=_hub(polled, processed, settings),
    )


def pushed_result(state: SourceState, document: Document) -> Fetched:
    """What a push stands for: a new body, under which everything else stays as the last poll left it."""
    return Fetched(document, state.validators, Hints(max_age=state.max_age), state.redirect_to)


def _with_what_was_known(read: Brought, state: SourceState) -> Brought:
    """A push may hold only what is new (WebSub §7): the source's rhythm is told by both."""
    newest = sorted({*read.feed.instants, *state.newest_entries}, reverse=True)
    most = max(len(read.feed.instants), len(state.newest_entries))
    feed = replace(read.feed, instants=tuple(newest[:most]))
    return replace(read, feed=feed, sent=max(read.sent, state.entries_last_time))


def _hub(polled: Polled, processed: ProcessedFeed | None, settings: Settings) -> Hub | None:
    """The hub that a polled feed names. What is pushed need not name it again."""
    if processed is None or polled.pushed or not isinstance(polled.result, Fetched):
        return None
    named = websub.hub_of(polled.result.advertised, processed.info, polled.result.document.url)
    return named if named is not None and websub.reachable(settings) else None


def _without_body(result: FetchResult) -> FetchResult:
    """The result as it waits to be written: a body that was read is not kept in memory."""
    if not isinstance(result, Fetched):
        return result
    return replace(result, document=replace(result.document, body=b""))
