"""data/boilerplate.yaml, compiled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from aggregator.core.clean.closings import Closings, compile_closings
from aggregator.core.clean.offers import Appeals, Offers, compile_appeals, compile_offers

_OTHER_LETTER = re.compile("[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")
_LATIN_WORD = re.compile("[a-z]{2}")
_LITERAL = re.compile("[^\\W_]|[¿¡ ',-]")
_NEVER = r"(?!)"
_WORD_BEGINNING = re.compile(r"\b[a-z]{4}")
PREFIX = 3  # characters; no prefix of a name is shorter


@dataclass(frozen=True)
class Alternatives:
    """Phrases as one pattern, compiled when it is first asked for: a process that reads little needs few."""

    phrases: tuple[str, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern. Raises re.error where a phrase is faulty."""
        return _any(self.phrases)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of all languages, asked by what a text begins with; it is in lower case."""

    first: Mapping[str, Alternatives]  # one or two characters -> the phrases that begin with them
    any: re.Pattern[str]  # those that may begin with many characters
    other: Alternatives  # those in other letters than Latin, of which an ASCII text has none

    def match(self, text: str) -> re.Match[str] | None:
        """The phrase that the text begins with."""
        first = self.first.get(text[:2]) or self.first.get(text[:1])
        found = (first and first.pattern.match(text)) or self.any.match(text)
        if found or text.isascii() or not _OTHER_LETTER.search(text):
            return found
        return self.other.pattern.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The phrase that is all of the text."""
        first = self.first.get(text[:2]) or self.first.get(text[:1])
        found = (first and first.pattern.fullmatch(text)) or self.any.fullmatch(text)
        if found or text.isascii() or not _OTHER_LETTER.search(text):
            return found
        return self.other.pattern.fullmatch(text)


@dataclass(frozen=True, slots=True)
class Guarded:
    """Phrases that are slow to try, each tried only where one of its words is found."""

    ascii: tuple[tuple[str, Alternatives], ...]  # a word, and a phrase that holds it
    other: tuple[tuple[str, Alternatives], ...]

    def __bool__(self) -> bool:
        return self is not _NONE

    def within(self, text: str) -> Guarded:
        """Those that a part of the text may be."""
        guards = self.ascii if text.isascii() else self.ascii + self.other
        live = tuple([guard for guard in guards if guard[0] in text])
        return Guarded(live, ()) if live else _NONE

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The phrase that is all of the text."""
        for word, phrase in self.ascii if text.isascii() else self.ascii + self.other:
            if word in text and (found := phrase.pattern.fullmatch(text)):
                return found
        return None


@dataclass(frozen=True, slots=True)
class Sorted:
    """Guarded phrases by what their words begin with, as there are hundreds of them."""

    by_beginning: Mapping[str, Guarded]  # the first letters of a guarding word in ASCII
    rest: Guarded

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The phrase that is all of the text."""
        for beginning in self.by_beginning.keys() & _WORD_BEGINNING.findall(text):
            if found := self.by_beginning[beginning].fullmatch(text):
                return found
        return self.rest.fullmatch(text)


_NONE = Guarded((), ())


@dataclass(frozen=True, slots=True)
class CleanRules:
    """What to cut and what to read from the top of an article. Frozen, picklable."""

    subjects: frozenset[str]
    neutral: frozenset[str]
    exact: frozenset[str]
    prefixes: Mapping[str, tuple[str, ...]]  # the first PREFIX characters -> the prefixes that begin so
    players: Mapping[str, str]  # host suffix -> what its links are called
    pixel_hosts: frozenset[str]
    pixel_paths: re.Pattern[str]
    redirectors: Mapping[str, str]  # host and path -> the parameter that holds the target
    share_urls: re.Pattern[str]
    share_hosts: frozenset[str]  # of share_urls: no other host has any
    offer_urls: re.Pattern[str]
    label: Phrases  # of at most 70 characters
    anywhere: Phrases
    advert: Phrases
    offers: Offers
    open: Guarded
    ends: Sorted  # only of the last blocks
    pointing: frozenset[str]  # words of a sentence that speaks of the list under it
    reference_hosts: frozenset[str]  # what authors list links to
    appeals: Appeals
    closings: Closings
    provenance: tuple[str, ...]  # words of lines that are not weighed as one
    telling_tags: tuple[str, ...]  # hashtags that say who paid or gave
    courtesy: Phrases  # sentences beside an offer
    tail: Phrases
    related: Phrases
    related_label: Phrases
    contents: Phrases
    on_site: re.Pattern[str]  # what a heading over a site's articles says before its name
    reading_time: re.Pattern[str]
    byline: re.Pattern[str]
    dateline: re.Pattern[str]
    after_name: re.Pattern[str]
    notices: tuple[str, ...]  # words of paragraphs that a page sets apart from its text
    section_names: frozenset[str]
    comment_names: frozenset[str]  # words in the names of what holds readers' comments
    comment_heading: re.Pattern[str]  # all that a heading over them says
    author_names: frozenset[str]  # words in the names of what holds the author's name
    author_label: re.Pattern[str]  # what else than a byline stands before a name on a page
    job: re.Pattern[str]  # the end of a line that says what its first words, a person, does


