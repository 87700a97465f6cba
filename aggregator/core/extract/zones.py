"""Parts of a page that are other texts: readers' comments and cards of other articles.

They are cut before the article is looked for, as on a short one they are most of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from lxml.html import HtmlElement

from aggregator.core.clean.gate import name_words
from aggregator.core.clean.phrases import fold_phrase
from aggregator.core.clean.related import heads_others
from aggregator.core.clean.rules import CleanRules
from aggregator.core.text import fold

_KEPT = frozenset(("html", "body", "main", "article", "form", "h1", "p", "figure", "picture", "img", "a"))
_TITLES = ("h2", "h3", "h4", "h5", "h6")
_HEADS = frozenset((*_TITLES, "b", "strong", "span", "div", "p", "a", "legend", "label", "font", "td", "th"))
_MAX_HEAD = 60  # characters
_STATES = frozenset(
    ("no", "has", "with", "without", "open", "closed", "enabled", "disabled", "status", "count")
)
_REPEATS = 3  # so many of one shape are no accident
_CARD = 220  # characters beside the link, on average: more is an article's own section
_LINK = 15
_ITEM = 6_000  # characters with blanks: what says more is no comment
_NAME = 40
_WORDS = 4
_WHEN = re.compile(
    r"\d{1,2}[:.]\d{2}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,3}\s?(?:[smhdwy]|min|std|hrs?)\b"
    r"|\b\d{1,3}\s\w{2,10}|\w{3,9}\.?\s\d{1,2},\s\d{4}|\d{1,2}\.?\s\w{3,9}\.?\s\d{4}"
    r"|\d+\s?(?:분|시간|일|年|月|日|时|時|小时|小時|天|分)"
)


def drop_zones(tree: HtmlElement, rules: CleanRules) -> None:
    """Take comment areas and lists of cards off the tree.

    An area that holds the headline or what the page marks as the article's text stays.
    """
    kept = _kept(tree)
    live = any("LiveBlog" in (mark.get("itemtype") or mark.text or "") for mark in _declarations(tree))
    for zone in (*_named(tree, rules), *_headed(tree, kept, rules), *_repeated(tree, live), *_footers(tree)):
        if zone not in kept and zone.tag not in _KEPT and zone.getparent() is not None:
            zone.drop_tree()


def _declarations(tree: HtmlElement) -> Iterator[HtmlElement]:
    yield from tree.iterfind(".//script[@type='application/ld+json']")
    yield from tree.iterfind(".//*[@itemtype]")


def _kept(tree: HtmlElement) -> set[HtmlElement]:
    """The headline, the text that the page marks as the article's, and all that is around them."""
    marked = [*tree.iter("h1"), *tree.iterfind(".//*[@itemprop='articleBody']")]
    return {around for element in marked for around in (element, *element.iterancestors())}


def _named(tree: HtmlElement, rules: CleanRules) -> Iterator[HtmlElement]:
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.get("itemprop") == "comment" or (element.get("itemtype") or "").endswith("/Comment"):
            yield element
            continue
        names = (
            f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-component') or ''}"
        )
        words = (set(name_words(name)) for name in names.split())
        if any(each & rules.comment_names and not each & _STATES for each in words):
            yield element


def _headed(tree: HtmlElement, kept: set[HtmlElement], rules: CleanRules) -> Iterator[HtmlElement]:
    """What a heading over comments or over other articles begins."""
    for element in tree.iter(*_HEADS):
        if len(element) > 3:
            continue
        text = fold(element.text_content())
        if not 1 < len(text) <= _MAX_HEAD:
            continue
        is_comments = rules.comment_heading.fullmatch(fold_phrase(text)) is not None
        if not is_comments and not heads_others(text, rules):
            continue
        zone = _begun_by(element, text, kept)
        if zone is not None and (_is_sequence(zone) if is_comments else _is_cards(zone)):
            yield zone


