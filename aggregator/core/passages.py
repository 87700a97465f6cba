"""Cleaned HTML -> the runs of plain text that stand together, and where each one stands.

Reads only what ``core.clean`` wrote: nh3 has closed every element, quoted every attribute
and escaped every other ``<``, so one pass over the tags is enough and nothing is parsed twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from aggregator.core.text import fold
from aggregator.model import Passage, Place

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CAPTION_TAGS = frozenset(("figcaption", "caption"))
_TOLD = HEADINGS | _CAPTION_TAGS  # tell what kind of passage stands in them
# Attributes hold neither "<" nor ">" there, so that each is where a tag begins or ends.
_REST_OF_TAG = "(?: [^<>]*)?>"
_BORDER = re.compile(
    rf"<(?:(/?)({'|'.join(sorted(BLOCK_TAGS, key=len, reverse=True))}){_REST_OF_TAG}"
    rf"|br{_REST_OF_TAG}\s*<br{_REST_OF_TAG})"
)
_TAG = re.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_BLOCK_NAME = re.compile(rf"<({'|'.join(sorted(BLOCK_TAGS, key=len, reverse=True))})[ >]")
_ANY_TAG = re.compile("<[^<>]*>")
_LINK = re.compile("<a(?: [^<>]*)?>(.*?)</a>", re.DOTALL)
_BREAK = re.compile(rf"<br{_REST_OF_TAG}")
_LEAF = frozenset(("br", "img", "wbr"))

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
    return tuple(_Scanner(html).scan())


def last_lines(html: str, block: Block) -> Iterator[Block]:
    """The lines that breaks part within a block, from its last to its second, each with its break."""
    name = _BLOCK_NAME.match(html, block.start, block.end)
    end = block.end - (len(name[1]) + 3 if name else 0)  # "</" and ">"
    while (start := html.rfind("<br", block.start, end)) >= 0:
        run = html[html.index(">", start) + 1 : end]
        if not _is_balanced(run):
            return
        if text := _text(run):
            place = block.passage.place if _text(_LINK.sub("", run)) else Place.LINK
            yield Block(Passage(place, text), start, end)
        end = start


def lines(html: str, block: Block) -> list[str]:
    """The texts of the lines that breaks part within a block."""
    return [text for run in _BREAK.split(html[block.start : block.end]) if (text := _text(run))]


@dataclass(slots=True)
class _Open:
    """A block element that is not yet closed."""

    name: str
    start: int
    divided: bool = False  # holds another block, or has already given a run


class _Scanner:
    """One pass over the tags of a cleaned body."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.open: list[_Open] = []
        self.found: list[Block] = []
        self.links = 0  # links that were opened in an earlier run
        self.captions = self.headings = 0  # that are open
        self.lead_blocks = self.lead_characters = 0

    def scan(self) -> list[Block]:
        html, at = self.html, 0
        for match in _BORDER.finditer(html):
            start, end = match.span()
            slash, name = match.groups()
            if name is None:
                if not _is_balanced(html[at:start]):
                    continue  # a blank line inside an inline element divides nothing
                self.add_run(at, start, divide=True)
            elif not slash:
                if self.open:
                    self.open[-1].divided = True
                if at < start:
                    self.add_run(at, start)
                if name != "hr":
                    self.enter(name, start)
            elif self.open and self.open[-1].name == name:
                element = self.open[-1]
                if at < start:
                    self.add_run(at, start, whole=None if element.divided else (element.start, end))
                self.leave()
            at = end
        self.add_run(at, len(html))
        return self.found

    def enter(self, name: str, start: int) -> None:
        self.open.append(_Open(name, start))
        if name in _TOLD:
            self.captions += name in _CAPTION_TAGS
            self.headings += name in HEADINGS

    def leave(self) -> None:
        name = self.open.pop().name
        if name in _TOLD:
            self.captions -= name in _CAPTION_TAGS
            self.headings -= name in HEADINGS

    def add_run(
        self, start: int, end: int, divide: bool = False, whole: tuple[int, int] | None = None
    ) -> None:
        """End a run; ``whole`` is the element that holds nothing else, ``divide`` says it goes on."""
        if divide and self.open:
            self.open[-1].divided = True
        run = self.html[start:end]
        marked = "<" in run
        link = (marked or self.links > 0) and not run.isspace() and self.is_link(run)
        text = _text(run)
        if not text:
            return
        if whole:
            self.add(text, whole[0], whole[1], link)
        elif not marked or _is_balanced(run):
            bare = run.strip()
            start += run.index(bare)
            self.add(text, start, start + len(bare), link)
        else:
            self.add_texts(run, start, link)

    def add_texts(self, run: str, offset: int, link: bool) -> None:
        """An inline element reaches over blocks: only each text alone can be cut and leave it whole."""
        at = 0
        for start, end in [*(match.span() for match in _TAG.finditer(run)), (len(run), len(run))]:
            if text := _text(run[at:start]):
                self.add(text, offset + at, offset + start, link)
            at = end

    def add(self, text: str, start: int, end: int, link: bool) -> None:
        if self.captions:
            place = Place.CAPTION
        elif link:
            place = Place.LINK
        elif self.headings or self.lead_blocks >= LEAD_BLOCKS or self.lead_characters >= LEAD_CHARACTERS:
            place = Place.BODY
        else:
            place = Place.LEAD
            self.lead_blocks += 1
            self.lead_characters += len(text)
        self.found.append(Block(Passage(place, text), start, end))

    def is_link(self, run: str) -> bool:
        """Whether nearly all of a run's text is linked."""
        before = self.links
        starts, ends = run.count("<a"), run.count("</a>")
        # From the first link to the last is less than half of it: no need to count.
        brief = (run.rfind("</a>") - run.find("<a")) * 2 < len(run)
        if starts == ends and not before and (brief or not starts):
            return False
        if starts or ends:
            names = [(slash, name) for slash, name in _TAG.findall(run) if name == "a"]
            self.links = max(0, before + sum(-1 if slash else 1 for slash, _ in names))
        if before:
            return True
        if "<a" not in run:
            return False
        linked = sum(len(_text(inner)) for inner in _LINK.findall(run))
        return linked > 0 and (self.links > 0 or linked >= 0.9 * len(_text(run)))


def _is_balanced(run: str) -> bool:
    """Whether every inline element that begins in a run ends in it, and the reverse."""
    depth = 0
    for slash, name in _TAG.findall(run):
        if name not in _LEAF:
            depth += -1 if slash else 1
            if depth < 0:
                return False
    return depth == 0


def _text(run: str) -> str:
    if "<" in run:
        run = _TAG.sub(_space_of, run) if "<br" in run else _ANY_TAG.sub("", run)
    if "&" in run:
        run = unescape(run)
    return fold(run)


def _space_of(tag: re.Match[str]) -> str:
    return " " if tag[2] == "br" else ""
