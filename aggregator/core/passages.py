"""Cleaned HTML -> the runs of plain text that stand together, and where each one stands.

Reads only what ``core.clean`` wrote: nh3 has closed every element, quoted every attribute
and escaped every other ``<``, so one pass over the tags is enough and nothing is parsed twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from aggregator.model import Passage, Place

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CAPTION_TAGS = frozenset(("figcaption", "caption"))
_REST_OF_TAG = r'(?:\s[^">]*(?:"[^"]*"[^">]*)*)?>'
# Every tag is matched, so that nothing inside an attribute is taken for one; only borders have groups.
_BORDER = re.compile(
    rf"<(?:(/?)({'|'.join(sorted(BLOCK_TAGS, key=len, reverse=True))}){_REST_OF_TAG}"
    rf"|(br){_REST_OF_TAG}\s*<br{_REST_OF_TAG}"
    r'|[^">]*(?:"[^"]*"[^">]*)*>)'
)
_TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)[^">]*(?:"[^"]*"[^">]*)*>')
_LINK = re.compile(r'<a(?:\s[^">]*(?:"[^"]*"[^">]*)*)?>(.*?)</a>', re.DOTALL)
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
    return _with_places(_Scanner(html).scan())


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
        self.open: list[_Open] = []
        self.found: list[_Found] = []
        self.links = 0  # links that were opened in an earlier run

    def scan(self) -> list[_Found]:
        at = 0
        for match in _BORDER.finditer(self.html):
            name = match[2]
            if name is None and match[3] is None:
                continue
            start, end = match.span()
            if name is None:
                if not _is_balanced(self.html[at:start]):
                    continue  # a blank line inside an inline element divides nothing
                self.add_run(at, start, divide=True)
            elif not match[1]:
                self.add_run(at, start, divide=True)
                if name != "hr":
                    self.open.append(_Open(name, start))
            elif self.open and self.open[-1].name == name:
                element = self.open[-1]
                self.add_run(at, start, whole=None if element.divided else (element.start, end))
                self.open.pop()
            at = end
        self.add_run(at, len(self.html))
        return self.found

    def add_run(
        self, start: int, end: int, divide: bool = False, whole: tuple[int, int] | None = None
    ) -> None:
        """End a run; ``whole`` is the element that holds nothing else, ``divide`` says it goes on."""
        if divide and self.open:
            self.open[-1].divided = True
        run = self.html[start:end]
        if not run or run.isspace():
            return
        marked = "<" in run
        link = self.is_link(run) if marked or self.links else False
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
        tags = frozenset([element.name for element in self.open])
        self.found.append(_Found(text, start, end, tags, link))

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
        run = _TAG.sub(_space_of, run) if "<br" in run else _TAG.sub("", run)
    if "&" in run:
        run = unescape(run)
    return " ".join(run.split())


def _space_of(tag: re.Match[str]) -> str:
    return " " if tag[2] == "br" else ""


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
