"""Stories: which of the last days' entries tell the same news as a new one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from sqlalchemy import Connection, delete, func, select

from aggregator.core import stories as core
from aggregator.store import bulk
from aggregator.store.chunks import chunks
from aggregator.store.rows import unpack_sketch
from aggregator.store.schema import bands, sketches, stories

WINDOW = timedelta(days=7)  # a story's entries lie no further apart
_CANDIDATES = 20  # compared with one entry at most: a template that all share a band with stays cheap
_PER_VALUE = 10  # newest entries looked up for one band value


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An entry that needs a story."""

    entry_id: int
    public_id: str  # of the story, should it begin one
    sketch: bytes
    bands: tuple[int, ...]
    at: datetime  # when it was published, as far as known
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    story_id: int
    at: datetime
    sketch: bytes


def assign(connection: Connection, newcomers: Sequence[Newcomer]) -> dict[int, int]:
    """Give each newcomer the story it belongs to, else one of its own; returns story ids by entry id.

    A story's id is its first entry's; its public id is minted once and never changes.
    """
    by_value = _entries_by_value(connection, set(chain.from_iterable(one.bands for one in newcomers)))
    known = _known(connection, set(chain.from_iterable(by_value.values())))
    found: dict[int, int] = {}
    for one in newcomers:
        shared = Counter(chain.from_iterable(by_value[value] for value in one.bands))
        story = _story(one, shared, known)
        found[one.entry_id] = story if story is not None else one.entry_id
        known[one.entry_id] = _Known(found[one.entry_id], one.at, one.sketch)
        for value in one.bands:
            by_value[value].append(one.entry_id)
    _write(connection, newcomers, found)
    return found


def _story(one: Newcomer, shared: Counter[int], known: dict[int, _Known]) -> int | None:
    """The story of the entry that shares most with this one and is the same; the oldest of equals."""
    if not shared:
        return None
    likely = sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]
    mine = unpack_sketch(one.sketch)
    for entry_id, _ in likely:
        other = known.get(entry_id)
        if other and abs(other.at - one.at) <= WINDOW and core.same(mine, unpack_sketch(other.sketch)):
            return other.story_id
    return None


def _entries_by_value(connection: Connection, values: set[int]) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for chunk in chunks(sorted(values)):
        rows = connection.execute(
            select(bands.c.value, bands.c.entry_id)
            .where(bands.c.value.in_(chunk))
            .order_by(bands.c.value, bands.c.entry_id.desc())
        )
        for value, entry_id in rows:
            if len(found[value]) < _PER_VALUE:
                found[value].append(entry_id)
    return found


def _known(connection: Connection, entry_ids: set[int]) -> dict[int, _Known]:
    found = {}
    for chunk in chunks(sorted(entry_ids)):
        wanted = select(sketches).where(sketches.c.entry_id.in_(chunk))
        for row in connection.execute(wanted):
            found[row.entry_id] = _Known(row.story_id, row.at, row.sketch)
    return found


def _write(connection: Connection, newcomers: Sequence[Newcomer], found: dict[int, int]) -> None:
    begun = [
        {"id": one.entry_id, "public_id": one.public_id, "first_seen": one.first_seen}
        for one in newcomers
        if found[one.entry_id] == one.entry_id
    ]
    bulk.insert(connection, stories, begun)
    bulk.insert(connection, sketches, [_sketch_row(one, found[one.entry_id]) for one in newcomers])
    rows = [{"value": value, "entry_id": one.entry_id} for one in newcomers for value in one.bands]
    bulk.insert(connection, bands, rows)


def _sketch_row(one: Newcomer, story_id: int) -> dict[str, Any]:
    return {
        "entry_id": one.entry_id,
        "story_id": story_id,
        "at": one.at,
        "first_seen": one.first_seen,
        "sketch": one.sketch,
    }


def forget_old(connection: Connection, now: datetime) -> None:
    """Forget what entries seen before the window are recognised by. Reads a few days' rows."""
    last = connection.scalar(
        select(func.max(sketches.c.entry_id)).where(sketches.c.first_seen < now - WINDOW)
    )
    if last is not None:
        connection.execute(delete(sketches).where(sketches.c.entry_id <= last))
        connection.execute(delete(bands).where(bands.c.entry_id <= last))
