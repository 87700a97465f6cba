"""The rules by which a notice is known: data/disclosures.yaml, compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
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


_SHORT = frozenset((Scope.LABEL, Scope.TITLE, Scope.TAG))


class Cut(StrEnum):
    """What a rule says of the block that it was found in."""

    SENTENCE = "sentence"  # this sentence is notice; the block goes if all of it is
    BLOCK = "block"  # all of the block is notice
    NONE = "none"  # the words are the author's, too: a dateline


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of saying one thing."""

    id: str
    kind: DisclosureKind
    scopes: frozenset[Scope]
    find: re.Pattern[str]
    cut: Cut
    veto: bool  # is it undone by signs that somebody else's words are reported?
    led: bool  # does the pattern begin with words for this very text, e.g. "this article"?


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that can only match a text which holds a word of each anchor that they need."""

    needs: frozenset[str]  # names of anchors
    rules: tuple[Rule, ...]
    short: bool  # only whole blocks, titles and labels are asked: a long text cannot match
    led: bool  # all of its rules are
    loose: bool  # all of its rules need the company of a notice


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language."""

    tag: str
    script: re.Pattern[str] | None  # None: Latin, where anchors are whole words; else they are substrings
    groups: tuple[Group, ...]
    anchors: Mapping[str, frozenset[str]]  # word -> the anchors that it is of
    self: re.Pattern[str]  # words for this very text
    veto: re.Pattern[str]
    negated: re.Pattern[str]
    heading: re.Pattern[str]  # a heading that announces a notice
    filler: re.Pattern[str]  # what goes along with a notice and says nothing of its own


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """All languages, and what is known of each kind. Picklable."""

    languages: tuple[Language, ...]
    uris: Mapping[DisclosureKind, str]
    texts: Mapping[DisclosureKind, str]  # the words used where the operator declares a kind, in English
    source_types: Mapping[str, DisclosureKind]  # last part of an IPTC digital source type, lower case
    licences: re.Pattern[str]  # a licence named in a text or in a URI


_MACRO = re.compile(r"\{([a-z_]+)\}")
_NO_SIGNS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")  # escapes and classes, in which no sign means itself
_NEVER = r"(?!)"


def compile_notices(data: Mapping[str, Any]) -> NoticeRules:
    """Compile data/disclosures.yaml, given as mappings. Raises ValueError that names the faulty rule."""
    kinds = {DisclosureKind(name): about for name, about in data["kinds"].items()}
    return NoticeRules(
        languages=tuple(_language(tag, about) for tag, about in data["languages"].items()),
        uris={kind: about["uri"] for kind, about in kinds.items() if about.get("uri")},
        texts={kind: about["text"]["en"] for kind, about in kinds.items()},
        source_types={name.lower(): DisclosureKind(kind) for name, kind in data["source_types"].items()},
        licences=re.compile("|".join(data["licences"]), re.IGNORECASE),
    )


def _language(tag: str, data: Mapping[str, Any]) -> Language:
    macros: dict[str, str] = {}
    for name, pattern in data["words"].items():
        macros[name] = _expand(pattern, macros)
    groups: dict[tuple[frozenset[str], bool, bool, bool], list[Rule]] = {}
    for number, about in enumerate(data["rules"]):
        rule = _rule(f"{tag}.{number}", tag, about, macros)
        key = (frozenset(about["needs"]), rule.scopes <= _SHORT, rule.led, rule.scopes == {Scope.FOLLOW})
        groups.setdefault(key, []).append(rule)
    return Language(
        tag=tag,
        script=re.compile(data["script"]) if data.get("script") else None,
        groups=tuple(
            Group(needs, tuple(rules), short, led, loose)
            for (needs, short, led, loose), rules in groups.items()
        ),
        anchors=_by_word(data["anchors"]),
        self=re.compile(macros["self"], re.IGNORECASE),
        veto=_any(data.get("veto", ()), macros),
        negated=_any(data.get("negated", ()), macros),
        heading=_any(data.get("headings", ()), macros),
        filler=_any(data.get("fillers", ()), macros),
    )


def _by_word(anchors: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    result: dict[str, frozenset[str]] = {}
    for name, words in anchors.items():
        for word in words:
            result[word] = result.get(word, frozenset()) | {name}
    return result


def _rule(place: str, tag: str, data: Mapping[str, Any], macros: Mapping[str, str]) -> Rule:
    try:
        return Rule(
            id=f"{tag}.{data['id']}",
            kind=DisclosureKind(data["kind"]),
            scopes=frozenset(Scope(scope) for scope in data.get("in", ["sentence"])),
            find=re.compile(_expand(data["find"], macros), re.IGNORECASE),
            cut=Cut(data.get("cut", "sentence")),
            veto=data.get("veto", True),
            led=_is_led(data["find"]),
        )
    except (KeyError, re.error, ValueError) as error:
        raise ValueError(f"disclosures.yaml: rule {data.get('id', place)}: {error}") from error


def _is_led(pattern: str) -> bool:
    """Does whatever the pattern matches begin with ``{self}``: first in it, and no alternative to it?"""
    depth = 0
    for sign in _NO_SIGNS.sub("", pattern):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            return False
    return pattern.startswith("{self}")


def _any(patterns: Sequence[str], macros: Mapping[str, str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{_expand(pattern, macros)})" for pattern in patterns)
    return re.compile(joined or _NEVER, re.IGNORECASE)


def _expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Put a language's named words in place of ``{name}``; a word may use those above it."""
    return _MACRO.sub(lambda match: f"(?:{macros[match[1]]})", " ".join(pattern.split()))
