"""Blocks of the article that the extractor left out: headings, list items, short lines, whole sections.

The extractor says where the article is; what stands there in the same boxes of the page belongs to it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from aggregator.core.clean.lines import LINKED, TAG
from aggregator.core.passages import Block
from aggregator.model import Place

_BOX = re.compile(r"<(/?)(?:div|section|article|main|header|footer|aside|center|figure|td)(?=[ >])[^<>]*>")
_NAME = re.compile(r"<([a-z][a-z0-9]*)")
_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_TITLES = _HEADINGS | {"b", "strong"}  # a bold line is a heading of older pages
_TEXTS = frozenset(("p", "li", "blockquote", "dd", "dt", "pre", "cite", ""))
_ENDED = re.compile(r"[.!?…:;。！？][\"'”’»」』)\]]*\Z")
_LONG = 60  # characters: a line of it is no label
_MAX_HEADING = 150
_PARTS = 2
_POINT = 25  # characters
_NEARLY_ALL = 0.85
_OWNER = re.compile(r"(?:copyright )?(?:©|\(c\))|copyright \d", re.IGNORECASE)
_BELOW = 3  # blocks under a heading: a picture's credit may come before the text


@dataclass(slots=True)
class _Box:
    """An element that holds blocks, by what stands in it directly."""

    around: int | None  # the box it stands in
    chosen: int = 0  # characters
    other: int = 0
    names: set[str] = field(default_factory=set)
    parts: int = 0  # of its own boxes, how many hold chosen text
    like: int = 0  # and how many of these a heading too


def complete(html: str, found: Sequence[Block], chosen: list[bool]) -> None:
    """Choose more blocks between the first and the last that are chosen."""
    if chosen.count(True) < 2:
        return
    first, last = chosen.index(True), len(chosen) - 1 - chosen[::-1].index(True)
    homes = _homes(html, found)
    names = [_name(html, block) for block in found]
    boxes = _boxes(html, found, chosen, homes, names)
    wanted = [
        index
        for index in range(max(0, first - _BELOW), len(found))
        if not chosen[index]
        and (first < index < last or homes[index] in (homes[first], homes[last]))
        and _belongs(html, found[index], names[index], boxes, homes[index])
    ]
    for index in wanted:
        if index < first:
            chosen[index] = names[index] in _HEADINGS and _is_like_others(boxes[homes[index]], boxes)
        elif index < last or (_is_sentence(found[index]) and chosen[index - 1]):
            chosen[index] = True
    _drop_empty_headings(found, chosen, set(wanted), names)
    _add_points(found, chosen, first, names)


def drop_outside(html: str, found: Sequence[Block], chosen: list[bool]) -> None:
    """Of what is chosen outside the box that holds nearly all of it, links go, and short lines below it.

    Menus in tables, counters of visitors and lines of owners stand in boxes of their own, as standfirsts do.
    """
    picked = [index for index, wanted in enumerate(chosen) if wanted]
    box = _main_box(html, [found[index] for index in picked])
    if box is None:
        return
    for index in picked:
        block = found[index]
        if box[0] <= block.start < box[1]:
            continue
        is_line = block.start >= box[1] and _name(html, block) != "li" and not _is_sentence(block)
        if is_line or block.passage.place is Place.LINK or _OWNER.match(block.passage.text):
            chosen[index] = False


def _main_box(html: str, picked: Sequence[Block]) -> tuple[int, int] | None:
    """Where the smallest box begins and ends that holds nearly all of the blocks' text."""
    enough = sum(len(block.passage.text) for block in picked) * _NEARLY_ALL
    before = [0]
    for block in picked:
        before.append(before[-1] + len(block.passage.text))
    starts = [block.start for block in picked]
    open_boxes: list[int] = []
    for tag in _BOX.finditer(html):
        if not tag[1]:
            open_boxes.append(tag.start())
        elif open_boxes:
            start = open_boxes.pop()
            held = before[bisect_left(starts, tag.end())] - before[bisect_left(starts, start)]
            if held >= enough:  # inner boxes end first
                return start, tag.end()
    return None


