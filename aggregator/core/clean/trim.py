"""Whole blocks that say nothing of the author's: "Share this", "No comments yet", lists of other articles.

Works on sanitized HTML by the places of its blocks, so nothing is parsed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import unescape

from aggregator.core.clean.ends import is_all_offers, is_of_an_end, mark_ends
from aggregator.core.clean.lines import (
    LINKED,
    PROSE,
    TAG,
    are_shelves,
    bare_urls,
    hosts_of,
    is_cuttable,
    is_link_line,
    is_name_of_host,
    link_texts,
)
from aggregator.core.clean.rules import CleanRules, Guarded
from aggregator.core.clean.sanitize import without_empty
from aggregator.core.passages import Block, blocks, last_lines
from aggregator.model import Passage, Place

MAX_LABEL = 70
MAX_PHRASE = 500  # characters; a longer block is text
_MAX_LABELLED = 300
_MAX_ADVERT = 120
_MAX_BEFORE_LINK = 150  # of a label and its tags
_MAX_HEADING = 100
_SEPARATORS_ONLY = re.compile(r"[\s|·•/,&>»]+\Z")
_MORE_SIGN = re.compile(r"\s*(?:\[(?:…|\.\.\.|&#8230;|&hellip;)\]|\(more…\))\s*\Z")
_MARKS = re.compile(r"\A\W{1,3}")
_LETTER = re.compile(r"[^\W\d_]")
_NO_LETTER = re.compile(r"\W+")
_MAX_RELATED = 15
_SHOUTED_BLANKS = 4
_MAX_BAR = 3  # characters between a label and its link
_EDGES = "|+·• \ufe0f▼▽►▸➤↓⬇↑⬆→⇒➡☝✉❤♥♡⭐✨✅☕"  # marks around a line
_HEADING_MARKS = "-–—―=~*·・•…<>＜＞[]［］()（）【】《》〈〉「」『』〔〕■□◆◇●○▲△▶▷►■☞☛※★☆#:： "
_PICTOGRAPH = "\U0001f300"  # the first of Unicode's blocks of them
_EDGES_AND_PICTOGRAPHS = _EDGES + "".join(map(chr, range(ord(_PICTOGRAPH), 0x1FB00)))
# What an author says a text or a picture is from, which may stand under such a list.
_CREDIT = re.compile(
    r"(?:source|via|photo|quelle|foto|fuente|fonte|bron|crédit|출처|사진|자료|参考|出典|ソース|写真|画像|来源|來源|圖片|图片)s?"
    r"\s?[:：]"
)
_BREAKS = re.compile(r"\s*(?:<br>\s*)+")
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


def fold_phrase(text: str) -> str:
    """Text as the phrases of the data are written: lower case, straight quotes, one kind of blank."""
    if text.isascii():
        return text.lower().strip("|+ ")
    text = text.lower().replace("’", "'").replace("‘", "'").replace("\u200b", "").strip(_EDGES)
    if text and max(text[0], text[-1]) >= _PICTOGRAPH:
        text = text.strip(_EDGES_AND_PICTOGRAPHS)
    return text if "«" in text else text.rstrip(" »›")


def is_phrase(text: str, rules: CleanRules) -> bool:
    """Whether a text says nothing but a phrase that is boilerplate wherever it stands."""
    return len(text) <= MAX_PHRASE and _is_folded_phrase(fold_phrase(text), rules, rules.open)


def heads_others(text: str, rules: CleanRules) -> bool:
    """Whether a line is a heading over other articles, in whatever marks: "— 往期精选 —"."""
    folded = fold_phrase(text)
    return 0 < len(folded) <= _MAX_HEADING and _heads_others(folded, rules)


def is_of_site(text: str, rules: CleanRules) -> bool:
    """Whether a text says nothing but what a site says of itself: a phrase, an offer, a line of an end."""
    if len(text) > MAX_PHRASE:
        return False
    folded = fold_phrase(text)
    return (
        _is_folded_phrase(folded, rules, rules.open)
        or rules.tail.fullmatch(folded) is not None
        or rules.ends.fullmatch(folded) is not None
        or is_all_offers(folded, rules)
    )


def _is_folded_phrase(folded: str, rules: CleanRules, slow: Guarded) -> bool:
    if len(folded) <= MAX_LABEL and (rules.label.fullmatch(folded) or _SEPARATORS_ONLY.match(folded)):
        return True
    return bool(rules.anywhere.fullmatch(folded) or (slow and slow.fullmatch(folded)))


def _boilerplate(html: str, found: Sequence[Block], rules: CleanRules) -> list[Block]:
    texts = [
        fold_phrase(block.passage.text) if len(block.passage.text) <= MAX_PHRASE else "" for block in found
    ]
    slow = rules.open.within("\n".join(texts))
    cut = [
        bool(text) and _is_alone(html, block, text, index > 0, rules, slow)
        for index, (block, text) in enumerate(zip(found, texts, strict=True))
    ]
    if "<br" in html:
        _mark_broken_lists(html, found, cut)
    _mark_related(html, found, texts, cut, rules)
    mark_ends(html, found, texts, cut, rules)
    _mark_tail(html, found, texts, cut, rules)
    whole = [block for block, is_cut in zip(found, cut, strict=True) if is_cut]
    if "<br" in html:
        whole += _last_lines(html, found, cut, rules)
    return whole or _last_link(html, found, rules)


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
    return last.span() if _is_folded_phrase(_folded(last[2]), rules, rules.open) else None


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
    if _is_folded_phrase(text, rules, slow) or (
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
    return _is_labelled_link(html[block.start : block.end], text, rules) and is_cuttable(html, block)


def _is_shouted(text: str) -> bool:
    """Whether a text is a headline in capitals, as some papers set other articles between paragraphs."""
    return text.isascii() and text.isupper() and text.count(" ") >= _SHOUTED_BLANKS


def _is_labelled_link(part: str, text: str, rules: CleanRules) -> bool:
    """A label of the data and then nothing but links: "Read also: <a>…</a>"."""
    label = rules.related_label.match(_MARKS.sub("", text, count=1)) or rules.related_label.match(text)
    if label is None:
        return _is_labelled_by_site(part, text, rules) or ("<br>" in part and _is_headed_list(part, rules))
    beside, links = LINKED.subn("", part)
    folded = " ".join(fold_phrase(unescape(TAG.sub(" ", beside))).split())
    # The label may be part of the link; "For subscribers" may stand behind it.
    rest = _MARKS.sub("", folded, count=1).removeprefix(label[0].strip()).strip(_EDGES)
    letters = _NO_LETTER.sub("", folded)
    return links > 0 and (
        letters in ("", _NO_LETTER.sub("", label[0])) or _is_folded_phrase(rest, rules, rules.open)
    )


def _is_headed_list(part: str, rules: CleanRules) -> bool:
    """A heading over other articles and then lines that are nothing but links."""
    head, _, links = part.partition("<br>")
    heading = fold_phrase(unescape(TAG.sub("", head)).strip())
    return (
        0 < len(heading) <= _MAX_HEADING
        and "<a " in links
        and not _LETTER.search(unescape(TAG.sub("", LINKED.sub("", links))))
        and _heads_others(heading, rules)
    )


def _is_labelled_by_site(part: str, text: str, rules: CleanRules) -> bool:
    """A label that names the site which the links lead to: "On Lindow Mobile | <a>…</a>"."""
    label, bar, _ = text.partition("|" if "|" in text else ":")
    on = rules.on_site.match(label)
    return (
        bool(bar)
        and on is not None
        and is_name_of_host(label[on.end() :], hosts_of(bare_urls(part)))
        and len(text) - len(label) <= sum(map(len, link_texts(part))) + _MAX_BAR
    )


def _heads_links(html: str, found: Sequence[Block], text: str, index: int, rules: CleanRules) -> bool:
    """Whether a heading and the link under it say that a list of others or of the page's parts begins."""
    if _heads_others(text, rules):
        return True
    on = rules.on_site.match(text)
    is_of_parts = rules.contents.fullmatch(text) is not None
    if not (on or is_of_parts) or index + 1 >= len(found) or not is_link_line(html, found[index + 1]):
        return False
    urls = bare_urls(_with_link(html, found[index + 1]))
    if is_of_parts:
        return all("#" in url for url in urls)
    return on is not None and is_name_of_host(text[on.end() :].rstrip(" :.|"), hosts_of(urls))


