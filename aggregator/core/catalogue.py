"""The catalogue's own check: records that contradict each other are refused before they are used."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from aggregator.core.match import spellings
from aggregator.model import Company

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_WIKIDATA = re.compile(r"Q[1-9]\d*\Z")


def check(companies: Sequence[Company]) -> tuple[str, ...]:
    """What is wrong with a set of records, one line each; empty: nothing.

    An alias, unit, domain, ticker or leader that two companies claim is refused: a match would not say
    whom it means. Words may be shared, since they count only with evidence.
    """
    return (*_bad_records(companies), *_bad_parents(companies), *_claimed_twice(companies))


def _bad_records(companies: Sequence[Company]) -> Iterator[str]:
    seen: set[str] = set()
    for company in companies:
        where = f"company '{company.slug}'"
        if not _SLUG.match(company.slug):
            yield f"{where}: a slug is lower-case letters and digits, parted by single hyphens"
        if company.slug in seen:
            yield f"{where}: there are two records with this slug"
        seen.add(company.slug)
        if not company.name.strip():
            yield f"{where}: it has no name"
        if company.country is not None and not _COUNTRY.match(company.country):
            yield f"{where}: country '{company.country}' is no ISO 3166-1 alpha-2 code, such as KR"
        if company.wikidata is not None and not _WIKIDATA.match(company.wikidata):
            yield f"{where}: wikidata '{company.wikidata}' is no item id, such as Q20716"
        if not 1 <= company.doubt <= 5:
            yield f"{where}: doubt is 1 (a little evidence is enough) to 5"
        for person in company.people:
            if person.since and person.until and person.since > person.until:
                yield f"{where}: {person.names[0]} ends in {person.until}, before the start in {person.since}"
        own = {spellings(name)[0] for name in (*company.aliases, *company.words, *company.unit_words)}
        for phrase in company.against:
            if spellings(phrase)[0] in own:
                yield f"{where}: '{phrase}' speaks against the company itself"
        if any(not name.strip() for name in _names(company)):
            yield f"{where}: an empty name would match everywhere"


def _bad_parents(companies: Sequence[Company]) -> Iterator[str]:
    parents = {company.slug: company.parent for company in companies}
    for slug, parent in parents.items():
        if parent is not None and parent not in parents:
            yield f"company '{slug}': its parent '{parent}' is not in the catalogue"
        trail = {slug}
        while parent is not None and parent in parents:
            if parent in trail:
                yield f"company '{slug}': its parents go round in a circle"
                break
            trail.add(parent)
            parent = parents[parent]


def _claimed_twice(companies: Sequence[Company]) -> Iterator[str]:
    claims: dict[str, dict[str, str]] = defaultdict(dict)
    for company in companies:
        sure = (*company.aliases, *company.units, *company.domains)
        names = sure + tuple(
            name for person in company.people for name in person.names if person.until is None
        )
        for name in names:
            for form in spellings(name):
                claims[form].setdefault(company.slug, name)
        for ticker in company.tickers:
            claims[ticker.upper()].setdefault(company.slug, ticker)
    for form, owners in sorted(claims.items()):
        if len(owners) > 1:
            slugs = "' and '".join(sorted(owners))
            yield f"'{form}' is claimed by '{slugs}': give it to one, or list it under words with cues"


def _names(company: Company) -> tuple[str, ...]:
    people = tuple(name for person in company.people for name in person.names)
    lists = (
        company.aliases,
        company.words,
        company.units,
        company.unit_words,
        company.domains,
        company.tickers,
    )
    return tuple(name for names in lists for name in names) + people
