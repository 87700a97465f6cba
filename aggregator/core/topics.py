"""The topic language: text to Expr, and which topics an entry can touch. What an Expr is: ``core.expr``.

Grammar (docs/topics.md), operators in any case::

    expr  = all { "OR" all }
    all   = one { ("AND" | "+") one }
    one   = "NOT" one | "(" expr ")" | atom
    atom  = "*" | [ "only" ] kind | company | "primary:" company | "source:" slug | "lang:" tag
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from aggregator.core.expr import (
    ATOMS,
    KEYWORDS,
    KINDS,
    RESERVED,
    SLUG,
    And,
    Anything,
    Company,
    Expr,
    Facts,
    FromSource,
    Kind,
    Language,
    Not,
    Or,
    Primary,
    about,
    failing,
    matches,
    needed,
    to_text,
)
from aggregator.errors import ExprError
from aggregator.model import Topic

__all__ = [
    "ATOMS",
    "KINDS",
    "RESERVED",
    "And",
    "Anything",
    "Company",
    "CompiledTopic",
    "Expr",
    "Facts",
    "FromSource",
    "Kind",
    "Language",
    "Not",
    "Or",
    "Primary",
    "TopicIndex",
    "candidates",
    "compile_topic",
    "compile_topics",
    "failing",
    "in_topic",
    "index",
    "matches",
    "nearest",
    "needed",
    "parse_expr",
    "to_text",
]

MAX_CHARACTERS = 10_000
MAX_DEPTH = 40
_TOKEN = re.compile(
    r"""\s*(?: (?P<mark>[()+*,&|!])
             | (?P<prefix>[A-Za-z]+:)? (?: "(?P<quoted>[^"]*)" | (?P<word>[^\s()+*,&|!":]+) ) )""",
    re.VERBOSE,
)
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8})*")  # the shape of BCP 47
# What people call a kind of disclosure, where spelling alone would lead to some company.
_ALSO_CALLED = {
    "ai": "ai-generated", "no-ai": "NOT ai-generated", "machine-made": "ai-generated",
    "generated": "ai-generated", "human-written": "human", "ad": "sponsored", "ads": "sponsored",
    "advert": "sponsored",
    "advertisement": "sponsored", "advertorial": "sponsored", "paid": "sponsored", "promoted": "sponsored",
    "pr": "press-release", "release": "press-release", "announcement": "press-release",
    "advice": "not-investment-advice", "license": "licence", "disclaimer": "liability",
    "unreviewed": "not-reviewed",
}  # fmt: skip
_INSTEAD = {"&": "AND", "|": "OR", "!": "NOT", ",": "OR, or AND"}


@dataclass(frozen=True, slots=True)
class Names:
    """The names an expression may use; sources None: any well-formed one."""

    companies: Collection[str]
    sources: Collection[str] | None = None


def parse_expr(text: str, known: Collection[str], sources: Collection[str] | None = None) -> Expr:
    """Read a match expression.

    known holds the slugs of the catalogue's companies; sources those of the sources, None where
    any will do. Raises ExprError with the column of what cannot be read and the nearest known name.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExprError(f"longer than {MAX_CHARACTERS} characters", MAX_CHARACTERS + 1)
    return _Parser(tuple(_tokens(text)), Names(known, sources)).whole()


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic, and all that it asks of an entry: its match, languages and primary_only in one."""

    topic: Topic
    expr: Expr


@dataclass(frozen=True, slots=True)
class TopicIndex:
    """Topics, found by the companies that they need."""

    topics: tuple[CompiledTopic, ...]
    by_company: Mapping[str, tuple[int, ...]]  # positions in topics
    always: tuple[int, ...]  # those that need no company


def compile_topic(topic: Topic, known: Collection[str]) -> CompiledTopic:
    """Read a topic's match and join its filters to it. Raises ExprError."""
    expr = parse_expr(topic.match, known)
    if topic.primary_only:
        expr = about(expr)
    spoken: tuple[Expr, ...] = tuple(Language(tag.lower()) for tag in topic.languages)
    if spoken:
        expr = And((expr, spoken[0] if len(spoken) == 1 else Or(spoken)))
    return CompiledTopic(topic, expr)


def compile_topics(topics: Iterable[Topic], known: Collection[str]) -> TopicIndex:
    """Read and index the topics of a configuration. Raises ExprError."""
    return index([compile_topic(topic, known) for topic in topics])


def index(topics: Sequence[CompiledTopic]) -> TopicIndex:
    """Sort topics under the companies that they need, so that an entry asks only those it can touch."""
    by_company: dict[str, list[int]] = {}
    always: list[int] = []
    for position, compiled in enumerate(topics):
        names = needed(compiled.expr)
        if names is None:
            always.append(position)
            continue
        for name in names:
            by_company.setdefault(name, []).append(position)
    found = {name: tuple(positions) for name, positions in by_company.items()}
    return TopicIndex(tuple(topics), found, tuple(always))


def candidates(index: TopicIndex, companies: Collection[str]) -> tuple[CompiledTopic, ...]:
    """The topics that an entry with these companies could be in, in the order of the configuration."""
    positions = set(index.always)
    for company in companies:
        positions.update(index.by_company.get(company, ()))
    return tuple(index.topics[position] for position in sorted(positions))


