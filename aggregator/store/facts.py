"""Single facts about the whole database, by name."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from aggregator.store.schema import facts

AUTHORITY = "authority"  # whose tag: URIs are minted here; never changes
SETUP = "setup"  # hash of the sources and topics that the rows are in line with
RULES = "rules"  # versions of the rules that every stored entry is made by
REDERIVED = "rederived"  # how far rederiving has come: "<versions>|<entry id>"
FRONT = "front"  # rises with each change of what the front page shows of sources
HEALTH = "health"  # when the feed of changes of state was begun
PURGED = "purged"  # the last entry that retention has looked at
TIDIED = "tidied"  # when old rows were last removed


def get(connection: Connection, name: str) -> str | None:
    """A fact; None: it was never set."""
    return connection.scalar(select(facts.c.value).where(facts.c.name == name))


def put(connection: Connection, name: str, value: str) -> None:
    """Set a fact. Needs a write transaction."""
    connection.execute(delete(facts).where(facts.c.name == name))
    connection.execute(insert(facts).values(name=name, value=value))


def raise_front(connection: Connection) -> None:
    """Tell the publisher that what the front page shows has changed. Needs a write transaction."""
    put(connection, FRONT, str(int(get(connection, FRONT) or 0) + 1))
