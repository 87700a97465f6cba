"""Long lists in parts, since a statement holds only so many values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import CTE, BigInteger, Text, column
from sqlalchemy import values as rows_of

T = TypeVar("T")

MOST = 900  # values in one statement; SQLite's oldest limit is 999
_MOST_PAIRS = 400


def chunks(values: Sequence[T], most: int = MOST) -> Iterator[list[T]]:
    """The values in their order, so many at a time."""
    for start in range(0, len(values), most):
        yield list(values[start : start + most])


def of_sources(pairs: Sequence[tuple[int, str]]) -> Iterator[CTE]:
    """Values of sources, as tables of ``source_id`` and ``value`` to join with, so many at a time.

    Joined, since SQLite would read the whole table for "(source_id, key) IN (…)".
    """
    for chunk in chunks(pairs, _MOST_PAIRS):
        named = rows_of(column("source_id", BigInteger), column("value", Text), name="asked")
        yield named.data(chunk).cte("asked")
