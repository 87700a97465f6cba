"""What is known of an article while its names are judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.core.context import spaced
from aggregator.core.fold import Folded
from aggregator.core.match import Hit, Matcher
from aggregator.model import Passage, Place

_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(slots=True)
class Reading:
    """One passage with names in it, folded."""

    index: int  # of the passage
    passage: Passage
    text: Folded
    hits: list[Hit]
    _spaced: str | None = None
    _heading: bool | None = None

    def spaced(self) -> str:
        """Its words between single blanks, for cues."""
        if self._spaced is None:
            self._spaced = spaced(self.text.shown)
        return self._spaced

    def heading(self) -> bool:
        """Whether capitals say nothing here: Title Case, or all capitals."""
        if self._heading is None:
            words = [word for word in _WORDS.findall(self.text.shown) if len(word) > 3]
            capitals = sum(word[0].isupper() for word in words)
            self._heading = len(words) > 1 and capitals >= 0.75 * len(words)
        return self._heading


@dataclass(slots=True)
class Findings:
    """What is known of an article while its names are judged."""

    matcher: Matcher
    readings: Sequence[Reading]
    year: int | None  # of publication
    language: str | None
    anchors: set[str] = field(default_factory=set)  # companies that a sure name has shown
    persons: set[str] = field(default_factory=set)  # folded words that are somebody's surname here
    nearby: dict[int, str] = field(default_factory=dict)  # by passage: where cues are looked for

    def around(self, reading: Reading) -> str:
        """The words near a passage: itself, the title, and short neighbours."""
        if reading.index not in self.nearby:
            texts = [
                other.spaced()
                for other in self.readings
                if other is reading
                or other.passage.place is Place.TITLE
                or abs(other.index - reading.index) <= 1
            ]
            self.nearby[reading.index] = "".join(texts)
        return self.nearby[reading.index]
