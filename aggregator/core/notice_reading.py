"""One block of an article, read for notices: which sentence says what.

An article without notices is the usual case, so whatever is cheap is asked first: which words a text holds,
then whether it speaks of itself ("this article"), and only then the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from aggregator.core.notice_kinds import TERMS, kinds_excluded, kinds_fainter, kinds_known
from aggregator.core.notice_text import Sentence, asides, bare, plain_form, quotations, sentences
from aggregator.core.notices import OWN, Cut, Group, Language, NoticeRules, Rule, Scope
from aggregator.model import DisclosureKind, Place

SURE_OF_LANGUAGE = 3  # common words of one language, with less than half as many of another
MAX_LABEL = 160  # characters of a block that is nothing but a label or a heading

_WORDS = re.compile(r"[^\W\d_]+")
_FAR = re.compile("[\u2c00-\U0010ffff]")  # East Asian scripts, and pictures
_APART = {code: " " for code in range(0x2C00) if not chr(code).isalpha()}  # what parts words of nearer ones
_ASCII_WORDS = bytes(code | 0x20 if chr(code).isalpha() else 0x20 for code in range(0x80)).ljust(256)
_SET_OFF = tuple(":-|.)],")  # what stands between "Disclaimer" and what it says
_DENIABLE = frozenset(
    (
        DisclosureKind.AI_GENERATED,
        DisclosureKind.AI_ASSISTED,
        DisclosureKind.SPONSORED,
        DisclosureKind.AFFILIATE,
        DisclosureKind.REVIEWED,
        DisclosureKind.PRESS_RELEASE,
    )
)
# Words that another speaks: a match that needs more than a name out of a quotation is not the article's own.
_MAX_QUOTED_NAME = 14


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that matched, and the sentence that showed it: its place in the passage."""

    rule: Rule
    language: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Active:
    """A language and those of its groups that can match a text."""

    language: Language
    groups: tuple[Group, ...]

    def of(self, scopes: frozenset[Scope]) -> Iterator[Rule]:
        """Its rules with one of the scopes."""
        for group in self.groups:
            if not group.scopes.isdisjoint(scopes):
                yield from group.rules


_SENTENCE = frozenset((Scope.SENTENCE,))
_IN_CAPTION = frozenset((Scope.SENTENCE, Scope.CAPTION))
_LAST = frozenset((Scope.LAST,))
_FOLLOW = frozenset((Scope.FOLLOW,))
_LABEL = frozenset((Scope.LABEL,))
_OPENING = frozenset((Scope.OPENING,))


class Reader:
    """What the blocks of one article say; each is read once, though its place may be looked at again."""

    def __init__(self, rules: NoticeRules) -> None:
        self.rules = rules
        self._known: dict[tuple[str, Place], BlockReader | None] = {}

    def may_say(self, texts: Iterable[str]) -> bool:
        """Could any of these blocks hold a notice? Asks for the telling words of all of them at once."""
        text = "\n".join(texts)
        return not text.isascii() or not self.rules.telling.isdisjoint(_ascii_words(text))

    def read(self, text: str, place: Place) -> BlockReader | None:
        """A block that could hold a notice, if only in the company of another; None where it cannot."""
        key = text, place
        if key not in self._known:
            active = _active(text, self.rules)
            self._known[key] = BlockReader(text, place, self.rules, active) if active else None
        return self._known[key]


class BlockReader:
    """A block and what it says; nothing is looked for before it is asked for."""

    def __init__(self, text: str, place: Place, rules: NoticeRules, active: tuple[_Active, ...]) -> None:
        self.text = text
        self._scopes = _IN_CAPTION if place is Place.CAPTION else _SENTENCE
        self._rules = rules
        self._active = active

    @cached_property
    def firm(self) -> tuple[Finding, ...]:
        """What it says on its own."""
        active = [
            _Active(each.language, firm)
            for each in self._active
            if (firm := tuple(group for group in each.groups if group.scopes != _FOLLOW))
        ]
        if not active:
            return ()
        found = list(_whole(self.text, active))
        block = frozenset(each.rule.kind for each in found)
        for sentence, here, quoted in self._sentences(active):
            told = _said(sentence, quoted, here, self._scopes)
            if not told and self._scopes is _IN_CAPTION:
                told = self._said_apart(sentence, here)
            found.extend(told)
            found.extend(_composed(sentence, quoted, here, block | {each.rule.kind for each in told}))
        return tuple(found)

    def _said_apart(self, sentence: Sentence, active: tuple[_Active, ...]) -> list[Finding]:
        """What a caption's credit says that the caption as a whole does not: "A crossing (made with AI)"."""
        for aside in asides(sentence.text):
            if told := _said(replace(sentence, text=aside), [], active, self._scopes):
                return told
        return []

    @property
    def may_follow(self) -> bool:
        """Could it say more in the company of a notice?"""
        return any(Scope.FOLLOW in group.scopes for each in self._active for group in each.groups)

    @cached_property
    def loose(self) -> tuple[Finding, ...]:
        """What it says besides, in the company of a notice."""
        found: list[Finding] = []
        for sentence, here, quoted in self._sentences(self._active):
            told = {each.rule.kind for each in self.firm if (each.start, each.end) == sentence.span}
            known = kinds_known(told) | kinds_fainter(told)
            weak = _said(sentence, quoted, here, _FOLLOW)
            found.extend(each for each in weak if each.rule.kind not in known)
        return tuple(found)

    @cached_property
    def is_headed(self) -> bool:
        """Does it begin with words that announce a notice, e.g. "Disclaimer:"?"""
        start, _ = bare(self.text)
        inside = plain_form(self.text[start : start + MAX_LABEL])
        return any(_opens(inside, language) for language in self._rules.languages)

    def _sentences(
        self, active: Iterable[_Active]
    ) -> Iterator[tuple[Sentence, tuple[_Active, ...], list[tuple[int, int]]]]:
        """The sentences in which a rule may match, with those rules, and the block's quotations."""
        among = {
            each.language.tag: groups
            for each in active
            if (groups := tuple(group for group in each.groups if not group.short))
        }
        if not among:
            return
        quoted = quotations(self.text)
        for sentence in sentences(self.text):
            here = _active(sentence.text, self._rules, among)
            if here:
                yield sentence, here, quoted


