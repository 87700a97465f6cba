"""Whole blocks that say nothing of the author's: "Share this", "No comments yet", lists of other articles.

Works on sanitized HTML by the places of its blocks, so nothing is parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

from aggregator.core.clean.ends import is_all_offers, is_hashtags, is_of_an_end, mark_ends
from aggregator.core.clean.gate import SENTENCE
from aggregator.core.clean.lines import (
    TAG,
    are_shelves,
    is_cuttable,
)
from aggregator.core.clean.offers import is_labelled_address
from aggregator.core.clean.phrases import MAX_PHRASE, fold_phrase, is_folded_phrase
from aggregator.core.clean.related import is_labelled_link, mark_broken_lists, mark_related
from aggregator.core.clean.rules import CleanRules, Guarded
from aggregator.core.clean.sanitize import without_empty
from aggregator.core.passages import Block, blocks, last_lines, lines
from aggregator.model import Passage, Place

_MAX_LABELLED = 300
_MAX_ADVERT = 120
_MAX_BEFORE_LINK = 150  # of a label and its tags
_MORE_SIGN = re.compile(r"\s*(?:\[(?:…|\.\.\.|&#8230;|&hellip;)\]|\(more…\))\s*\Z")
_SHOUTED_BLANKS = 4
_MAX_PASSES = 5
_MAX_CLOSING = 40  # characters after the text of a last link
_CLOSING = r"(?:</(?:p|div|span|em|i|b|strong|small)>|\s|&nbsp;|<br>)*\Z"
_LAST_LINK = re.compile(rf"(?:\s|&nbsp;)*(\[?)<a [^<>]*>((?:[^<>]|</?span>){{1,80}})</a>\]?(?={_CLOSING})")
_LAST_BRACKET = re.compile(rf"(?:\s|&nbsp;)*\((?:<a [^<>]*>[^<>]{{1,40}}</a>(?:, )?){{1,6}}\)(?={_CLOSING})")
_SEAM = re.compile(r"[.!?…][\"”’»)]{0,2}\s+(?=(?:<[a-z][^<>]*>)*[^\W\d_a-zß-ÿ])")
_OPENING = re.compile("<(?!br|img|wbr)[a-z]")
_ENDED = re.compile(r"[.!?…:\])\"'”’»][\s>]*\Z")


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


def is_of_site(text: str, rules: CleanRules) -> bool:
    """Whether a text says nothing but what a site says of itself: a phrase, an offer, a line of an end."""
    if len(text) > MAX_PHRASE:
        return False
    folded = fold_phrase(text)
    return (
        is_folded_phrase(folded, rules, rules.open)
        or rules.tail.fullmatch(folded) is not None
        or rules.ends.fullmatch(folded) is not None
        or is_all_offers(folded, rules)
    )


def _boilerplate(html: str, found: Sequence[Block], rules: CleanRules) -> list[Block]:
    texts = [
        fold_phrase(block.passage.text) if len(block.passage.text) <= MAX_PHRASE else "" for block in found
    ]
    slow = rules.open.within("\n".join(texts))
    alone = [
        bool(text) and _is_alone(html, block, text, index > 0, rules, slow)
        for index, (block, text) in enumerate(zip(found, texts, strict=True))
    ]
    cut = alone.copy()
    if "<br" in html:
        mark_broken_lists(html, found, cut)
    _mark_addresses(html, found, texts, cut, rules)
    mark_related(html, found, texts, cut, rules)
    mark_ends(html, found, texts, cut, rules)
    _mark_tail(html, found, texts, cut, rules)
    if True in alone:
        _spare_headings(html, found, texts, alone, cut, rules)
    whole = [block for block, is_cut in zip(found, cut, strict=True) if is_cut]
    if "<br" in html:
        whole += _last_lines(html, found, cut, rules)
    return whole or _last_link(html, found, rules)


def _spare_headings(
    html: str,
    found: Sequence[Block],
    texts: Sequence[str],
    alone: Sequence[bool],
    cut: list[bool],
    rules: CleanRules,
) -> None:
    """A heading in the midst of a text that heads sentences is the author's: "Leave a reply", "Comments"."""
    for index in range(1, len(found) - 1):
        is_heading = alone[index] and html.startswith("<h", found[index].start)
        if not is_heading or cut[index - 1] or cut[index + 1] or rules.on_site.match(texts[index]):
            continue
        under = found[index + 1].passage
        if (
            under.place in (Place.LEAD, Place.BODY)
            and len(under.text.encode()) >= SENTENCE
            and _ENDED.search(under.text)
            and not rules.advert.fullmatch(texts[index])
        ):
            cut[index] = False


def _last_lines(html: str, found: Sequence[Block], cut: Sequence[bool], rules: CleanRules) -> Iterator[Block]:
    """The last lines of a paragraph that breaks part, as its whole would be."""
    is_end = True
    for index in range(len(found) - 1, -1, -1):
        block = found[index]
        if cut[index]:
            continue
        if html.find("<br", block.start, block.end) > 0 and is_cuttable(html, block):
            for line in last_lines(html, block):
                text = fold_phrase(line.passage.text)
                if is_hashtags(text):
                    continue
                if len(text) > MAX_PHRASE or not (
                    _is_alone(html, line, text, True, rules, rules.open)
                    or (is_end and is_of_an_end(html, line, text, rules, is_first=False))
                ):
                    break
                yield line
        is_end = False


