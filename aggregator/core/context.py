"""data/context.yaml, compiled: what the words around a name say about it, whatever the company."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aggregator.core.fold import fold

_NEVER = re.compile(r"(?!)")
_PLAIN = re.compile(r"[\w ]+")  # stands for itself: looked for ten times as fast as in a pattern


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of sentence that is not the story. Tried only where one of its words stands."""

    words: frozenset[str]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Needles:
    """What a list of cues comes to: whole words, and what is looked for as a part of the text."""

    words: frozenset[str]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Shared word lists and line patterns. Words are folded (``core.fold``)."""

    legal: frozenset[str]  # "inc", "plc": a legal form after a name
    verbs: frozenset[str]  # what companies do: "unveils"
    nouns: frozenset[str]  # what a company has: "shares", "customers"
    cues: Needles  # business words: "shares", "chief executive"
    given_names: frozenset[str]
    titles: frozenset[str]  # "mr", "frau": a person follows
    german: frozenset[str]  # words that show German
    places: frozenset[str]  # "street", "foundation": what follows a name that is not the company
    compounds: frozenset[str]  # "backed": what is hyphened to a name
    prefixes: frozenset[str]  # "anti", "ex"
    teams: frozenset[str]  # "eagles", "fc": a sports team
    team_tails: tuple[str, ...]  # the same in scripts without blanks
    particles: re.Pattern[str]  # of Korean, after a noun
    kana_tails: tuple[str, ...]  # katakana that may follow a name: グループ
    exchanges: re.Pattern[str]  # "NYSE: " right before a ticker
    suffixes: frozenset[str]  # "ks": an exchange suffix after a dot
    share_after: re.Pattern[str]  # " rose 2%": shows that a bare ticker is a share
    share_before: re.Pattern[str]
    ticker_words: frozenset[str]  # tickers that are words
    # Sentences that are not the story, by word: share bars, disclaimers. One without any of the words is.
    line_words: Mapping[str, tuple[Line, ...]]
    starts: re.Pattern[str]  # what a whole passage that is not the story begins with
    related: re.Pattern[str]  # a heading over links to other stories
    slots: re.Pattern[str]  # right before a name: a company or a person stands here
    passing: re.Pattern[str]  # right before a name: a comparison
    passing_after: re.Pattern[str]  # right after it
    roundup_parts: tuple[str, ...]  # titles of round-ups hold one of these
    roundup: re.Pattern[str]  # or this


def compile_context(data: Mapping[str, object]) -> Context:
    """Compile the lists of data/context.yaml; a missing one is empty."""
    roundups = _lines(data, "roundup_titles")
    return Context(
        legal=_words(data, "legal"),
        verbs=_words(data, "verbs"),
        nouns=_words(data, "nouns"),
        cues=needles(_lines(data, "cues")),
        given_names=_words(data, "given_names"),
        titles=_words(data, "titles"),
        german=_words(data, "german"),
        places=_words(data, "places"),
        compounds=_words(data, "compounds"),
        prefixes=_words(data, "prefixes"),
        teams=_words(data, "teams"),
        team_tails=tuple(sorted(word for word in _words(data, "teams") if word[0] > "\u2e80")),
        particles=_pattern(_lines(data, "particles"), "(?:{})(?![가-힣])"),
        kana_tails=tuple(_lines(data, "kana_tails")),
        exchanges=_pattern(_lines(data, "exchanges"), r"\b(?:{})\s?:\s?\Z"),
        suffixes=_words(data, "suffixes"),
        share_after=_pattern(_lines(data, "share_after"), r"\s*(?:{})"),
        share_before=_pattern(_lines(data, "share_before"), r"(?:{})\s*\Z"),
        ticker_words=_words(data, "ticker_words"),
        line_words=_by_word(_line_patterns(data.get("boilerplate_lines"))),
        starts=_pattern(_lines(data, "boilerplate_starts"), r"\W*(?:{})"),
        related=_pattern(_lines(data, "related_headings"), r"\W*(?:{})\W*\Z"),
        slots=_pattern(_lines(data, "slots"), r"(?:\A|\W)(?:{})\s?\Z"),
        passing=_pattern(
            _lines(data, "passing_before"), r"(?:\A|\W)(?:{})(?: an?| the| eine?| das| die| der| dem)?\s?\Z"
        ),
        passing_after=_pattern(_lines(data, "passing_after"), r"(?:{})"),
        roundup_parts=tuple(part for part in roundups if _PLAIN.fullmatch(part)),
        roundup=_pattern([part for part in roundups if not _PLAIN.fullmatch(part)], r"(?:{})"),
    )


def is_notice(sentence: str, context: Context) -> bool:
    """Whether a folded sentence is a share bar, a disclaimer, a trademark line or the like."""
    plain = sentence.isascii()
    blanked = sentence.encode().translate(_BLANKED).decode() if plain else _NOT_LETTER.sub(" ", sentence)
    words = blanked.split()
    if not context.line_words.keys().isdisjoint(words):
        for word in context.line_words.keys() & words:
            if any(line.pattern.search(sentence) for line in context.line_words[word]):
                return True
    if plain:
        return False
    # Scripts without blanks: the words of a line may stand inside longer runs.
    for word, lines in context.line_words.items():
        if word in sentence and any(line.pattern.search(sentence) for line in lines):
            return True
    return False


def _by_word(lines: Iterable[Line]) -> Mapping[str, tuple[Line, ...]]:
    found: dict[str, tuple[Line, ...]] = {}
    for line in lines:
        for word in line.words:
            found[word] = (*found.get(word, ()), line)
    return found


def _line_patterns(rows: object) -> tuple[Line, ...]:
    if not isinstance(rows, list | tuple):
        return ()
    return tuple(Line(frozenset(fold(words).low.split()), re.compile(pattern)) for words, pattern in rows)


_NOT_LETTER = re.compile(r"[^\w]+")
_ASCII = "".join(map(chr, range(128)))
# In ASCII a table does what the pattern does, in a fifth of the time.
_BLANKED = bytes(32 if _NOT_LETTER.match(char) else ord(char) for char in _ASCII) + bytes(128)


def needles(cues: Iterable[str]) -> Needles:
    """Cues as what to look for in ``spaced`` text.

    "carmaker" is a whole word or its plural in -s, "chip*" the beginning of a word, "*konzern" its end.
    Scripts without blanks are looked for as they are.
    """
    words: list[str] = []
    parts: list[str] = []
    for cue in cues:
        low = spaced(cue.replace("*", "")).strip()
        if not low:
            continue
        if not low[0].isascii() and ord(low[0]) > _LAST_LATIN:
            parts.append(low)
            continue
        head = "" if cue.startswith("*") else " "
        tail = "" if cue.endswith("*") else " "
        plural = [low + "s"] if tail and low[-1].isalpha() and low[-1] != "s" else []
        if head and tail and " " not in low:
            words += [low, *plural]
        else:
            parts += [head + form + tail for form in (low, *plural)]
    return Needles(frozenset(words), tuple(dict.fromkeys(parts)))


_LAST_LATIN = 0x2E7F


def spaced(text: str) -> str:
    """Folded text whose words all stand between single blanks, for ``needles``."""
    low = fold(text).low
    if low.isascii():
        bare = (_LOOSE_DOT.sub(" ", low) if "." in low else low).translate(_NO_WORDS)
    else:
        bare = _NOT_WORD.sub(" ", low)
    return f" {' '.join(bare.split())} "


_NOT_WORD = re.compile(r"[^\w&%$€£+.]+|[.](?=\s|\Z)|(?<=\s)[.]")
_LOOSE_DOT = re.compile(r"[.](?=\s|\Z)|(?<=\s)[.]")
_NO_WORDS = str.maketrans({char: " " for char in _ASCII if char != "." and _NOT_WORD.match(char)})


def _lines(data: Mapping[str, object], key: str) -> list[str]:
    """The list of that name: one list, lists by language, or words in one string."""
    return list(_flat(data.get(key)))


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _flat(part)
    elif isinstance(value, str):
        yield from value.split()
    elif isinstance(value, list | tuple):
        yield from map(str, value)


def _words(data: Mapping[str, object], key: str) -> frozenset[str]:
    return frozenset(fold(word).low for line in _lines(data, key) for word in line.split())


def _pattern(parts: list[str], frame: str) -> re.Pattern[str]:
    return re.compile(frame.replace("{}", "|".join(parts))) if parts else _NEVER
