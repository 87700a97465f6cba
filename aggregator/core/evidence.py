"""Whether a name that may be something else is the company here: reasons for, reasons against.

The weights and the shared words are data (``data/context.yaml`` and each company's ``cues``,
``against`` and ``doubt``); docs/tagging.md explains them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aggregator.core.context import spaced
from aggregator.core.fold import Folded
from aggregator.core.match import DOUBTFUL, SURE, Claim, Hit, Kind, Matcher
from aggregator.model import Article, Passage, Place


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a claim, in words."""

    accepted: bool
    reason: str


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


_WORDS = re.compile(r"[^\W\d_]+")
_BEFORE = re.compile(r"(\W+)([\w&.'-]+)")  # of the text read backwards
_AFTER = re.compile(r"(\W*)([\w&'’-]+)")
_SENTENCE_END = re.compile(r"[.!?:;|\"”“(•–—>]\s*['\"“‘(]*\Z|\A\W*\Z")

# Weights, tuned on the sets in benchmarks/data; a word is believed when they reach its company's doubt.
_LEGAL, _LIST, _PAIR, _CUE, _GENERIC, _VERB, _CAPITAL, _POSSESSIVE = 3.0, 2.0, 1.0, 1.0, 0.5, 1.0, 1.0, 0.5
_COMPOUND = 1.0
_LOWER_ELSEWHERE, _COUNTER, _LONGER = -1.0, -1.5, -1.5
_MOST_CUES, _MOST_GENERIC = 3.0, 1.5


def judge(findings: Findings, reading: Reading, hit: Hit, claim: Claim) -> Verdict:
    """Decide one claim. Sure names are refused only where they name a person, a place or a foundation."""
    sight = _Sight(findings, reading, hit)
    if claim.kind is Kind.AGAINST:
        return Verdict(False, f"part of '{claim.alias}'")
    if claim.kind in (Kind.PERSON, Kind.SURNAME):
        return _judge_person(findings, sight, claim)
    if refusal := sight.something_else(claim):
        return Verdict(False, refusal)
    if claim.kind in SURE:
        if claim.exact and (word := _outweighed(findings, reading, claim)):
            return Verdict(False, f"short for something else: {word}")
        return Verdict(True, claim.kind.value)
    return _judge_word(findings, sight, claim)


def _outweighed(findings: Findings, reading: Reading, claim: Claim) -> str | None:
    """What the letters of a short name stand for here, where more speaks for that than for the company."""
    clues = findings.matcher.clues(claim.company)
    around = findings.around(reading)
    counters = _held(around, clues.against)
    if len(counters) > len(_held(around, clues.cues)):
        return "/".join(word.strip() for word in counters[:4])
    return None


def _judge_person(findings: Findings, sight: _Sight, claim: Claim) -> Verdict:
    person = claim.person
    if person is None or not _in_office(person.since, person.until, findings.year):
        return Verdict(False, "a person who does not stand for the company in that year")
    if claim.kind is Kind.PERSON:
        return Verdict(True, f"person: {person.role or 'leader'}")
    if not sight.shown[:1].isupper():
        return Verdict(False, "a word in lower case")
    if sight.given_name_before():
        return Verdict(False, "somebody else's name")
    if claim.company in findings.anchors:
        return Verdict(True, "surname of a leader, the company is named")
    return Verdict(False, "a surname alone")


def _in_office(since: int | None, until: int | None, year: int | None) -> bool:
    if year is None:
        return until is None
    return (since is None or since <= year) and (until is None or year <= until)


def _judge_word(findings: Findings, sight: _Sight, claim: Claim) -> Verdict:
    if sight.latin and not sight.shown[0].isupper() and claim.alias[0].isupper():
        return Verdict(False, "a word in lower case")
    if sight.low in findings.persons and claim.company not in findings.anchors:
        return Verdict(False, "a surname in this text")
    clues = findings.matcher.clues(claim.company)
    around = findings.around(sight.reading)
    if claim.company in findings.anchors and not _holds(around, clues.against):
        return Verdict(True, f"{claim.kind.value}, and the company is named or shown elsewhere")
    total, reasons = weigh(findings, sight, claim)
    if total >= clues.doubt:
        return Verdict(True, f"{claim.kind.value} with evidence: {', '.join(reasons)}")
    return Verdict(
        False, f"a word without evidence ({total:g} of {clues.doubt}: {', '.join(reasons) or 'none'})"
    )


