"""Which files were published, from what and with what in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from aggregator.store.facts import insert_for
from aggregator.store.schema import outputs


@dataclass(frozen=True, slots=True)
class Output:
    """A published file."""

    path: str  # relative to the output folder
    slug: str  # of its topic; "": it is of no one topic
    revision: int  # of what it shows, when it was made
    inputs: bytes  # hash of the topic, the settings and the writer
    content_hash: bytes
    size: int


def every(connection: Connection) -> dict[str, Output]:
    """All published files, by path."""
    rows = connection.execute(select(outputs))
    return {
        row.path: Output(row.path, row.slug, row.revision, row.inputs, row.content_hash, row.size)
        for row in rows
    }


def record(connection: Connection, made: Sequence[Output]) -> None:
    """Remember files as published. Needs a write transaction."""
    if not made:
        return
    rows = [
        {
            "path": one.path,
            "slug": one.slug,
            "revision": one.revision,
            "inputs": one.inputs,
            "content_hash": one.content_hash,
            "size": one.size,
        }
        for one in sorted(made, key=lambda output: output.path)
    ]
    new = insert_for(connection)(outputs)
    changed = {name: new.excluded[name] for name in rows[0] if name != "path"}
    connection.execute(new.on_conflict_do_update(index_elements=["path"], set_=changed), rows)


def forget(connection: Connection, paths: Sequence[str]) -> None:
    """Forget files that are no longer there. Needs a write transaction."""
    connection.execute(delete(outputs).where(outputs.c.path.in_(list(paths))))
