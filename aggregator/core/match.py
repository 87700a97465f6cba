"""Every name of the catalogue, found in one pass (the only home of ahocorasick_rs).

Finds and resolves; whether a doubtful name is to be believed is ``core.evidence``'s question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from aggregator.core.borders import blanked, is_bordered, is_hangul, is_katakana
from aggregator.core.context import Context, Needles, compile_context, needles
from aggregator.core.fold import Folded, fold
from aggregator.model import Company, Person


class Kind(StrEnum):
    """What sort of name an alias is, and so how far a match is to be believed."""

    NAME = "name"
    WORD = "word"  # a name that is also a word
    UNIT = "unit"
    UNIT_WORD = "unit word"
    DOMAIN = "domain"
    TICKER = "ticker"
    PERSON = "person"
    SURNAME = "surname"  # of a person who stands for the company; alone it proves nothing
    VENTURE = "venture"
    AGAINST = "against"  # a phrase that is not the company: "apple pie"


SURE = frozenset((Kind.NAME, Kind.UNIT, Kind.DOMAIN, Kind.PERSON, Kind.TICKER))
DOUBTFUL = frozenset((Kind.WORD, Kind.UNIT_WORD, Kind.SURNAME))


class Claim(NamedTuple):
    """A company's claim to a pattern."""

    company: str
    alias: str
    kind: Kind
    person: Person | None = None
    exact: bool = False  # capitals as written: "LINE", "SAP"


class Hit(NamedTuple):
    """A name in a folded text, its borders checked."""

    start: int
    end: int
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Clues:
    """What is looked for in the text when a name of the company is in doubt."""

    cues: Needles
    against: Needles
    doubt: int


@dataclass(frozen=True)
class Matcher:
    """The compiled catalogue: frozen, to be shared by threads; each process compiles its own."""

    patterns: tuple[str, ...]
    automaton: AhoCorasick
    claims: tuple[tuple[Claim, ...], ...]  # by pattern
    companies: Mapping[str, Company]
    weighed: dict[str, Clues]  # a memory: few companies are ever in doubt, compiled when first asked for
    context: Context
    whole_words: WholeWords | None = None  # made where there is much to read

    def __reduce__(self) -> tuple[object, ...]:
        """Copies and other processes get what it was made of: the search is compiled again there."""
        return _matcher, (self.patterns, self.claims, self.companies, self.context)

    def for_much_text(self) -> Matcher:
        """One that finds the same in less time; it takes as long to make as to read some 1,000 entries."""
        return replace(self, whole_words=WholeWords(self.patterns))

    def clues(self, slug: str) -> Clues:
        """What speaks for and against the words of a company."""
        if slug not in self.weighed:
            self.weighed[slug] = _clues(self.companies[slug])
        return self.weighed[slug]

    def hits(self, text: Folded) -> list[Hit]:
        """The names in a text, leftmost and longest first, none inside another."""
        low = text.low
        if self.whole_words and low.isascii():
            found = self.whole_words.find(low)
        else:
            headed = f" {low}"  # each character after the one before it
            found = [
                (start, start - end, pattern)
                for pattern, start, end in self.automaton.find_matches_as_indexes(low, overlapping=True)
                # Most matches lie inside words; of most of those two characters show it.
                if not ((pair := headed[start : start + 2]).isalnum() and pair.isascii())
                and is_bordered(low, start, end)
            ]
        if not found:
            return []
        found.sort()
        result: list[Hit] = []
        reached = 0
        for start, minus_length, pattern in found:
            if start < reached:
                continue
            hit = self._valid(text, Hit(start, start - minus_length, self.claims[pattern]))
            if hit:
                result.append(hit)
                reached = hit.end
        return result

    def _valid(self, text: Folded, hit: Hit) -> Hit | None:
        """The hit with those claims that its script, capitals and surroundings allow."""
        claims = tuple([claim for claim in hit.claims if self._fits(text, hit, claim)])
        if len(claims) == len(hit.claims):
            return hit
        return Hit(hit.start, hit.end, claims) if claims else None

    def _fits(self, text: Folded, hit: Hit, claim: Claim) -> bool:
        if _in_address(text.low, hit, claim.kind):
            return False
        if claim.kind is Kind.TICKER:
            return _in_ticker_form(text, hit, self.context)
        if claim.exact and not _as_written(text.shown[hit.start : hit.end], claim.alias):
            return False
        last = text.low[hit.end - 1]
        if last < "\u2e80":
            return True
        if "\uac00" <= last <= "\ud7a3":
            return self._hangul_ends(text.low, hit, claim)
        if is_katakana(last) and hit.end < len(text.low) and is_katakana(text.low[hit.end]):
            return text.low.startswith(self.context.kana_tails, hit.end)
        return True

    def _hangul_ends(self, low: str, hit: Hit, claim: Claim) -> bool:
        """Long names bear any tail (네이버페이), short ones particles only (메타버스 is not Meta)."""
        if hit.end == len(low) or not is_hangul(low[hit.end]):
            return True
        if claim.kind is Kind.AGAINST or (claim.kind in SURE and hit.end - hit.start >= 3):
            return True
        return bool(self.context.particles.match(low, hit.end))


