"""How much an article is about each company that it mentions: 0..1, primary from one half on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.core.context import Context
from aggregator.core.match import Hit, Kind
from aggregator.model import Article, Mention, Place


@dataclass(frozen=True, slots=True)
class Sighting:
    """An accepted mention and the text that it stands in."""

    mention: Mention
    passage: int
    low: str
    hit: Hit
    kind: Kind


_PLACES = {
    Place.TITLE: 0.62,
    Place.LEAD: 0.3,
    Place.BODY: 0.14,
    Place.CAPTION: 0.08,
    Place.LINK: 0.04,
    Place.LABEL: 0.05,
}


def score(
    article: Article, sightings: Sequence[Sighting], ventures: Mapping[str, Place], context: Context
) -> dict[str, float]:
    """Salience by company (docs/tagging.md has the formula and its sources)."""
    by_company: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_company[sighting.mention.company].append(sighting)
    titled = {
        company
        for company, seen in by_company.items()
        if any(s.mention.evidence.place is Place.TITLE for s in seen)
    }
    titled |= {company for company in by_company if ventures.get(company) is Place.TITLE}
    roundup = (
        bool(context.roundup.search(article.title.lower()))
        or len(titled) >= 4
        or (len(by_company) >= 5 and not titled)
    )
    result: dict[str, float] = {}
    for company, seen in by_company.items():
        full = [s for s in seen if not passing(s, context)]
        value = 0.1 + 0.05 * min(3, len(seen) - 1)
        if any(s.mention.evidence.place is Place.TITLE for s in full) or (
            company in titled and ventures.get(company)
        ):
            value += 0.5
        elif not titled and any(s.mention.evidence.place is Place.LEAD for s in full):
            value += 0.4
        elif any(s.mention.evidence.place is Place.LEAD for s in full):
            value += 0.1
        if not titled and not any(s.mention.evidence.place is Place.LEAD for s in full) and full:
            value += 0.1
        if roundup or all(team(s, context) for s in seen):
            value = min(value, 0.4)
        result[company] = round(min(1.0, value), 3)
    return result


def passing(sighting: Sighting, context: Context) -> bool:
    """Whether the name stands in a comparison or the like, or in a list that one opens."""
    before = sighting.low[max(0, sighting.hit.start - 60) : sighting.hit.start]
    while joint := _LISTED.search(before):
        before = before[: joint.start()]
    return bool(context.passing.search(before)) or bool(
        context.passing_after.match(sighting.low, sighting.hit.end)
    )


# "rivals such as Xiaomi and [Samsung]": step back over one name of a list.
_LISTED = re.compile(r"(?<=\s)[\w.&']+(?:,| and| or|, and|, or| und| oder)\s\Z")


def team(sighting: Sighting, context: Context) -> bool:
    """Whether it is a sports team that bears the name."""
    name = sighting.low[sighting.hit.start : sighting.hit.end].split()
    after = sighting.low[sighting.hit.end : sighting.hit.end + 20].split()
    return name[-1] in context.teams or (bool(after) and after[0].rstrip(".,") in context.teams)