def weigh(findings: Findings, sight: _Sight, claim: Claim) -> tuple[float, list[str]]:
    """Add up what speaks for and against a doubtful name, with the reasons in words."""
    context, clues = findings.matcher.context, findings.matcher.clues(claim.company)
    around = findings.around(sight.reading)
    cues = _held(around, clues.cues)
    counters = _held(around, clues.against)
    generic = _held(around, context.cues)
    parts = [
        (_LEGAL if sight.word_after() in context.legal else 0, "legal form"),
        (_LIST if sight.listed(findings.anchors) else 0, "in a list with companies"),
        (_PAIR if sight.paired() else 0, "joined to another such name"),
        (_COMPOUND if sight.compound() else 0, "hyphened as names are"),
        (min(_MOST_CUES, _CUE * len(cues)), "cues " + "/".join(cue.strip() for cue in cues[:4])),
        (min(_MOST_GENERIC, _GENERIC * len(generic)), "business words"),
        (_VERB if sight.verb_after() else 0, "verb of companies"),
        (_CAPITAL if sight.capital() else 0, "capital inside a sentence"),
        (_POSSESSIVE if sight.possessive() else 0, "possessive"),
        (_COUNTER * len(counters), "against " + "/".join(word.strip() for word in counters[:4])),
        (_LOWER_ELSEWHERE if sight.lower_elsewhere() else 0, "the same word in lower case"),
        (_LONGER if sight.longer_name() else 0, "part of a longer name"),
    ]
    return sum(weight for weight, _ in parts), [reason for weight, reason in parts if weight]


def _held(text: str, wanted: Iterable[str]) -> list[str]:
    return [needle for needle in wanted if needle in text]


def _holds(text: str, wanted: Iterable[str]) -> bool:
    return any(needle in text for needle in wanted)


