"""The rules by which a notice is known: data/disclosures/, compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from html import unescape
from typing import Any

from aggregator.model import DisclosureKind


class Scope(StrEnum):
    """Where a rule's pattern has to be found; docs/disclosures.md tells what each is for."""

    SENTENCE = "sentence"  # anywhere in a sentence that speaks in the article's own voice
    LAST = "last"  # the same, but only where no other rule knows who made the text, and nothing is quoted
    FOLLOW = "follow"  # the same, but only beside another notice or under a notice heading
    LABEL = "label"  # a whole block: "Sponsored"
    OPENING = "opening"  # the beginning of a block: "Correction:"
    CAPTION = "caption"  # a caption or credit
    TITLE = "title"  # the headline: "[Sponsored] …"
    TAG = "tag"  # a label that the source gave the entry
    AUTHOR = "author"  # whom a byline names: "ChatGPT"


_SHORT = frozenset((Scope.LABEL, Scope.TITLE, Scope.TAG, Scope.AUTHOR))


class Cut(StrEnum):
    """What a rule says of the block that it was found in."""

    SENTENCE = "sentence"  # this sentence is notice; the block goes if all of it is
    BLOCK = "block"  # all of the block is notice
    NONE = "none"  # the words are the author's, too: a dateline


@dataclass(frozen=True)
class Wording:
    """A pattern, compiled when it is first asked for: most articles ask for few of some seven hundred."""

    source: str
    words: Mapping[str, str]  # of its language, for ``{name}`` in the source
    owner: str  # named where the pattern is faulty
    variants: Mapping[str, str]  # of its language: character -> its other forms

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern. Raises ValueError that names its owner where it is faulty."""
        try:
            source = _with_variants(_expand(self.source, self.words), self.variants)
            return re.compile(source, re.IGNORECASE)
        except (KeyError, re.error) as error:
            raise ValueError(f"data/disclosures: {self.owner}: {error}") from error

    @cached_property
    def search(self) -> Callable[[str], re.Match[str] | None]:
        """Look for the pattern; one that can only match at the beginning is tried nowhere else."""
        begins = _begins(_NO_SIGNS.sub("x", _expand(self.source, self.words)))
        return self.pattern.match if begins else self.pattern.search


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of saying one thing."""

    id: str
    kind: DisclosureKind
    scopes: frozenset[Scope]
    find: Wording
    cut: Cut
    veto: bool  # is it undone by signs that somebody else's words are reported?
    led: bool  # does the pattern begin with words for this very text, e.g. "this article"?
    own: bool  # is it given a sentence that ends in OWN where that speaks of this very text?

    @property
    def is_of_picture(self) -> bool:
        """Is it said of a picture, which may stand anywhere?"""
        return self.id.partition(".")[2].startswith("image")


@dataclass(frozen=True, slots=True)
class Group:
    """Rules of the same scopes that can only match a text with a word of each anchor that they need."""

    needs: int  # anchors, each a bit
    rules: tuple[Rule, ...]
    scopes: frozenset[Scope]  # of each of them
    short: bool  # only whole blocks, titles and labels are asked: a long text cannot match
    led: bool  # all of its rules are


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language."""

    tag: str
    script: re.Pattern[str] | None  # None: Latin, where anchors are whole words; else they are substrings
    groups: tuple[Group, ...]
    anchors: int  # the bits of all its anchors
    stems: Mapping[str, int]  # of a script of its own: substring -> the anchors that it is of
    usual: Mapping[int, str]  # what else a character may be written as -> as which stems have it
    common: frozenset[str]  # words by which one in Latin script is told from the others
    self: Wording  # words for this very text
    me: Wording  # the same, and whatever else shows that a sentence speaks of it
    us: Wording  # the same, and its makers where they only speak of themselves: "the editor", "my account"
    speaker: Wording  # the same, and whoever speaks in it: "we", "my"; anybody where no words are given
    veto: Wording
    others: Wording  # how a sentence begins that tells of something else: "Her flights …", "The app …"
    negated: Wording
    nothing: Wording  # how a sentence begins that denies all that it says: "No part of this article …"
    heading: Wording  # a heading that announces a notice
    filler: Wording  # what goes along with a notice and says nothing of its own
    example: Wording  # how a block ends that announces an example: "Sample wording:"
    guide: Wording  # a headline that tells how to word notices: "How to label …"
    apart: Wording  # what shows that a block is no statement on this text: "A: …", "Your tasks: …"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a body as it was sent that cleaning takes away, and what it says."""

    kind: DisclosureKind
    lang: str
    holds: str  # what stands in it, spelt so: the rest is looked for only then
    find: re.Pattern[str]

    def said(self, html: str) -> str:
        """Its words in an HTML, without tags; empty where it does not stand there."""
        match = self.find.search(html) if self.holds in html else None
        return " ".join(unescape(_TAG.sub("", match[0])).split()) if match else ""


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """All languages, and what is known of each kind. Picklable."""

    languages: tuple[Language, ...]
    words: Mapping[str, int]  # of all languages in Latin script: word -> the anchors that it is of
    telling: frozenset[str]  # of those words, the ones without which no rule of these languages can match
    uris: Mapping[DisclosureKind, str]
    texts: Mapping[DisclosureKind, str]  # the words used where the operator declares a kind, in English
    source_types: Mapping[str, DisclosureKind]  # last part of an IPTC digital source type, lower case
    licences: re.Pattern[str]  # a licence named in a text or in a URI
    lines: tuple[Line, ...]


