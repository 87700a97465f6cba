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


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that can only match where each of ``needs`` is met by one of its words."""

    needs: tuple[frozenset[str], ...]
    rules: tuple[Rule, ...]
    short: bool  # only whole blocks, titles and labels are asked: a long text cannot match


@dataclass(frozen=True, slots=True)
class Language:
    """The rules of one language."""

    tag: str
    script: re.Pattern[str] | None  # None: Latin, where needs are whole words; else they are substrings
    groups: tuple[Group, ...]
    triggers: frozenset[str]  # all words that a group needs
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
    anchors = {name: frozenset(words) for name, words in data["anchors"].items()}
    groups: dict[tuple[tuple[str, ...], bool], list[Rule]] = {}
    for number, about in enumerate(data["rules"]):
        rule = _rule(f"{tag}.{number}", tag, about, macros)
        groups.setdefault((tuple(about["needs"]), rule.scopes <= _SHORT), []).append(rule)
    return Language(
        tag=tag,
        script=re.compile(data["script"]) if data.get("script") else None,
        groups=tuple(
            Group(tuple(anchors[name] for name in needs), tuple(rules), short)
            for (needs, short), rules in groups.items()
        ),
        triggers=frozenset().union(*(anchors[needs[0]] for needs, _ in groups)),
        veto=_any(data.get("veto", ()), macros),
        negated=_any(data.get("negated", ()), macros),
        heading=_any(data.get("headings", ()), macros),
        filler=_any(data.get("fillers", ()), macros),
    )


def _rule(place: str, tag: str, data: Mapping[str, Any], macros: Mapping[str, str]) -> Rule:
    try:
        return Rule(
            id=f"{tag}.{data['id']}",
            kind=DisclosureKind(data["kind"]),
            scopes=frozenset(Scope(scope) for scope in data.get("in", ["sentence"])),
            find=re.compile(_expand(data["find"], macros), re.IGNORECASE),
            cut=Cut(data.get("cut", "sentence")),
            veto=data.get("veto", True),
        )
    except (KeyError, re.error, ValueError) as error:
        raise ValueError(f"disclosures.yaml: rule {data.get('id', place)}: {error}") from error


def _any(patterns: Sequence[str], macros: Mapping[str, str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{_expand(pattern, macros)})" for pattern in patterns)
    return re.compile(joined or _NEVER, re.IGNORECASE)


def _expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Put a language's named words in place of ``{name}``; a word may use those above it."""
    return _MACRO.sub(lambda match: f"(?:{macros[match[1]]})", " ".join(pattern.split()))
