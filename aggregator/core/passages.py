"""Cleaned HTML -> the runs of plain text that stand together, and where each one stands.

Reads only what ``core.clean`` wrote: nh3 has closed every element, quoted every attribute
and escaped every other ``<``, so one pass over the tags is enough and nothing is parsed twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from aggregator.model import Passage, Place

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VOID_TAGS = frozenset(("br", "hr", "img", "wbr"))
_CAPTION_TAGS = frozenset(("figcaption", "caption"))
_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)([^">]*(?:"[^"]*"[^">]*)*)>')
_BLANK_LINE = re.compile(r"\s*<br[^>]*>\s*<br", re.IGNORECASE)

# A lead goes on until it has said something: a dateline or a standfirst alone does not.
LEAD_CHARACTERS = 80
LEAD_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A passage and its place in the html: ``html[start:end]`` is what to cut to be rid of it.

    That is the whole element, tags included, where the passage is all that the element holds;
    else (loose text beside other blocks, or between two blank lines) the text with its inline tags.
    """

    passage: Passage
    start: int
    end: int


def passages(title: str, html: str) -> tuple[Passage, ...]:
    """The title first, then the body's passages in reading order. No passage is empty."""
    head = (Passage(Place.TITLE, title),) if title else ()
    return head + tuple(block.passage for block in blocks(html))


def blocks(html: str) -> tuple[Block, ...]:
    """Split cleaned HTML into its passages, in reading order.

    A passage is the text of a paragraph, heading, list item, cell or caption, or of what stands
    between two blank lines (``<br><br>``); white space is folded and inline tags leave no gap.
    """
    return _with_places(_Scanner(html).scan())


@dataclass(slots=True)
class _Run:
    """Text since the last border between blocks."""

    pieces: list[tuple[int, int]] = field(default_factory=list)  # text and inline tags: start, end
    texts: list[tuple[int, int]] = field(default_factory=list)
    depth: int = 0  # inline elements opened in this run and still open
    balanced: bool = True  # no element closed here that was opened before
    gaps: list[int] = field(default_factory=list)  # where a <br> stands
    linked: int = 0  # characters of text inside links


@dataclass(slots=True)
class _Open:
    """A block element that is not yet closed."""

    name: str
    start: int
    divided: bool = False  # holds another block, or has already given a run


@dataclass(frozen=True, slots=True)
class _Found:
    """A block whose place is not yet decided."""

    text: str
    start: int
    end: int
    tags: frozenset[str]  # names of the block elements around it
    link: bool


class _Scanner:
    """One pass over the tags of a cleaned body."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.run = _Run()
        self.open: list[_Open] = []
        self.found: list[_Found] = []
        self.links = 0  # open <a> elements

    def scan(self) -> list[_Found]:
        at = 0
        for match in _TAG.finditer(self.html):
            start, end = match.span()
            if start > at:
                self.add_text(at, start)
            at = end
            name = match[2].lower()
            if name in BLOCK_TAGS:
                self.border(name, closing=bool(match[1]), start=start, end=end)
            else:
                self.add_inline(name, closing=bool(match[1]), start=start, end=end)
        if at < len(self.html):
            self.add_text(at, len(self.html))
        self.flush()
        return self.found

    def add_text(self, start: int, end: int) -> None:
        run = self.run
        if not run.pieces and self.html[start:end].isspace():
            return
        run.pieces.append((start, end))
        run.texts.append((start, end))
        if self.links:
            run.linked += end - start

    def add_inline(self, name: str, closing: bool, start: int, end: int) -> None:
        run = self.run
        if name == "a":
            self.links = max(0, self.links + (-1 if closing else 1))
        if name == "br":
            if run.depth == 0 and run.balanced and _BLANK_LINE.match(self.html, start):
                self.flush(divide=True)
            elif run.pieces:
                run.gaps.append(start)
            return
        if name not in _VOID_TAGS:
            run.depth += -1 if closing else 1
            run.balanced = run.balanced and run.depth >= 0
        run.pieces.append((start, end))

    def border(self, name: str, closing: bool, start: int, end: int) -> None:
        if name in _VOID_TAGS:
            self.flush(divide=True)
        elif not closing:
            self.flush(divide=True)
            self.open.append(_Open(name, start))
        elif self.open and self.open[-1].name == name:
            element = self.open[-1]
            if element.divided:
                self.flush()
            else:
                self.flush(whole=(element.start, end))
            self.open.pop()

    def flush(self, divide: bool = False, whole: tuple[int, int] | None = None) -> None:
        """End the run; ``whole`` is the element that holds nothing else, ``divide`` says it goes on."""
        run, self.run = self.run, _Run()
        if divide and self.open:
            self.open[-1].divided = True
        text = self.text_of(run.texts, run.gaps)
        if not text:
            return
        tags = frozenset(element.name for element in self.open)
        link = run.linked > 0 and run.linked >= 0.9 * sum(end - start for start, end in run.texts)
        if whole or (run.balanced and run.depth == 0):
            start, end = whole or (run.pieces[0][0], run.pieces[-1][1])
            self.found.append(_Found(text, start, end, tags, link))
            return
        # An inline element that reaches over blocks: each text alone can be cut without unbalancing it.
        for start, end in run.texts:
            if text := self.text_of([(start, end)], []):
                self.found.append(_Found(text, start, end, tags, link))

    def text_of(self, texts: list[tuple[int, int]], gaps: list[int]) -> str:
        parts: list[tuple[int, str]] = [(start, self.html[start:end]) for start, end in texts]
        if gaps:
            parts = sorted(parts + [(gap, " ") for gap in gaps])
        return " ".join(unescape("".join(part for _, part in parts)).split())


def _with_places(found: list[_Found]) -> tuple[Block, ...]:
    result: list[Block] = []
    lead_blocks = lead_characters = 0
    for each in found:
        if each.tags & _CAPTION_TAGS:
            place = Place.CAPTION
        elif each.link:
            place = Place.LINK
        elif each.tags & HEADINGS or lead_blocks >= LEAD_BLOCKS or lead_characters >= LEAD_CHARACTERS:
            place = Place.BODY
        else:
            place = Place.LEAD
            lead_blocks += 1
            lead_characters += len(each.text)
        result.append(Block(Passage(place, each.text), each.start, each.end))
    return tuple(result)