class _Sight:
    """A hit and what stands right beside it."""

    def __init__(self, findings: Findings, reading: Reading, hit: Hit) -> None:
        self.findings = findings
        self.reading = reading
        self.hit = hit
        self.text = reading.text
        self.low = self.text.low[hit.start : hit.end]
        self.shown = self.text.shown[hit.start : hit.end]
        self.latin = self.low[-1] < "\u2e80"
        head = self.text.shown[max(0, hit.start - 60) : hit.start]
        tail = self.text.shown[hit.end : hit.end + 60]
        before, after = _BEFORE.match(head[::-1]), _AFTER.match(tail)
        self.before, self.gap_before = (before[2][::-1], before[1][::-1]) if before else ("", head)
        self.gap_after, self.after = (after[1], after[2]) if after else (tail, "")
        self.starts_sentence = bool(_SENTENCE_END.search(head))

    def word_after(self) -> str:
        """The next word, folded, if only a blank or a comma parts it."""
        return self.after.lower() if self.gap_after in (" ", ", ") else ""

    def given_name_before(self) -> bool:
        context = self.findings.matcher.context
        return (
            self.gap_before == " "
            and self.before[:1].isupper()
            and (
                self.before.lower() in context.given_names
                or (len(self.before) == 2 and self.before[1] == ".")
            )
        )

    def something_else(self, claim: Claim) -> str | None:
        """What a name is that only looks like the company's: a person, a place, a foundation."""
        if not self.latin or claim.kind in (Kind.DOMAIN, Kind.TICKER):
            return None
        context = self.findings.matcher.context
        if (
            self.gap_before in (" ", ". ")
            and self.before.lower().rstrip(".") in context.titles
            and self.before[:1].isupper()
        ):
            return "a person's name"
        if self.given_name_before():
            return "a person's name"
        after = self.after.lower()
        if self.gap_after in (" ", "-") and after in context.places and self._proper(self.after):
            return f"a place, foundation or venue ({self.after})"
        return None

    def _proper(self, word: str) -> bool:
        return word[:1].isupper() or self.gap_after == "-"

    def verb_after(self) -> bool:
        return self.gap_after == " " and self.after.lower() in self.findings.matcher.context.verbs

    def possessive(self) -> bool:
        return (self.gap_after == "'" and self.after.lower() == "s") or self.gap_after == "' "

    def capital(self) -> bool:
        """A capital that means a name: not at the start of a sentence, not in a heading, not in German."""
        if not self.latin or not self.shown[0].isupper() or self.starts_sentence:
            return False
        return not self.reading.heading() and (self.findings.language or "en")[:2] != "de"

    def lower_elsewhere(self) -> bool:
        if not self.latin or len(self.low) < 3:
            return False
        word = re.compile(rf"(?<!\w){re.escape(self.low)}s?(?!\w)")
        return any(word.search(reading.text.shown) for reading in self.findings.readings)

    def longer_name(self) -> bool:
        """Whether capitalised words join it: "SK Slovan", "Generation X". Says nothing in a heading."""
        if not self.latin or self.reading.heading() or (self.findings.language or "en")[:2] == "de":
            return False
        after = (
            self.gap_after == " "
            and self.after[:1].isupper()
            and self.after.lower() not in self.findings.matcher.context.legal
        )
        joined = (
            self.gap_before == " "
            and self.before[:1].isupper()
            and not _SENTENCE_START.search(self.text.shown[: self.hit.start])
        )
        return (after and not self._name_follows()) or joined

    def _name_follows(self) -> bool:
        return any(other.start == self.hit.end + 1 for other in self.reading.hits)

    def compound(self) -> bool:
        """ "Amazon-funded", "Anti-Amazon": only names are joined so."""
        context = self.findings.matcher.context
        return (self.gap_after == "-" and self.after.lower() in context.compounds) or (
            self.gap_before == "-" and self.before.lower() in context.prefixes
        )

    def listed(self, anchors: set[str]) -> bool:
        """Whether a comma or "and" joins it to a sure name, or both head neighbouring items of a list."""
        return any(
            claim.company in anchors or claim.kind in SURE
            for other in (*self._joined_hits(), *self._neighbour_items())
            for claim in other.claims
        )

    def paired(self) -> bool:
        """Whether a comma or "and" joins it to a doubtful name of another company."""
        own = {claim.company for claim in self.hit.claims}
        return self.shown[:1].isupper() and any(
            claim.kind is Kind.WORD and claim.company not in own
            for other in self._joined_hits()
            for claim in other.claims
            if self.text.shown[other.start].isupper()
        )

    def _joined_hits(self) -> list[Hit]:
        hits = self.reading.hits
        at = hits.index(self.hit)
        found = []
        for other in hits[max(0, at - 1) : at] + hits[at + 1 : at + 2]:
            first, second = sorted((other, self.hit), key=lambda hit: hit.start)
            if _JOINT.fullmatch(self.text.low[first.end : second.start]):
                found.append(other)
        return found

    def _neighbour_items(self) -> list[Hit]:
        if self.hit.start > 2 or len(self.text.low) > _ITEM:
            return []
        return [
            other.hits[0]
            for other in self.findings.readings
            if abs(other.index - self.reading.index) in (1, 2)
            and other.hits
            and other.hits[0].start <= 2
            and len(other.text.low) <= _ITEM
            and other.passage.place is not Place.TITLE
        ]


_ITEM = 90  # characters: what is longer is no item of a list of names

_SENTENCE_START = re.compile(r"(?:\A|[.!?:]\s)\W*\w+\W+\Z")
_JOINT = re.compile(r"\s?(?:,|;|/|and|or|und|oder|&|, and|, or|、|와|과|·|\+|vs\.?)\s?")


def year_of(article: Article) -> int | None:
    """The year that leaders are judged by; None: not known, so now."""
    moment = article.published or article.updated
    return moment.year if moment else None


__all__ = ["DOUBTFUL", "Findings", "Reading", "Verdict", "judge", "year_of"]
