"""Which of a page's blocks are the article, and their HTML as the page has it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import lxml.html
from lxml.html import HtmlElement

from aggregator.core.clean.gate import is_named_boilerplate
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.sanitize import sanitize
from aggregator.core.clean.trim import cut_blocks
from aggregator.core.extract.complete import complete, drop_outside
from aggregator.core.extract.facts import PageFacts
from aggregator.core.passages import Block, blocks
from aggregator.core.text import fold
from aggregator.model import Place

_CUT = ("script", "style", "template", "nav", "form", "button", "select", "textarea", "svg", "link", "meta")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_FRAME_ROLES = frozenset(("navigation", "search", "banner", "contentinfo", "complementary", "dialog", "menu"))
_PROSE = 400  # characters outside links: no share bar has so many
SPARE = 0.2  # of all text: what holds so much is the article, or for the extractor to judge
_SHINGLE = 4
_SURE = 60  # letters that are found elsewhere in a text by no accident
_NEAR = 400  # letters that may be skipped before a short block of the same text
_MOSTLY = 0.8
_BIOGRAPHY_BLOCKS = 4  # at the end of the text
_BIOGRAPHY = 350  # characters
_NOTICE_BLOCKS = 8  # after the text
_NOTICE = 50  # characters; less is a link to a page about it
_BESIDE = 120  # a block outside articleBody at either end is kept if it says as much as this


@dataclass(frozen=True, slots=True)
class Selection:
    """The blocks of a page, and which of them are the article."""

    html: str
    found: tuple[Block, ...]
    chosen: tuple[bool, ...]

    @property
    def first(self) -> int:
        """The index of the article's first block; the number of blocks where there is none."""
        return self.chosen.index(True) if True in self.chosen else len(self.chosen)


def prune(tree: HtmlElement, rules: CleanRules) -> None:
    """Take off the tree what its tags, roles and names call frame: menus, share bars, comment areas."""
    enough = max(_PROSE, len(tree.text_content()) * SPARE)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            _drop(element)
        elif element.tag in _CUT or _is_frame(element, rules):
            if element.tag not in _CUT and _is_prose(element, enough):
                continue
            if element.tag == "form" and _is_prose(element, enough):
                element.tag = "div"  # whole pages stand in a form on some servers
                continue
            _drop(element)
    for figure in tree.iter("figure"):
        _fold_caption(figure)


def select(tree: HtmlElement, base: str, facts: PageFacts, told: str, rules: CleanRules) -> Selection:
    """Choose the article's blocks of a pruned page.

    ``told`` is the text that the extractor found, "" where it found none.
    """
    body = tree.find("body")
    source = lxml.html.tostring(body if body is not None else tree, encoding="unicode")
    html = sanitize(source, base, base, rules)
    found = blocks(html)
    article_body = facts.body
    if not told and not article_body:
        return Selection(html, found, tuple(_is_paragraph(html, block) for block in found))
    texts = [_letters(block.passage.text) for block in found]
    chosen = _found_in(texts, found, told) if told else [False] * len(found)
    if article_body:
        _agree(found, texts, chosen, article_body)
    drop_outside(html, found, chosen)
    complete(html, found, chosen)
    _drop_biography(html, found, chosen, facts.author)
    _begin_below_headline(found, texts, chosen, _letters(facts.title))
    _add_notices(found, chosen, rules)
    return Selection(html, found, tuple(chosen))


def article_html(selection: Selection) -> str:
    """The chosen blocks and the pictures among them, in the page's own markup, without its frame."""
    html, found, chosen = selection.html, selection.found, selection.chosen
    if True not in chosen:
        return ""
    start = found[selection.first].start
    last = len(chosen) - 1 - chosen[::-1].index(True)
    pictures = [span for span in _pictures(html) if not start - 2_000 <= span[0] <= found[last].end]
    unwanted = [block for block, wanted in zip(found, chosen, strict=True) if not wanted]
    nothing = found[0].passage
    cut = unwanted + [Block(nothing, *span) for span in pictures if not _within(span, unwanted)]
    return _unwrap(cut_blocks(_as_paragraphs(html, found, chosen, cut), ()))


def _as_paragraphs(html: str, found: Sequence[Block], chosen: Sequence[bool], cut: Sequence[Block]) -> str:
    """The page without what is cut; text that stands in a <div> of its own stands in a <p>."""
    edits = [(block.start, block.end, "") for block in cut]
    for block, wanted in zip(found, chosen, strict=True):
        part = html[block.start : block.end]
        if wanted and re.match(r"<(?:div|section|article|main|header|footer|aside|center)\b", part):
            inner = part[part.index(">") + 1 : part.rindex("<")]
            edits.append((block.start, block.end, f"<p>{inner}</p>"))
        elif wanted and not part.startswith("<"):
            edits.append((block.start, block.end, f"<p>{part}</p>"))
    parts: list[str] = []
    at = 0
    for start, end, instead in sorted(edits):
        if start >= at:
            parts += [html[at:start], instead]
            at = end
    return "".join([*parts, html[at:]])


_FRAME_TAG = re.compile(
    r"</?(?:div|section|article|main|header|footer|aside|center|hr)(?:\s[^\">]*(?:\"[^\"]*\"[^\">]*)*)?>"
)


def _unwrap(html: str) -> str:
    """Without the boxes that a page's layout puts around its text."""
    return re.sub(r"\s*\n\s*", "\n", _FRAME_TAG.sub("\n", html)).strip()