def _last_link(html: str, found: Sequence[Block], rules: CleanRules) -> list[Block]:
    """What a feed sets behind the last sentence, where it holds a link."""
    if not found:
        return []
    block = found[-1]
    link = html.rfind("<a ", block.start, block.end)
    if link <= block.start or not is_cuttable(html, block):
        return []
    part = html[block.start : block.end]
    behind = _behind_text(part, link - block.start, rules) or _last_sentence(part, link - block.start, rules)
    if behind is None or not TAG.sub("", part[: behind[0]]).strip():
        return []
    begin, end = behind
    return [Block(Passage(block.passage.place, part[begin:end]), block.start + begin, block.start + end)]


def _behind_text(part: str, link: int, rules: CleanRules) -> tuple[int, int] | None:
    """A link as "… [more]", or in brackets what the text is filed under."""
    if len(part) - part.rfind("</a>") > _MAX_CLOSING:
        return None
    bracket = part.rfind("(<a ")
    if bracket > 0 and (found := _LAST_BRACKET.match(part, len(part[:bracket].rstrip()))):
        return found.span() if are_shelves(found[0]) else None
    begin = len(part[:link].rstrip(" [\xa0"))
    last = _LAST_LINK.match(part, begin)
    if last is None or not (last[1] or _ENDED.search(TAG.sub("", unescape(part[:begin])))):
        return None
    return last.span() if is_folded_phrase(_folded(last[2]), rules, rules.open) else None


def _last_sentence(part: str, link: int, rules: CleanRules) -> tuple[int, int] | None:
    """The last sentence, where it is an offer: "… Sign up for our newsletter."."""
    end = len(part.rstrip())
    while part.startswith("</", at := part.rfind("<", 0, end)) and part[end - 1] == ">":
        end = len(part[:at].rstrip())
    if end - link > _MAX_LABELLED:
        return None
    begin = max(
        (seam.end() for seam in _SEAM.finditer(part, max(0, link - _MAX_BEFORE_LINK), link)), default=0
    )
    rest = part[begin:end]
    if not begin or rest.count("</") != len(_OPENING.findall(rest)):
        return None
    return (begin, end) if is_all_offers(_folded(rest), rules) else None


def _folded(part: str) -> str:
    return fold_phrase(" ".join(unescape(TAG.sub("", part)).split()))


def _is_alone(html: str, block: Block, text: str, is_under: bool, rules: CleanRules, slow: Guarded) -> bool:
    """Whether a block is boilerplate by its own words, wherever it stands or ``is_under`` another one."""
    if is_folded_phrase(text, rules, slow) or (
        is_under and len(text) <= _MAX_ADVERT and rules.advert.fullmatch(text)
    ):
        return is_cuttable(html, block)
    if not is_under or len(text) > _MAX_LABELLED:
        return False
    if block.passage.place is Place.LINK and _is_shouted(block.passage.text):
        return is_cuttable(html, block)
    link = html.find("<a", block.start, block.end)
    if link < 0 and block.passage.place is Place.LINK:  # the link is around it
        label = rules.related_label.match(text)
        return label is not None and len(label[0]) < len(text) and is_cuttable(html, block)
    if not 0 <= link - block.start <= _MAX_BEFORE_LINK:
        return False
    return is_labelled_link(html[block.start : block.end], text, rules) and is_cuttable(html, block)


def _is_shouted(text: str) -> bool:
    """Whether a text is a headline in capitals, as some papers set other articles between paragraphs."""
    return text.isascii() and text.isupper() and text.count(" ") >= _SHOUTED_BLANKS


def _mark_addresses(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """Several offers with their addresses, one under another, as channels set into their descriptions."""
    are = {
        index
        for index, text in enumerate(texts)
        if "://" in text and index and _are_addresses(html, found[index], text, rules)
    }
    for index in are:
        if not are.isdisjoint((index - 1, index + 1)) or "<br" in html[found[index].start : found[index].end]:
            cut[index] = True


def _are_addresses(html: str, block: Block, text: str, rules: CleanRules) -> bool:
    if "<br" not in html[block.start : block.end]:
        return is_labelled_address(text, rules.offer_urls, rules.offers) and is_cuttable(html, block)
    return is_cuttable(html, block) and all(
        is_labelled_address(fold_phrase(line), rules.offer_urls, rules.offers) for line in lines(html, block)
    )


def _mark_tail(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """Labels such as "Comments" or "Tags: …" are cut where only boilerplate comes after them."""
    for index in range(len(found) - 1, 0, -1):  # never the first: a body that says "Details" keeps it
        if cut[index]:
            continue
        text = texts[index]
        if not text or len(text) > _MAX_LABELLED or not is_cuttable(html, found[index]):
            return
        if not rules.tail.fullmatch(text):
            return
        cut[index] = True


def without_more_sign(text: str) -> str:
    """A summary's "[…]" for "it goes on" becomes a plain ellipsis."""
    shorter = _MORE_SIGN.sub("", text)
    return text if shorter == text else shorter.rstrip(" .…") + "…"
