"""The quick way through an XML feed: lxml, for documents that it reads without doubt.

Without doubt means: well-formed, no DOCTYPE, a root and namespaces that we know, no markup where text
belongs. Everything else is left to feedparser; tests/core/test_differential.py holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from aggregator.core.assemble import Head, Item, Reading
from aggregator.core.elements import (
    ATOM,
    CC_MODULE,
    CONTENT,
    DC,
    DCTERMS,
    FEEDBURNER,
    ITEM_READERS,
    ITUNES,
    MEDIA,
    RDF,
    RSS09,
    RSS1,
    SY,
    XML,
    DoubtError,
    all_text,
    plain_text,
)

_KNOWN = {
    "dc": DC, "dcterms": DCTERMS, "content": CONTENT, "media": MEDIA, "itunes": ITUNES, "sy": (SY,),
    "feedburner": FEEDBURNER, "atom": (ATOM,), "a10": (ATOM,), "creativecommons": CC_MODULE,
}  # fmt: skip

_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_NAMES_IN_SMALL = frozenset(name.lower() for name in ITEM_READERS)
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)


def read(body: bytes) -> Reading | None:
    """The reading of a UTF-8 document, or None where there is any doubt about it."""
    if _DOCTYPE.search(body, 0, 4096):  # where it usually stands, before any work is done
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(body, parser)
        if root.getroottree().docinfo.internalDTD is not None or not _namespaces_known(root):
            return None
        if root.tag == ATOM + "feed":
            return _read_atom(root)
        if root.tag == "rss":
            return _read_rss(root, "", _rss_version(root))
        if root.tag == RDF + "RDF":
            return _read_rdf(root)
    except (etree.XMLSyntaxError, DoubtError, ValueError):
        return None
    return None


def _namespaces_known(root: etree._Element) -> bool:
    """No usual prefix stands for an unusual namespace: feedparser then goes by the prefix."""
    for prefix, uri in root.nsmap.items():
        known = _KNOWN.get(prefix.lower()) if prefix else None
        if known and "{" + uri + "}" not in known:
            return False
    return True


def _rss_version(root: etree._Element) -> str:
    version = root.get("version", "")
    return _RSS_VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")


def _read_rdf(root: etree._Element) -> Reading:
    for namespace, form in ((RSS1, "rss10"), (RSS09, "rss090")):
        if root.find(namespace + "channel") is not None:
            return _read_rss(root, namespace, form)
    raise DoubtError


def _read_rss(root: etree._Element, namespace: str, form: str) -> Reading:
    channel = root.find(namespace + "channel")
    if channel is None:
        raise DoubtError
    head = Head(form, base=root.get(XML + "base"), language=root.get(XML + "lang"))
    item_tag = namespace + "item"
    nodes = []
    for child in (*channel, *root):  # items may stand outside the channel (RSS 1.0 §5)
        if child.tag == item_tag:
            nodes.append(child)
        else:
            _read_head(child, head)
    items = [_read_item(node, namespace) for node in nodes]
    return Reading(head, items)


def _read_atom(root: etree._Element) -> Reading:
    head = Head("atom10", base=root.get(XML + "base"), language=root.get(XML + "lang"))
    nodes = []
    for child in root:
        if child.tag == ATOM + "entry":
            nodes.append(child)
        else:
            _read_head(child, head)
    return Reading(head, [_read_item(node, "") for node in nodes])


def _read_item(node: etree._Element, namespace: str) -> Item:
    own_base = node.get(XML + "base")
    item = Item(language=node.get(XML + "lang"), base=own_base, link_base=own_base)
    about = node.get(RDF + "about")
    if about:
        item.id, item.id_is_link = about.strip(), True
    skip = len(namespace)
    for child in node:
        tag = child.tag
        if skip and tag.startswith(namespace):
            tag = tag[skip:]
        reader = ITEM_READERS.get(tag)
        if reader:
            reader(child, item)
        elif tag.lower() in _NAMES_IN_SMALL:
            raise DoubtError  # <PubDate>: feedparser reads names of whatever case
    return item


def _read_head(node: etree._Element, head: Head) -> None:
    """One element of a feed's head that is no item."""
    tag = node.tag
    if tag == ATOM + "link":
        _head_link(node, head)
    elif tag == ATOM + "author":
        head.authors.extend(map(plain_text, node.iterchildren(ATOM + "name")))
    elif tag in ("skipHours", "skipDays"):
        names = head.skip_hours if tag == "skipHours" else head.skip_days
        names.extend(_texts(node))
    else:
        plain = tag.replace(RSS1, "").replace(RSS09, "")
        field = _HEAD_FIELDS.get(plain)
        if not field and plain.lower() in ("item", "title", "link"):
            raise DoubtError
        if field == "link":
            head.links.append((plain_text(node), ""))
        elif field and not getattr(head, field):
            setattr(head, field, all_text(node))


def _head_link(node: etree._Element, head: Head) -> None:
    rel, href = node.get("rel", "alternate"), node.get("href", "")
    if rel == "alternate":
        head.links.append((href, node.get("type", "")))
    elif rel == "hub":
        head.hub = head.hub or href
    elif rel == "self":
        head.topic = head.topic or href


def _texts(node: etree._Element) -> Iterator[str]:
    for child in node:
        yield plain_text(child)


_HEAD_FIELDS = {
    "title": "title",
    "link": "link",
    "language": "language",
    "copyright": "rights",
    "ttl": "ttl",
    DC[0] + "language": "language",
    DC[0] + "rights": "rights",
    SY + "updatePeriod": "period",
    SY + "updateFrequency": "frequency",
    ATOM + "title": "title",
    ATOM + "id": "id",
    ATOM + "rights": "rights",
}
