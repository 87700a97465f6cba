"""How a source stands after a poll: all that is remembered of it for the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from aggregator.model import (
    Failed,
    FeedInfo,
    Fetched,
    FetchResult,
    SourceState,
    Trouble,
    Unchanged,
    Validators,
)

# A permanent redirect is believed once it has held this long: many are mistakes of an afternoon.
SETTLES_AFTER = timedelta(days=3)
# Where a move led to fails this long, the move is forgotten: the URL of feeds.yaml is asked again.
MOVES_BACK_AFTER = timedelta(days=7)


def after(
    state: SourceState,
    result: FetchResult,
    info: FeedInfo | None,
    now: datetime,
    configured: str | None = None,
) -> SourceState:
    """The state to store, of a poll that began with state and brought result.

    configured is the source's URL in feeds.yaml; None: the one in state. info is the head of the feed
    where a new body was read, else None. A body that could not be read as a feed comes here as
    ``Failed``, so that its validators are never kept.
    """
    if isinstance(result, Failed):
        return _after_failure(state, result, now, configured or state.url)
    whole = isinstance(result, Fetched) or result.full
    moved = _settle_move(state, result, now)
    return replace(
        moved,
        validators=result.validators,
        failures=0,
        failing_since=None,
        refusals=0,
        last_ok=now,
        last_full=now if whole else state.last_full,
        max_age=result.hints.max_age if whole or result.hints.max_age is not None else state.max_age,
        ttl=state.ttl if info is None else info.ttl,
        skip_hours=state.skip_hours if info is None else info.skip_hours,
        skip_days=state.skip_days if info is None else info.skip_days,
    )


def _after_failure(state: SourceState, result: Failed, now: datetime, configured: str) -> SourceState:
    if result.trouble is Trouble.REFUSED:
        return replace(state, refusals=state.refusals + 1)
    kept = state.validators
    if result.trouble is Trouble.DOCUMENT:
        # What it vouches for was never stored: the next request must bring the body again.
        kept = Validators()
    failing_since = state.failing_since or now
    url = state.url
    if url != configured and now - failing_since >= MOVES_BACK_AFTER:
        url, kept = configured, Validators()
    return replace(state, url=url, failures=state.failures + 1, failing_since=failing_since, validators=kept)


def _settle_move(state: SourceState, result: Fetched | Unchanged, now: datetime) -> SourceState:
    """Follow a permanent move (301, 308) in the stored URL once it has repeated over days."""
    if result.moved_to is None:
        if state.redirect_to is None:
            return state
        return replace(state, redirect_to=None, redirect_since=None)
    if result.moved_to != state.redirect_to or state.redirect_since is None:
        return replace(state, redirect_to=result.moved_to, redirect_since=now)
    if now - state.redirect_since < SETTLES_AFTER:
        return state
    url = _with_credentials_of(state.url, result.moved_to)
    return replace(state, url=url, redirect_to=None, redirect_since=None)


def _with_credentials_of(old: str, new: str) -> str:
    """The new URL, with the old one's user and password where it stays on the same server."""
    before, behind = urlsplit(old), urlsplit(new)
    user, at, _ = before.netloc.rpartition("@")
    same = (before.scheme, before.netloc.rpartition("@")[2].lower()) == (behind.scheme, behind.netloc.lower())
    upgraded = before.scheme == "http" and behind.scheme == "https" and before.hostname == behind.hostname
    if not at or not (same or upgraded):
        return new
    return urlunsplit(behind._replace(netloc=f"{user}@{behind.netloc}"))
