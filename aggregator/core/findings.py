"""What is known of an article while its names are judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.core.context import Needles, spaced
from aggregator.core.fold import Folded
from aggregator.core.match import Hit, Kind, Matcher
from aggregator.model import Passage, Place

# Where the language is not declared: how much of the article shows it, and the share of German words.
_SAMPLE, _CHARACTERS, _GERMAN_SHARE = 4, 600, 0.12
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
    believed: set[str] = field(default_factory=set)  # companies that a word with evidence has shown
    persons: set[str] = field(default_factory=set)  # folded words that are somebody's surname here
    _doubtful: dict[str, set[str]] | None = None
    _german: bool | None = None
    _nearby: dict[int, str] = field(default_factory=dict)
    _words: dict[int, frozenset[str]] = field(default_factory=dict)
    _held: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    _lower: dict[str, bool] = field(default_factory=dict)
    _stands_for: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def capitals_mean_names(self) -> bool:
        """Not in German, where every noun has one; a language that is not declared is read off the words."""
        if self.language is not None:
            return self.language[:2] != "de"
        if self._german is None:
            words = [
                word for reading in self.readings[:_SAMPLE] for word in reading.text.low[:_CHARACTERS].split()
            ]
            shown = sum(word in self.matcher.context.german for word in words)
            self._german = shown >= _GERMAN_SHARE * len(words)
        return not self._german

    def near(self, reading: Reading, reach: int) -> Sequence[Reading]:
        """The passages up to so many before and after one, itself among them."""
        return self.readings[max(0, reading.index - reach) : reading.index + reach + 1]

    def around(self, reading: Reading) -> str:
        """The words near a passage: itself, its neighbours, and the title."""
        if reading.index not in self._nearby:
            first = self.readings[0]
            texts = [other.spaced() for other in self.near(reading, 1)]
            if first.passage.place is Place.TITLE and reading.index > 1:
                texts.insert(0, first.spaced())
            self._nearby[reading.index] = "".join(texts)
        return self._nearby[reading.index]

    def held(self, reading: Reading, name: str, needles: Needles) -> tuple[str, ...]:
        """Which needles stand near a passage; ``name`` names the list, for each is looked for once."""
        key = (reading.index, name)
        if key not in self._held:
            around = self.around(reading)
            if reading.index not in self._words:
                self._words[reading.index] = frozenset(around.split())
            words = sorted(needles.words & self._words[reading.index])
            self._held[key] = (*words, *(part.strip() for part in needles.parts if part in around))
        return self._held[key]

    def doubtful_names(self, company: str) -> set[str]:
        """The capitalised words of the article that may be the company, folded."""
        if self._doubtful is None:
            self._doubtful = {}
            for reading in self.readings:
                for hit in reading.hits:
                    if not reading.text.shown[hit.start].isupper():
                        continue
                    for claim in hit.claims:
                        if claim.kind in (Kind.WORD, Kind.UNIT_WORD):
                            names = self._doubtful.setdefault(claim.company, set())
                            names.add(reading.text.low[hit.start : hit.end])
        return self._doubtful.get(company, set())

    def spelled_out(self, short: str, company: str) -> str | None:
        """What initials stand for by the article itself, "Inclusion Body Myositis (IBM)"; not the company."""
        key = (short, company)
        if key not in self._stands_for:
            self._stands_for[key] = self._spelled_out(short, company)
        return self._stands_for[key]

    def _spelled_out(self, short: str, company: str) -> str | None:
        for reading in self.readings:
            at = reading.text.shown.find(f"({short})")
            if at <= 0:
                continue
            words = _WORDS.findall(reading.text.shown[max(0, at - 100) : at])[-len(short) :]
            if "".join(word[0] for word in words).casefold() != short.casefold():
                continue
            named = any(
                claim.company == company and hit.end in (at - 1, at)
                for hit in reading.hits
                for claim in hit.claims
            )
            if not named:
                return " ".join(words)
        return None

    def in_lower_case(self, word: str) -> bool:
        """Whether the article has a folded word, or its plural, in lower case too."""
        if word not in self._lower:
            pattern = re.compile(rf"(?<!\w){re.escape(word)}s?(?!\w)")
            shown = (reading.text.shown for reading in self.readings)
            self._lower[word] = any(word in text and bool(pattern.search(text)) for text in shown)
        return self._lower[word]
