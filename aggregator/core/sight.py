"""A name in its passage, and what the words right beside it say of it."""

from __future__ import annotations

import re
from functools import cached_property

from aggregator.core import joints
from aggregator.core.findings import Findings, Reading
from aggregator.core.match import SURE, Claim, Hit, Kind
from aggregator.model import Place

_BEFORE = re.compile(r"(\W+)([\w&.'-]+)")  # of the text read backwards
_AFTER = re.compile(r"(\W*)([\w&'’-]+)")
_SENTENCE_END = re.compile(r"[.!?:;|\"”“(•–—>]\s*['\"“‘(]*\Z|\A\W*\Z")


class Sight:
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
        self._line_before = head

    @cached_property
    def starts_sentence(self) -> bool:
        """Whether a sentence, a quotation or an item starts with it."""
        return bool(_SENTENCE_END.search(self._line_before))

    def uncapitalised(self, claim: Claim) -> bool:
        """Whether a name that has capitals stands here without any, in a text that has some."""
        if not self.latin or claim.kind in (Kind.DOMAIN, Kind.TICKER):
            return False
        if self.shown != self.low or claim.alias.lower() == claim.alias:
            return False
        return self.text.shown != self.text.shown.lower()

    def word_after(self) -> str:
        """The next word, folded, if only a blank or a comma parts it."""
        return self.after.lower() if self.gap_after in (" ", ", ") else ""

    def given_name_before(self) -> bool:
        """Whether a given name or an initial stands before it: a person's surname."""
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
        """As in "Target raises": what companies do."""
        if self.gap_after != " ":
            return False
        # Headlines say "Shell to pay": an infinitive for the future.
        to_act = self.after == "to" and self.starts_sentence and self.reading.passage.place is Place.TITLE
        return to_act or self.after.lower() in self.findings.matcher.context.verbs

    def noun_after(self) -> bool:
        """As in "Orange customers", "Visa's shares"."""
        if self.gap_after == "'" and self.after.lower() == "s":
            following = _AFTER.match(self.text.shown, self.hit.end + 2)
            return following is not None and following[2].lower() in self.findings.matcher.context.nouns
        return self.gap_after == " " and self.after.lower() in self.findings.matcher.context.nouns

    def in_slot(self) -> bool:
        """As in "rivals such as Oracle", "formerly of Target"."""
        before = self.text.low[max(0, self.hit.start - 40) : self.hit.start]
        return self.shown[:1].isupper() and bool(self.findings.matcher.context.slots.search(before))

    def moves(self) -> bool:
        """As in "Ford gained 2%", "Block: up 1.2%"."""
        at = self.hit.end + (self.text.low[self.hit.end : self.hit.end + 1] in (":", ","))
        return self.shown[:1].isupper() and bool(
            self.findings.matcher.context.share_after.match(self.text.low, at)
        )

    def heads_line(self) -> bool:
        """As in "애플, 새 아이폰 발표", "アマゾン、東京で": so whoever acts stands in such headlines."""
        return (
            not self.latin
            and self.hit.start == 0
            and self.reading.passage.place is Place.TITLE
            and self.gap_after[:1] in ("", ",", "、")
            and self.text.low[self.hit.end : self.hit.end + 1] in (",", "、")
        )

    def possessive(self) -> bool:
        """As in "Visa's"."""
        return (self.gap_after == "'" and self.after.lower() == "s") or self.gap_after == "' "

    def capital(self) -> bool:
        """A capital that means a name: not at the start of a sentence, not in a heading, not in German."""
        if not self.latin or not self.shown[0].isupper() or self.starts_sentence:
            return False
        return not self.reading.heading() and self.findings.capitals_mean_names()

    def lower_elsewhere(self) -> bool:
        """Whether the text has the same word in lower case: then it is a word here."""
        if not self.latin or len(self.low) < 3:
            return False
        return self.findings.in_lower_case(self.low)

    def longer_name(self) -> bool:
        """Whether capitalised words join it: "SK Slovan", "Generation X". Says nothing in a heading."""
        if not self.latin or self.reading.heading() or not self.findings.capitals_mean_names():
            return False
        after = (
            self.gap_after == " "
            and self.after[:1].isupper()
            and self.after.lower() not in self.findings.matcher.context.legal
        )
        joined = (
            self.gap_before == " "
            and self.before[:1].isupper()
            and not _SENTENCE_START.search(self._head(80))
        )
        return (after and not self._name_follows()) or joined

    def _head(self, reach: int) -> str:
        """What stands before it; where that is cut off, a letter stands for the rest."""
        start = self.hit.start
        return self.text.shown[:start] if start <= reach else "x" + self.text.shown[start - reach : start]

    def _name_follows(self) -> bool:
        return any(other.start == self.hit.end + 1 for other in self.reading.hits)

    def fellow(self, company: str) -> bool:
        """Whether another doubtful name of the same company stands in the article: Block and Square."""
        return any(not name.startswith(self.low) for name in self.findings.doubtful_names(company))

    def compound(self) -> bool:
        """As in "Amazon-funded", "Anti-Amazon": only names are joined so."""
        context = self.findings.matcher.context
        return (self.gap_after == "-" and self.after.lower() in context.compounds) or (
            self.gap_before == "-" and self.before.lower() in context.prefixes
        )

    def listed(self, anchors: set[str]) -> bool:
        """Whether a comma or "and" joins it to a sure name, or both head neighbouring items of a list."""
        return (not self.latin or self.shown[0].isupper()) and any(
            claim.company in anchors or claim.kind in SURE
            for other in (*self._joined_hits(), *self._neighbour_items())
            for claim in other.claims
        )

    def among(self, anchors: set[str]) -> int:
        """How many certain companies other than its own the passage names."""
        own = {claim.company for claim in self.hit.claims}
        return len({claim.company for other in self.reading.hits for claim in other.claims} & anchors - own)

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
            if joints.BETWEEN.fullmatch(self.text.low[first.end : second.start]):
                found.append(other)
        return found

    def _neighbour_items(self) -> list[Hit]:
        if self.hit.start > 2 or len(self.text.low) > _ITEM:
            return []
        return [
            other.hits[0]
            for other in self.findings.near(self.reading, 2)
            if other is not self.reading
            and other.hits
            and other.hits[0].start <= 2
            and len(other.text.low) <= _ITEM
            and other.passage.place is not Place.TITLE
        ]


_ITEM = 90  # characters: what is longer is no item of a list of names

_SENTENCE_START = re.compile(r"(?:\A|[.!?:]\s)\W*\w+\W+\Z")
