"""What a site sets around a text: offers, appeals, rows of links, lists of other articles, boxes of those.

A wording says little where a line may as well be the author's. So the ends of a body are asked more than
its midst, and what stands in a box of its own more than what stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aggregator.core.clean.boxes import mark_bare_headings, mark_boxes
from aggregator.core.clean.closings import (
    MAX_CLOSING,
    MIN_CLOSING,
    PARTED_BY_NO_BLANKS,
    may_be_closing,
    weigh_closing,
)
from aggregator.core.clean.lines import (
    APART,
    LINKED,
    MAX_OFFER_LABEL,
    PROSE,
    TAG,
    are_shelves,
    bare_urls,
    hosts_of,
    is_cuttable,
    leads_to_offers,
    link_texts,
)
from aggregator.core.clean.offers import (
    ENOUGH,
    ENOUGH_INSIDE,
    MAX_APPEAL,
    MAX_LONG_APPEAL,
    MAX_LONG_OFFER,
    MAX_OFFER,
    is_appeal,
    is_labelled_address,
    is_offer,
    is_request,
    is_row,
    is_row_of_networks,
    is_sure_request,
    weigh,
    words_of,
)
from aggregator.core.clean.rules import CleanRules
from aggregator.core.passages import Block
from aggregator.model import Place

_MAX_LINES = 4  # short blocks at the end of a body that are asked
_LINE = 2 * MAX_OFFER  # bytes, as 120 characters of Han are a paragraph
_AUTHORS = -1.0  # what a sentence weighs that is the author's, whatever stands behind it
_ENOUGH_LABEL = 4.5  # of a link inside a text: "Donate now"
_PARTED = re.compile(r"<(?:hr|div|section|aside|footer)>\s*\Z")
_BORDER = 20  # characters that hold such a tag before a block
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*\Z")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])(?=.)")
_MARKS = " .!?。！？…:)"
_BACKWARD, _FORWARD = ("←", "«", "‹"), ("→", "»", "›")
_HASHTAG = re.compile(r"#(\w+)")
_HASHTAGS = re.compile(r"(?:#\w+[\s,]*)+")
# What stands before a headline in such a list: the mark of a link, or what sort of a piece it is.
_SLUG = re.compile(
    r"(?:[▶▷►☞☛]\s?(?=[\[‘“'\"<]?[가-힣])|[►☞☛👉]\s?(?=[「『【《〈]?[ぁ-ヺ一-鿿])"
    r"|[\[【](?:단독|속보|포토|영상|사진|르포|인터뷰|写真|動画|画像|速報|独自|图集|视频|影片|圖輯)[\]】])"
)
_DOT = re.compile(r"[▶▷◎●◆■]\ufe0e?\s?(?=[「『【《〈]?[ぁ-ヺ一-鿿])")  # one of several such lines
_SHELF_LABEL = re.compile(r"\W{0,3}\w+(?: \w+){0,4} ?:\W*")  # "All about:"
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
        mark_boxes(html, found, texts, cut, rules)
        mark_bare_headings(html, found, cut)


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
        is_one = _is_one_of_an_end(html, block, text, rules, is_first=not index) or (
            index > 0
            and lines == _MAX_LINES
            and (
                _turns_page(found, index)
                or _is_row_of_hashtags(html, block, text, rules)
                or _is_closing(html, found[:index], block, text, rules)
            )
        )
        if is_one:
            yield index
        elif not is_hashtags(text):
            # A line may stand between offers, but a paragraph is where the text ends.
            lines = lines - 1 if 0 < len(text) <= MAX_OFFER and len(text.encode()) <= _LINE else 0


def _is_one_of_an_end(html: str, block: Block, text: str, rules: CleanRules, *, is_first: bool) -> bool:
    if text:
        return is_of_an_end(html, block, text, rules, is_first=is_first) and is_cuttable(html, block)
    text = block.passage.text
    return (
        not is_first
        and len(text) <= MAX_LONG_APPEAL
        and "<a " in html[block.start : block.end]
        and _asks_for_gifts(html, block, text.lower(), words_of(text.lower()), rules)
        and is_cuttable(html, block)
    )


def _is_closing(html: str, before: Sequence[Block], block: Block, text: str, rules: CleanRules) -> bool:
    """Whether a line with nothing but the site's own under it is the site's too, as far as its words tell."""
    if not MIN_CLOSING <= len(text) <= MAX_CLOSING:
        return False
    if not text.isascii() and PARTED_BY_NO_BLANKS.search(text):
        return False
    part = html[block.start : block.end]
    if part.startswith(("<li", "<h")) or not may_be_closing(text, rules.offers, rules.appeals):
        return False
    leads_there = leads_to_offers(part, rules)

    def weight(said: str) -> float:
        return weigh_closing(said, part, leads_there, rules.closings, rules.offers, rules.appeals)

    return (
        weight(text) > rules.closings.enough
        and is_cuttable(html, block)
        and not any(word in text for word in (*rules.notices, *rules.provenance))
        and sum(len(other.passage.text.encode()) for other in before) >= PROSE
        and all(weight(sentence) > _AUTHORS for sentence in _SENTENCES.split(text))
    )


def _turns_page(found: Sequence[Block], index: int) -> bool:
    """Whether a line leads to the article before, "← The slow ferry", or to the next one under that."""
    text = found[index].passage.text
    if found[index].passage.place is not Place.LINK or text.isascii():
        return False
    if text.endswith(_FORWARD):
        text = found[index - 1].passage.text
        return text.startswith(_BACKWARD) and found[index - 1].passage.place is Place.LINK
    return text.startswith(_BACKWARD)


def _is_row_of_hashtags(html: str, block: Block, text: str, rules: CleanRules) -> bool:
    """Whether a line is hashtags that lead nowhere and disclose nothing: put there to be found by."""
    tags = _HASHTAG.findall(text)
    return (
        len(tags) > 1
        and is_hashtags(text)
        and "<a " not in html[block.start : block.end]
        and not any(each in tags or (not each.isascii() and each in text) for each in rules.telling_tags)
        and is_cuttable(html, block)
    )


def is_hashtags(text: str) -> bool:
    """Whether a line is nothing but hashtags: offers may stand over it."""
    return text.startswith("#") and _HASHTAGS.fullmatch(text) is not None


def _is_insertion(html: str, block: Block, text: str, rules: CleanRules) -> bool:
    part = html[block.start : block.end]
    leads_there = "<a " in part and leads_to_offers(part, rules)
    if not (leads_there or APART.match(part)) or not is_cuttable(html, block):
        return False
    words = words_of(text)
    if block.passage.place is Place.LINK and len(text) <= MAX_OFFER_LABEL:
        return not part.startswith("<li") and weigh(text, words, leads_there, rules.offers) >= _ENOUGH_LABEL
    return weigh(text, words, leads_there, rules.offers) >= ENOUGH_INSIDE


def is_of_an_end(html: str, block: Block, text: str, rules: CleanRules, *, is_first: bool) -> bool:
    """Whether a short line that stands at an end of a body is the site's. ``text``: folded."""
    if len(text) > MAX_APPEAL:
        return (
            not is_first
            and html.find("<a ", block.start, block.end) > 0
            and _asks_for_gifts(html, block, text, words_of(text), rules)
        )
    words = words_of(text)
    if is_offer(text, words, rules.offers):
        return True
    part = html[block.start : block.end]
    is_label = (
        block.passage.place is Place.LINK and len(text) <= MAX_OFFER_LABEL and not part.startswith("<li")
    )
    asks = len(text) <= MAX_LONG_OFFER and not rules.offers.all_acts.isdisjoint(words)
    leads_there = (is_label or asks) and leads_to_offers(part, rules)
    asks_surely = asks and not is_first and not part.startswith("<li")
    if leads_there and (is_label or (asks_surely and is_sure_request(text, words, rules.offers))):
        return True
    if asks and weigh(text, words, leads_there, rules.offers) >= ENOUGH:
        return True
    if is_first:
        return (leads_there and is_all_offers(text, rules, leads_there=True)) or (
            APART.match(part) is not None and bool(rules.ends.fullmatch(text))
        )
    return (
        _asks_for_gifts(html, block, text, words, rules)
        or _is_row_of_links(part, text, rules)
        or bool(rules.ends.fullmatch(text))
        or ("://" in text and is_labelled_address(text, rules.offer_urls, rules.offers))
        or (
            len(text) <= MAX_LONG_OFFER
            and len(_SENTENCES.split(text)) > 1
            and is_all_offers(text, rules, leads_there=leads_there)
        )
    )


