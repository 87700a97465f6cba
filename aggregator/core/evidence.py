"""Whether a name that may be something else is the company here: reasons for, reasons against.

The weights and the shared words are data (``data/context.yaml`` and each company's ``cues``,
``against`` and ``doubt``); docs/tagging.md explains them.
"""

from __future__ import annotations

from typing import NamedTuple

from aggregator.core.findings import Findings, Reading
from aggregator.core.match import SURE, Claim, Hit, Kind
from aggregator.core.sight import Sight
from aggregator.model import Article


class Verdict(NamedTuple):
    """What became of a claim, in words."""

    accepted: bool
    reason: str
    weight: float = 0.0  # of the evidence, where it was weighed


# Weights, tuned on the sets in benchmarks/data; a word is believed when they reach its company's doubt.
_LEGAL, _LIST, _PAIR, _CUE, _GENERIC, _VERB, _CAPITAL, _POSSESSIVE = 3.0, 3.0, 1.0, 1.0, 0.5, 1.5, 1.0, 0.5
_AMONG, _MOST_AMONG = 0.5, 1.0
_ANCHOR, _BELIEVED, _COMPOUND, _NOUN, _SLOT, _MOVES, _FELLOW = 4.0, 2.0, 1.0, 1.0, 2.0, 1.5, 1.5
_LOWER_ELSEWHERE, _COUNTER, _LONGER = -1.0, -1.5, -1.5
_MOST_CUES, _MOST_GENERIC = 3.0, 1.5


def judge(findings: Findings, reading: Reading, hit: Hit, claim: Claim) -> Verdict:
    """Decide one claim. Sure names are refused only where they name a person, a place or a foundation."""
    if claim.kind is Kind.AGAINST:
        return Verdict(False, f"part of '{claim.alias}'")
    sight = Sight(findings, reading, hit)
    if claim.kind in (Kind.PERSON, Kind.SURNAME):
        return _judge_person(findings, sight, claim)
    if refusal := sight.something_else(claim):
        return Verdict(False, refusal)
    if claim.kind in SURE:
        if sight.uncapitalised(claim) and claim.company not in findings.anchors:
            return Verdict(False, "in lower case, and the company is not named elsewhere")
        if claim.exact and (word := _short_for(findings, reading, hit, claim)):
            return Verdict(False, f"short for something else: {word}")
        return Verdict(True, claim.kind.value)
    return _judge_word(findings, sight, claim)


def _short_for(findings: Findings, reading: Reading, hit: Hit, claim: Claim) -> str | None:
    """What the letters of a short name stand for here: by the article's own words, or by others nearby."""
    shown = reading.text.shown[hit.start : hit.end]
    return findings.spelled_out(shown, claim.company) or _outweighed(findings, reading, claim)


def _outweighed(findings: Findings, reading: Reading, claim: Claim) -> str | None:
    """What else the letters stand for, where more speaks for that than for the company."""
    clues = findings.matcher.clues(claim.company)
    counters = findings.held(reading, f"-{claim.company}", clues.against)
    if len(counters) > len(findings.held(reading, f"+{claim.company}", clues.cues)):
        return "/".join(counters[:4])
    return None


def _judge_person(findings: Findings, sight: Sight, claim: Claim) -> Verdict:
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


def _judge_word(findings: Findings, sight: Sight, claim: Claim) -> Verdict:
    if sight.latin and not sight.shown[0].isupper() and claim.alias[0].isupper():
        return Verdict(False, "a word in lower case")
    if sight.low in findings.persons and claim.company not in findings.anchors:
        return Verdict(False, "a surname in this text")
    clues = findings.matcher.clues(claim.company)
    against = findings.held(sight.reading, f"-{claim.company}", clues.against)
    if claim.company in findings.anchors and not against:
        return Verdict(True, f"{claim.kind.value}, and the company is named or shown elsewhere", _ANCHOR)
    total, reasons = weigh(findings, sight, claim)
    if total >= clues.doubt:
        return Verdict(True, f"{claim.kind.value} with evidence: {', '.join(reasons)}", total)
    why = f"{total:g} of {clues.doubt}: {', '.join(reasons) or 'none'}"
    return Verdict(False, f"a word without evidence ({why})", total)


def weigh(findings: Findings, sight: Sight, claim: Claim) -> tuple[float, list[str]]:
    """Add up what speaks for and against a doubtful name, with the reasons in words."""
    context, clues = findings.matcher.context, findings.matcher.clues(claim.company)
    # A cue that is the word itself ("galaxy*") says nothing for it.
    cues = [
        cue
        for cue in findings.held(sight.reading, f"+{claim.company}", clues.cues)
        if not sight.low.startswith(cue)
    ]
    counters = findings.held(sight.reading, f"-{claim.company}", clues.against)
    generic = findings.held(sight.reading, "", context.cues)
    parts = [
        (_ANCHOR if claim.company in findings.anchors else 0, "the company is shown elsewhere"),
        (_BELIEVED if claim.company in findings.believed else 0, "the company is believed elsewhere"),
        (_LEGAL if sight.word_after() in context.legal else 0, "legal form"),
        (_LIST if sight.listed(findings.anchors | findings.believed) else 0, "in a list with companies"),
        (min(_MOST_AMONG, _AMONG * sight.among(findings.anchors)), "among companies"),
        (_PAIR if sight.paired() else 0, "joined to another such name"),
        (_FELLOW if sight.fellow(claim.company) else 0, "another name of the company"),
        (_COMPOUND if sight.compound() else 0, "hyphened as names are"),
        (min(_MOST_CUES, _CUE * len(cues)), "cues " + "/".join(cues[:4])),
        (min(_MOST_GENERIC, _GENERIC * len(generic)), "business words"),
        (_VERB if sight.verb_after() or sight.heads_line() else 0, "said to act as companies do"),
        (_NOUN if sight.noun_after() else 0, "something that companies have"),
        (_SLOT if sight.in_slot() else 0, "where a company is expected"),
        (_MOVES if sight.moves() else 0, "moves as shares do"),
        (_CAPITAL if sight.capital() else 0, "capital inside a sentence"),
        (_POSSESSIVE if sight.possessive() else 0, "possessive"),
        (_COUNTER * len(counters), "against " + "/".join(counters[:4])),
        (_LOWER_ELSEWHERE if sight.lower_elsewhere() else 0, "the same word in lower case"),
        (_LONGER if sight.longer_name() else 0, "part of a longer name"),
    ]
    return sum(weight for weight, _ in parts), [reason for weight, reason in parts if weight]


def year_of(article: Article) -> int | None:
    """The year that leaders are judged by; None: not known, so now."""
    moment = article.published or article.updated
    return moment.year if moment else None
