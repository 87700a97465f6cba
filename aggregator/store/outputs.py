"""Which files were published, from what and with what in them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from aggregator.store.facts import insert_for
from aggregator.store.schema import layouts, outputs


class Output(NamedTuple):
    """A published file."""

    path: str  # relative to the output folder
    slug: str  # of its topic; "": it is of no one topic
    revision: int  # of what it shows, when it was made
    inputs: bytes  # hash of the topic, the settings and the writer
    content_hash: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file is made of: a head, its parts (stories of a topic, topics of the front page), a foot."""

    head: int  # bytes
    between: int  # bytes between two parts
    parts: tuple[tuple[bytes, int], ...]  # fingerprint of 16 bytes, bytes; in the file's order


_HEAD = struct.Struct("!II")
_PART = struct.Struct("!16sI")


def _packed(layout: Layout) -> bytes:
    parts = (_PART.pack(*part) for part in layout.parts)
    return b"".join((_HEAD.pack(layout.head, layout.between), *parts))


def _unpacked(data: bytes) -> Layout:
    head, between = _HEAD.unpack_from(data)
    return Layout(head, between, tuple(_PART.iter_unpack(memoryview(data)[_HEAD.size :])))


@dataclass(frozen=True, slots=True)
class Laid:
    """A published file that can be copied from."""

    content_hash: bytes
    layout: Layout


def laid(connection: Connection, inputs: Mapping[str, bytes]) -> dict[str, Laid]:
    """Which of these files were last made from these inputs, by path, and of what they are made."""
    wanted = select(layouts, outputs.c.inputs, outputs.c.content_hash).join(outputs)
    rows = connection.execute(wanted.where(layouts.c.path.in_(list(inputs))))
    return {
        row.path: Laid(row.content_hash, _unpacked(row.layout))
        for row in rows
        if row.inputs == inputs[row.path]
    }


def record_layouts(connection: Connection, made: Mapping[str, Layout]) -> None:
    """Remember what published files are made of. Needs a write transaction, and their outputs recorded."""
    if not made:
        return
    connection.execute(delete(layouts).where(layouts.c.path.in_(list(made))))
    connection.execute(
        insert(layouts), [{"path": path, "layout": _packed(one)} for path, one in made.items()]
    )


def every(connection: Connection) -> dict[str, Output]:
    """All published files, by path."""
    rows = connection.execute(select(*(outputs.c[name] for name in Output._fields)))
    return {row[0]: Output._make(row) for row in rows.all()}


def record(connection: Connection, made: Sequence[Output]) -> None:
    """Remember files as published. Needs a write transaction."""
    if not made:
        return
    rows = [one._asdict() for one in sorted(made, key=lambda output: output.path)]
    new = insert_for(connection)(outputs)
    changed = {name: new.excluded[name] for name in rows[0] if name != "path"}
    connection.execute(new.on_conflict_do_update(index_elements=["path"], set_=changed), rows)


def forget(connection: Connection, paths: Sequence[str]) -> None:
    """Forget files that are no longer there. Needs a write transaction."""
    connection.execute(delete(outputs).where(outputs.c.path.in_(list(paths))))