def compile_clean(data: Mapping[str, object]) -> CleanRules:
    """Compile the mapping that data/boilerplate.yaml holds. Raises KeyError or re.error if it is wrong.

    A phrase that begins with a letter, or is in other letters than Latin, is compiled, and found faulty, when
    it is first asked for.
    """
    names, phrases = _mapping(data["names"]), _mapping(data["phrases"])
    top, page = _mapping(data["top"]), _mapping(data["page"])
    return CleanRules(
        subjects=frozenset(_strings(names["subjects"])),
        neutral=frozenset(_strings(names["neutral"])),
        exact=frozenset(_strings(names["exact"])),
        prefixes=_by_beginning(_strings(names["prefixes"])),
        players={str(host): str(name) for host, name in _mapping(data["players"]).items()},
        pixel_hosts=frozenset(_strings(data["pixel_hosts"])),
        pixel_paths=_any_literal(_strings(data["pixel_paths"])),
        redirectors={str(place): str(name) for place, name in _mapping(data["redirectors"]).items()},
        share_urls=_any_literal(_strings(data["share_urls"])),
        share_hosts=frozenset(
            url.partition("/")[0].partition("?")[0] for url in _strings(data["share_urls"])
        ),
        offer_urls=_offer_urls(_strings(data["offer_urls"])),
        label=compile_phrases(_strings(phrases["label"])),
        anywhere=compile_phrases(_strings(phrases["anywhere"])),
        advert=compile_phrases(_strings(phrases["advert"])),
        offers=compile_offers(_mapping(data["offers"])),
        open=_guarded((word, str(phrase)) for word, phrase in _mapping(phrases["open"]).items()),
        ends=_sorted(_held(phrases["ends"])),
        pointing=frozenset(_strings(data["pointing"])),
        reference_hosts=frozenset(_strings(data["reference_hosts"])),
        appeals=compile_appeals(_mapping(data["appeals"])),
        closings=compile_closings(_mapping(data["closings"])),
        provenance=_strings(data["provenance"]),
        telling_tags=_strings(data["telling_tags"]),
        courtesy=compile_phrases(_strings(phrases["courtesy"])),
        tail=compile_phrases(_strings(phrases["tail"])),
        related=compile_phrases(_strings(phrases["related"])),
        related_label=compile_phrases(_strings(phrases["related_label"])),
        contents=compile_phrases(_strings(phrases["contents"])),
        on_site=re.compile(str(phrases["on_site"])),
        reading_time=_reading_time(_strings(top["reading_time"])),
        byline=re.compile(
            rf"(?:{top['byline']})\s+(?=\S)|(?:글|文)[:：]\s*",
            re.IGNORECASE,
        ),
        dateline=re.compile(rf"(?:{top['dateline']})\s*[:：]?\s*", re.IGNORECASE),
        after_name=re.compile(rf"\s*(?:{'|'.join(_strings(top['titles_after_name']))})$"),
        notices=_strings(page["notices"]),
        section_names=frozenset(_strings(page["section_names"])),
        comment_names=frozenset(_strings(page["comment_names"])),
        comment_heading=re.compile(rf"[\W\d]*(?:{page['comment_headings']})[\W\d]*"),
        author_names=frozenset(_strings(page["author_names"])),
        author_label=re.compile(rf"(?:{page['author_labels']})\s*", re.IGNORECASE),
        job=re.compile(rf"\b(?:{page['jobs']})\Z", re.IGNORECASE),
    )


def compile_phrases(patterns: Iterable[str]) -> Phrases:
    """Compile regular expressions, each of which may hold several phrases between bars."""
    by_first: dict[str, list[str]] = {}
    open_ended: list[str] = []
    other: list[str] = []
    for pattern in patterns:
        for alternative in _alternatives(pattern):
            if _OTHER_LETTER.search(alternative):
                other.append(alternative)
            if _OTHER_LETTER.search(alternative) and not _LATIN_WORD.search(alternative):
                continue
            beginnings = _beginnings(alternative)
            for first in beginnings or ():
                by_first.setdefault(first, []).append(alternative)
            if not beginnings:
                open_ended.append(alternative)
    return Phrases(
        _by_first(by_first),
        _any(open_ended or [_NEVER]),
        Alternatives(tuple(other or [_NEVER])),
    )


def _held(items: object) -> Iterator[tuple[str, str]]:
    if not isinstance(items, list):
        raise TypeError(f"expected a list, got {items!r:.60}")
    for item in items:
        for word in _strings(item["holds"]):
            yield word, str(item["is"])


