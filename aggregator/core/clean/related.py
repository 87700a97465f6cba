"""Lists of a site's other articles, with their headings and labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from aggregator.core.clean.lines import (
    LINKED,
    PROSE,
    TAG,
    bare_urls,
    hosts_of,
    is_cuttable,
    is_link_line,
    is_name_of_host,
    link_texts,
)
from aggregator.core.clean.phrases import EDGES, fold_phrase, is_folded_phrase
from aggregator.core.clean.rules import CleanRules
from aggregator.core.passages import Block
from aggregator.model import Place

_MAX_HEADING = 100
_MARKS = re.compile(r"\A\W{1,3}")
_LETTER = re.compile(r"[^\W\d_]")
_NO_LETTER = re.compile(r"\W+")
_MAX_RELATED = 15
_SENTENCE_BLANKS = 3  # "More about that next week." is no heading
_MAX_BAR = 3  # characters between a label and its link
_HEADING_MARKS = "-–—―=~*·・•…<>＜＞[]［］()（）【】《》〈〉「」『』〔〕■□◆◇●○▲△▶▷►■☞☛※★☆#:： "
# What an author says a text or a picture is from, which may stand under such a list.
_CREDIT = re.compile(
    r"(?:source|via|photo|quelle|foto|fuente|fonte|bron|crédit|출처|사진|자료|参考|出典|ソース|写真|画像|来源|來源|圖片|图片)s?"
    r"\s?[:：]"
)
_BREAKS = re.compile(r"\s*(?:<br>\s*)+")


def is_labelled_link(part: str, text: str, rules: CleanRules) -> bool:
    """A label of the data and then nothing but links: "Read also: <a>…</a>"."""
    label = rules.related_label.match(_MARKS.sub("", text, count=1)) or rules.related_label.match(text)
    if label is None:
        return _is_labelled_by_site(part, text, rules) or ("<br>" in part and _is_headed_list(part, rules))
    beside, links = LINKED.subn("", part)
    folded = " ".join(fold_phrase(unescape(TAG.sub(" ", beside))).split())
    # The label may be part of the link; "For subscribers" may stand behind it.
    rest = _MARKS.sub("", folded, count=1).removeprefix(label[0].strip()).strip(EDGES)
    letters = _NO_LETTER.sub("", folded)
    return links > 0 and (
        letters in ("", _NO_LETTER.sub("", label[0])) or is_folded_phrase(rest, rules, rules.open)
    )


def _is_headed_list(part: str, rules: CleanRules) -> bool:
    """A heading over other articles and then lines that are nothing but links."""
    head, _, links = part.partition("<br>")
    heading = fold_phrase(unescape(TAG.sub("", head)).strip())
    if not 0 < len(heading) <= _MAX_HEADING or "<a " not in links:
        return False
    if _LETTER.search(unescape(TAG.sub("", LINKED.sub("", links)))):
        return False
    on = rules.on_site.match(heading)
    return _heads_others(heading, rules) or (
        on is not None and is_name_of_host(heading[on.end() :].rstrip(" :.|"), hosts_of(bare_urls(links)))
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


def mark_broken_lists(html: str, found: Sequence[Block], cut: list[bool]) -> None:
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


def heads_others(text: str, rules: CleanRules) -> bool:
    """Whether a line is a heading over other articles, in whatever marks: "— 往期精选 —"."""
    folded = fold_phrase(text)
    return 0 < len(folded) <= _MAX_HEADING and _heads_others(folded, rules)


def mark_related(
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
        heads_nothing = (
            index
            and all(cut[index + 1 :])
            and "<a" not in html[block.start : block.end]
            and not _is_sentence(block.passage.text)
        )
        if heads_nothing or (end > index + 1 and not _leads_apart(html, found[index + 1 : end])):
            cut[index:end] = [True] * (end - index)


def _leads_apart(html: str, listed: Sequence[Block]) -> bool:
    """Whether each of several links leads to another site: such a list is what the author has read."""
    urls = [url for block in listed for url in bare_urls(_with_link(html, block))]
    return len(urls) > 1 and len(hosts_of(urls)) == len(urls)


def _heads_others(text: str, rules: CleanRules) -> bool:
    """Whether a folded line is a heading over other articles, in whatever marks: "— 往期精选 —"."""
    if rules.related.fullmatch(text):
        return True
    if text[0] not in _HEADING_MARKS and text[-1] not in _HEADING_MARKS:
        return False
    return rules.related.fullmatch(text.strip(_HEADING_MARKS)) is not None


def _is_sentence(text: str) -> bool:
    return text.endswith(".") and "?" not in text and text.count(" ") >= _SENTENCE_BLANKS
