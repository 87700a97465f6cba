"""Long lists in parts, since a statement holds only so many values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

MOST = 900  # values in one statement; SQLite's oldest limit is 999


def chunks(values: Sequence[T], most: int = MOST) -> Iterator[list[T]]:
    """The values in their order, so many at a time."""
    for start in range(0, len(values), most):
        yield list(values[start : start + most])