def _add_points(found: Sequence[Block], chosen: list[bool], first: int, names: Sequence[str]) -> None:
    """The list directly above the text that says it in short."""
    begin = first
    while begin and names[begin - 1] == "li" and found[begin - 1].passage.place is not Place.LINK:
        begin -= 1
    if first - begin >= _PARTS and min(len(block.passage.text) for block in found[begin:first]) >= _POINT:
        chosen[begin:first] = [True] * (first - begin)


def _belongs(html: str, block: Block, name: str, boxes: dict[int, _Box], home: int) -> bool:
    if (
        block.passage.place in (Place.LINK, Place.CAPTION)
        or _linked(html, block) > len(block.passage.text) / 2
    ):
        return False
    box = boxes[home]
    if box.chosen < box.other and not _is_part(box, boxes):
        return False
    if name in _TITLES:
        return len(block.passage.text) <= _MAX_HEADING
    if name in ("li", "dt", "dd", "blockquote"):
        return True
    return name in _TEXTS and _is_sentence(block)


def _is_part(box: _Box, boxes: dict[int, _Box]) -> bool:
    """Whether a box is one of many that hold the text: items of a list, posts of a live page, paragraphs.

    One of nothing but a heading or a list is; one of both heading and text only where others are alike, as
    promotions are written so too.
    """
    around = boxes.get(box.around) if box.around is not None else None
    if around is None:
        return False
    if box.names & _HEADINGS and box.names - _HEADINGS:
        return _is_like_others(box, boxes)
    return around.parts >= _PARTS and box.names <= _HEADINGS | {"li"}


def _is_like_others(box: _Box, boxes: dict[int, _Box]) -> bool:
    return box.around is not None and boxes[box.around].like >= _PARTS


def _is_sentence(block: Block) -> bool:
    text = block.passage.text
    return len(text) >= _LONG or _ENDED.search(text) is not None


def _homes(html: str, found: Sequence[Block]) -> list[int]:
    """For each block, where the box that it stands in begins; -1 outside all."""
    homes: list[int] = []
    open_boxes: list[int] = []
    tags = iter(_BOX.finditer(html))
    tag = next(tags, None)
    for block in found:
        while tag is not None and tag.start() < block.start:
            if not tag[1]:
                open_boxes.append(tag.start())
            elif open_boxes:
                open_boxes.pop()
            tag = next(tags, None)
        homes.append(open_boxes[-1] if open_boxes else -1)
    return homes


def _boxes(
    html: str,
    found: Sequence[Block],
    chosen: Sequence[bool],
    homes: Sequence[int],
    names: Sequence[str],
) -> dict[int, _Box]:
    around: dict[int, int] = {}
    open_boxes = [-1]
    for tag in _BOX.finditer(html):
        if not tag[1]:
            around[tag.start()] = open_boxes[-1]
            open_boxes.append(tag.start())
        elif len(open_boxes) > 1:
            open_boxes.pop()
    boxes: dict[int, _Box] = defaultdict(lambda: _Box(None))
    for block, is_chosen, home, name in zip(found, chosen, homes, names, strict=True):
        box = boxes[home]
        box.around = around.get(home)
        box.names.add(name)
        if is_chosen:
            box.chosen += len(block.passage.text)
        elif block.passage.place is not Place.LINK:
            box.other += len(block.passage.text)
    for box in list(boxes.values()):
        if box.around is not None and box.chosen:
            boxes[box.around].parts += 1
            boxes[box.around].like += bool(box.names & _HEADINGS)
    return boxes


def _name(html: str, block: Block) -> str:
    name = _NAME.match(html, block.start)
    return name[1] if name and name[1] not in ("i", "em", "a", "span", "img", "font") else ""


def _linked(html: str, block: Block) -> int:
    return sum(len(TAG.sub("", link)) for link in LINKED.findall(html[block.start : block.end]))


def _drop_empty_headings(
    found: Sequence[Block], chosen: list[bool], added: set[int], names: Sequence[str]
) -> None:
    """A heading that was added goes again where nothing under it is the article's."""
    for index in sorted(added, reverse=True):
        if names[index] not in _TITLES:
            continue
        for below in range(index + 1, min(len(found), index + 1 + _BELOW)):
            if chosen[below]:
                break
            if found[below].passage.place is Place.LINK or names[below] in _TITLES:
                chosen[index] = False
                break
        else:
            chosen[index] = False
