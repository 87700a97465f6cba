"""Where in an article a notice may stand, and whose words its blocks are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.core.notice_text import plain_form
from aggregator.core.notices import Language
from aggregator.model import Passage, Place

FIRST_BLOCKS = 3  # of an article, besides captions, where a notice may stand
LAST_BLOCKS = 6
MAX_CAPTIONS = 40
MAX_LEAD_IN = 120  # characters at a block's end that may announce an example
MAX_QUESTION = 160  # characters of a block that is a question and nothing else
FEW_QUESTIONS = 2  # from so many on an article is questions and answers


def borders(given: Sequence[Passage]) -> list[int]:
    """Which blocks may hold a notice: the first, the last and the captions."""
    running = [at for at, each in enumerate(given) if each.place is not Place.CAPTION]
    captions = [at for at, each in enumerate(given) if each.place is Place.CAPTION][:MAX_CAPTIONS]
    return sorted({*running[:FIRST_BLOCKS], *running[-LAST_BLOCKS:], *captions})


def is_not_its_own(given: Sequence[Passage], at: int, languages: Iterable[Language]) -> bool:
    """Is a block, though it reads like a notice, an example, an answer or an advert for staff?

    An example is announced by the block before it ("Sample wording 1"); an answer follows a question in an
    article that asks more than one; an answer with its sign ("A: …") and an advert show it themselves.
    """
    before = plain_form(given[at - 1].text[-MAX_LEAD_IN:]) if at else ""
    shown = plain_form(given[at].text)
    return any(
        each.example.pattern.search(before) or each.apart.pattern.search(shown) for each in languages
    ) or (at > 0 and _asks(given[at - 1]) and sum(_asks(each) for each in given) >= FEW_QUESTIONS)


def _asks(passage: Passage) -> bool:
    return len(passage.text) <= MAX_QUESTION and passage.text.rstrip(' \n"”»」』').endswith(("?", "？"))