def is_heading(text: str, rules: NoticeRules) -> bool:
    """Is this block a heading that announces a notice, and nothing else?"""
    if len(text) > MAX_LABEL:
        return False
    start, end = bare(text)
    inside = plain_form(text)[start:end].rstrip(" :.")
    return any(language.heading.pattern.fullmatch(inside) for language in rules.languages)


def is_filler(sentence: Sentence, rules: NoticeRules) -> bool:
    """Does a sentence only go along with a notice: "Learn more about how we use AI"?"""
    start, end = bare(sentence.text)
    inside = sentence.text[start:end]
    return any(
        language.filler.pattern.match(inside) or language.heading.pattern.fullmatch(inside.rstrip(" :.!"))
        for language in rules.languages
    )


def _opens(inside: str, language: Language) -> bool:
    match = language.heading.pattern.match(inside)
    return bool(match) and inside[match.end() :].lstrip().startswith(_SET_OFF) if match else False


def _active(
    text: str, rules: NoticeRules, among: Mapping[str, tuple[Group, ...]] | None = None
) -> tuple[_Active, ...]:
    """The languages and groups that can match a text: it holds their words, where needed those for itself."""
    if text.isascii():
        shown, low, far, words = text, text, False, _ascii_words(text)
    else:
        shown = plain_form(text)
        low = shown.lower()
        far = not low.isascii() and bool(_FAR.search(low))
        words = _WORDS.findall(low) if far else low.translate(_APART).split()
    met = _met(low, words, far, rules)
    if not met:
        return ()
    short = len(text) <= MAX_LABEL
    result = []
    for language in _spoken(met, words, _written(shown, rules.languages) if far else rules.languages):
        groups = language.groups if among is None else among.get(language.tag, ())
        held = [group for group in groups if group.needs & met == group.needs and (short or not group.short)]
        if any(group.led for group in held) and not language.self.pattern.search(shown):
            held = [group for group in held if not group.led]
        if held:
            result.append(_Active(language, tuple(held)))
    return tuple(result)


def _written(shown: str, languages: tuple[Language, ...]) -> Iterable[Language]:
    """Of a text that is mostly in an East Asian script, Latin names in it or not, those languages alone."""
    if 2 * len(_FAR.findall(shown)) <= len(shown):
        return languages
    return (each for each in languages if each.script)


def _ascii_words(text: str) -> list[str]:
    """The words of an ASCII text, in lower case."""
    return text.encode().translate(_ASCII_WORDS).decode().split()


def _met(low: str, words: list[str], far: bool, rules: NoticeRules) -> int:
    """The anchors of all languages that a text holds."""
    met = 0
    if not rules.telling.isdisjoint(words):
        for word in rules.words.keys() & words:
            met |= rules.words[word]
    if far:
        for language in rules.languages:
            if language.script and language.script.search(low):
                usual = low.translate(language.usual) if language.usual else low
                for stem, anchors in language.stems.items():
                    if stem in usual:
                        met |= anchors
    return met


def _spoken(met: int, words: list[str], languages: Iterable[Language]) -> list[Language]:
    """The languages with words in a text, but of those in Latin script only the ones that it can be in."""
    here = [language for language in languages if met & language.anchors]
    if len(here) < 2:
        return here
    counts = {language.tag: sum(map(language.common.__contains__, words)) for language in here}
    most = max(counts.values())
    return [each for each in here if each.script or most < SURE_OF_LANGUAGE or 2 * counts[each.tag] >= most]


