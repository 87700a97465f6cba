"""Short lines that offer what a site has: "Follow us on Spotify", "공감 한 번 눌러 주세요", "Terms of use".

No list of phrases holds them all, so they are told by their parts, which data/boilerplate.yaml lists by kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_OFFER = 120  # characters
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


@dataclass(frozen=True, slots=True)
class Offers:
    """The parts of offers; all words are in lower case."""

    acts: frozenset[str]
    things: frozenset[str]
    own_things: frozenset[str]  # things only beside a word of ``whose``
    whose: frozenset[str]
    leads: frozenset[str]  # before an act
    small: frozenset[str]
    told: frozenset[str]  # no offer holds one of these
    rows: frozenset[str]  # whole entries of a row under a page
    forms: tuple[Form, ...]


def compile_offers(data: Mapping[str, object]) -> Offers:
    """Compile the mapping "offers" of data/boilerplate.yaml. Raises KeyError, TypeError or re.error."""
    forms = data["forms"]
    if not isinstance(forms, list):
        raise TypeError(f"expected a list, got {forms!r:.60}")
    return Offers(
        acts=_words(data["acts"]),
        things=_words(data["things"]),
        own_things=_words(data["own_things"]),
        whose=_words(data["whose"]),
        leads=_words(data["leads"]),
        small=_words(data["small"]),
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


def _offers_by_words(text: str, words: frozenset[str], offers: Offers) -> bool:
    if not offers.told.isdisjoint(words):
        return False
    named = not offers.things.isdisjoint(words)
    owned = not (offers.own_things.isdisjoint(words) or offers.whose.isdisjoint(words))
    if not named and not owned:
        return False
    known = offers.acts | offers.things | offers.own_things | offers.whose | offers.small | offers.leads
    others = len(words - known)
    if others > (_MAX_OTHER if named else _MAX_OTHER_OWN):
        return False
    return any(_is_request(clause, offers, others) for clause in _CLAUSE.split(text))


def _is_request(clause: str, offers: Offers, others: int) -> bool:
    """Whether a clause begins with an act, or ends with one as German infinitives do."""
    words = _WORD.findall(clause)
    first = next((word for word in words if word not in offers.leads), "")
    return first in offers.acts or (len(words) > 1 and not others and words[-1] in offers.acts)


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {value!r:.60}")
    return frozenset(str(word) for word in value)
