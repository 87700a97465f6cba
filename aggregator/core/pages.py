"""Web pages: as a source, read by CSS selectors, and in a feed's place, naming the feeds meant."""

from __future__ import annotations

from typing import Any

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector

from aggregator.core import bounds, charset, text, urls
from aggregator.core.assemble import Head, Item, Reading
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType, Document, PageRules

_FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/rdf+xml", "application/feed+json")
_MAX_FEEDS = 20
_COMMENTS = ("comment", "comments", "kommentare", "commentaires", "댓글")


def selector_problem(selector: str) -> str | None:
    """What is wrong with a CSS selector; None: nothing. For checking a configuration."""
    try:
        CSSSelector(selector, translator="html")
    except SelectorError as error:
        return str(error)
    return None


def read(body: bytes, document: Document, rules: PageRules) -> Reading:
    """The reading of a web page by the selectors that the operator wrote for it.

    ``item`` is searched in the page, the others in each item; ``link`` and ``date`` take href, datetime
    or content where the element has it, else its text. Raises NotAFeedError where nothing matches.
    """
    decoded = charset.to_utf8(body, document.content_type)
    root = _tree(decoded.body)
    base = root.find(".//base[@href]")
    head = Head(
        "page",
        title=_text(root.find(".//title")),
        links=[(document.url, "")],
        language=root.get("lang"),
        base=base.get("href") if base is not None else None,
    )
    items = [_item(node, rules) for node in _select(root, rules.item)]
    items = [item for item in items if item.title or item.links]
    if not items:
        raise NotAFeedError(f"no item: the selector {rules.item!r} finds nothing usable in the page")
    return Reading(head, items)


def not_a_feed(body: bytes, url: str) -> NotAFeedError:
    """The error for a web page at a feed's URL (UTF-8), with the feeds that it declares."""
    feeds = feed_links(body, url)
    if feeds:
        return NotAFeedError(f"a web page, not a feed; it names this feed: {feeds[0]}", feeds)
    return NotAFeedError("a web page, not a feed, and it names none")


def feed_links(body: bytes, url: str) -> tuple[str, ...]:
    """The feeds that a page declares (rel=alternate), feeds of comments last."""
    try:
        root = _tree(body)
    except NotAFeedError:
        return ()
    base_node = root.find(".//base[@href]")
    base = (urls.absolute(base_node.get("href"), url) if base_node is not None else None) or url
    found: dict[str, bool] = {}
    for link in root.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        rel = (link.get("rel") or "").lower().split()
        address = urls.absolute(link.get("href"), base)
        if address and kind in _FEED_TYPES and ("alternate" in rel or "feed" in rel):
            named = f"{link.get('title') or ''} {address}".lower()
            found.setdefault(urls.without_credentials(address), any(word in named for word in _COMMENTS))
    return tuple(sorted(found, key=found.__getitem__))[:_MAX_FEEDS]


def _tree(body: bytes) -> html.HtmlElement:
    """The page's tree; libxml2 bounds its depth and needs no network."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(bounds.without_forbidden(body), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeedError("the page cannot be read as HTML") from error
    return root


def _item(node: etree._Element, rules: PageRules) -> Item:
    link = _first(node, rules.link)
    date = _first(node, rules.date)
    body = _first(node, rules.body)
    address = _value(link, "href") if link is not None else ""
    return Item(
        links=[(address, "")] if address else [],
        title=_text(_first(node, rules.title)),
        title_type=BodyType.TEXT,
        authors=[_text(_first(node, rules.author))],
        published=_value(date, "datetime", "content", "title") or None,
        body=html.tostring(body, encoding="unicode", with_tail=False) if body is not None else None,
    )


def _first(node: etree._Element, selector: str | None) -> etree._Element | None:
    """The first match in an item, or the item itself where that is what the selector says."""
    if not selector:
        return None
    return next(iter(_select(node, selector)), None)


def _select(node: etree._Element, selector: str) -> list[etree._Element]:
    try:
        found: Any = CSSSelector(selector, translator="html")(node)
    except SelectorError as error:
        raise NotAFeedError(f"the selector {selector!r} cannot be read: {error}") from error
    return list(found)


def _value(node: etree._Element | None, *attributes: str) -> str:
    """The first attribute that is there, else the text."""
    if node is None:
        return ""
    return next((value.strip() for name in attributes if (value := node.get(name))), "") or _text(node)


def _text(node: etree._Element | None) -> str:
    return text.fold(text.xml_safe("".join(map(str, node.itertext())))) if node is not None else ""