_TAG = re.compile(r"<[^<>]*>")
_MACRO = re.compile(r"\{([a-z_]+)\}")
_NO_SIGNS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")  # escapes and classes, in which no sign means itself
_SIGN = re.compile(rf"{_NO_SIGNS.pattern}|[^\x00-\x7f]")
_NEVER = r"(?!)"
_AT_WORD = r"(?:^|(?<!\w)(?=\w))"  # most places in a sentence are not worth a try
# "Does it speak of this very text, anywhere?" is asked by most composed rules, and is dear: it is looked up
# once a sentence, which then ends in a sign that no text holds, and the rules look for that.
OWN = "\x02"
_ANYWHERE = re.compile(r"\.\*(?:\(\?:)?(?=\{me\})")


def compile_notices(data: Mapping[str, Any]) -> NoticeRules:
    """Compile data/disclosures/, given as mappings. Raises ValueError that names the faulty rule.

    Patterns are compiled, and a faulty one is named, when they are first asked for.
    """
    kinds = {DisclosureKind(name): about for name, about in data["kinds"].items()}
    bits: dict[tuple[str, str], int] = {}
    for tag, about in data["languages"].items():
        for name in about["anchors"]:
            bits[tag, name] = 1 << len(bits)
    words: dict[str, int] = {}
    for tag, about in data["languages"].items():
        if not about.get("script"):
            _add_words(words, tag, about["anchors"], bits)
    telling = sum(
        {
            bits[tag, wordings["needs"][0]]
            for tag, about in data["languages"].items()
            for of_kind in about["rules"].values()
            for wordings in of_kind
        }
    )
    return NoticeRules(
        languages=tuple(_language(tag, about, bits) for tag, about in data["languages"].items()),
        words=words,
        telling=frozenset(word for word, anchors in words.items() if anchors & telling),
        uris={kind: about["uri"] for kind, about in kinds.items() if about.get("uri")},
        texts={kind: about["text"]["en"] for kind, about in kinds.items()},
        source_types={name.lower(): DisclosureKind(kind) for name, kind in data["source_types"].items()},
        licences=re.compile("|".join(data["licences"]), re.IGNORECASE),
        lines=tuple(
            Line(
                DisclosureKind(each["kind"]),
                each.get("lang", "en"),
                each["holds"],
                _line_pattern(each["find"]),
            )
            for each in data.get("lines", ())
        ),
    )


