"""A short line at the end of a body, weighed word by word: the site's, or still the author's?

No list of wordings holds all that sites say there. What a line says is told by its words and by a few signs
of its form, each with a weight: a logistic regression, learned from labelled lines by
``python -m benchmarks.closings`` and kept in data/boilerplate.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aggregator.core.clean.offers import Appeals, Offers, requests_in, words_of

MAX_CLOSING = 260  # characters
MIN_CLOSING = 9
# Languages whose words no blanks part, or bend so that few are the same: nothing is learned of them.
PARTED_BY_NO_BLANKS = re.compile("[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7af]")
_BRIEF, _LONG = 40, 160
# The words that no list holds: how many at most.
_OTHERS = ((0, "None"), (2, "Few"), (5, "Some"), (9, "Many"), (MAX_CLOSING, "Most"))
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")
# "Cuéntanos", "ayudarnos", "scrivici", "aiutarci", "aidez-nous", "siga-nos": asked of readers, for the site.
_TO_US = re.compile(r"(?:[áéí]\w*nos|[aei]rnos|(?:[aei]r|te|vi|gui|uta|eni|nta|nda)ci|-nous|-nos)\b")


@dataclass(frozen=True, slots=True)
class Closings:
    """What tells such lines. Signs begin with a capital letter, words with none."""

    enough: float  # a line that weighs more is the site's
    weights: Mapping[str, float]


def compile_closings(data: Mapping[str, object]) -> Closings:
    """Compile the mapping "closings" of data/boilerplate.yaml. Raises KeyError, TypeError or ValueError."""
    enough, weights = data["enough"], data["weights"]
    if not isinstance(enough, int | float) or not isinstance(weights, Mapping):
        raise TypeError(f"expected a number and a mapping, got {enough!r:.60} and {weights!r:.60}")
    return Closings(
        float(enough),
        {word: float(weight) for weight, words in weights.items() for word in str(words).split()},
    )


def may_be_closing(text: str, offers: Offers, appeals: Appeals) -> bool:
    """Whether a folded line says anything of a site and its readers: most lines of authors do not."""
    words = words_of(text)
    return not (
        offers.all_acts.isdisjoint(words)
        and offers.ours.isdisjoint(words)
        and offers.things.isdisjoint(words)
        and offers.own_things.isdisjoint(words)
        and appeals.gifts.isdisjoint(words)
    )


def weigh_closing(
    text: str, part: str, leads_there: bool, closings: Closings, offers: Offers, appeals: Appeals
) -> float:
    """How much a folded line is the site's; ``part`` is its HTML, and ``leads_there`` whether all its links,
    one or more, lead to where offers do.
    """
    weight = closings.weights.get
    return sum([weight(sign, 0.0) for sign in signs_of(text, part, leads_there, offers, appeals)])


def signs_of(text: str, part: str, leads_there: bool, offers: Offers, appeals: Appeals) -> list[str]:
    """The words of a folded line, and the signs of its form."""
    bare = _ADDRESS.sub(" ", text) if "://" in text or "@" in text or "www." in text else text
    words = words_of(bare)
    signs = ["Line", *words]
    if "@" in text:
        signs.append("Mail")
    if "://" in text or "www." in text:
        signs.append("Address")
    if len(text) < _BRIEF:
        signs.append("Brief")
    elif len(text) > _LONG:
        signs.append("Long")
    if text.endswith(":"):
        signs.append("Label")
    if leads_there:
        signs.append("LeadsThere")
    if _TO_US.search(bare):
        signs.append("ToUs")
    signs += _signs_of_asking(bare, words, "<a " in part, offers)
    signs += _signs_of_words(words, offers, appeals)
    return signs


def _signs_of_asking(bare: str, words: frozenset[str], linked: bool, offers: Offers) -> Iterator[str]:
    acts = not offers.all_acts.isdisjoint(words)
    asks = acts and requests_in(bare, offers)
    addressed = not offers.readers.isdisjoint(words)
    if asks:
        yield "Asks"
        if asks > 1:
            yield "AsksTwice"
        if addressed:
            yield "AsksReaders"
        if linked:
            yield "AsksLinked"
        if not offers.things.isdisjoint(words):
            yield "AsksForThings"
    elif acts:
        yield "Act"
    if "?" in bare:
        yield "Question"
        if addressed:
            yield "QuestionToReaders"
        if asks:
            yield "QuestionAndAsks"
    if addressed:
        yield "Readers"


def _signs_of_words(words: frozenset[str], offers: Offers, appeals: Appeals) -> Iterator[str]:
    things = len(words & offers.things)
    if things:
        yield "Thing"
        if things > 1:
            yield "Things"
    ours = not offers.ours.isdisjoint(words)
    if ours:
        yield "Ours"
    if not offers.own_things.isdisjoint(words):
        yield "Own"
        if ours:
            yield "OursOwn"
    if not appeals.gifts.isdisjoint(words):
        yield "Gift"
    if not appeals.free.isdisjoint(words):
        yield "Free"
    if not appeals.payers.isdisjoint(words):
        yield "Payers"
    told = words & offers.only_told
    if told:
        yield "Told"
        if len(told) > 1:
            yield "ToldMore"
    others = len(words - offers.known_weighed - told)
    for most, sign in _OTHERS:
        if others <= most:
            yield sign
            break
