"""Article -> the companies that it mentions, each with where, why and how much it is about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.core.context import Context, is_notice
from aggregator.core.evidence import judge, year_of
from aggregator.core.findings import Findings, Reading
from aggregator.core.fold import Folded, fold
from aggregator.core.match import SURE, Claim, Hit, Kind, Matcher
from aggregator.core.salience import Sighting, score
from aggregator.model import Article, CompanyTag, Evidence, Mention, Passage, Place


def tag(article: Article, matcher: Matcher) -> tuple[CompanyTag, ...]:
    """The companies of an article, the one it is most about first; pure and the same every time."""
    judged = _judge_all(article, matcher)
    sightings = [
        Sighting(each.mention, each.reading.index, each.reading.text.low, each.hit, each.claim.kind)
        for each in judged
        if each.mention.accepted
    ]
    if not sightings:
        return ()
    ventures = {
        each.claim.company: each.reading.passage.place for each in judged if each.claim.kind is Kind.VENTURE
    }
    scores = score(article, sightings, ventures, matcher.context)
    tags = [
        CompanyTag(
            company,
            value,
            value >= 0.5,
            tuple(sighting.mention for sighting in sightings if sighting.mention.company == company),
        )
        for company, value in scores.items()
    ]
    return tuple(sorted(tags, key=lambda each: (-each.score, each.company)))


def explain(article: Article, matcher: Matcher) -> tuple[Mention, ...]:
    """Every name that was found, in reading order, with what became of it and why."""
    return tuple(each.mention for each in _judge_all(article, matcher))


@dataclass(frozen=True, slots=True)
class _Judged:
    mention: Mention
    reading: Reading
    hit: Hit
    claim: Claim


def _judge_all(article: Article, matcher: Matcher) -> list[_Judged]:
    readings, outside = _read(article, matcher)
    if not any(reading.hits for reading in readings):
        return []
    findings = Findings(matcher, readings, year_of(article), article.language)
    ignored = {
        (reading.index, hit.start): reason
        for reading in readings
        for hit in reading.hits
        if (reason := outside.get(reading.index) or _boilerplate(reading, hit, matcher.context))
    }
    _anchor(findings, ignored)
    verdicts = _decide(findings, ignored)
    if any(each.mention.accepted and each.claim.company not in findings.anchors for each in verdicts):
        # What was just believed supports the others: "Meta and Target", once Meta is certain.
        findings.anchors |= {each.claim.company for each in verdicts if each.mention.accepted}
        verdicts = _decide(findings, ignored)
    return verdicts


def _decide(findings: Findings, ignored: dict[tuple[int, int], str]) -> list[_Judged]:
    result = []
    for reading in findings.readings:
        for hit in reading.hits:
            reason = ignored.get((reading.index, hit.start))
            taken: set[str] = set()
            for claim in sorted(hit.claims, key=lambda claim: claim.kind not in SURE):
                if claim.company in taken:
                    continue
                verdict = (False, reason) if reason else None
                if claim.kind is Kind.VENTURE:
                    verdict = verdict or (False, "a joint venture stands for nobody alone")
                if verdict is None:
                    found = judge(findings, reading, hit, claim)
                    verdict = (found.accepted, found.reason)
                if verdict[0]:
                    taken.add(claim.company)
                result.append(_judged(reading, hit, claim, *verdict))
    return result


def _judged(reading: Reading, hit: Hit, claim: Claim, accepted: bool, reason: str) -> _Judged:
    start, end = reading.text.span(hit.start, hit.end)
    passage = reading.passage
    evidence = Evidence(passage.place, passage.text[start:end], claim.kind.value, start, end)
    return _Judged(Mention(claim.company, claim.alias, evidence, accepted, reason), reading, hit, claim)


def _read(article: Article, matcher: Matcher) -> tuple[list[Reading], dict[int, str]]:
    """The passages, folded and searched; and those of them that are not the story, with the reason."""
    passages = article.passages or _without_passages(article)
    readings: list[Reading] = []
    outside: dict[int, str] = {}
    under: str | None = None  # the heading over a list of other stories
    for index, passage in enumerate(passages):
        text = fold(passage.text)
        readings.append(Reading(index, passage, text, matcher.hits(text)))
        if passage.place is Place.TITLE:
            continue
        if len(text.low) <= _HEADING and matcher.context.related.match(text.low):
            under = f"under the heading '{passage.text}'"
        elif under and len(text.low) > _LONG_AGAIN and passage.place is not Place.LINK:
            under = None
        if under:
            outside[index] = under
        elif readings[-1].hits and len(text.low) < _LONG_NOTICE and matcher.context.starts.match(text.low):
            outside[index] = "not the story: a notice, a credit, a list of links or the like"
    outside.update(dict.fromkeys(_closing_links(passages), "links to other stories at the end"))
    return readings, outside


def _closing_links(passages: Sequence[Passage]) -> Sequence[int]:
    """Two or more headlines that are links and nothing else, after all of the story."""
    first = len(passages)
    while first and passages[first - 1].place is Place.LINK and " " in passages[first - 1].text:
        first -= 1
    return range(first, len(passages)) if len(passages) - first > 1 else ()


_HEADING = 60  # characters
_LONG_AGAIN = 160  # characters: a paragraph of this length is the story again
_LONG_NOTICE = 1000


def _without_passages(article: Article) -> Sequence[Passage]:
    parts = ((Place.TITLE, article.title), (Place.LEAD, article.summary))
    return [Passage(place, text) for place, text in parts if text]


def _boilerplate(reading: Reading, hit: Hit, context: Context) -> str | None:
    if reading.passage.place is Place.TITLE:
        return None
    start, end = sentence_of(reading.text, hit)
    if is_notice(reading.text.low[start:end], context):
        return "not the story: a notice, a share bar or the like"
    return None


def sentence_of(text: Folded, hit: Hit) -> tuple[int, int]:
    """Where the sentence around a hit starts and ends."""
    low = text.low
    start = (
        max(low.rfind(mark, 0, hit.start) + len(mark) for mark in _ENDS if mark in low[: hit.start])
        if any(mark in low[: hit.start] for mark in _ENDS)
        else 0
    )
    ends = [at for mark in _ENDS if (at := low.find(mark, hit.end)) >= 0]
    return start, min(ends, default=len(low))


_ENDS = (". ", "! ", "? ", "。", "！", "？", '." ')


def _anchor(findings: Findings, ignored: Iterable[tuple[int, int]]) -> None:
    """Note the companies that a sure name shows, and the words that are somebody's surname here."""
    for reading in findings.readings:
        for hit in reading.hits:
            if (reading.index, hit.start) in ignored:
                continue
            for claim in hit.claims:
                if claim.kind is Kind.SURNAME or claim.kind is Kind.VENTURE:
                    continue
                verdict = judge(findings, reading, hit, claim) if claim.kind in SURE else None
                if verdict and verdict.accepted:
                    findings.anchors.add(claim.company)
                elif claim.kind is Kind.WORD and findings_person(findings, reading, hit):
                    findings.persons.add(reading.text.low[hit.start : hit.end])


def findings_person(findings: Findings, reading: Reading, hit: Hit) -> bool:
    """Whether a given name or a title stands before the word: then it is a surname in this text."""
    head = reading.text.shown[max(0, hit.start - 30) : hit.start].split()
    if not head or reading.text.shown[hit.start - 1 : hit.start] != " " or not head[-1][:1].isupper():
        return False
    word = head[-1].lower().rstrip(".")
    return word in findings.matcher.context.given_names or word in findings.matcher.context.titles