def in_topic(compiled: CompiledTopic, facts: Facts) -> bool:
    """Whether an entry belongs in the topic, its filters included."""
    return matches(compiled.expr, facts)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant; None where nothing is near."""
    found = difflib.get_close_matches(name.lower()[:80], known, n=1, cutoff=0.6)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Token:
    """A mark, a keyword or a name, with its column from 1."""

    text: str  # as compared: lower case, blanks in a quoted name as hyphens
    column: int
    prefix: str = ""
    is_name: bool = False


def _tokens(text: str) -> Iterable[_Token]:
    position = 0
    end = len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None:
            column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
            if text[column - 1] == '"':
                raise ExprError("a quotation mark without its end", column)
            raise ExprError(f"cannot read {text[column - 1 : column + 19]!r}", column)
        position = found.end()
        if found["mark"]:
            yield _Token(found["mark"], found.start("mark") + 1)
            continue
        part = "word" if found["word"] is not None else "quoted"
        name = "-".join(found[part].lower().split())
        prefix = (found["prefix"] or "").lower()
        column = found.start("prefix" if prefix else part) + (1 if prefix or part == "word" else 0)
        yield _Token(name, column, prefix, is_name=part == "quoted" or bool(prefix) or name not in KEYWORDS)


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: tuple[_Token, ...], names: Names) -> None:
        self.tokens = tokens
        self.names = names
        self.at = 0
        self.depth = 0

    def whole(self) -> Expr:
        expr = self.any_of()
        if self.at < len(self.tokens):
            self.refuse("AND, OR or the end")
        return expr

    def any_of(self) -> Expr:
        parts = [self.all_of()]
        while self.take("or"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Expr:
        parts = [self.one()]
        while self.take("and", "+"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExprError(f"nested deeper than {MAX_DEPTH}", self.tokens[self.at - 1].column)
        expr = self.part()
        self.depth -= 1
        return expr

    def part(self) -> Expr:
        if self.take("not"):
            return Not(self.one())
        if self.take("("):
            inside = self.any_of()
            if not self.take(")"):
                self.refuse("')'")
            return inside
        if self.take("*"):
            return Anything()
        if self.take("only"):
            return self.kind()
        token = self.peek()
        if token is None or not token.is_name:
            self.refuse("a company, a kind of disclosure, '(' or '*'")
        self.at += 1
        return self.name(token)

    def kind(self) -> Kind:
        token = self.peek()
        if token is None or token.prefix or token.text not in KINDS:
            hint = self.near_kind(token, KINDS) if token and token.is_name else ""
            listed = f"The kinds are {', '.join(KINDS)}."
            self.refuse("a kind of disclosure after 'only', such as press-release", hint or listed)
        self.at += 1
        return Kind(KINDS[token.text])

    def name(self, token: _Token) -> Expr:
        match token.prefix:
            case "":
                if token.text in KINDS:
                    return Kind(KINDS[token.text])
                return Company(self.known(token, "company", self.names.companies, KINDS))
            case "primary:":
                return Primary(self.known(token, "company", self.names.companies))
            case "source:" if self.names.sources is not None:
                return FromSource(self.known(token, "source", self.names.sources))
            case "source:" if SLUG.fullmatch(token.text):
                return FromSource(token.text)
            case "lang:" if _LANGUAGE.fullmatch(token.text):
                return Language(token.text)
            case "lang:":
                raise ExprError(
                    f"no language tag: {token.text[:40]!r}", token.column, "Expected one like ko or zh-TW."
                )
            case _:
                known = ", ".join(atom.prefix for atom in ATOMS if atom.prefix)
                raise ExprError(f"unknown prefix {token.prefix!r}", token.column, f"Expected {known}.")

    def known(self, token: _Token, what: str, names: Collection[str], also: Iterable[str] = ()) -> str:
        if token.text in names:
            return token.text
        hint = self.near_kind(token, (*names, *also)) if also else self.near(token.text, names)
        raise ExprError(f"unknown {what} {token.text[:80]!r}", token.column, hint)

    def near_kind(self, token: _Token, known: Iterable[str]) -> str:
        """The nearest name where a kind may be meant: also one in two words, or called otherwise."""
        following = next((one.text for one in self.tokens if one.column > token.column), "")
        joined = f"{token.text}-{following}"
        meant = joined if joined in KINDS else _ALSO_CALLED.get(token.text)
        return f"Did you mean {meant!r}?" if meant else self.near(token.text, known)

    @staticmethod
    def near(name: str, known: Iterable[str]) -> str:
        close = nearest(name, known)
        return f"Did you mean {close!r}?" if close else ""

    def peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, *texts: str) -> bool:
        token = self.peek()
        if token is None or token.is_name or token.text not in texts:
            return False
        self.at += 1
        return True

    def refuse(self, expected: str, hint: str = "") -> NoReturn:
        token = self.peek()
        if token is None:
            last = self.tokens[-1].column + len(self.tokens[-1].text) if self.tokens else 1
            raise ExprError(f"{expected} expected, but the expression ends", last, hint)
        if token.text in _INSTEAD and not token.is_name:
            hint = f"Write {_INSTEAD[token.text]}."
        raise ExprError(f"{expected} expected, not {token.prefix + token.text[:80]!r}", token.column, hint)