def _line_pattern(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(_one_line(pattern), re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"data/disclosures/kinds.yaml: lines: {error}") from error


def _add_words(
    words: dict[str, int], tag: str, anchors: Mapping[str, Sequence[str]], bits: Mapping[tuple[str, str], int]
) -> None:
    for name, given in anchors.items():
        for word in given:
            words[word] = words.get(word, 0) | bits[tag, name]


def _language(tag: str, data: Mapping[str, Any], bits: Mapping[tuple[str, str], int]) -> Language:
    words: dict[str, str] = {}
    for name, pattern in data["words"].items():
        words[name] = _expand(pattern, words)
    variants = _variants(data)
    groups: dict[tuple[int, frozenset[Scope], bool], list[Rule]] = {}
    for kind, of_kind in data["rules"].items():
        for wordings in of_kind:
            needs = sum({bits[tag, name] for name in wordings["needs"]})
            for rule in _rules(tag, kind, wordings, words, variants):
                groups.setdefault((needs, rule.scopes, rule.led), []).append(rule)
    stems: dict[str, int] = {}
    us = f"{words.get('me', _NEVER)}|{words.get('ours', _NEVER)}"
    usual = str.maketrans({other: form for form, others in variants.items() for other in others})
    if data.get("script"):
        _add_words(stems, tag, data["anchors"], bits)
        stems = _united(stems, usual)
    return Language(
        tag=tag,
        script=re.compile(data["script"]) if data.get("script") else None,
        groups=tuple(
            Group(needs, tuple(rules), scopes, scopes <= _SHORT, led)
            for (needs, scopes, led), rules in groups.items()
        ),
        anchors=sum(bits[tag, name] for name in data["anchors"]),
        stems=stems,
        usual=usual,
        common=frozenset(data.get("common", ())),
        self=Wording(words["self"], {}, f"{tag}: self", variants),
        me=_at_words(f"{tag}: me", words.get("me", _NEVER), data, variants),
        us=_at_words(f"{tag}: us", us, data, variants),
        speaker=_at_words(f"{tag}: speaker", f"{us}|{words.get('speaker', '')}", data, variants),
        veto=_any(f"{tag}: veto", data.get("veto", ()), words, variants),
        others=_any(f"{tag}: others", data.get("others", ()), words, variants),
        negated=_any(f"{tag}: negated", data.get("negated", ()), words, variants),
        nothing=_any(f"{tag}: nothing", data.get("nothing", ()), words, variants),
        heading=_any(f"{tag}: headings", data.get("headings", ()), words, variants),
        filler=_any(f"{tag}: fillers", data.get("fillers", ()), words, variants),
        example=_any(f"{tag}: examples", data.get("examples", ()), words, variants),
        guide=_any(f"{tag}: guides", data.get("guides", ()), words, variants),
        apart=_any(f"{tag}: apart", data.get("apart", ()), words, variants),
    )


def _at_words(owner: str, pattern: str, data: Mapping[str, Any], variants: Mapping[str, str]) -> Wording:
    """A pattern that, in a script that parts its words, begins where a word does."""
    return Wording(("" if data.get("script") else _AT_WORD) + f"(?:{pattern})", {}, owner, variants)


def _united(stems: Mapping[str, int], usual: Mapping[int, str]) -> dict[str, int]:
    """Stems with their characters in the usual form, each with the anchors of all its forms."""
    united: dict[str, int] = {}
    for stem, anchors in stems.items():
        form = stem.translate(usual)
        united[form] = united.get(form, 0) | anchors
    return united


def _variants(data: Mapping[str, Any]) -> Mapping[str, str]:
    """A language's characters that are also written otherwise -> their other forms."""
    return {forms[0]: forms[1:] for forms in data.get("variants", ())}


def _rules(
    tag: str, kind: str, data: Mapping[str, Any], words: Mapping[str, str], variants: Mapping[str, str]
) -> Iterator[Rule]:
    """A rule for each wording: they say the same kind in the same places, and need the same words."""
    scopes = frozenset(Scope(scope) for scope in data.get("in", ["sentence"]))
    for name, pattern in data["find"].items():
        find = _one_line(pattern)
        own = _ANYWHERE.sub(rf"\g<0>{OWN}", find) if Scope.LAST in scopes else find
        own = own.replace(f"{OWN}{{me}}", OWN)
        yield Rule(
            id=f"{tag}.{name}",
            kind=DisclosureKind(kind),
            scopes=scopes,
            find=Wording(own, words, f"rule {tag}.{name}", variants),
            cut=Cut(data.get("cut", "sentence")),
            veto=data.get("veto", True),
            led=_is_led(find),
            own=OWN in own,
        )


def _is_led(pattern: str) -> bool:
    """Does whatever the pattern matches begin with ``{self}``: first in it, and no alternative to it?"""
    depth = 0
    for sign in _NO_SIGNS.sub("", pattern):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return False
    return pattern.startswith("{self}")


def _begins(pattern: str) -> bool:
    """Does every alternative of a pattern ask for the text's beginning first?"""
    depth, end = 0, 0  # of the group that the pattern begins with
    for at, sign in enumerate(pattern):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return _begins(pattern[:at]) and _begins(pattern[at + 1 :])
        if sign == ")" and depth == 0 and not end:
            end = at
    if pattern.startswith("(?:") and not pattern.startswith(("?", "*", "{"), end + 1):
        return _begins(pattern[3:end])
    return pattern.startswith("^")


def _any(
    owner: str, patterns: Sequence[str], words: Mapping[str, str], variants: Mapping[str, str]
) -> Wording:
    return Wording("|".join(f"(?:{pattern})" for pattern in patterns) or _NEVER, words, owner, variants)


def _with_variants(pattern: str, variants: Mapping[str, str]) -> str:
    """A pattern in which a character also stands for its other forms, inside a class and outside."""
    if not variants:
        return pattern
    return _SIGN.sub(lambda match: _sign_with_variants(match[0], variants), pattern)


def _sign_with_variants(sign: str, variants: Mapping[str, str]) -> str:
    if sign.startswith("["):
        return sign[:-1] + "".join(variants.get(each, "") for each in sign) + "]"
    return f"[{sign}{variants[sign]}]" if sign in variants else sign


def _expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Put a language's named words in place of ``{name}``; a word may use those above it."""
    return _MACRO.sub(lambda match: f"(?:{macros[match[1]]})", _one_line(pattern))


def _one_line(pattern: str) -> str:
    """A pattern that is written over several lines; where they part nothing stands."""
    return "".join(line.strip() for line in pattern.splitlines()) if "\n" in pattern else pattern
