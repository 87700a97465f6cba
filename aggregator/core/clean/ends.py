"""What a site sets around a text: offers, appeals, rows of links, lists of other articles, boxes of those.

A wording says little where a line may as well be the author's. So the ends of a body are asked more than
its midst, and what stands in a box of its own more than what stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aggregator.core.clean.lines import (
    LINKED,
    PROSE,
    TAG,
    are_shelves,
    bare_urls,
    hosts_of,
    is_cuttable,
    is_link_line,
    link_texts,
)
from aggregator.core.clean.offers import (
    ENOUGH,
    ENOUGH_INSIDE,
    MAX_APPEAL,
    MAX_LONG_OFFER,
    MAX_OFFER,
    is_appeal,
    is_offer,
    is_row,
    is_row_of_networks,
    weigh,
    words_of,
)
from aggregator.core.clean.rules import CleanRules
from aggregator.core.passages import Block
from aggregator.model import Place

_MAX_LINES = 4  # short blocks at the end of a body that are asked
_LINE = 2 * MAX_OFFER  # bytes, as 120 characters of Han are a paragraph
_MAX_OFFER_LABEL = 60
_ENOUGH_LABEL = 4.5  # of a link inside a text: "Donate now"
_HEADING = re.compile("<h([2-6])\\b")
# A paragraph that is one emphasis: how an editor's insertion is set apart from the text around it.
_APART = re.compile(
    r"<(?:p|div|li|h[2-6])\b[^<>]*>\s*<(em|i|strong|b|small|a|u)\b[^<>]*>.*</\1>\W*</(?:p|div|li|h[2-6])>\Z",
    re.DOTALL,
)
_BOX = re.compile(r"<(/?)(div|aside|section|footer|header|table)\b[^<>]*>")
_PARTED = re.compile(r"<(?:hr|div|section|aside|footer)>\s*\Z")
_BORDER = 20  # characters that hold such a tag before a block
_MAX_BOX = 600  # characters of text
_SMALL_BOX_BLOCKS, _SMALL_BOX = 3, 200  # blocks, and characters of their text
_MAX_BESIDE = 90  # of a line that goes with the offers of its box
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*\Z")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])(?=.)")
_MARKS = " .!?。！？…:)"
_NO_HEADING = re.compile(r"[.!?。！？:：©\d]")  # a sentence, a credit or a date
# What stands before a headline in such a list: the mark of a link, or what sort of a piece it is.
_SLUG = re.compile(
    r"(?:[▶▷►☞☛]\s?(?=[\[‘“'\"<]?[가-힣])|[►☞☛👉]\s?(?=[「『【《〈]?[ぁ-ヺ一-鿿])"
    r"|[\[【](?:단독|속보|포토|영상|사진|르포|인터뷰|写真|動画|画像|速報|独自|图集|视频|影片|圖輯)[\]】])"
)
_DOT = re.compile(r"[▶▷◎●◆■]\ufe0e?\s?(?=[「『【《〈]?[ぁ-ヺ一-鿿])")  # one of several such lines
_WORD = re.compile(r"[^\W_]")
_HEADLINE_WORDS, _HEADLINE_LETTERS = 4, 20
_MARKED_HEADLINE = 30  # bytes
_MAX_HEADLINES = 8
_TEXT = frozenset((Place.LEAD, Place.BODY))


def mark_ends(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """Mark in ``cut`` what is the site's own at the ends, or in a box by itself.

    The ends are the first block, and the last short ones down to a long one. A body that is nothing else
    is what its author wrote. ``texts`` are the folded texts of the blocks, "" for one that is too long.
    """
    offers = set(_offers(html, found, texts, cut, rules))
    if offers:
        if all(is_cut or index in offers for index, is_cut in enumerate(cut)):
            return
        for index in offers:
            cut[index] = True
    _mark_headlines(html, found, cut, rules)
    if True in cut:
        _mark_boxes(html, found, texts, cut, rules)
        _mark_bare_headings(html, found, cut)


def _offers(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: Sequence[bool], rules: CleanRules
) -> Iterator[int]:
    lines = _MAX_LINES
    for index in range(len(found) - 1, -1, -1):
        block, text = found[index], texts[index]
        if cut[index]:
            continue
        if lines <= 0 and index:
            if 0 < len(text) <= MAX_LONG_OFFER and _is_insertion(html, block, text, rules):
                yield index
            continue
        is_one = (
            bool(text)
            and is_of_an_end(html, block, text, rules, is_first=not index)
            and is_cuttable(html, block)
        )
        if is_one:
            yield index
        # A line may stand between offers, but a paragraph is where the text ends.
        lines = lines - 1 if is_one or (0 < len(text) <= MAX_OFFER and len(text.encode()) <= _LINE) else 0


def _is_insertion(html: str, block: Block, text: str, rules: CleanRules) -> bool:
    part = html[block.start : block.end]
    leads_there = "<a " in part and _leads_to_offers(part, rules)
    if not (leads_there or _APART.match(part)) or not is_cuttable(html, block):
        return False
    words = words_of(text)
    if block.passage.place is Place.LINK and len(text) <= _MAX_OFFER_LABEL:
        return not part.startswith("<li") and weigh(text, words, leads_there, rules.offers) >= _ENOUGH_LABEL
    return weigh(text, words, leads_there, rules.offers) >= ENOUGH_INSIDE


def is_of_an_end(html: str, block: Block, text: str, rules: CleanRules, *, is_first: bool) -> bool:
    """Whether a short line that stands at an end of a body is the site's. ``text``: folded."""
    if len(text) > MAX_APPEAL:
        return False
    words = words_of(text)
    if is_offer(text, words, rules.offers):
        return True
    part = html[block.start : block.end]
    is_label = (
        block.passage.place is Place.LINK and len(text) <= _MAX_OFFER_LABEL and not part.startswith("<li")
    )
    asks = len(text) <= MAX_LONG_OFFER and not rules.offers.all_acts.isdisjoint(words)
    leads_there = (is_label or asks) and _leads_to_offers(part, rules)
    if leads_there and is_label:
        return True
    if asks and weigh(text, words, leads_there, rules.offers) >= ENOUGH:
        return True
    if is_first:
        return _APART.match(part) is not None and bool(rules.ends.fullmatch(text))
    return (
        _asks_for_gifts(html, block, text, words, rules)
        or _is_row_of_links(part, text, rules)
        or bool(rules.ends.fullmatch(text))
        or (len(text) <= MAX_LONG_OFFER and len(_SENTENCES.split(text)) > 1 and is_all_offers(text, rules))
    )