def _guarded(pairs: Iterable[tuple[str, str]]) -> Guarded:
    phrases: dict[str, Alternatives] = {}
    guards = [(word, phrases.setdefault(phrase, Alternatives((phrase,)))) for word, phrase in pairs]
    return Guarded(
        tuple(guard for guard in guards if guard[0].isascii()),
        tuple(guard for guard in guards if not guard[0].isascii()),
    )


def _sorted(pairs: Iterable[tuple[str, str]]) -> Sorted:
    by_beginning: dict[str, list[tuple[str, str]]] = {}
    rest: list[tuple[str, str]] = []
    for word, phrase in pairs:
        beginning = _WORD_BEGINNING.search(word)
        (by_beginning.setdefault(beginning[0], []) if beginning else rest).append((word, phrase))
    return Sorted({run: _guarded(found) for run, found in by_beginning.items()}, _guarded(rest))


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _by_first(phrases: Mapping[str, Sequence[str]]) -> Mapping[str, Alternatives]:
    """By one or two characters; those of two hold also the phrases of which only the first is told."""
    return {
        first: Alternatives((*of_two, *(phrases.get(first[0], ()) if len(first) > 1 else ())))
        for first, of_two in phrases.items()
    }


def _beginnings(pattern: str) -> frozenset[str]:
    """The one or two characters that a text may begin with to match; none where they are not plainly told."""
    found: frozenset[str] = frozenset()
    for alternative in _alternatives(pattern):
        firsts = _beginnings_of_one(alternative)
        if not firsts:
            return frozenset()
        found |= firsts
    return found


def _beginnings_of_one(pattern: str) -> frozenset[str]:
    told: frozenset[str] = frozenset()
    growing = frozenset(("",))
    at = 0
    while at < len(pattern) and growing:
        if pattern[at] == "(":
            end = _closing(pattern, at)
            inner = pattern[at + 1 : end].removeprefix("?:")
            items = frozenset() if inner.startswith("?") else _beginnings(inner)
        else:
            end = at
            items = frozenset(pattern[at]) if _LITERAL.match(pattern[at]) else frozenset()
        follows = pattern[end + 1 : end + 2]
        if not items or follows == "{":
            break  # a class, a dot, a look ahead
        grown = frozenset((begun + item)[:2] for begun in growing for item in items)
        may_grow = end == at and follows != "+"  # a group may be longer than what is told of it
        done = frozenset(begun for begun in grown if len(begun) > 1 or not may_grow)
        told |= done
        growing = (grown - done) | (growing if follows in ("?", "*") else frozenset())
        at = end + (2 if follows in ("?", "*", "+") else 1)
    told |= growing
    return told if "" not in told else frozenset()


def _closing(pattern: str, at: int) -> int:
    """Where the bracket that opens there closes."""
    depth = 0
    for found in _marks(pattern, at):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if not depth:
            return found.start()
    return len(pattern)


def _marks(pattern: str, at: int = 0) -> Iterator[re.Match[str]]:
    """The brackets and bars of a pattern, without those that are escaped or in a class."""
    in_class = False
    for found in re.compile(r"\\.|[\[\]()|]", re.DOTALL).finditer(pattern, at):
        if in_class or found[0] == "[":
            in_class = found[0] != "]"
        elif found[0] in "()|":
            yield found


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the bars of a pattern that are in no brackets."""
    depth = begin = 0
    for found in _marks(pattern):
        if found[0] == "|" and not depth:
            yield pattern[begin : found.start()]
            begin = found.end()
        depth += {"(": 1, ")": -1}.get(found[0], 0)
    yield pattern[begin:]


def _any_literal(literals: Iterable[str]) -> re.Pattern[str]:
    """Matches a URL without its scheme and "www." that has one of these at its head (or "/…": anywhere)."""
    heads: list[str] = []
    anywhere: list[str] = []
    for literal in literals:
        (anywhere if literal.startswith("/") else heads).append(re.escape(literal))
    head = rf"(?:[a-z0-9-]+\.)*?(?:{'|'.join(heads)})"
    return re.compile(f"{head}|[^?]*(?:{'|'.join(anywhere)})" if anywhere else head)


def _offer_urls(literals: Iterable[str]) -> re.Pattern[str]:
    """Matches such a URL too, but where a literal "/…" ends the path."""
    hosts = [re.escape(literal) for literal in literals if not literal.startswith("/")]
    ends = [re.escape(literal) for literal in literals if literal.startswith("/")]
    return re.compile(rf"(?:[a-z0-9-]+\.)*?(?:{'|'.join(hosts)})|[^?#]*(?:{'|'.join(ends)})/?(?:[?#]|\Z)")


def _by_beginning(prefixes: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for prefix in prefixes:
        found[prefix[:PREFIX]] = (*found.get(prefix[:PREFIX], ()), prefix)
    return found


def _reading_time(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern; the minutes are its last group that matched."""
    return re.compile("|".join(pattern.replace("?P<minutes>", "") for pattern in patterns), re.IGNORECASE)


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a mapping, got {value!r:.60}")
    return value


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"expected a list, got {value!r:.60}")
    return tuple(str(item) for item in value)
