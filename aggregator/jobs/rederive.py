"""Changed rules reach what is stored: entries of older rules are derived again, newest first."""

from __future__ import annotations

import logging
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.core.versions import source_versions
from aggregator.errors import EntryError
from aggregator.jobs.prepare import Prepared
from aggregator.model import Source
from aggregator.store import facts, laggards, rows
from aggregator.store.base import Store
from aggregator.store.entries import Sent
from aggregator.store.laggards import Derived

if TYPE_CHECKING:
    from aggregator.core.pipeline import Rules

logger = logging.getLogger(__name__)

AT_ONCE = 200  # entries in one transaction
SECONDS = 20.0  # of a cycle; what is left is for the next one


def rederive(prepared: Prepared, store: Store, stop: Event | None = None) -> int:
    """Derive again what older rules made, for so long; returns how many entries were.

    Goes on where the last cycle left off.
    """
    with store.read() as connection:
        if facts.get(connection, facts.RULES) == prepared.signature:
            return 0
        below = _place(facts.get(connection, facts.REDERIVED), prepared.signature)
        if below is None:
            below = laggards.newest_id(connection)
    ends = monotonic() + SECONDS
    done = 0
    while below and monotonic() < ends and not (stop and stop.is_set()):
        count, below = _some(prepared, store, below)
        done += count
    if not below:
        with store.write() as connection:
            facts.put(connection, facts.RULES, prepared.signature)
    if done:
        logger.info("derived again entries=%d", done)
    return done


def _place(fact: str | None, signature: str) -> int | None:
    """Where an unfinished pass for these rules stands."""
    made_for, _, below = (fact or "").partition("|")
    return int(below) if made_for == signature else None


def _some(prepared: Prepared, store: Store, below: int) -> tuple[int, int]:
    """Derive one batch; returns its size and where the next begins."""
    configured = {source.url: source for source in prepared.setup.sources}

    def stamp(url: str) -> str:
        source = configured.get(url)
        own = prepared.versions if source is None else source_versions(prepared.versions, source)
        return rows.versions_text(own)

    with store.read() as connection:
        found = laggards.look(connection, below, AT_ONCE, stamp)
    derived = [
        one
        for key, sent in found.sent.items()
        if (one := _derive(key, sent, configured.get(sent.source_url), prepared.rules)) is not None
    ]
    with store.write() as connection:
        laggards.store(connection, derived, prepared.index)
        facts.put(connection, facts.REDERIVED, f"{prepared.signature}|{found.below}")
    return len(derived), found.below


def _derive(key: int, sent: Sent, source: Source | None, rules: Rules) -> Derived | None:
    """One entry by the current rules; None: they refuse it, and it stays as it is."""
    # Imported late: a cycle without anything to derive has no use for the stages.
    from aggregator.core import pipeline

    source = source or Source(slug=sent.source_slug, url=sent.source_url, name=sent.source_slug)
    try:
        draft = pipeline.draft_entry(sent.raw, sent.info, source, rules)
    except EntryError as error:
        logger.warning("kept as it was entry=%d why=%s", key, error)
        return None
    return Derived(key, source.slug, rows.pack(draft))
