"""Where in an article a notice may stand, and whose words its blocks are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aggregator.core.notice_kinds import BY_WHOM, TERMS
from aggregator.core.notice_reading import Finding, Reader, is_heading
from aggregator.core.notice_text import plain_form
from aggregator.core.notices import Language, NoticeRules, Scope
from aggregator.core.passages import HEADINGS, Block, lines
from aggregator.model import Passage, Place

FIRST_BLOCKS = 3  # of an article, besides captions, where a notice may stand
LAST_BLOCKS = 6
MAX_CAPTIONS = 40
MAX_LEAD_IN = 120  # characters at a block's end that may announce an example
MAX_QUESTION = 160  # characters of a block that is a question and nothing else
FEW_QUESTIONS = 2  # from so many on an article is questions and answers
BRIEF = 240  # characters of a paragraph that is no running text yet
BRIEF_DENSE = 45  # the same in a script of its own, which says more with fewer
FEW_ENTRIES = 3  # from so many blocks on that explain a term each an article is a glossary
MIN_PROSE = 40  # characters of a paragraph that is running text, not a line of a foot
MIN_PROSE_DENSE = 14  # the same in a script of its own
MIN_INTRODUCTION = 25  # characters of a paragraph with a colon that introduces an example; a label has fewer

_SET_APART = ("blockquote", "pre")
_STEP = re.compile(r"\W{0,2}\d{1,2}[.)．、]\s?\S")
# "Embargo: a time before which …", "Dividend – the part of …"
_ENTRY = re.compile(r"\W{0,2}[^\W\d_][^:：–—.!?。()]{0,40}(?:[:：]|\s[–—-]\s)\s{0,2}\S")
_OUTSTANDING = frozenset((Scope.LABEL, Scope.OPENING))
_COLONS = (":", "：")
_STOPS = (".", "!", "…", "。", "！")  # no question: what follows on one is an interview
_SET_APART_BY = ("(", "[", "{", "*", "（", "［", "【", "※")
_CLOSING = " \n\"”»」』’'"


def borders(given: Sequence[Passage]) -> list[int]:
    """Which blocks may hold a notice: the first, the last and the captions."""
    running = [at for at, each in enumerate(given) if each.place is not Place.CAPTION]
    captions = [at for at, each in enumerate(given) if each.place is Place.CAPTION][:MAX_CAPTIONS]
    return sorted({*running[:FIRST_BLOCKS], *running[-LAST_BLOCKS:], *captions})


def of_its_own(
    given: Sequence[Passage],
    at: int,
    headline: str,
    findings: tuple[Finding, ...],
    reader: Reader,
) -> tuple[Finding, ...]:
    """What a block that reads like a notice says of this very article.

    Nothing if it is an entry of a glossary, or an example, which the block before it announces ("Sample
    wording 1") or, before the last block, a headline that tells how to word notices ("How to label …"); nor
    if it is an answer to one of several questions, an answer with its sign ("A: …") or an advert for staff.
    In a step of several ("2. Add the link") and after an article's beginning as an advert for staff only
    what names this very text counts, or stands out as a label; after a question ("Do you use AI?") so does
    who wrote it. Between two paragraphs of running text whoever wrote it must speak, too.
    """
    if not findings:
        return findings
    languages = reader.rules.languages
    told_in = {each.language for each in findings}
    script = any(each.script for each in languages if each.tag in told_in)  # a line in Han may be Japanese
    spoken = [each for each in languages if each.tag in told_in or (script and each.script)]
    if at + 1 < len(given) and any(each.guide.pattern.search(plain_form(headline)) for each in spoken):
        return ()
    text = plain_form(given[at].text)
    before = plain_form(given[at - 1].text[-MAX_LEAD_IN:]) if at else ""
    if any(each.example.pattern.search(before) or each.apart.pattern.search(text) for each in spoken):
        return ()
    asked = at > 0 and given[at].place is not Place.CAPTION and _asks(given[at - 1])
    if asked and sum(_asks(each) for each in given) >= FEW_QUESTIONS:
        return ()
    selves = {each.tag: each.self.pattern for each in spoken}
    own = tuple(each for each in findings if selves[each.language].search(text[each.start : each.end]))
    if _is_entry_of_many(given, at):
        return own
    sure = tuple(each for each in findings if each in own or not each.rule.scopes.isdisjoint(_OUTSTANDING))
    if len(sure) == len(findings):
        return findings
    doubtful = at > 0 and (
        (_STEP.match(text) and _STEP.match(given[at - 1].text))
        or any(each.apart.pattern.search(plain_form(given[0].text)) for each in spoken)
    )
    if doubtful:
        return sure
    if _is_amid_prose(given, at, reader):
        speakers = {each.tag: each.speaker.pattern for each in spoken}
        return tuple(
            each
            for each in findings
            if each in sure
            or each.rule.is_of_picture
            or speakers[each.language].search(text[each.start : each.end])
        )
    return tuple(each for each in findings if each in sure or not (asked and each.rule.kind in BY_WHOM))


def _is_entry_of_many(given: Sequence[Passage], at: int) -> bool:
    """Does a block explain a term, as most of its article does?"""
    if not _ENTRY.match(given[at].text):
        return False
    running = [each.text for each in given if each.place is not Place.CAPTION]
    entries = sum(_ENTRY.match(each) is not None for each in running)
    return entries >= FEW_ENTRIES and 2 * entries >= len(running)


def _is_amid_prose(given: Sequence[Passage], at: int, reader: Reader) -> bool:
    """Does a sentence stand between two paragraphs of running text, neither of which is a notice?"""
    around = given[max(at - 1, 0) : at + 2]
    if len(around) < 3 or not all(_is_prose(each) for each in around):
        return False
    if around[1].text.lstrip().startswith(_SET_APART_BY):
        return False
    beside = (reader.read(each.text, each.place) for each in around[::2])
    return not any(each and each.firm for each in beside)


def _is_prose(passage: Passage) -> bool:
    """Is it a paragraph of whole sentences?"""
    text = passage.text
    least = MIN_PROSE if text.isascii() or text[len(text) // 2] < "\u2e80" else MIN_PROSE_DENSE
    ends = text.rstrip(_CLOSING).endswith(_STOPS)
    return ends and len(text) >= least and passage.place is not Place.CAPTION


def labelled_lines(html: str, found: Sequence[Block], at: int, reader: Reader) -> Iterator[Finding]:
    """What the lines that breaks part within a block say as labels or openings.

    The head of a press release and the foot of a column are one paragraph of such lines.
    """
    block = found[at]
    text, place = block.passage.text, block.passage.place
    if "<br" not in html[block.start : block.end] or reader.read(text, place) is None:
        return
    if is_cited(html, found, at, True, reader.rules):
        return
    start = 0
    for line in lines(html, block):
        start = text.index(line, start)
        said = reader.read(line, place)
        for each in said.firm if said else ():
            if not each.rule.scopes.isdisjoint(_OUTSTANDING):
                yield replace(each, start=each.start + start, end=each.end + start)
        start += len(line)


def naming_us(text: str, findings: tuple[Finding, ...], languages: Sequence[Language]) -> tuple[Finding, ...]:
    """What a paragraph that says other things too discloses.

    Amid a long one sentences on sponsors, checks or machines report unless one of them names this text, its
    makers or its readers; disclaimers, terms and holdings are told anyway.
    """
    by_tag = {each.tag: each for each in languages}
    shown = plain_form(text)
    for each in findings:
        language = by_tag[each.language]
        sentence = shown[each.start : each.end]
        beside = len(text) <= 2 * _brief(language) and language.self.pattern.search(shown)
        if beside or language.us.pattern.search(sentence):
            return findings
    return tuple(each for each in findings if _may_stand(text, each, by_tag[each.language]))


def _may_stand(text: str, finding: Finding, language: Language) -> bool:
    """Whether what a paragraph says counts although nothing in it names this text."""
    short = len(text) <= _brief(language)
    return short or finding.rule.kind in TERMS or not finding.rule.scopes.isdisjoint(_OUTSTANDING)


def _brief(language: Language) -> int:
    return BRIEF_DENSE if language.script else BRIEF


def _asks(passage: Passage) -> bool:
    asking = passage.text.rstrip(' \n"”»」』').endswith(("?", "？", "か。"))  # Japanese asks by a word, too
    return asking and len(passage.text) <= MAX_QUESTION


def is_headline(html: str, block: Block) -> bool:
    """Is a block the body's own headline? It names what the article is about."""
    return html.startswith("<h1", block.start)


def is_cited(html: str, found: Sequence[Block], at: int, opens: bool, rules: NoticeRules) -> bool:
    """Does a block hold words that are shown, not said?

    Those that a paragraph with a colon introduces ("Write for example:"), as a quotation, a list or a
    paragraph, and quotations that the text goes on after; but one that ``opens`` as a notice does
    ("Clarification: …") is set apart by this element, unless introduced, and so is one under the headline.
    """
    first = at
    while first > 0 and html.startswith("<li", found[first].start):
        first -= 1
    if at == 0:
        return False
    before = found[first if first < at else at - 1]
    introduced = before.passage.text.rstrip().endswith(_COLONS)
    under_headline = at == 1 and is_headline(html, before)
    if not introduced and (at + 1 == len(found) or opens or under_headline):
        return False
    apart = any(_is_within(html, found[at], name) for name in _SET_APART)
    return apart or (introduced and _introduces(html, before, rules))


def _introduces(html: str, before: Block, rules: NoticeRules) -> bool:
    """Is what ends with a colon a sentence, not a label or a heading that a notice has?"""
    text = before.passage.text
    is_title = any(html.startswith(f"<{name}", before.start) for name in HEADINGS)
    return len(text) >= MIN_INTRODUCTION and not is_title and not is_heading(text, rules)


def _is_within(html: str, block: Block, name: str) -> bool:
    """Does a block stand in an element, or is it one?"""
    start = html.rfind(f"<{name}", 0, block.start + len(name) + 1)
    return start >= 0 and html.find(f"</{name}", start, block.start) < 0
