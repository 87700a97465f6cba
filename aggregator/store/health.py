"""When sources broke, recovered or were paused: one row a change, kept longer than the polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from aggregator.core import urls
from aggregator.core.identity import tag_uri
from aggregator.model import Failed, HealthChange, Outcome, SourceHealth, Trouble
from aggregator.store import codec, facts
from aggregator.store.recording import HISTORY, Held
from aggregator.store.schema import AnyRow, health, sources

KEPT = 12 * HISTORY


def record(connection: Connection, outcomes: Sequence[Outcome], before: Mapping[int, Held]) -> None:
    """Write a row for each source that stands otherwise than before its poll; costs nothing without one.

    Called in the transaction that writes the polls, with how the sources stood before it.
    """
    changed = [
        _row(outcome, state, before[outcome.source_id])
        for outcome in outcomes
        if (state := state_after(outcome)) not in (None, before[outcome.source_id].health)
    ]
    if changed:
        connection.execute(insert(health), changed)
        newest = max(outcome.polled_at for outcome in outcomes)
        connection.execute(delete(health).where(health.c.at < newest - KEPT))


def state_after(outcome: Outcome) -> SourceHealth | None:
    """OK, FAILING or PAUSED; None: the server asked us to come later, which says nothing of either."""
    if not isinstance(outcome.result, Failed):
        return SourceHealth.OK
    if outcome.next_poll is None:
        return SourceHealth.PAUSED
    return None if outcome.result.trouble is Trouble.REFUSED else SourceHealth.FAILING


def _row(outcome: Outcome, state: SourceHealth | None, before: Held) -> dict[str, Any]:
    assert state is not None
    since = outcome.after.failing_since or codec.load_standing(before.standing).get("failing_since")
    return {
        "source_id": outcome.source_id,
        "at": outcome.polled_at,
        "state": state.value,
        "error": outcome.result.why if isinstance(outcome.result, Failed) else None,
        "since": since or outcome.polled_at,
        "next_poll": outcome.next_poll,
        "why_then": outcome.why_then,
    }


def newest(connection: Connection, limit: int) -> tuple[HealthChange, ...]:
    """The latest changes of sources that feeds.yaml still names, newest first (index health_newest)."""
    authority = facts.get(connection, facts.AUTHORITY) or "localhost"
    wanted = (
        select(health, sources.c.name, sources.c.url)
        .join(sources, sources.c.id == health.c.source_id)
        .where(sources.c.retired.is_(None))
        .order_by(health.c.at.desc(), health.c.source_id.desc())
        .limit(limit)
    )
    return tuple(_change(row, authority) for row in connection.execute(wanted))


def _change(row: AnyRow, authority: str) -> HealthChange:
    at: datetime = row.at
    return HealthChange(
        public_id=tag_uri(authority, at.date(), f"health/{row.source_id}/{at:%Y%m%dT%H%M%S.%fZ}"),
        name=row.name,
        url=urls.public(row.url),
        state=SourceHealth(row.state),
        at=at,
        error=row.error,
        since=row.since,
        next_poll=row.next_poll,
        why_then=row.why_then,
    )
