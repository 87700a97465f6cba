"""Whole blocks that say nothing of the author's: "Share this", "No comments yet", lists of other articles.

Works on sanitized HTML by the places of its blocks, so nothing is parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape

from aggregator.core.clean.offers import ENOUGH, ENOUGH_INSIDE, MAX_LONG_OFFER, MAX_OFFER, is_offer, weigh
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.sanitize import without_empty
from aggregator.core.passages import Block, blocks
from aggregator.model import Place

MAX_LABEL = 70
MAX_PHRASE = 500  # characters; a longer block is text
_MAX_LABELLED = 300
_MAX_HEADING = 100
_PROSE = 120  # bytes, so that a character of Hangul or Han counts three
# Text in a cell, a caption, a quotation or code is the author's whatever it says.
_NEVER = re.compile(r"<(?:td|th|pre|figcaption|dt|dd|code|caption|blockquote|summary)\b")
_LINKED = re.compile("<a(?: [^<>]*)?>(.*?)</a>", re.DOTALL)
_TAG = re.compile("<[^<>]*>")
_SEPARATORS_ONLY = re.compile(r"[\s|·•/,&>»]+\Z")
_MORE_SIGN = re.compile(r"\s*(?:\[(?:…|\.\.\.|&#8230;|&hellip;)\]|\(more…\))\s*\Z")
_NO_LETTER = re.compile(r"\W+")
_MAX_RELATED = 15
_EDGES = "|·• \ufe0f▼▽➤↓⬇↑⬆→⇒➡👉👇👆☝📩📧✉💌🔔🎧🎙📱💙❤♥♡🙏⭐✨📲🗞📰🔗💬📣📢✅🎁☕"
_HREF = re.compile('<a (?:[^<>]* )?href="([^"]*)"')
_SCHEME = re.compile(r"https?://(?:www\.)?")
_HEADING = re.compile("<h([2-6])\\b")
# A paragraph that is one emphasis: how an editor's insertion is set apart from the text around it.
_APART = re.compile(
    r"<(?:p|div|li|h[2-6])\b[^<>]*>\s*<(em|i|strong|b|small|a|u)\b[^<>]*>.*</\1>\W*</(?:p|div|li|h[2-6])>\Z",
    re.DOTALL,
)
_MAX_OFFER_LABEL = 60
_MAX_OFFERS = 4  # short blocks at the end of a body that are asked for offers
_MAX_PASSES = 5
_DATE_OR_LABEL = 40  # characters beside the link in a line of a list of articles


def trim(html: str, rules: CleanRules) -> tuple[str, tuple[Block, ...]]:
    """Sanitized HTML without its boilerplate blocks, and the blocks that are left.

    Trimming the result again cuts nothing.
    """
    found = blocks(html)
    for _ in range(_MAX_PASSES):
        cut = _boilerplate(html, found, rules)
        if not cut:
            break
        html = cut_blocks(html, cut)
        found = blocks(html)
    return html, found


def cut_blocks(html: str, cut: Iterable[Block]) -> str:
    """The HTML without these blocks and without the elements that then hold nothing."""
    parts: list[str] = []
    at = 0
    for block in sorted(cut, key=lambda block: block.start):
        parts.append(html[at : block.start])
        at = block.end
    parts.append(html[at:])
    return without_empty("".join(parts))


def fold_phrase(text: str) -> str:
    """Text as the phrases of the data are written: lower case, straight quotes, one kind of blank."""
    return text.lower().replace("’", "'").replace("‘", "'").replace("\u200b", "").strip(_EDGES)


def is_phrase(text: str, rules: CleanRules) -> bool:
    """Whether a text says nothing but a phrase that is boilerplate wherever it stands."""
    return len(text) <= MAX_PHRASE and _is_folded_phrase(fold_phrase(text), rules)


def _is_folded_phrase(folded: str, rules: CleanRules) -> bool:
    if len(folded) <= MAX_LABEL and (rules.label.fullmatch(folded) or _SEPARATORS_ONLY.match(folded)):
        return True
    if rules.anywhere.fullmatch(folded):
        return True
    return any(word in folded and pattern.fullmatch(folded) for word, pattern in rules.open.items())


def _boilerplate(html: str, found: Sequence[Block], rules: CleanRules) -> list[Block]:
    texts = [
        fold_phrase(block.passage.text) if len(block.passage.text) <= MAX_PHRASE else "" for block in found
    ]
    cut = [False] * len(found)
    for index, (block, text) in enumerate(zip(found, texts, strict=True)):
        if not text or not _is_cuttable(html, block):
            continue
        cut[index] = _is_folded_phrase(text, rules) or (index > 0 and bool(rules.advert.fullmatch(text)))
        if not cut[index] and len(text) <= _MAX_LABELLED and rules.related_label.match(text):
            cut[index] = _is_labelled_link(html[block.start : block.end], text, rules)
    _mark_related(html, found, texts, cut, rules)
    _mark_offers(html, found, texts, cut, rules)
    _mark_tail(html, found, texts, cut, rules)
    return [block for block, is_cut in zip(found, cut, strict=True) if is_cut]


def _is_cuttable(html: str, block: Block) -> bool:
    if _NEVER.match(html, block.start):
        # A row of one cell is no table but the layout of a letter.
        return html.endswith("<tr>", 0, block.start) and html.startswith("</tr>", block.end)
    return block.passage.place is not Place.CAPTION


def _is_labelled_link(part: str, text: str, rules: CleanRules) -> bool:
    """A label of the data and then nothing but links: "Read also: <a>…</a>"."""
    label = rules.related_label.match(text)
    if label is None:
        return False
    beside, links = _LINKED.subn("", part)
    folded = " ".join(fold_phrase(unescape(_TAG.sub(" ", beside))).split())
    # The label may be part of the link; "For subscribers" may stand behind it.
    rest = folded.removeprefix(label[0].strip()).strip(_EDGES)
    letters = _NO_LETTER.sub("", folded)
    return links > 0 and (letters in ("", _NO_LETTER.sub("", label[0])) or _is_folded_phrase(rest, rules))


def _mark_related(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """A heading over a list of other articles goes with the links that follow it."""
    prose = (text for block, text in zip(found, texts, strict=True) if block.passage.place is not Place.LINK)
    if sum(len(text.encode()) for text in prose) < _PROSE:
        return  # a list of links is what its author wrote
    for index, (block, text) in enumerate(zip(found, texts, strict=True)):
        if not text or len(text) > _MAX_HEADING or not rules.related.fullmatch(text):
            continue
        if not _is_cuttable(html, block):
            continue
        end = index + 1
        while end < len(found) and end <= index + _MAX_RELATED and _is_link_line(html, found[end]):
            end += 1
        # "More on <a>the flood</a>" with nothing under it is a sentence, no heading.
        heads_nothing = index and all(cut[index + 1 :]) and "<a" not in html[block.start : block.end]
        if end > index + 1 or heads_nothing:
            cut[index:end] = [True] * (end - index)


def _is_link_line(html: str, block: Block) -> bool:
    """Whether a block is a link with at most a date or a label beside it."""
    if block.passage.place is Place.LINK:
        return True
    part = html[block.start : block.end]
    linked = sum(len(_TAG.sub("", link)) for link in _LINKED.findall(part))
    beside = len(block.passage.text) - linked
    return linked > beside and beside <= _DATE_OR_LABEL


def _mark_tail(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """Labels such as "Comments" or "Tags: …" are cut where only boilerplate comes after them."""
    for index in range(len(found) - 1, 0, -1):  # never the first: a body that says "Details" keeps it
        if cut[index]:
            continue
        text = texts[index]
        if not text or len(text) > _MAX_LABELLED or not _is_cuttable(html, found[index]):
            return
        if not rules.tail.fullmatch(text):
            return
        cut[index] = True


def _mark_offers(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """Offers of a site are cut from the ends: the first block, and the last short ones down to a long one.

    Inside a text only what is set apart is asked.
    """
    offers: set[int] = set()
    ends = _MAX_OFFERS
    for index in range(len(found) - 1, -1, -1):
        block, text = found[index], texts[index]
        if cut[index]:
            continue
        at_end = ends > 0 or not index
        is_short = 0 < len(text) <= MAX_LONG_OFFER and _is_cuttable(html, block)
        if is_short and _is_offer(html[block.start : block.end], block, text, rules, at_end):
            offers.add(index)
        # A line may stand between offers, but a paragraph is where the text ends.
        ends = ends - 1 if index in offers or 0 < len(text) <= MAX_OFFER else 0
    if all(is_cut or index in offers for index, is_cut in enumerate(cut)):
        return  # a body that is nothing else is what its author wrote
    for index in offers:
        cut[index] = True
    _mark_bare_headings(html, found, cut)


def _is_offer(part: str, block: Block, text: str, rules: CleanRules, at_end: bool) -> bool:
    if not at_end:
        return _APART.match(part) is not None and weigh(text, False, rules.offers) >= ENOUGH_INSIDE
    if is_offer(text, rules.offers):
        return True
    urls = _HREF.findall(part)
    leads_there = bool(urls) and all(rules.offer_urls.match(_SCHEME.sub("", url.lower())) for url in urls)
    is_label = block.passage.place is Place.LINK and len(text) <= _MAX_OFFER_LABEL
    if leads_there and is_label and not part.startswith("<li"):
        return True
    return weigh(text, leads_there, rules.offers) >= ENOUGH


def _mark_bare_headings(html: str, found: Sequence[Block], cut: list[bool]) -> None:
    """A heading goes with all that it headed."""
    for index in range(len(found) - 2, 0, -1):
        level = _HEADING.match(html, found[index].start)
        if not level or cut[index] or not cut[index + 1]:
            continue
        after = next((at for at in range(index + 1, len(found)) if not cut[at]), None)
        end = len(html) if after is None else found[after].start
        following = _HEADING.match(html, end)
        if (after is None or (following and following[1] <= level[1])) and "<img" not in html[
            found[index].end : end
        ]:
            cut[index] = True


def without_more_sign(text: str) -> str:
    """A summary's "[…]" for "it goes on" becomes a plain ellipsis."""
    shorter = _MORE_SIGN.sub("", text)
    return text if shorter == text else shorter.rstrip(" .…") + "…"