def _is_row_of_links(part: str, text: str, rules: CleanRules) -> bool:
    """A row of a page's links, of networks ("Follow Jo: X, Bluesky"), or of what a text is filed under."""
    links = part.count("<a ")
    if (links > 1 or "|" in text) and is_row(text, _beside_links(part), rules.offers):
        return True
    if links and are_shelves(part):
        beside = words_of(_beside_links(part).lower()) - rules.offers.joiners
        return beside <= rules.offers.shelf_words or bool(rules.tail.fullmatch(text))
    return links > 1 and is_row_of_networks(
        [text.lower() for text in link_texts(part)], _beside_links(part).lower(), rules.offers
    )


def is_all_offers(text: str, rules: CleanRules) -> bool:
    """Whether each of a folded text's sentences is an offer or a courtesy beside one."""
    sentences = _SENTENCES.split(text)
    offered = False
    for sentence in sentences:
        if rules.courtesy.fullmatch(sentence.rstrip(_MARKS)):
            continue
        words = words_of(sentence)
        if not (
            is_offer(sentence, words, rules.offers)
            or weigh(sentence, words, False, rules.offers) >= ENOUGH
            or rules.anywhere.fullmatch(sentence)
            or rules.label.fullmatch(sentence)
        ):
            return False
        offered = True
    return offered


def _asks_for_gifts(html: str, block: Block, text: str, words: frozenset[str], rules: CleanRules) -> bool:
    if text.isascii() and rules.appeals.subjects.isdisjoint(words):
        return False
    is_apart = _PARTED.search(html, max(0, block.start - _BORDER), block.start) is not None or (
        _APART.match(html, block.start, block.end) is not None
    )
    leads_there = _leads_to_offers(html[block.start : block.end], rules)
    return is_appeal(text, words, leads_there, is_apart, rules.offers, rules.appeals)


def _leads_to_offers(part: str, rules: CleanRules) -> bool:
    """Whether the links of a block, one or more, all lead to where a site's offers do."""
    urls = bare_urls(part)
    return bool(urls) and all(rules.offer_urls.match(url) for url in urls)


def _beside_links(part: str) -> str:
    return TAG.sub(" ", LINKED.sub("", part))


def _mark_headlines(html: str, found: Sequence[Block], cut: list[bool], rules: CleanRules) -> None:
    """Headlines listed under a text that does not speak of them: all of one site, and nothing heads them."""
    end = len(found)
    while end and cut[end - 1]:
        end -= 1
    begin = end
    while begin and end - begin <= _MAX_HEADLINES and _is_headline(html, found[begin - 1]):
        begin -= 1
    if begin == end or not begin or end - begin > _MAX_HEADLINES:
        return
    if end - begin == 1 and _DOT.match(found[begin].passage.text):
        return
    if sum(len(block.passage.text.encode()) for block in found[:begin]) < PROSE:
        return  # a list of links is what its author wrote
    last = begin - 1  # that is not cut: a line of the reporter may stand between
    while last and cut[last]:
        last -= 1
    before = found[last]
    text = before.passage.text
    if cut[last] or before.passage.place not in _TEXT or not _SENTENCE_END.search(text):
        return
    hosts = hosts_of(bare_urls(html[found[begin].start : found[end - 1].end]))
    speaks_of_it = not rules.pointing.isdisjoint(re.findall(r"\w+", text.lower().rpartition(". ")[2]))
    if len(hosts) == 1 and hosts.isdisjoint(rules.reference_hosts) and not speaks_of_it:
        cut[begin:end] = [True] * (end - begin)


def _is_headline(html: str, block: Block) -> bool:
    text = block.passage.text
    if not text.isascii() and (_SLUG.match(text) or _DOT.match(text)):
        is_linked = not _WORD.search(_beside_links(html[block.start : block.end]))
        return is_linked and len(text.encode()) >= _MARKED_HEADLINE
    if not html.startswith("<li", block.start) or block.passage.place is not Place.LINK:
        return False
    return text.count(" ") + 1 >= _HEADLINE_WORDS or (
        not text.isascii() and len(text.encode()) >= 3 * _HEADLINE_LETTERS
    )


def _mark_boxes(
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
    is_headed = _HEADING.match(html, first.start) or _APART.match(html, first.start, first.end)
    return (
        is_headed is not None
        and last.passage.place is Place.LINK
        and _leads_to_offers(html[last.start : last.end], rules)
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
    return is_heading or (
        _APART.match(html, block.start, block.end) is not None and not own.isdisjoint(words)
    )


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
