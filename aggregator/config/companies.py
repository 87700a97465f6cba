"""A user's companies: additions to the catalogue, corrections of it, and what is switched off."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace

from aggregator.config.items import Once, given, items
from aggregator.config.marked import Marked
from aggregator.config.schema import COMPANY
from aggregator.config.values import shown
from aggregator.config.words import Values, checked
from aggregator.core.topics import nearest
from aggregator.model import Company, Person

_LISTS = tuple(one.name for one in fields(Company) if str(one.type).startswith("tuple[str"))
_NAMES = ("aliases", "words", "units", "unit_words")  # what remove_aliases removes from
_SINGLE = ("name", "country", "parent", "wikidata", "doubt")


@dataclass(frozen=True, slots=True)
class Companies:
    """The whole catalogue, and what the messages about topics need besides."""

    all: tuple[Company, ...]
    claimed: frozenset[str]  # slugs of items with mistakes too: a topic that names one is no second mistake
    off: frozenset[str]


def companies_of(marked: Marked, built_in: tuple[Company, ...]) -> Companies:
    """Join the file's companies with the built-in ones, noting every mistake."""
    known = frozenset(company.slug for company in built_in)
    once = Once(marked, "companies", "slug")
    changes: list[Values] = []
    for at, item in items(marked, "companies"):
        change = checked(marked, COMPANY, item, ("companies", at))
        once.take(at, given(item, "slug"))
        if change is not None and _is_sound(marked, at, change, known):
            changes.append(change)
    off = frozenset(change.slug for change in changes if change.off)
    claimed = (known | once.seen.keys()) - off
    if not changes:
        return Companies(built_in, claimed, off)
    companies = changed_by(built_in, changes)
    _check(marked, companies, once.seen, claimed)
    return Companies(companies, claimed, off)


def unknown_company(slug: str, known: Collection[str]) -> str:
    """The message for a company that the catalogue lacks."""
    close = nearest(slug, known)
    return f"unknown company {shown(slug)}." + (f" Did you mean {close!r}?" if close else "")


def changed_by(companies: Iterable[Company], changes: Iterable[Values]) -> tuple[Company, ...]:
    """The catalogue with a user's additions, corrections and removals, in the catalogue's order."""
    found = {company.slug: company for company in companies}
    for change in changes:
        if change.off:
            found.pop(change.slug, None)
            continue
        before = None if change.replace else found.get(change.slug)
        found[change.slug] = _added(change) if before is None else _corrected(before, change)
    return tuple(
        replace(company, parent=None) if company.parent and company.parent not in found else company
        for company in found.values()
    )


def _is_sound(marked: Marked, at: int, change: Values, known: Collection[str]) -> bool:
    """Whether the change says enough; what it lacks is noted."""
    is_new = change.slug not in known
    if change.off and is_new:
        marked.problem(("companies", at, "slug"), unknown_company(change.slug, known))
        return False
    if not change.off and change.name is None and (is_new or change.replace):
        close = nearest(change.slug, known) if is_new else None
        hint = f" Or, to correct a built-in one, the slug: did you mean {close!r}?" if close else ""
        marked.problem(("companies", at, "name"), f"missing. Expected the name of the new company.{hint}")
        return False
    return True


def _added(change: Values) -> Company:
    """A company of the user's own: its name is an alias too, unless it is given among the words."""
    name = change.name or change.slug
    company = _corrected(Company(change.slug, name), change)
    if name in (*company.words, *company.aliases):
        return company
    return replace(company, aliases=(name, *company.aliases))


def _corrected(company: Company, change: Values) -> Company:
    """A company with lists extended and single values replaced by those given."""
    gone = {name.casefold() for name in change.remove_aliases}
    new: dict[str, object] = {}
    for key in _LISTS:
        names = dict.fromkeys((*getattr(company, key), *getattr(change, key)))
        new[key] = tuple(name for name in names if key not in _NAMES or name.casefold() not in gone)
    new |= {key: value for key in _SINGLE if (value := getattr(change, key)) is not None}
    people = (Person(tuple(one.names), one.role, one.since, one.until) for one in change.people)
    return replace(company, people=(*company.people, *people), **new)  # type: ignore[arg-type]


def _check(
    marked: Marked, companies: tuple[Company, ...], at: dict[str, int], known: Collection[str]
) -> None:
    """Note parents that are not there, and names that two companies claim."""
    from aggregator.core import catalogue  # not needed by a file without companies

    for position, item in items(marked, "companies"):
        parent = given(item, "parent")
        if parent is not None and parent not in known:
            marked.problem(("companies", position, "parent"), unknown_company(parent, known))
    for what in catalogue.check(companies):
        named = next((at[slug] for slug in at if slug in what), None)
        marked.problem(("companies",) if named is None else ("companies", named), what)