def compile_matcher(companies: Sequence[Company], context: Mapping[str, object] | None = None) -> Matcher:
    """Compile the catalogue; ``context`` is data/context.yaml (without it no doubtful name has evidence)."""
    table: dict[str, tuple[Claim, ...]] = {}
    for company in companies:
        for pattern, claim in _patterns(company):
            known = table.get(pattern)
            if known is None:
                table[pattern] = (claim,)
            elif all((one.company, one.kind) != (claim.company, claim.kind) for one in known):
                table[pattern] = (*known, claim)
    table.pop("", None)
    by_slug = {company.slug: company for company in companies}
    return _matcher(tuple(table), tuple(table.values()), by_slug, compile_context(context or {}))


def _matcher(
    patterns: tuple[str, ...],
    claims: tuple[tuple[Claim, ...], ...],
    companies: Mapping[str, Company],
    context: Context,
) -> Matcher:
    return Matcher(patterns, _automaton(patterns), claims, companies, {}, context)


def _automaton(patterns: Sequence[str]) -> AhoCorasick:
    # It refuses to look for nothing.
    return AhoCorasick(patterns or ["\0"], matchkind=MatchKind.Standard, store_patterns=False)


class WholeWords:
    """The names in ASCII, looked for with their borders, so that none is met inside a word.

    What is no part of a word is blank in names and text alike: " samsung " is found in "(Samsung)". The
    borders are those of ``is_bordered``.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile those of the patterns that are ASCII."""
        self._patterns = patterns
        self._numbers: list[int] = []  # of the pattern, by form
        forms: list[str] = []
        for number, pattern in enumerate(patterns):
            if pattern.isascii():
                form = blanked(pattern)
                form = f" {form}" if pattern[0].isalnum() else form
                if not pattern[-1].isalnum():
                    ends: tuple[str, ...] = (form,)
                elif len(pattern) > 2:
                    ends = (f"{form} ", f"{form}s ")
                else:
                    ends = (f"{form} ",)
                forms += ends
                self._numbers += [number] * len(ends)
        self._automaton = _automaton(forms)

    def find(self, low: str) -> list[tuple[int, int, int]]:
        """Start, minus the length and pattern of each name in a folded text of ASCII."""
        framed = f" {blanked(low)} "
        found: list[tuple[int, int, int]] = []
        for form, start, _ in self._automaton.find_matches_as_indexes(framed, overlapping=True):
            pattern = self._patterns[self._numbers[form]]
            if not pattern[0].isalnum():
                start -= 1  # there is no blank before it
            if start >= 0 and low.startswith(pattern, start):
                found.append((start, -len(pattern), self._numbers[form]))
        return found


def _clues(company: Company) -> Clues:
    return Clues(needles(company.cues), needles(company.against), company.doubt)


def _patterns(company: Company) -> Iterator[tuple[str, Claim]]:
    for kind, names in (
        (Kind.NAME, company.aliases),
        (Kind.WORD, company.words),
        (Kind.UNIT, company.units),
        (Kind.UNIT_WORD, company.unit_words),
        (Kind.VENTURE, company.ventures),
    ):
        for name in names:
            claim = Claim(company.slug, name, kind, exact=name.isupper() and _needs_capitals(name, kind))
            for spelling in spellings(name):
                yield spelling, claim
    for domain in company.domains:
        yield domain.lower().replace("-", " "), Claim(company.slug, domain, Kind.DOMAIN)
    for ticker in company.tickers:
        for form in _ticker_forms(ticker):
            yield form, Claim(company.slug, ticker, Kind.TICKER)
    for person in company.people:
        yield from _person_patterns(company.slug, person)
    yield from _against_patterns(company)


def _against_patterns(company: Company) -> Iterator[tuple[str, Claim]]:
    """Phrases that hold one of the company's own words cover it; the others are looked for nearby."""
    if not company.against:
        return
    own = [_low(name) for name in (*company.words, *company.unit_words, *company.aliases, *company.units)]
    for phrase in company.against:
        low = _low(phrase.replace("*", "")).strip()
        for name in own:
            if name in low:
                yield low, Claim(company.slug, phrase, Kind.AGAINST)
                break


def _person_patterns(slug: str, person: Person) -> Iterator[tuple[str, Claim]]:
    for name in person.names:
        for spelling in spellings(name):
            yield spelling, Claim(slug, name, Kind.PERSON, person)
        words = name.split()
        if len(words) > 1 and name.isascii() and len(words[-1]) > 3:
            yield words[-1].lower().replace("-", " "), Claim(slug, words[-1], Kind.SURNAME, person)