def _pictures(html: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r'<img\b[^">]*(?:"[^"]*"[^">]*)*>', html)]


def _within(span: tuple[int, int], cut: Sequence[Block]) -> bool:
    return any(block.start <= span[0] and span[1] <= block.end for block in cut)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _is_frame(element: HtmlElement, rules: CleanRules) -> bool:
    if element.tag in ("html", "body", "main", "article", "h1", "img", "figure", "picture"):
        return False
    if element.get("hidden") is not None or (element.get("role") or "") in _FRAME_ROLES:
        return True
    if element.get("aria-hidden") == "true" and element.tag in ("div", "ul", "span"):
        return True
    if _HIDDEN.search(element.get("style") or ""):
        return True
    classes = (element.get("class") or "").split()
    return is_named_boilerplate(element.tag, classes, element.get("id") or "", rules)


def _is_prose(element: HtmlElement, enough: float) -> bool:
    prose = len(element.text_content()) - sum(len(link.text_content()) for link in element.iter("a"))
    return prose > enough


def _fold_caption(figure: HtmlElement) -> None:
    """A caption goes with its picture as its title: the text of the article runs on without it."""
    captions = list(figure.iter("figcaption"))
    text = fold(" ".join(caption.text_content() for caption in captions))[:500]
    images = list(figure.iter("img"))
    for image in images[:1] if text else ():
        image.set("title", text)
        if not image.get("alt"):
            image.set("alt", text)
    if images:
        for caption in captions:
            _drop(caption)


def _found_in(texts: Sequence[str], found: Sequence[Block], told: str) -> list[bool]:
    """Which blocks the extractor's text holds, in its order: a short one only near its neighbours."""
    line = _letters(told)
    shingles = _shingles(told)
    chosen: list[bool] = []
    at = 0
    for text, block in zip(texts, found, strict=True):
        place = line.find(text, max(0, at - 1)) if text else -1
        near = 0 <= place <= at + _NEAR if at else 0 <= place <= _NEAR
        if place >= 0 and (near or len(text) >= _SURE):
            chosen.append(True)
            at = place + len(text)
        else:
            chosen.append(len(text) >= _SURE and _share(block.passage.text, shingles) >= _MOSTLY)
    return chosen


def _agree(found: Sequence[Block], texts: Sequence[str], chosen: list[bool], article_body: str) -> None:
    """Where the page's own articleBody covers the text found, it decides on what stands at either end."""
    shingles = _shingles(article_body)
    inside = [
        len(text) > 8 and _share(block.passage.text, shingles) >= _MOSTLY
        for text, block in zip(texts, found, strict=True)
    ]
    size = sum(len(text) for text, good in zip(texts, inside, strict=True) if good)
    if size < 150 or size < 0.7 * len(_letters(article_body)):
        return  # shortened, or another text than the page shows
    for index, good in enumerate(inside):
        chosen[index] = chosen[index] or good
    first, last = inside.index(True), len(inside) - 1 - inside[::-1].index(True)
    for index, block in enumerate(found):
        outside = index < first or index > last
        if outside and (
            len(block.passage.text) < _BESIDE or index < first or block.passage.place is Place.LINK
        ):
            chosen[index] = False


def _begin_below_headline(
    found: Sequence[Block], texts: Sequence[str], chosen: list[bool], title: str
) -> None:
    """Nothing above the headline is the article's: a site's name or column may occur in its text too."""
    sure = (index for index, text in enumerate(texts) if chosen[index] and len(text) >= _SURE)
    first = next(sure, len(texts))
    for index in range(first - 1, -1, -1):
        if title and texts[index] == title:
            chosen[: index + 1] = [False] * (index + 1)
            return


def _add_notices(found: Sequence[Block], chosen: list[bool], rules: CleanRules) -> None:
    """A disclaimer set apart from the text is still the article's; whether it is one, others judge."""
    if True not in chosen:
        return
    last = len(chosen) - 1 - chosen[::-1].index(True)
    for index in range(last + 1, min(len(found), last + 1 + _NOTICE_BLOCKS)):
        text = found[index].passage.text.casefold()
        if len(text) >= _NOTICE and found[index].passage.place is not Place.LINK:
            chosen[index] = any(word in text for word in rules.notices)


def _drop_biography(html: str, found: Sequence[Block], chosen: list[bool], author: str | None) -> None:
    """A line about the author below the text is not the author's text."""
    names = [name.strip() for name in (author or "").split(",") if name.strip()]
    picked = [index for index, wanted in enumerate(chosen) if wanted]
    for index in picked[-_BIOGRAPHY_BLOCKS:] if len(picked) > _BIOGRAPHY_BLOCKS + 2 else ():
        text = found[index].passage.text
        before = found[index - 1].passage.text if index else ""
        about = any(text.startswith(name) or (before == name and not chosen[index - 1]) for name in names)
        if about and len(text) <= _BIOGRAPHY and not html.startswith(("<li", "<h"), found[index].start):
            chosen[index] = False


def _is_paragraph(html: str, block: Block) -> bool:
    """The guess where nothing told us: prose in paragraphs."""
    return len(block.passage.text) >= 80 and html.startswith("<p", block.start)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _words(text)
    return frozenset(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _share(text: str, shingles: frozenset[tuple[str, ...]]) -> float:
    own = _shingles(text)
    return sum(shingle in shingles for shingle in own) / len(own) if own else 0.0


def _words(text: str) -> list[str]:
    """Words; a character of Han or kana, which are written without spaces, is one."""
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+", text.casefold())


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