def _whole(text: str, active: Iterable[_Active]) -> Iterator[Finding]:
    """Labels that are the whole block, and openings."""
    start, end = bare(text)
    shown = plain_form(text)
    for each in active:
        if end - start <= MAX_LABEL:
            for rule in each.of(_LABEL):
                if rule.find.pattern.fullmatch(shown[start:end].rstrip(" .。!")):
                    yield Finding(rule, each.language.tag, 0, len(shown))
        for rule in each.of(_OPENING):
            match = rule.find.pattern.match(shown, start)
            if match and _opens_it(match, rule, each.language):
                yield Finding(rule, each.language.tag, *_opening_span(shown, rule, match))


def _opens_it(match: re.Match[str], rule: Rule, language: Language) -> bool:
    """Does what matched a block's beginning open a notice, not a report: "The ministry corrected …"?"""
    if rule.veto and language.veto.pattern.search(match.string, 0, match.end()):
        return False
    return rule.cut is not Cut.BLOCK or not language.others.pattern.match(match.string, match.start())


def _opening_span(shown: str, rule: Rule, match: re.Match[str]) -> tuple[int, int]:
    """The words that an opening stands for: all of a block that is notice, else what matched."""
    if rule.cut is Cut.BLOCK:
        return 0, len(shown)
    return match.start(), match.end()


def _said(
    sentence: Sentence,
    quoted: list[tuple[int, int]],
    active: tuple[_Active, ...],
    scopes: frozenset[Scope],
) -> list[Finding]:
    """What a sentence says in its own voice: one finding a kind, the narrowest kinds only."""
    found: dict[DisclosureKind, Finding] = {}
    for each in active:
        for rule in each.of(scopes):
            if rule.kind in found:
                continue
            match = rule.find.search(sentence.text)
            if match and _stands(match, rule, sentence, quoted, each.language):
                found[rule.kind] = Finding(rule, each.language.tag, *sentence.span)
    excluded = kinds_excluded(found)
    return [each for kind, each in found.items() if kind not in excluded]


def _composed(
    sentence: Sentence,
    quoted: list[tuple[int, int]],
    active: tuple[_Active, ...],
    told: frozenset[DisclosureKind],
) -> list[Finding]:
    """What a sentence says by rules whose words may stand in any order, but in no quotation."""
    own = _without_quotations(sentence, quoted)
    found: list[Finding] = []
    known = kinds_known(told)
    for each in active:
        for rule in each.of(_LAST):
            match = _search(rule, own.text, each.language) if rule.kind not in known else None
            if match and _stands(match, rule, own, [], each.language):
                found.append(Finding(rule, each.language.tag, *sentence.span))
                known = kinds_known(known | {rule.kind})
    fainter = kinds_fainter(told | {each.rule.kind for each in found})
    return [each for each in found if each.rule.kind not in fainter]


def _search(rule: Rule, text: str, language: Language) -> re.Match[str] | None:
    """Look for a composed rule, which may ask that the text speaks of itself.

    That is dear to know and mostly another part is missing, so it is taken for granted first.
    """
    if not rule.own:
        return rule.find.search(text)
    match = rule.find.search(text + OWN)
    if match and not language.me.pattern.search(text):
        return rule.find.search(text)
    return match


def _without_quotations(sentence: Sentence, quoted: list[tuple[int, int]]) -> Sentence:
    """The sentence with what it quotes made unreadable: somebody else's words show nothing."""
    if not quoted:
        return sentence
    text = sentence.text
    for first, last in quoted:
        start, end = max(first + 1 - sentence.start, 0), min(last - 1 - sentence.start, len(text))
        if start < end:
            text = text[:start] + "x" * (end - start) + text[end:]
    return replace(sentence, text=text)


def _stands(
    match: re.Match[str], rule: Rule, sentence: Sentence, quoted: list[tuple[int, int]], language: Language
) -> bool:
    """Is a match said of this very text, not reported, denied or quoted?"""
    if rule.kind in _DENIABLE and (
        language.negated.pattern.search(match[0]) or language.nothing.pattern.match(sentence.text)
    ):
        return False
    if rule.veto and language.veto.pattern.search(sentence.text):
        return False
    if rule.kind not in TERMS and language.others.pattern.match(sentence.text):
        return False
    start, end = sentence.start + match.start(), sentence.start + match.end()
    return not any(
        first <= start < last or (start < last and first < end and last - first > _MAX_QUOTED_NAME)
        for first, last in quoted
    )


def read_mark(text: str, scope: Scope, rules: NoticeRules) -> tuple[Finding, ...]:
    """What a headline says by a mark ("[Sponsored]"), a label ("Advertorial") or a byline ("ChatGPT")."""
    shown = plain_form(text)[:500]
    return tuple(
        Finding(rule, each.language.tag, 0, len(text))
        for each in _active(shown, rules)
        for rule in each.of(frozenset((scope,)))
        if rule.find.pattern.search(shown)
    )
