"""Where in an article a notice may stand, and whose words its blocks are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.core.notice_reading import is_heading
from aggregator.core.notice_text import plain_form
from aggregator.core.notices import Language, NoticeRules
from aggregator.core.passages import HEADINGS, Block
from aggregator.model import Passage, Place

FIRST_BLOCKS = 3  # of an article, besides captions, where a notice may stand
LAST_BLOCKS = 6
MAX_CAPTIONS = 40
MAX_LEAD_IN = 120  # characters at a block's end that may announce an example
MAX_QUESTION = 160  # characters of a block that is a question and nothing else
FEW_QUESTIONS = 2  # from so many on an article is questions and answers
MIN_INTRODUCTION = 25  # characters of a paragraph with a colon that introduces an example; a label has fewer
_SET_APART = ("blockquote", "pre")
_COLONS = (":", "：")


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


def is_headline(html: str, block: Block) -> bool:
    """Is a block the body's own headline? It names what the article is about."""
    return html.startswith("<h1", block.start)


def is_cited(html: str, found: Sequence[Block], at: int, opens: bool, rules: NoticeRules) -> bool:
    """Does a block hold words that are shown, not said?

    Those that a paragraph with a colon introduces ("Write for example:"), as a quotation, a list or a
    paragraph, and quotations that the text goes on after; but one that ``opens`` as a notice does
    ("Clarification: …") is set apart by this element, unless introduced.
    """
    block = found[at]
    apart = any(_is_within(html, block, name) for name in _SET_APART)
    first = at
    while first > 0 and html.startswith("<li", found[first].start):
        first -= 1
    before = found[first if first < at else at - 1] if at > 0 else None
    if before is None:
        return False
    text = before.passage.text.rstrip()
    if text.endswith(_COLONS) and (apart or _introduces(html, before, rules)):
        return True
    return apart and at + 1 < len(found) and not opens


def _introduces(html: str, before: Block, rules: NoticeRules) -> bool:
    """Is what ends with a colon a sentence, not a label or a heading that a notice has?"""
    text = before.passage.text
    is_title = any(html.startswith(f"<{name}", before.start) for name in HEADINGS)
    return len(text) >= MIN_INTRODUCTION and not is_title and not is_heading(text, rules)


def _is_within(html: str, block: Block, name: str) -> bool:
    """Does a block stand in an element, or is it one?"""
    start = html.rfind(f"<{name}", 0, block.start + len(name) + 1)
    return start >= 0 and html.find(f"</{name}", start, block.start) < 0
