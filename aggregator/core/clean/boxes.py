"""Boxes that a site sets around its offers, and the headings and labels over these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aggregator.core.clean.lines import APART, MAX_OFFER_LABEL, is_cuttable, is_link_line, leads_to_offers
from aggregator.core.clean.offers import ENOUGH, MAX_APPEAL, is_appeal, is_request, weigh, words_of
from aggregator.core.clean.rules import CleanRules
from aggregator.core.passages import Block
from aggregator.model import Place

_SENTENCE = 80  # characters that no mere label or link has
_HEADING = re.compile("<h([2-6])\\b")
_BOX = re.compile(r"<(/?)(div|aside|section|footer|header|table)\b[^<>]*>")
_MAX_BOX = 600  # characters of text
_SMALL_BOX_BLOCKS, _SMALL_BOX = 3, 200  # blocks, and characters of their text
_MAX_BESIDE = 90  # of a line that goes with the offers of its box
_NO_HEADING = re.compile(r"[.!?。！？：©\d]|:(?!\w)")  # a sentence, a credit or a date


def mark_boxes(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """A box that holds an offer and else only headings, links and short lines like it goes whole."""
    for start, end in _boxes(html):
        inside = [i for i, block in enumerate(found) if start <= block.start and block.end <= end]
        if not inside or len(inside) == len(found) or not any(cut[i] for i in inside):
            continue
        rest = [i for i in inside if not cut[i]]
        if (
            rest
            and sum(len(found[i].passage.text) for i in inside) <= _MAX_BOX
            and "<img" not in html[start:end]
            and (
                (cut[inside[-1]] and _is_small_offer(html, [found[i] for i in inside], rules))
                or all(_goes_with_offers(html, found[i], texts[i], i == inside[0], rules) for i in rest)
            )
        ):
            for i in rest:
                cut[i] = True


def _boxes(html: str) -> Iterator[tuple[int, int]]:
    """The spans of the elements that set something apart, inner ones first."""
    open_at: list[int] = []
    for tag in _BOX.finditer(html):
        if not tag[1]:
            open_at.append(tag.start())
        elif open_at:
            yield open_at.pop(), tag.end()


def _is_small_offer(html: str, inside: Sequence[Block], rules: CleanRules) -> bool:
    """A heading, a line and the link of the offer: what the line says is the offer's."""
    first, last = inside[0], inside[-1]
    is_headed = _HEADING.match(html, first.start) or APART.match(html, first.start, first.end)
    return (
        is_headed is not None
        and last.passage.place is Place.LINK
        and leads_to_offers(html[last.start : last.end], rules)
        and len(inside) <= _SMALL_BOX_BLOCKS
        and sum(len(block.passage.text) for block in inside) <= _SMALL_BOX
    )


def _goes_with_offers(html: str, block: Block, text: str, is_first: bool, rules: CleanRules) -> bool:
    if not text or not is_cuttable(html, block):
        return False
    if is_link_line(html, block):
        return True
    if len(text) > MAX_APPEAL:
        return False
    words = words_of(text)
    if (
        is_appeal(text, words, True, True, rules.offers, rules.appeals)
        or weigh(text, words, True, rules.offers) >= ENOUGH
    ):
        return True
    if len(text) > _MAX_BESIDE:
        return False
    own = rules.appeals.askers | rules.offers.readers | rules.offers.all_acts
    is_heading = bool(_HEADING.match(html, block.start)) or (is_first and not _NO_HEADING.search(text))
    if is_heading or is_request(text, rules.appeals.acts, rules.offers.leads):
        return True
    return APART.match(html, block.start, block.end) is not None and not own.isdisjoint(words)


def mark_bare_headings(html: str, found: Sequence[Block], cut: list[bool]) -> None:
    """A heading goes with all that it headed, and an emphasised label with the offer at the end under it."""
    for index in range(len(found) - 2, 0, -1):
        if cut[index] or not cut[index + 1]:
            continue
        level = _HEADING.match(html, found[index].start)
        if not level:
            if all(cut[index + 1 :]) and _is_label_of(html, found[index], found[index + 1]):
                cut[index] = True
            continue
        after = next((at for at in range(index + 1, len(found)) if not cut[at]), None)
        end = len(html) if after is None else found[after].start
        following = _HEADING.match(html, end)
        if (after is None or (following and following[1] <= level[1])) and "<img" not in html[
            found[index].end : end
        ]:
            cut[index] = True


def _is_label_of(html: str, block: Block, offer: Block) -> bool:
    """Whether an emphasised line is the label of sentences under it."""
    return (
        len(block.passage.text) <= MAX_OFFER_LABEL
        and len(offer.passage.text) >= _SENTENCE
        and APART.match(html, block.start, block.end) is not None
        and not _NO_HEADING.search(block.passage.text)
        and is_cuttable(html, block)
    )
