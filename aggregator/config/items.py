"""The lists of feeds.yaml as they stand in the file, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from aggregator.config.marked import Marked
from aggregator.config.values import shown


def items(marked: Marked, section: str) -> Iterator[tuple[int, object]]:
    """A section's items with their positions; a section that is no list is noted."""
    value = cast("dict[str, object]", marked.data).get(section)
    if value is None:
        return
    if not isinstance(value, list):
        marked.problem((section,), f"{shown(value)}. Expected a list, each item after a hyphen.")
        return
    yield from enumerate(value)


def given(item: object, key: str) -> str | None:
    """The text that an item has under a key, whatever else is wrong with it."""
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else None


class Once:
    """Notes the items of a section that repeat what only one may have."""

    def __init__(self, marked: Marked, section: str, key: str) -> None:
        self.marked = marked
        self.section = section
        self.key = key
        self.seen: dict[str, int] = {}

    def take(self, at: int, value: str | None) -> None:
        """Remember an item's value; note the item if an earlier one has it."""
        if value is None:
            return
        first = self.seen.setdefault(value, at)
        if first != at:
            line = self.marked.line((self.section, first, self.key))
            what = f"the same as {self.section}[{first}].{self.key} on line {line}"
            self.marked.problem((self.section, at, self.key), f"{what}. Expected one of its own.")
