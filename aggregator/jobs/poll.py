"""What a poll comes to: from a request's result to an outcome the store can write."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.core import schedule, standing
from aggregator.errors import NotAFeedError
from aggregator.model import (
    NO_PAGES,
    Document,
    Failed,
    Fetched,
    FetchLimits,
    FetchResult,
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
    except NotAFeedError as error:
        return Failed(_in_words(error), Trouble.DOCUMENT)
    except Exception as error:
        # One document must not stop the others, whatever it holds; the defect is ours, and is logged.
        logger.exception("could not read source=%s", source.slug)
        return Failed(f"reading it broke our program ({type(error).__name__}): a defect", Trouble.DOCUMENT)
    packed = tuple(rows.pack(draft) for draft in feed.drafts)
    return Brought(replace(feed, drafts=()), packed, feed.entries)


def _in_words(error: NotAFeedError) -> str:
    if not error.feed_urls:
        return str(error)
    return f"{error}. It names this feed: {error.feed_urls[0]}"


def decide(polled: Polled, brought: Brought | Failed | None, settings: Settings, jitter: float) -> Outcome:
    """What to store of a poll. brought is None where no body came; jitter is random, 0 to 1."""
    result = brought if isinstance(brought, Failed) else polled.result
    read = brought if isinstance(brought, Brought) else None
    processed = read.feed if read else None
    now = polled.began + polled.duration
    state = polled.state
    planned = schedule.next_poll(polled.source, state, result, processed, settings, now, jitter)
    after = standing.after(state, result, processed.info if processed else None, now)
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
        size=len(polled.result.document.body) if isinstance(polled.result, Fetched) else 0,
    )


def _without_body(result: FetchResult) -> FetchResult:
    """The result as it waits to be written: a body that was read is not kept in memory."""
    if not isinstance(result, Fetched):
        return result
    return replace(result, document=replace(result.document, body=b""))
