"""How much an article is about each company that it mentions: 0..1, primary from one half on.

The formula and its sources are in docs/tagging.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from aggregator.core import joints
from aggregator.core.context import Context
from aggregator.core.match import Hit, Kind
from aggregator.model import Article, Mention, Place

PRIMARY = 0.5

# What the best place of a company gives; in the lead and the body it depends on whether others stand higher.
_TITLE, _LEAD, _LEAD_BELOW_TITLE, _BODY_ALONE, _BODY, _ASIDE, _PASSING = 0.65, 0.5, 0.25, 0.5, 0.15, 0.1, 0.1
_AGAIN, _MOST_AGAIN = 0.04, 5  # each further mention, up to so many
_SHARE = 0.1  # times the company's share of all mentions
_RETURNS = 0.5  # a company below the title that the text keeps coming back to
_CAP = 0.4  # of whatever cannot be primary


@dataclass(frozen=True, slots=True)
class Sighting:
    """An accepted mention and the text that it stands in."""

    mention: Mention
    passage: int
    low: str
    hit: Hit
    kind: Kind

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.mention.evidence.place


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One company's mentions, sorted out."""

    seen: tuple[Sighting, ...]  # in reading order
    full: tuple[Sighting, ...]  # without those in passing
    titled: bool
    acts: bool  # the text says what it does

    @property
    def company(self) -> str:
        return self.seen[0].mention.company

    @property
    def places(self) -> Set[Place]:
        return {sighting.place for sighting in self.full}


def score(
    article: Article, sightings: Sequence[Sighting], ventures: Mapping[str, Place], context: Context
) -> dict[str, float]:
    """Salience by company; ``ventures`` says where a joint venture of a company is named."""
    by_company: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_company[sighting.mention.company].append(sighting)
    weighed = {
        company: _weigh(seen, ventures.get(company) is Place.TITLE, context)
        for company, seen in by_company.items()
    }
    roundup = is_roundup(article, tuple(weighed.values()), context)
    return {
        company: round(min(1.0, _score(one, weighed, roundup, context)), 3)
        for company, one in weighed.items()
    }


def _weigh(seen: Sequence[Sighting], venture_in_title: bool, context: Context) -> _Weighed:
    full = tuple(sighting for sighting in seen if not passing(sighting, context))
    titled = venture_in_title or any(sighting.place is Place.TITLE for sighting in full)
    return _Weighed(tuple(seen), full, titled, any(acts(sighting, context) for sighting in full))


def _score(one: _Weighed, everybody: Mapping[str, _Weighed], roundup: bool, context: Context) -> float:
    others = [other for other in everybody.values() if other is not one]
    mentions = sum(len(other.full) for other in everybody.values())
    value = _place_value(one, others)
    value += _AGAIN * min(_MOST_AGAIN, len(one.full) - 1) if one.full else 0.0
    value += _SHARE * len(one.full) / mentions if mentions else 0.0
    if roundup or _is_team(one, context) or not one.full:
        return min(value, _CAP)
    if not one.titled and passing(one.seen[0], context):
        return min(value, _CAP)  # brought in as a comparison, then spoken of again
    return value


def _place_value(one: _Weighed, others: Sequence[_Weighed]) -> float:
    title_taken = any(other.titled for other in others)
    if one.titled:
        return _TITLE
    if title_taken and _keeps_returning(one, others):
        return _RETURNS
    if Place.LEAD in one.places:
        return _LEAD_BELOW_TITLE if title_taken or _behind(one, others) else _LEAD
    if Place.BODY in one.places:
        higher = title_taken or any(Place.LEAD in other.places for other in others)
        higher = higher or sum(other.acts for other in others) >= _FEW
        return _BODY_ALONE if one.acts and not higher else _BODY
    return _ASIDE if one.full else _PASSING


