"""Article -> the companies that it mentions, each with where, why and how much it is about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from aggregator.core.context import Context, is_notice
from aggregator.core.evidence import Verdict, judge, year_of
from aggregator.core.findings import Findings, Reading
from aggregator.core.fold import Folded, fold
from aggregator.core.match import DOUBTFUL, SURE, Claim, Hit, Kind, Matcher
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


def puzzling(mentions: Iterable[Mention], tagged: Collection[str]) -> tuple[Mention, ...]:
    """Of what ``explain`` gives: the names that did not count though a reader might have thought so.

    ``tagged`` are the companies that count by another name. Words in small letters, parts of longer words and
    bare surnames are looked at all the time and puzzle nobody. Each is given once.
    """
    found: dict[tuple[str, str], Mention] = {}
    for mention in mentions:
        quote, kind = mention.evidence.quote, mention.evidence.rule
        plain_word = kind not in SURE and quote == quote.lower() != quote.upper()
        part = kind == Kind.AGAINST and not (" " in quote and quote[0].isupper())
        if mention.accepted or mention.company in tagged or plain_word or part or kind == Kind.SURNAME:
            continue
        found.setdefault((mention.company, quote.casefold()), mention)
    return tuple(found.values())


class _Judged(NamedTuple):
    mention: Mention
    reading: Reading
    hit: Hit
    claim: Claim
    weight: float


def _judge_all(article: Article, matcher: Matcher) -> list[_Judged]:
    readings = _read(article, matcher)
    if not any(reading.hits for reading in readings):
        return []
    outside = _outside(readings, matcher.context)
    findings = Findings(matcher, readings, year_of(article), article.language)
    ignored = {
        (reading.index, hit.start): reason
        for reading in readings
        if reading.hits
        for hit, reason in _ignored(reading, outside.get(reading.index), matcher.context)
    }
    sure = _anchor(findings, ignored)
    verdicts = _decide(findings, ignored, sure)
    for _ in range(_ROUNDS):
        believed = {each.claim.company for each in verdicts if each.mention.accepted} - findings.anchors
        if believed <= findings.believed:
            break
        # What was just believed supports the others: "Meta and Target", once Meta is certain.
        findings.believed |= believed
        verdicts = _decide(findings, ignored, sure, verdicts)
    return verdicts


_ROUNDS = 3


def _decide(
    findings: Findings,
    ignored: Mapping[tuple[int, int], str],
    sure: Mapping[tuple[int, int, Claim], Verdict],
    before: Iterable[_Judged] = (),
) -> list[_Judged]:
    """Judge every name; what was certain the time before is not judged again."""
    certain: dict[tuple[int, int], list[_Judged]] = {}
    for each in before:
        if not any(claim.kind in DOUBTFUL for claim in each.hit.claims):
            certain.setdefault((each.reading.index, each.hit.start), []).append(each)
    result: list[_Judged] = []
    for reading in findings.readings:
        for hit in reading.hits:
            key = (reading.index, hit.start)
            result.extend(
                certain.get(key) or _one_each(_decide_hit(findings, reading, hit, ignored.get(key), sure))
            )
    return result


def _decide_hit(
    findings: Findings,
    reading: Reading,
    hit: Hit,
    ignored: str | None,
    sure: Mapping[tuple[int, int, Claim], Verdict],
) -> Iterator[_Judged]:
    for claim in hit.claims:
        if ignored:
            verdict = Verdict(False, ignored)
        elif claim.kind is Kind.VENTURE:
            verdict = Verdict(False, "a joint venture stands for nobody alone")
        else:
            known = sure.get((reading.index, hit.start, claim))
            verdict = known or judge(findings, reading, hit, claim)
        yield _judged(reading, hit, claim, verdict)


def _one_each(found: Iterable[_Judged]) -> Iterator[_Judged]:
    """A name is one company's, the one with most evidence, unless both are sure; and counts once."""
    found = list(found)
    if len(found) == 1:
        yield found[0]
        return
    ordered = sorted(
        found, key=lambda each: (not each.mention.accepted, each.claim.kind not in SURE, -each.weight)
    )
    taken: set[str] = set()
    for each in ordered:
        if each.claim.company in taken:
            continue  # another of its claims to the same words has been accepted
        if each.mention.accepted and each.claim.kind not in SURE and taken:
            refused = replace(each.mention, accepted=False, reason="another company's name here")
            yield each._replace(mention=refused)
            continue
        if each.mention.accepted:
            taken.add(each.claim.company)
        yield each


def _judged(reading: Reading, hit: Hit, claim: Claim, verdict: Verdict) -> _Judged:
    start, end = reading.text.span(hit.start, hit.end)
    passage = reading.passage
    evidence = Evidence(passage.place, passage.text[start:end], claim.kind.value, start, end)
    mention = Mention(claim.company, claim.alias, evidence, verdict.accepted, verdict.reason)
    return _Judged(mention, reading, hit, claim, verdict.weight)


