"""What a topic asks: the atoms of an expression, their joining, their text and their truth.

A new atom is a class here and its row in ATOMS, a case in ``topics`` that reads it, and one in
``store.topics`` that asks the database for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from aggregator.model import DisclosureKind

KEYWORDS = frozenset({"and", "or", "not", "only"})
KINDS: Mapping[str, DisclosureKind] = {kind.value: kind for kind in DisclosureKind}
RESERVED = KEYWORDS | KINDS.keys()  # no company may take one of these as its slug

SLUG = re.compile(r"[a-z0-9]+(?:[-.+][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a topic may ask of an entry."""

    companies: frozenset[str]  # slugs of all its tags
    primary: frozenset[str]  # those that it is about
    kinds: frozenset[str]  # of its disclosures
    language: str | None  # BCP 47; None: not known, and then no lang: atom holds
    source: str  # slug


@dataclass(frozen=True, slots=True)
class Anything:
    """``*``: every entry."""

    prefix: ClassVar[str] = ""
    meaning: ClassVar[str] = "every entry"

    def holds(self, facts: Facts) -> bool:
        """Always."""
        return True

    def __str__(self) -> str:
        return "*"


@dataclass(frozen=True, slots=True)
class Company:
    """``samsung``: the entry mentions the company."""

    slug: str
    prefix: ClassVar[str] = ""
    meaning: ClassVar[str] = "entries that mention the company"

    def holds(self, facts: Facts) -> bool:
        """Whether the company is among the entry's tags."""
        return self.slug in facts.companies

    def __str__(self) -> str:
        return _quoted(self.slug)


@dataclass(frozen=True, slots=True)
class Primary:
    """``primary:samsung``: the entry is about the company, not only mentions it."""

    slug: str
    prefix: ClassVar[str] = "primary:"
    meaning: ClassVar[str] = "entries that are about the company"

    def holds(self, facts: Facts) -> bool:
        """Whether the company is a primary tag."""
        return self.slug in facts.primary

    def __str__(self) -> str:
        return self.prefix + _quoted(self.slug)


@dataclass(frozen=True, slots=True)
class Kind:
    """``ai-generated``: the entry carries a disclosure of that kind."""

    kind: DisclosureKind
    prefix: ClassVar[str] = ""
    meaning: ClassVar[str] = "entries that carry such a disclosure"

    def holds(self, facts: Facts) -> bool:
        """Whether one of the entry's disclosures is of the kind, wherever it came from."""
        return self.kind in facts.kinds

    def __str__(self) -> str:
        return self.kind.value


@dataclass(frozen=True, slots=True)
class FromSource:
    """``source:yonhap``: the entry came from the source."""

    slug: str
    prefix: ClassVar[str] = "source:"
    meaning: ClassVar[str] = "entries of the source"

    def holds(self, facts: Facts) -> bool:
        """Whether the source is the one."""
        return self.slug == facts.source

    def __str__(self) -> str:
        return self.prefix + _quoted(self.slug)


@dataclass(frozen=True, slots=True)
class Language:
    """``lang:ko``: the entry is in the language, ``ko-KR`` included (RFC 4647 §3.3.1)."""

    tag: str  # lower case
    prefix: ClassVar[str] = "lang:"
    meaning: ClassVar[str] = "entries in the language"

    def holds(self, facts: Facts) -> bool:
        """Whether the entry's language is the tag, or begins with it and a hyphen."""
        if facts.language is None:
            return False
        return f"{facts.language.lower()}-".startswith(f"{self.tag}-")

    def __str__(self) -> str:
        return self.prefix + self.tag


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """None of it."""

    part: Expr


Atom = Anything | Company | Primary | Kind | FromSource | Language
Expr = Atom | And | Or | Not
ATOMS: tuple[type[Atom], ...] = (Anything, Company, Primary, Kind, FromSource, Language)


def to_text(expr: Expr) -> str:
    """The expression in canonical form: ``parse_expr(to_text(e)) == e``."""
    match expr:
        case And(parts):
            return " AND ".join(_within(part, (And, Or)) for part in parts)
        case Or(parts):
            return " OR ".join(_within(part, (Or,)) for part in parts)
        case Not(part):
            return f"NOT {_within(part, (And, Or))}"
        case _:
            return str(expr)


def matches(expr: Expr, facts: Facts) -> bool:
    """Whether the expression holds for an entry."""
    match expr:
        case And(parts):
            return all(matches(part, facts) for part in parts)
        case Or(parts):
            return any(matches(part, facts) for part in parts)
        case Not(part):
            return not matches(part, facts)
        case _:
            return expr.holds(facts)


def failing(expr: Expr, facts: Facts) -> tuple[Expr, ...]:
    """The smallest parts that keep the expression from holding for an entry; none where it holds."""
    if matches(expr, facts):
        return ()
    match expr:
        case And(parts):
            return tuple(found for part in parts for found in failing(part, facts))
        case Not(Or(parts)):
            return tuple(Not(part) for part in parts if matches(part, facts))
        case _:
            return (expr,)


def needed(expr: Expr, wanted: bool = True) -> frozenset[str] | None:
    """Companies of which at least one must be tagged for the expression to come out as wanted.

    None: it can come out so without any. Where several sets would do, the smallest is given.
    """
    match expr:
        case Company(slug) | Primary(slug):
            return frozenset({slug}) if wanted else None
        case Not(part):
            return needed(part, not wanted)
        case And(parts) | Or(parts):
            asked = [needed(part, wanted) for part in parts]
            sets = [part for part in asked if part is not None]
            if isinstance(expr, And) == wanted:  # each part has to come out so: one's need is enough
                return min(sets, key=lambda names: (len(names), sorted(names)), default=None)
            return frozenset().union(*sets) if len(sets) == len(asked) else None
        case _:
            return None


def about(expr: Expr) -> Expr:
    """The expression with each company read as ``primary:``: about it, not only mentioning it."""
    match expr:
        case Company(slug):
            return Primary(slug)
        case And(parts):
            return And(tuple(about(part) for part in parts))
        case Or(parts):
            return Or(tuple(about(part) for part in parts))
        case Not(part):
            return Not(about(part))
        case _:
            return expr


def _within(part: Expr, wrapped: tuple[type, ...]) -> str:
    """A part's text, in parentheses where it would otherwise join its neighbours."""
    return f"({to_text(part)})" if isinstance(part, wrapped) else to_text(part)


def _quoted(name: str) -> str:
    """A name as it can stand in an expression."""
    plain = SLUG.fullmatch(name) and "+" not in name and name not in RESERVED
    return name if plain else f'"{name}"'