def _behind(one: _Weighed, others: Sequence[_Weighed]) -> bool:
    """Named once, without a verb, after whom the lead begins with: "Toyota's prototype shows Sony films"."""
    if one.acts or len(one.full) > 1:
        return False
    leads = sorted(
        (sighting for other in (one, *others) for sighting in other.full if sighting.place is Place.LEAD),
        key=lambda sighting: (sighting.passage, sighting.hit.start),
    )
    for before, sighting in pairwise(leads):
        if before.mention.company == one.company:
            return False
        apart = before.passage != sighting.passage
        if apart or not joints.BETWEEN_SEVERAL.fullmatch(sighting.low, before.hit.end, sighting.hit.start):
            return True
    return False


def _keeps_returning(one: _Weighed, others: Sequence[_Weighed]) -> bool:
    """In the lead and in three passages at least, as often as whoever the title names."""
    most = max((len(other.full) for other in others if other.titled), default=0)
    spread = len({sighting.passage for sighting in one.full})
    return Place.LEAD in one.places and one.acts and spread >= 3 and len(one.full) >= most


def is_roundup(article: Article, weighed: Sequence[_Weighed], context: Context) -> bool:
    """A list, a table, a market report: about nobody in it."""
    title = article.title.lower()
    if any(map(title.__contains__, context.roundup_parts)) or context.roundup.search(title):
        return True
    titled = sum(one.titled for one in weighed)
    counts = [len(one.seen) for one in weighed]
    if titled:
        return titled >= _MANY_IN_TITLE
    if len(counts) >= _MANY and max(counts) < _LARGE_SHARE * sum(counts):
        return True
    # Things side by side: nobody does anything, and nobody is spoken of again.
    return len(counts) >= _SOME and max(counts) <= 2 and not any(one.acts for one in weighed)


_MANY_IN_TITLE = 4
_MANY = 5
_SOME = 3
_FEW = 2
_LARGE_SHARE = 0.25


def passing(sighting: Sighting, context: Context) -> bool:
    """Whether the name stands in a comparison or the like, or in a list that one opens."""
    before = sighting.low[max(0, sighting.hit.start - 60) : sighting.hit.start]
    while before[:-1].endswith(joints.ENDS) and (joint := joints.NAME_BEFORE.search(before)):
        before = before[: joint.start()]
    if sighting.place is not Place.TITLE and _ONE_OF_ITS_THINGS.search(before[-_LONGEST_ARTICLE:]):
        return True  # "a Samsung engineer", "a Boeing": one of its people or products
    return bool(context.passing.search(before)) or bool(
        context.passing_after.match(sighting.low, sighting.hit.end)
    )


_ONE_OF_ITS_THINGS = re.compile(r"(?:\A|\W)(?:an?|eine?|einem|einen|einer)\s\Z")
_LONGEST_ARTICLE = len(" einem ")


def acts(sighting: Sighting, context: Context) -> bool:
    """Whether a verb of companies follows: the text says what it does."""
    after = sighting.low[sighting.hit.end : sighting.hit.end + 24].split()
    return bool(after) and (after[0] in context.verbs or after[0] in _AUXILIARIES or after[0].endswith("ed"))


_AUXILIARIES = frozenset(
    (
        "will",
        "is",
        "was",
        "has",
        "had",
        "would",
        "could",
        "may",
        "might",
        "can",
        "hat",
        "wird",
        "ist",
        "war",
        "kann",
    )
)


def _is_team(one: _Weighed, context: Context) -> bool:
    """Whether it is here as a sports team that bears the name."""
    teams = sum(team(sighting, context) for sighting in one.seen)
    return teams * 2 >= len(one.seen)


def team(sighting: Sighting, context: Context) -> bool:
    """Whether the name is, or is followed by, that of a sports team."""
    name = sighting.low[sighting.hit.start : sighting.hit.end].split()
    after = sighting.low[sighting.hit.end : sighting.hit.end + 20].split()
    if name[-1].endswith(context.team_tails):
        return True
    return name[-1] in context.teams or (bool(after) and after[0].rstrip(".,") in context.teams)
