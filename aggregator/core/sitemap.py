"""Sitemaps (https://www.sitemaps.org/protocol.html), plain and with Google's news extension, as sources."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from lxml import etree

from aggregator.core import bounds, text, urls
from aggregator.core.assemble import Head, Item, Reading
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType, FetchLimits

_NUMBER_OR_SUFFIX = re.compile(r"\.[a-z]{2,5}\Z|(?<![^\W_])[0-9a-f]*\d[0-9a-f]{5,}(?![^\W_])", re.IGNORECASE)
_MAX_NAMED = 20  # sitemaps of an index that the message names


def read(body: bytes, url: str, limits: FetchLimits) -> Reading:
    """The reading of a UTF-8 sitemap; of more pages than max_entries, those last modified.

    A sitemap is an archive without order: unlike a feed, one that is too long is cut. Raises NotAFeedError
    for what cannot be read, and for an index of sitemaps, naming those.
    """
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=True, remove_comments=True
    )
    try:
        # Recovery would keep a reference to half a character, and lxml then cannot decode its own text.
        root = etree.fromstring(bounds.without_forbidden(body), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeedError("the document begins like a sitemap, but cannot be read") from error
    if root is None:
        raise NotAFeedError("the document begins like a sitemap, but cannot be read")
    if _local(root) == "sitemapindex":
        raise _index(root, url)
    items = [_item(node) for node in root if _local(node) == "url"]
    items = [item for item in items if item.links]
    news = any(item.published for item in items)
    head = Head("news-sitemap" if news else "sitemap", title=urlsplit(url).hostname or "")
    if len(items) > limits.max_entries:
        head.remarks.append(f"holds {len(items)} pages; the {limits.max_entries} last modified are read")
        items = sorted(items, key=lambda item: item.published or item.updated or "", reverse=True)
    return Reading(head, items[: limits.max_entries])


def _index(root: etree._Element, url: str) -> NotAFeedError:
    """The error for an index: its sitemaps, the last modified first."""
    found = [_texts(node) for node in root if _local(node) == "sitemap"]
    found.sort(key=lambda texts: texts.get("lastmod", ""), reverse=True)
    named = [urls.absolute(texts.get("loc"), url) for texts in found]
    return NotAFeedError(
        "the document is an index of sitemaps; name one of them as the source",
        [sitemap for sitemap in named if sitemap][:_MAX_NAMED],
    )


def _item(node: etree._Element) -> Item:
    texts = _texts(node)
    news = next((_texts(child) for child in node if _local(child) == "news"), {})
    address = texts.get("loc", "")
    keywords = news.get("keywords", "")
    return Item(
        links=[(address, "")] if address else [],
        title=news.get("title") or _title_from(address),
        title_type=BodyType.TEXT,
        published=news.get("publication_date"),
        updated=texts.get("lastmod"),
        labels=[label.strip() for label in (keywords + "," + news.get("stock_tickers", "")).split(",")],
        language=news.get("language"),
    )


def _texts(node: etree._Element) -> dict[str, str]:
    """Local name -> text, of all leaves under an element; the first of each name counts."""
    found: dict[str, str] = {}
    for child in node.iter():
        if isinstance(child.tag, str) and not len(child) and child.text:
            found.setdefault(_local(child), text.xml_safe(child.text).strip())
    return found


def _local(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _title_from(address: str) -> str:
    """What a plain sitemap says of a page's title: the words of its address, if it has any."""
    last = unquote(address.partition("?")[0].rstrip("/").rpartition("/")[2])
    words = _NUMBER_OR_SUFFIX.sub(" ", last).replace("-", " ").replace("_", " ").split()
    return " ".join(words).capitalize() if len(words) > 1 else ""
