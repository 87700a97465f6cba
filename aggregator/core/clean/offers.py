"""Short lines that offer what a site has: "Follow us on Spotify", "공감 한 번 눌러 주세요", "Terms of use".

No list of phrases holds them all, so they are told by their parts, which data/boilerplate.yaml lists by kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

MAX_OFFER = 120  # characters
MAX_LONG_OFFER = 260
# Weights of what an offer holds, and how much makes a longer line one; set apart inside a text it takes more.
ENOUGH, ENOUGH_INSIDE = 5.0, 6.0
_FOR_PART, _FOR_ADDRESS, _FOR_TOLD, _FOR_OTHER = 2.0, 1.0, -1.5, -0.4
_MORE_REQUESTS = 2  # that count beyond the first
# Words of an offer that the data does not know: a name, a day. Of a platform's offer, and of a site's own.
_MAX_OTHER = 2
_MAX_OTHER_OWN = 1
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CLAUSE = re.compile(r"[,.:;!?¡¿|·•–—]+")
_ROW_EDGES = " .!>»→"


@dataclass(frozen=True, slots=True)
class Form:
    """An offer in a language that does not part its words by blanks: it holds ``act`` and ``thing``."""

    letters: re.Pattern[str]  # those of the language
    act: re.Pattern[str]
    thing: re.Pattern[str]
    told: re.Pattern[str]  # and none of these


@dataclass(frozen=True)
class Offers:
    """The parts of offers; all words are in lower case."""

    acts: frozenset[str]
    mild_acts: frozenset[str]  # only of lines that are weighed
    things: frozenset[str]
    own_things: frozenset[str]  # things only beside a word of ``whose``
    whose: frozenset[str]
    leads: frozenset[str]  # before an act
    small: frozenset[str]
    goods: frozenset[str]  # beside those, of lines that are weighed
    anyones: frozenset[str]  # of ``whose``: those that others say too
    readers: frozenset[str]  # whom an offer speaks to
    told: frozenset[str]  # no offer holds one of these
    rows: frozenset[str]  # whole entries of a row under a page
    forms: tuple[Form, ...]

    @cached_property
    def all_acts(self) -> frozenset[str]:
        """Both kinds."""
        return self.acts | self.mild_acts

    @cached_property
    def ours(self) -> frozenset[str]:
        """The words that say that something is the site's."""
        return self.whose - self.anyones

    @cached_property
    def known(self) -> frozenset[str]:
        """All the words that an offer may be made of."""
        return (
            self.acts | self.mild_acts | self.things | self.own_things | self.whose | self.small | self.leads
        )


def compile_offers(data: Mapping[str, object]) -> Offers:
    """Compile the mapping "offers" of data/boilerplate.yaml. Raises KeyError, TypeError or re.error."""
    forms = data["forms"]
    if not isinstance(forms, list):
        raise TypeError(f"expected a list, got {forms!r:.60}")
    return Offers(
        acts=_words(data["acts"]),
        mild_acts=_words(data["mild_acts"]),
        things=_words(data["things"]),
        own_things=_words(data["own_things"]),
        whose=_words(data["whose"]),
        leads=_words(data["leads"]),
        small=_words(data["small"]),
        goods=_words(data["goods"]),
        anyones=_words(data["anyones"]),
        readers=_words(data["readers"]),
        told=_words(data["told"]),
        rows=_words(data["rows"]),
        forms=tuple(
            Form(*(re.compile(form[part]) for part in ("letters", "act", "thing", "told"))) for form in forms
        ),
    )


def is_offer(text: str, offers: Offers) -> bool:
    """Whether a folded line of at most MAX_OFFER characters is an offer or a row of a page's footer."""
    if len(text) > MAX_OFFER:
        return False
    if text.strip(_ROW_EDGES) in offers.rows:
        return True
    if not text.isascii() and any(
        form.letters.search(text)
        and form.act.search(text)
        and form.thing.search(text)
        and not form.told.search(text)
        for form in offers.forms
    ):
        return True
    words = _WORD.findall(text)
    return not offers.acts.isdisjoint(words) and _offers_by_words(text, frozenset(words), offers)


def weigh(text: str, leads_there: bool, offers: Offers) -> float:
    """How much a folded line of one or more sentences is an offer; 0 where it asks for nothing.

    ``leads_there``: all its links lead to where offers do.
    """
    found = _WORD.findall(text)
    words = frozenset(found)
    if len(text) > MAX_LONG_OFFER or offers.all_acts.isdisjoint(words):
        return 0.0
    requests = sum(_is_request(clause, offers.all_acts, offers.leads) for clause in _CLAUSE.split(text))
    if not requests:
        return 0.0
    own = not offers.own_things.isdisjoint(words)
    ours = not offers.ours.isdisjoint(words)
    anyones = not ours and not offers.anyones.isdisjoint(words)
    parts = 1 + leads_there + (not offers.things.isdisjoint(words)) + (own and ours)
    addressed = (not offers.readers.isdisjoint(words)) + ours
    if not addressed and not leads_there:
        return 0.0
    told = words & (offers.told - offers.small - offers.goods - offers.readers)
    others = words - offers.known - offers.mild_acts - offers.goods - offers.readers - told
    return (
        parts * _FOR_PART
        + (addressed + (own and anyones) + min(requests - 1, _MORE_REQUESTS)) * _FOR_ADDRESS
        + len(told) * _FOR_TOLD
        + len(others) * _FOR_OTHER
    )


def _offers_by_words(text: str, words: frozenset[str], offers: Offers) -> bool:
    if not offers.told.isdisjoint(words):
        return False
    named = not offers.things.isdisjoint(words)
    owned = not (offers.own_things.isdisjoint(words) or offers.whose.isdisjoint(words))
    if not named and not owned:
        return False
    others = len(words - offers.known)
    if others > (_MAX_OTHER if named else _MAX_OTHER_OWN if not offers.ours.isdisjoint(words) else 0):
        return False
    return any(
        _is_request(clause, offers.acts, offers.leads) or (not others and _ends_with_request(clause, offers))
        for clause in _CLAUSE.split(text)
    )


def _is_request(clause: str, acts: frozenset[str], leads: frozenset[str]) -> bool:
    first = next((word for word in _WORD.findall(clause) if word not in leads), "")
    return first in acts


def _ends_with_request(clause: str, offers: Offers) -> bool:
    """As German infinitives do."""
    words = _WORD.findall(clause)
    return len(words) > 1 and words[-1] in offers.acts


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {value!r:.60}")
    return frozenset(str(word) for word in value)
