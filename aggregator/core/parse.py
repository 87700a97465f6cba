"""Document -> ParsedFeed, and the only home of feedparser.

The quick reader takes the XML that it reads without doubt, JSON Feed, sitemaps and pages have readers
of their own, and feedparser, behind the bounds, has everything else: it knows every fault a feed can have.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from aggregator.core import bounds, charset, jsonfeed, quick, sitemap, sniff, text
from aggregator.core.assemble import Head, Item, Reading, assemble
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType, Document, FetchLimits, PageRules, ParsedFeed

_NO_LIMITS = FetchLimits()
_UNCLOSED = re.compile(rb"<(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)
_LAST_CLOSED = (b"</item>", b"</entry>")
# What feedparser is known to raise on broken documents, besides what it reports itself.
_FEEDPARSER_BREAKS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)
_SKIPS = re.compile(r"<(skipHours|skipDays)>(.{0,1000}?)</\1>", re.DOTALL | re.IGNORECASE)
_SKIPPED = re.compile(r"<(?:hour|day)>\s*(\w+)\s*</", re.IGNORECASE)


def parse(document: Document, limits: FetchLimits = _NO_LIMITS, page: PageRules | None = None) -> ParsedFeed:
    """Read a document, in whatever format it is, in the order in which it has its entries.

    ``page`` holds the selectors of a source that is a web page. Raises NotAFeedError, in words for the
    operator: nothing we read, over a bound, or a page in a feed's place, with the feeds it declares.
    """
    body = sniff.unpacked(document.body, limits)
    sniff.refuse_binary(body)
    if page is not None:
        from aggregator.core import pages

        return assemble(pages.read(body, document, page), document.url, limits)
    decoded = charset.to_utf8(body, document.content_type)
    clean = decoded.body.lstrip()
    reading = _read(clean, document, limits)
    if decoded.remark:
        reading.head.remarks.append(decoded.remark)
    return assemble(reading, document.url, limits)


def _read(body: bytes, document: Document, limits: FetchLimits) -> Reading:
    """The reading by the reader for what the document looks like."""
    kind = sniff.kind(body)
    if kind is sniff.Kind.JSON:
        return jsonfeed.read(body)
    if kind is sniff.Kind.SITEMAP:
        return sitemap.read(body, document.url, limits)
    if kind is sniff.Kind.HTML:
        from aggregator.core import pages

        raise pages.not_a_feed(body, document.url)
    bounds.check_weight(body, limits)
    return quick.read(body) or _read_carefully(body, limits)


def _read_carefully(body: bytes, limits: FetchLimits) -> Reading:
    """A document with faults: mended where that is safe, within bounds, by feedparser."""
    mended = bounds.without_forbidden(bounds.without_entities(body))
    reading = quick.read(mended) if mended != body else None
    if reading:
        reading.head.remarks.append("holds characters that XML forbids; they were left out")
        return reading
    bounds.check(mended, limits)
    return read_by_feedparser(mended)


def read_by_feedparser(body: bytes) -> Reading:
    """The reading of a UTF-8 document by feedparser; bounds must have been checked before.

    feedparser gets bytes, never str, which it might take for a URL or a path; its own sanitiser and
    resolver are off, as ours come later.
    """
    import feedparser  # here, as it takes 0.14 s, and a cycle over sound feeds does without

    whole, cut = _without_broken_end(body)
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        found = feedparser.parse(
            whole, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _FEEDPARSER_BREAKS as error:
        raise NotAFeedError(f"the document is broken beyond reading ({type(error).__name__})") from error
    if not found.version and not found.entries:
        raise NotAFeedError("the document is no feed: neither RSS, Atom, RDF, CDF nor JSON Feed")
    head = _head(found, whole)
    head.remarks.extend(["ends in the middle of an entry, which was left out"] if cut else [])
    return Reading(head, [_item(entry, head) for entry in found.entries])


def _without_broken_end(body: bytes) -> tuple[bytes, bool]:
    """The document without a last entry that was cut off; half an entry would come again as changed."""
    end = max(body.rfind(mark) for mark in _LAST_CLOSED)
    broken = _UNCLOSED.search(body, end) if end >= 0 else None
    return (body[: broken.start()], True) if broken else (body, False)


def _head(found: dict[str, Any], body: bytes) -> Head:
    feed = found["feed"]
    get = _getter(feed)
    head = Head(
        found["version"] or "cdf",  # the one format to which feedparser gives no name
        title=get("title") or "",
        links=_links(feed),
        id=get("id"),
        authors=_authors(feed),
        rights=get("rights"),
        language=get("language"),
        base=_xml_base(body),
        ttl=get("ttl"),
        period=get("sy_updateperiod"),
        frequency=get("sy_updatefrequency"),
        hub=_first_link(feed, "hub"),
        topic=_first_link(feed, "self"),
    )
    if "rss" in head.format and b"<skip" in body:  # feedparser keeps only the last of several hours
        for name, inner in _SKIPS.findall(body.decode("utf-8", "replace")):
            (head.skip_hours if name.lower() == "skiphours" else head.skip_days).extend(
                _SKIPPED.findall(inner)
            )
    return head


def _first_link(feed: dict[str, Any], rel: str) -> str | None:
    return next((link.get("href") for link in _many(feed, "links") if link.get("rel") == rel), None)


def _xml_base(body: bytes) -> str | None:
    """xml:base of the root element."""
    root = re.search(rb"<\w[^<>]*", body)
    found = re.search(rb"""\sxml:base\s*=\s*["']([^"'<>]*)""", root[0]) if root else None
    return found[1].decode("utf-8", "replace") if found else None


def _item(entry: dict[str, Any], head: Head) -> Item:
    get = _getter(entry)
    atom = head.format.startswith("atom")
    item = Item(
        id=get("id"),
        id_is_link=bool(entry.get("guidislink")) or ("guidislink" not in entry and not atom),
        links=_links(entry),
        original_link=get("feedburner_origlink"),
        title=get("title") or "",
        title_type=_type(_one(entry, "title_detail"), atom),
        authors=_authors(entry),
        published=get("published") or get("created"),
        updated=get("updated"),
        labels=[tag.get("label") or tag.get("term") or "" for tag in _many(entry, "tags")],
        enclosures=_enclosures(entry),
        rights=get("rights") or _inner(entry.get("media_copyright")),
        licence=_licence(entry),
        language=get("language") or _language(entry),
    )
    item.labels = [text.xml_safe(label) for label in item.labels]
    _set_texts(item, entry, atom)
    if atom and not item.links:  # RFC 4287 §4.1.3.2: the content is elsewhere
        item.links = [(one["src"], one.get("type", "")) for one in _many(entry, "content") if one.get("src")]
    return item


def _set_texts(item: Item, entry: dict[str, Any], atom: bool) -> None:
    """Body and summary. In RSS, feedparser makes "content" of a second description (a picture's
    media:description, itunes:summary): told by its type, it is left out.
    """
    summary = _one(entry, "summary_detail") or {"value": dict.get(entry, "summary"), "type": "text/html"}
    contents = [content for content in _many(entry, "content") if content.get("value")]
    first = contents[0] if contents else {}
    content = next((one for one in contents if "html" in one.get("type", "")), first)
    if not atom and content.get("type") == "text/plain" and summary.get("type") == "text/html":
        content, summary = summary, {}
    if _shown(content, atom):
        item.body = text.xml_safe(content.get("value") or "") or None
        item.body_type = _type(content, atom)
    item.summary = text.xml_safe(summary.get("value") or "") or None
    item.summary_type = _type(summary, atom)
    item.base = content.get("base") or summary.get("base") or None


def _shown(content: dict[str, Any], atom: bool) -> bool:
    """Whether content is text: Atom may carry a picture in base64."""
    return not atom or content.get("type", "").startswith("text/") or "html" in content.get("type", "")


def _type(detail: dict[str, Any] | None, atom: bool) -> BodyType:
    """In Atom what is declared; in RSS, which declares nothing, HTML."""
    return BodyType.TEXT if atom and detail and detail.get("type") == "text/plain" else BodyType.HTML


def _getter(mapping: dict[str, Any]) -> Callable[[str], str | None]:
    """A plain look-up of strings: FeedParserDict's own answers "updated" with "published"."""

    def get(key: str) -> str | None:
        value = dict.get(mapping, key)
        return text.xml_safe(value).strip() or None if isinstance(value, str) else None

    return get


def _many(mapping: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """What feedparser lists under a key; nothing where the document has an element of just that name."""
    found = mapping.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _one(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    """What feedparser says of one element; nothing where the document has an element of just that name."""
    found = mapping.get(key)
    return found if isinstance(found, dict) else {}


def _links(context: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (text.xml_safe(link["href"]).strip(), str(link.get("type", "")))
        for link in _many(context, "links")
        if link.get("rel") == "alternate" and link.get("href")
    ]


def _authors(context: dict[str, Any]) -> list[str]:
    names = [author.get("name") for author in _many(context, "authors")]
    return [text.xml_safe(name) for name in names if name]


def _enclosures(entry: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    links = [link for link in _many(entry, "links") if link.get("rel") == "enclosure" and link.get("href")]
    media = [one for one in _many(entry, "media_content") if one.get("url")]
    return [(link["href"], link.get("type"), link.get("length")) for link in links] + [
        (one["url"], one.get("type"), one.get("filesize")) for one in media
    ]


def _licence(entry: dict[str, Any]) -> str | None:
    for link in _many(entry, "links"):
        if link.get("rel") == "license" and link.get("href"):
            return str(link["href"])
    media = _one(entry, "media_license")
    return str(media.get("href") or media.get("content") or "") or None


def _inner(element: Any) -> str | None:
    """The text of an element that feedparser does not know; where it has attributes, the text is lost."""
    return element if isinstance(element, str) else None


def _language(entry: dict[str, Any]) -> str | None:
    """xml:lang, which feedparser keeps with each text."""
    for detail in (*_many(entry, "content"), _one(entry, "title_detail")):
        if detail.get("language"):
            return str(detail["language"])
    return None