def _read(article: Article, matcher: Matcher) -> list[Reading]:
    """The passages, folded and searched."""
    readings: list[Reading] = []
    room = _MOST_HITS
    for index, passage in enumerate(article.passages or _without_passages(article)):
        text = fold(passage.text)
        hits = matcher.hits(text)[:room]
        room -= len(hits)
        readings.append(Reading(index, passage, text, hits))
    return readings


def _outside(readings: Sequence[Reading], context: Context) -> dict[int, str]:
    """Which passages with names are not the story, with the reason."""
    outside: dict[int, str] = {}
    under: str | None = None  # the heading over a list of other stories
    for reading in readings:
        passage, low = reading.passage, reading.text.low
        if passage.place is Place.TITLE:
            continue
        if len(low) <= _HEADING and context.related.match(low):
            under = f"under the heading '{passage.text}'"
        elif under and len(low) > _LONG_AGAIN and passage.place is not Place.LINK:
            under = None
        if not reading.hits:
            continue
        if under:
            outside[reading.index] = under
        elif len(low) < _LONG_NOTICE and context.starts.match(low):
            outside[reading.index] = "not the story: a notice, a credit, a list of links or the like"
    closing = _closing_links([reading.passage for reading in readings])
    outside.update(dict.fromkeys(closing, "links to other stories at the end"))
    return outside


def _closing_links(passages: Sequence[Passage]) -> Sequence[int]:
    """Two or more headlines that are links and nothing else, after all of the story."""
    first = len(passages)
    while first and passages[first - 1].place is Place.LINK and " " in passages[first - 1].text:
        first -= 1
    return range(first, len(passages)) if len(passages) - first > 1 else ()


_MOST_HITS = 1000  # names in an article; what comes after them is not read for names
_HEADING = 60  # characters
_LONG_AGAIN = 160  # characters: a paragraph of this length is the story again
_LONG_NOTICE = 1000


def _without_passages(article: Article) -> Sequence[Passage]:
    parts = ((Place.TITLE, article.title), (Place.LEAD, article.summary))
    return [Passage(place, text) for place, text in parts if text]


def _ignored(reading: Reading, outside: str | None, context: Context) -> Iterator[tuple[Hit, str]]:
    """The names of a passage that count for nothing, with the reason."""
    if outside:
        yield from ((hit, outside) for hit in reading.hits)
        return
    if reading.passage.place is Place.TITLE:
        return
    notices: dict[tuple[int, int], bool] = {}  # by sentence: many hold several names
    for hit in reading.hits:
        start, end = place = sentence_of(reading.text, hit)
        if place not in notices:
            notices[place] = is_notice(reading.text.low[start:end], context)
        if notices[place]:
            yield hit, "not the story: a notice, a share bar or the like"


def sentence_of(text: Folded, hit: Hit) -> tuple[int, int]:
    """Where the sentence around a hit starts and ends."""
    low = text.low
    first, last = max(0, hit.start - _LONG_SENTENCE), hit.end + _LONG_SENTENCE
    marks = _PLAIN_ENDS if low.isascii() else _ENDS
    starts = [at + len(mark) for mark in marks if (at := low.rfind(mark, first, hit.start)) >= 0]
    ends = [at for mark in marks if (at := low.find(mark, hit.end, last)) >= 0]
    return max(starts, default=first), min(ends, default=min(last, len(low)))


_LONG_SENTENCE = 400  # characters, before and after the name
_PLAIN_ENDS = (". ", "! ", "? ", '." ')
_ENDS = (*_PLAIN_ENDS, "。", "！", "？")


def _anchor(
    findings: Findings, ignored: Collection[tuple[int, int]]
) -> dict[tuple[int, int, Claim], Verdict]:
    """Note the companies that a sure name shows, and the words that are somebody's surname here.

    Returns what is settled by that: a sure name that has been accepted is so whatever else is found.
    """
    settled: dict[tuple[int, int, Claim], Verdict] = {}
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
                    settled[reading.index, hit.start, claim] = verdict
                elif claim.kind is Kind.WORD and findings_person(findings, reading, hit):
                    findings.persons.add(reading.text.low[hit.start : hit.end])
    return settled


def findings_person(findings: Findings, reading: Reading, hit: Hit) -> bool:
    """Whether a given name or a title stands before the word: then it is a surname in this text."""
    head = reading.text.shown[max(0, hit.start - 30) : hit.start].split()
    if not head or reading.text.shown[hit.start - 1 : hit.start] != " " or not head[-1][:1].isupper():
        return False
    word = head[-1].lower().rstrip(".")
    return word in findings.matcher.context.given_names or word in findings.matcher.context.titles