def _with_link(html: str, block: Block) -> str:
    """A block's HTML, with the link that it stands in."""
    part = html[block.start : block.end]
    return part if "<a " in part else html[html.rfind("<a ", 0, block.start) : block.end]


def _mark_broken_lists(html: str, found: Sequence[Block], cut: list[bool]) -> None:
    """Links that breaks alone part from a labelled one that goes: "Related<br><a>…</a><br><br><a>…</a>"."""
    for index in range(1, len(found)):
        before, block = found[index - 1], found[index]
        if (
            cut[index - 1]
            and not cut[index]
            and block.passage.place is Place.LINK
            and html.find("<a", before.start, before.end) > 0
            and _BREAKS.fullmatch(html, before.end, block.start)
        ):
            cut[index] = True


def _mark_related(
    html: str, found: Sequence[Block], texts: Sequence[str], cut: list[bool], rules: CleanRules
) -> None:
    """A heading over a list of other articles goes with the links that follow it."""
    heads = [
        index
        for index, text in enumerate(texts)
        if 0 < len(text) <= _MAX_HEADING
        and _heads_links(html, found, text, index, rules)
        and is_cuttable(html, found[index])
    ]
    if not heads:
        return
    prose = (text for block, text in zip(found, texts, strict=True) if block.passage.place is not Place.LINK)
    if sum(len(text.encode()) for text in prose) < PROSE:
        return  # a list of links is what its author wrote
    for index in heads:
        block = found[index]
        end = index + 1
        while (
            end < len(found)
            and end <= index + _MAX_RELATED
            and (cut[end] or is_link_line(html, found[end]))
            and not _CREDIT.match(texts[end])
        ):
            end += 1
        # "More on <a>the flood</a>" with nothing under it is a sentence, no heading.
        heads_nothing = index and all(cut[index + 1 :]) and "<a" not in html[block.start : block.end]
        if end > index + 1 or heads_nothing:
            cut[index:end] = [True] * (end - index)


def _heads_others(text: str, rules: CleanRules) -> bool:
    """Whether a folded line is a heading over other articles, in whatever marks: "— 往期精选 —"."""
    if rules.related.fullmatch(text):
        return True
    if text[0] not in _HEADING_MARKS and text[-1] not in _HEADING_MARKS:
        return False
    return rules.related.fullmatch(text.strip(_HEADING_MARKS)) is not None


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
