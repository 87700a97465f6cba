"""After a cycle: what is old enough to go."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import Setup
from aggregator.store import facts, purge, stories
from aggregator.store.base import Store

EVERY = timedelta(hours=6)


def tidy(setup: Setup, store: Store, now: datetime) -> None:
    """Purge what is past settings.retention, and what stories are no longer recognised by."""
    with store.read() as connection:
        last = facts.get(connection, facts.TIDIED)
    if last is not None and datetime.fromisoformat(last) + EVERY > now:
        return
    retention = setup.settings.retention
    while retention is not None:
        with store.write() as connection:
            if not purge.purge(connection, now - retention):
                break
    with store.write() as connection:
        stories.forget_old(connection, now)
        facts.put(connection, facts.TIDIED, now.isoformat())
