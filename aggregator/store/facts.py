"""Single facts about the whole database, by name."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import BigInteger, Connection, String, Table, cast, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert

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
    new = insert_for(connection)(facts).values(name=name, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def raise_front(connection: Connection) -> None:
    """Tell the publisher that what the front page shows has changed. Needs a write transaction."""
    # Counted by the database: two writers at once must come to different numbers.
    higher = cast(cast(facts.c.value, BigInteger) + 1, String)
    new = insert_for(connection)(facts).values(name=FRONT, value="1")
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": higher}))


def insert_for(connection: Connection) -> Callable[[Table], Insert]:
    """The engine's own INSERT, which knows ON CONFLICT; written the same on both."""
    # What the two share is all that is used of them. The other's module is not even imported.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert  # type: ignore[return-value]
    return sqlite.insert