def spellings(name: str) -> tuple[str, ...]:
    """The folded forms that a name is written in: with and without accents, & or and."""
    low = _low(name)
    if "  " in low or low[:1].isspace() or low[-1:].isspace():
        low = " ".join(low.split())
    if "&" not in low and "'" not in low and low.isascii():
        return (low,)
    forms = [low]
    plain = "".join(char for char in unicodedata.normalize("NFD", low) if not "\u0300" <= char <= "\u036f")
    if not plain.translate(_GERMAN).isascii():
        plain = low  # jamo and marked kana are letters of their own
    if plain != low:
        forms.append(plain)
        german = low.translate(_GERMAN)
        if german not in forms and german.isascii():
            forms.append(german)
    if " & " in low:
        forms += [form.replace(" & ", " and ") for form in tuple(forms)]
        forms.append(low.replace(" & ", "&"))
    if "'" in low:
        forms += [form.replace("'", "") for form in tuple(forms)]
    return tuple(forms)


_GERMAN = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("ø"): "oe", ord("å"): "aa"}


def _low(name: str) -> str:
    """As ``fold`` has it. Most of the catalogue is ASCII and needs no detour: start-up time counts."""
    return name.lower().replace("-", " ") if name.isascii() else fold(name).low


def _ticker_forms(ticker: str) -> Iterator[str]:
    symbol = ticker.rpartition(":")[2].lower().replace("-", " ")
    yield "$" + symbol
    if symbol.isdigit():
        yield symbol
        if symbol.startswith("0"):
            yield symbol.lstrip("0") + "."  # 0700.HK is written 700.HK too
        return
    yield ": " + symbol
    yield ":" + symbol
    if len(symbol) > 2:
        yield symbol


def _needs_capitals(name: str, kind: Kind) -> bool:
    """Of a name in capitals: a short one, or a word whose form is what tells it apart: LINE, X."""
    letters = [char for char in name if char.isalpha() and char.isascii()]
    if not letters or not all(char.isupper() for char in letters):
        return False
    return len(letters) == len([char for char in name if char.isalpha()]) and (
        len(letters) <= 5 or kind in (Kind.WORD, Kind.UNIT_WORD)
    )


def _as_written(shown: str, alias: str) -> bool:
    return [char for char in shown if char.isalnum()] == [char for char in alias if char.isalnum()]


def _in_address(low: str, hit: Hit, kind: Kind) -> bool:
    """Whether it is a part of an e-mail address, or of a URL whose host is another's.

    Our own domain counts where it is written out ("developer.apple.com"); a name inside somebody's
    address, path or mailbox is no mention.
    """
    after = low[hit.end : hit.end + 2]
    before = low[hit.start - 1 : hit.start]
    if kind not in (Kind.DOMAIN, Kind.TICKER) and len(after) == 2 and after[0] == "." and after[1].isalpha():
        return low[hit.end - 1] < "\u2e80"
    if before not in ("@", ".", "/", "=", "_") and after[:1] not in ("@", "/"):
        return False
    start = low.rfind(" ", 0, hit.start) + 1
    token = low[start : low.find(" ", hit.end) if " " in low[hit.end :] else len(low)]
    if "@" in token[1:]:
        return True
    if "://" in token or token.startswith("www."):
        host_ends = low.find("/", start + token.find("://") + 3) if "://" in token else low.find("/", start)
        return kind is not Kind.DOMAIN or -1 < host_ends < hit.start
    return kind is not Kind.DOMAIN and before == "."


def _in_ticker_form(text: Folded, hit: Hit, context: Context) -> bool:
    """$ORCL, NYSE: ORCL, 005930.KS; bare where the text shows a share, or four capitals form no word."""
    low, start = text.low, hit.start
    form = low[hit.start : hit.end]
    symbol = form.lstrip("$: ").rstrip(".")
    shown = text.shown[hit.start : hit.end].lstrip("$: ").rstrip(".")
    if shown != shown.upper():
        return False
    if form[0] == "$":
        return True
    before = low[max(0, start - 24) : start + len(form) - len(form.lstrip(": "))]
    if context.exchanges.search(before):
        return True
    suffix = _SUFFIX.match(text.shown, hit.end - form.endswith("."))
    if suffix and suffix[1].lower() in context.suffixes:
        return True
    if form[0] in ": " or form.endswith("."):
        return False
    if symbol.isdigit():
        # "삼성전자(005930)"; fewer digits in brackets are years and the like.
        return (
            len(symbol) == _LONG_SYMBOL
            and low[start - 1 : start] == "("
            and low[hit.end : hit.end + 1] == ")"
        )
    if len(symbol) >= 4 and symbol not in context.ticker_words and not _shouting(text.shown):
        return True
    return bool(context.share_after.match(low, hit.end)) or bool(context.share_before.search(before))


_LONG_SYMBOL = 6
_SUFFIX = re.compile(r"\.([A-Z]{1,3})(?![\w])")


def _shouting(shown: str) -> bool:
    """A text in capitals: they show nothing."""
    return shown.isupper()