def _begun_by(heading: HtmlElement, text: str, kept: set[HtmlElement]) -> HtmlElement | None:
    """The smallest element that the heading begins and that holds more; None where there is none."""
    zone = heading
    for around in heading.iterancestors():
        before = zone.getprevious()
        while before is not None and not fold(before.text_content()):
            before = before.getprevious()
        if before is not None or (around.text or "").strip() or around.tag in _KEPT or around in kept:
            return None
        zone = around
        if len(fold(zone.text_content())) > len(text) + _NAME:
            return zone
    return None


def _is_sequence(zone: HtmlElement) -> bool:
    """Whether there is more than one item or paragraph in it."""
    return sum(1 for _ in zone.iter("p", "li", "article", "div", "tr", "dd")) >= 2


def _is_cards(zone: HtmlElement) -> bool:
    """Whether it holds little beside links, or items of a headline and a line or two."""
    items = [title.getparent() for title in zone.iter(*_TITLES)]
    texts = [len(fold(item.text_content())) for item in items if item is not None and item is not zone]
    if len(texts) >= _REPEATS and max(texts) <= _CARD + _MAX_HEAD:
        return True
    links = [len(fold(link.text_content())) for link in zone.iter("a")]
    real = sum(length >= _LINK for length in links)
    return real > 0 and len(fold(zone.text_content())) - sum(links) <= _CARD * real


def _repeated(tree: HtmlElement, live: bool) -> Iterator[HtmlElement]:
    """Siblings of one shape, each a card or each a comment."""
    for parent in tree.iter("div", "section", "ul", "ol", "article", "main", "aside", "td", "tbody", "body"):
        if len(parent) < _REPEATS:
            continue
        children = [child for child in parent if isinstance(child.tag, str)]
        for shape, group in groupby(children, key=_shape):
            items = list(group)
            if (
                len(items) < _REPEATS
                or shape[0] in _KEPT - {"article", "a"}
                or shape[0] in ("td", "br", *_TITLES)
            ):
                continue
            if all(_is_card(item) for item in items) or (not live and _are_comments(items)):
                yield from items


def _footers(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The site's own footers, which are links above all."""
    for footer in tree.iter("footer"):
        links = sum(len(fold(link.text_content())) for link in footer.iter("a"))
        if links * 2 >= len(fold(footer.text_content())):
            yield footer


def _shape(element: HtmlElement) -> tuple[str, str]:
    first = next(iter((element.get("class") or "").split()), "")
    return element.tag, first.rstrip("0123456789")


def _is_card(item: HtmlElement) -> bool:
    """A headline that is a link to another page of the site, a picture, a line or two."""
    text = item.text_content()
    if len(text) > _ITEM or next(item.iter(*_TITLES, "p", "time", "div"), None) is None:
        return False
    links = [link for link in item.iter("a") if len(fold(link.text_content())) >= _LINK]
    if item.tag == "a":
        links = [item]
    if len(links) != 1 or (links[0].get("href") or "#").startswith("#"):
        return False
    if not _is_headline(links[0], item):
        return False
    return len(fold(text)) - len(fold(links[0].text_content())) <= _CARD


def _is_headline(link: HtmlElement, item: HtmlElement) -> bool:
    """Whether a link is a line of its own, not words of a sentence."""
    if (link.tail or "").strip():
        return False
    around = link.getparent()
    return (
        link is item
        or (around is not None and fold(around.text_content()) == fold(link.text_content()))
        or (
            around is not None
            and around.tag in ("div", "article", "section", "li")
            and not (around.text or "").strip()
        )
    )


def _are_comments(items: list[HtmlElement]) -> bool:
    return all(_is_comment(item) for item in items)


def _is_comment(item: HtmlElement) -> bool:
    """A name, a time and some text, without a headline."""
    if len(item.text_content()) > _ITEM or next(item.iter(*_TITLES), None) is not None:
        return False
    name = when = False
    for leaf in item.iter():
        if not isinstance(leaf.tag, str) or len(leaf) or leaf.tag == "p":
            continue
        text = fold(leaf.text or "")
        if not 0 < len(text) <= _NAME:
            continue
        if leaf.tag == "time" or _WHEN.search(text):
            when = True
        elif leaf.tag in ("b", "strong", "span", "a", "cite", "div", "em") and text.count(" ") < _WORDS:
            name = True
    return name and when and len(fold(item.text_content())) >= _NAME