def _is_row_of_links(part: str, text: str, rules: CleanRules) -> bool:
    """A row of a page's links, of networks ("Follow Jo: X, Bluesky"), or of what a text is filed under."""
    links = part.count("<a ")
    if (links > 1 or "|" in text) and is_row(text, _beside_links(part), rules.offers):
        return True
    if links and are_shelves(part):
        beside = _beside_links(part).lower()
        words = words_of(beside) - rules.offers.joiners
        return (
            words <= rules.offers.shelf_words
            or _SHELF_LABEL.fullmatch(beside) is not None
            or bool(rules.tail.fullmatch(text))
        )
    return links > 1 and is_row_of_networks(
        [text.lower() for text in link_texts(part)], _beside_links(part).lower(), rules.offers
    )


def is_all_offers(text: str, rules: CleanRules, *, leads_there: bool = False) -> bool:
    """Whether each of a folded text's sentences is an offer or a courtesy beside one.

    ``leads_there``: all its links lead to where offers do.
    """
    offered = False
    for sentence in _SENTENCES.split(text):
        words = words_of(sentence)
        if (
            is_offer(sentence, words, rules.offers)
            or weigh(sentence, words, False, rules.offers) >= ENOUGH
            or (leads_there and is_sure_request(sentence, words, rules.offers))
            or rules.anywhere.fullmatch(sentence)
            or rules.label.fullmatch(sentence)
        ):
            offered = True
        elif not (
            rules.courtesy.fullmatch(sentence.rstrip(_MARKS))
            or (leads_there and _leads_to_a_request(sentence, words, rules))
        ):
            return False
    return offered


def _leads_to_a_request(sentence: str, words: frozenset[str], rules: CleanRules) -> bool:
    """Whether a sentence may stand beside "Subscribe now.": "Get four issues a year."."""
    return (
        len(sentence) <= MAX_OFFER
        and rules.offers.told.isdisjoint(words)
        and any(is_request(part, rules.offers.all_acts, rules.offers.leads) for part in sentence.split(","))
    )


def _asks_for_gifts(html: str, block: Block, text: str, words: frozenset[str], rules: CleanRules) -> bool:
    if text.isascii() and rules.appeals.subjects.isdisjoint(words):
        return False
    is_apart = _PARTED.search(html, max(0, block.start - _BORDER), block.start) is not None or (
        APART.match(html, block.start, block.end) is not None
    )
    leads_there = leads_to_offers(html[block.start : block.end], rules)
    return is_appeal(text, words, leads_there, is_apart, rules.offers, rules.appeals)


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
