"""The quick way through an XML feed: lxml, for documents that it reads without doubt.

Without doubt means: well-formed, no DOCTYPE, a root and namespaces that we know, no markup where text
belongs. Everything else is left to feedparser; tests/core/test_differential.py holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from aggregator.core import text
from aggregator.core.assemble import Head, Item, Reading
from aggregator.model import BodyType

_RSS1 = "{http://purl.org/rss/1.0/}"
_RSS09 = "{http://my.netscape.com/rdf/simple/0.9/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_DC = ("{http://purl.org/dc/elements/1.1/}",)
_DCTERMS = ("{http://purl.org/dc/terms/}",)
_CONTENT = ("{http://purl.org/rss/1.0/modules/content/}",)
_SY = "{http://purl.org/rss/1.0/modules/syndication/}"
_MEDIA = ("{http://search.yahoo.com/mrss/}", "{http://search.yahoo.com/mrss}")
_ITUNES = ("{http://www.itunes.com/dtds/podcast-1.0.dtd}", "{http://www.itunes.com/DTDs/PodCast-1.0.dtd}")
_FEEDBURNER = ("{http://rssnamespace.org/feedburner/ext/1.0}",)
_CC = ("{http://web.resource.org/cc/}", "{http://creativecommons.org/ns#}")
_CC_MODULE = (
    "{http://backend.userland.com/creativeCommonsRssModule}",
    "{http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html}",
)
_KNOWN = {
    "dc": _DC, "dcterms": _DCTERMS, "content": _CONTENT, "media": _MEDIA, "itunes": _ITUNES, "sy": (_SY,),
    "feedburner": _FEEDBURNER, "atom": (_ATOM,), "a10": (_ATOM,), "creativecommons": _CC_MODULE,
}  # fmt: skip

_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_XML_TYPES = ("application/xml", "text/xml")

_Reader = Callable[[etree._Element, Item], None]


class _DoubtError(Exception):
    """Something that feedparser is better at."""


def read(body: bytes) -> Reading | None:
    """The reading of a UTF-8 document, or None where there is any doubt about it."""
    if _DOCTYPE.search(body, 0, 4096):
        return None
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
        if not _namespaces_known(root):
            return None
        if root.tag == _ATOM + "feed":
            return _read_atom(root)
        if root.tag == "rss":
            return _read_rss(root, "", _rss_version(root))
        if root.tag == _RDF + "RDF":
            return _read_rdf(root)
    except (etree.XMLSyntaxError, _DoubtError, ValueError):
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
    for namespace, form in ((_RSS1, "rss10"), (_RSS09, "rss090")):
        if root.find(namespace + "channel") is not None:
            return _read_rss(root, namespace, form)
    raise _DoubtError


def _read_rss(root: etree._Element, namespace: str, form: str) -> Reading:
    channel = root.find(namespace + "channel")
    if channel is None:
        raise _DoubtError
    head = Head(form, base=root.get(_XML + "base"), language=root.get(_XML + "lang"))
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
    head = Head("atom10", base=root.get(_XML + "base"), language=root.get(_XML + "lang"))
    nodes = []
    for child in root:
        if child.tag == _ATOM + "entry":
            nodes.append(child)
        else:
            _read_head(child, head)
    return Reading(head, [_read_item(node, "") for node in nodes])


def _read_item(node: etree._Element, namespace: str) -> Item:
    item = Item(language=node.get(_XML + "lang"), base=node.get(_XML + "base"))
    about = node.get(_RDF + "about")
    if about:
        item.id, item.id_is_link = about.strip(), True
    skip = len(namespace)
    for child in node:
        tag = child.tag
        if skip and tag.startswith(namespace):
            tag = tag[skip:]
        reader = _ITEM_READERS.get(tag)
        if reader:
            reader(child, item)
    return item


def _plain_text(node: etree._Element) -> str:
    """The text of an element that must hold nothing else."""
    if len(node):
        raise _DoubtError
    value = node.text
    if not value:
        return ""
    return (value if value.isascii() else text.xml_safe(value)).strip()


def _all_text(node: etree._Element) -> str:
    """The text of an element with all that it holds, markup dropped."""
    return text.xml_safe("".join(map(str, node.itertext()))).strip()


def _construct(node: etree._Element) -> tuple[str, BodyType] | None:
    """An Atom text construct or content (RFC 4287 §3.1, §4.1.3); None: of a type we don't show."""
    kind = (node.get("type") or "text").lower()
    if kind in ("text", "text/plain"):
        return _plain_text(node), BodyType.TEXT
    if kind in ("html", "text/html"):
        return _plain_text(node), BodyType.HTML
    if kind in ("xhtml", "application/xhtml+xml"):
        return _inner_xhtml(node), BodyType.HTML
    if kind.startswith("text/") or kind.endswith("+xml") or kind in _XML_TYPES:
        raise _DoubtError
    return None


def _inner_xhtml(node: etree._Element) -> str:
    """What stands in the div of an xhtml construct, as HTML (RFC 4287 §3.1.1.3)."""
    if len(node) != 1 or node[0].tag != _XHTML + "div" or (node.text or "").strip():
        raise _DoubtError
    div = node[0]
    if div.prefix or (div.tail or "").strip() or div.get(_XML + "base"):
        raise _DoubtError
    written = etree.tostring(div, method="html", encoding="unicode", with_tail=False)
    return text.xml_safe(written[written.index(">") + 1 : written.rindex("</")]).strip()


# One function for each kind of element of an item. The first of several counts, as for feedparser,
# unless said otherwise.


def _title(node: etree._Element, item: Item) -> None:
    item.title = _plain_text(node) or item.title


def _atom_title(node: etree._Element, item: Item) -> None:
    found = _construct(node)
    if found:
        item.title, item.title_type = found


def _media_title(node: etree._Element, item: Item) -> None:
    item.title = item.title or _plain_text(node)


def _link(node: etree._Element, item: Item) -> None:
    href = _plain_text(node)
    if href:
        item.links.append((href, ""))


def _atom_link(node: etree._Element, item: Item) -> None:
    href, rel, kind = node.get("href"), node.get("rel", "alternate"), node.get("type", "")
    if not href:
        return
    if rel == "alternate":
        item.links.append((href.strip(), kind))
    elif rel == "enclosure":
        item.enclosures.append((href.strip(), kind or None, node.get("length")))
    elif rel == "license":
        item.licence = item.licence or href.strip()


def _guid(node: etree._Element, item: Item) -> None:
    item.id = _plain_text(node) or item.id
    item.id_is_link = node.get("isPermaLink", "true").lower() == "true"


def _atom_id(node: etree._Element, item: Item) -> None:
    item.id = item.id or _plain_text(node)


def _original_link(node: etree._Element, item: Item) -> None:
    item.original_link = _plain_text(node)


def _author(node: etree._Element, item: Item) -> None:
    item.authors.append(_plain_text(node))


def _atom_author(node: etree._Element, item: Item) -> None:
    item.authors.extend(map(_plain_text, node.iterchildren(_ATOM + "name")))


def _published(node: etree._Element, item: Item) -> None:
    item.published = _plain_text(node) or item.published


def _updated(node: etree._Element, item: Item) -> None:
    item.updated = _plain_text(node) or item.updated


def _description(node: etree._Element, item: Item) -> None:
    """RSS: the body, until content:encoded makes a summary of it."""
    found = _plain_text(node)
    item.summary, item.summary_type = found or item.summary, BodyType.HTML


def _second_summary(node: etree._Element, item: Item) -> None:
    """itunes:summary, media:description and the like: only where nothing better is."""
    if not item.summary:
        item.summary = _plain_text(node) or None


def _encoded(node: etree._Element, item: Item) -> None:
    if not item.body:
        item.body = _plain_text(node) or None
        item.base = node.get(_XML + "base") or item.base


def _atom_content(node: etree._Element, item: Item) -> None:
    if node.get("src"):
        if not item.links:
            item.links.append((node.get("src", ""), node.get("type", "")))
        return
    found = _construct(node)
    if found and not item.body:
        item.body, item.body_type = found
        item.base = node.get(_XML + "base") or item.base
        item.language = node.get(_XML + "lang") or item.language


def _atom_summary(node: etree._Element, item: Item) -> None:
    found = _construct(node)
    if found and not item.summary:
        item.summary, item.summary_type = found


def _category(node: etree._Element, item: Item) -> None:
    item.labels.append(_plain_text(node))


def _atom_category(node: etree._Element, item: Item) -> None:
    item.labels.append(node.get("label") or node.get("term") or "")


def _keywords(node: etree._Element, item: Item) -> None:
    item.labels.extend(_plain_text(node).split(","))


def _enclosure(node: etree._Element, item: Item) -> None:
    url = node.get("url")
    if url:
        item.enclosures.append((url.strip(), node.get("type"), node.get("length")))


def _media_content(node: etree._Element, item: Item) -> None:
    url = node.get("url")
    if url:
        item.enclosures.append((url.strip(), node.get("type"), node.get("fileSize")))
    for child in node:
        reader = _MEDIA_READERS.get(child.tag)
        if reader:
            reader(child, item)


def _rights(node: etree._Element, item: Item) -> None:
    item.rights = _all_text(node) or item.rights


def _licence(node: etree._Element, item: Item) -> None:
    found = node.get(_RDF + "resource") or node.get("href") or _plain_text(node)
    item.licence = item.licence or found or None


def _language(node: etree._Element, item: Item) -> None:
    item.language = _plain_text(node) or item.language


def _named(namespaces: tuple[str, ...], **readers: _Reader) -> dict[str, _Reader]:
    return {space + name: reader for space in namespaces for name, reader in readers.items()}


_MEDIA_READERS = _named(
    _MEDIA,
    title=_media_title,
    description=_second_summary,
    content=_media_content,
    group=_media_content,
    copyright=_rights,
    license=_licence,
    keywords=_keywords,
    category=_category,
)
_ITEM_READERS: dict[str, _Reader] = {
    "title": _title,
    "link": _link,
    "guid": _guid,
    "description": _description,
    "author": _author,
    "category": _category,
    "pubDate": _published,
    "enclosure": _enclosure,
    "copyright": _rights,
    **_named(_CONTENT, encoded=_encoded),
    **_named(_DC, title=_media_title, creator=_author, date=_updated, description=_second_summary),
    **_named(_DC, subject=_category, rights=_rights, language=_language),
    **_named(_DCTERMS, issued=_published, modified=_updated),
    **_named((_ATOM,), title=_atom_title, link=_atom_link, id=_atom_id, author=_atom_author),
    **_named((_ATOM,), published=_published, updated=_updated, summary=_atom_summary),
    **_named((_ATOM,), content=_atom_content, category=_atom_category, rights=_rights),
    **_named(_ITUNES, author=_author, summary=_second_summary, keywords=_keywords),
    **_named(_FEEDBURNER, origLink=_original_link),
    **_named(_CC + _CC_MODULE, license=_licence),
    **_MEDIA_READERS,
}


def _read_head(node: etree._Element, head: Head) -> None:
    """One element of a feed's head that is no item."""
    tag = node.tag
    if tag == _ATOM + "link":
        _head_link(node, head)
    elif tag == _ATOM + "author":
        head.authors.extend(map(_plain_text, node.iterchildren(_ATOM + "name")))
    elif tag in ("skipHours", "skipDays"):
        names = head.skip_hours if tag == "skipHours" else head.skip_days
        names.extend(_texts(node))
    else:
        field = _HEAD_FIELDS.get(tag.replace(_RSS1, "").replace(_RSS09, ""))
        if field == "link":
            head.links.append((_plain_text(node), ""))
        elif field and not getattr(head, field):
            setattr(head, field, _all_text(node))


def _head_link(node: etree._Element, head: Head) -> None:
    rel, href = node.get("rel", "alternate"), node.get("href", "")
    if rel == "alternate":
        head.links.append((href, node.get("type", "")))
    elif rel == "hub":
        head.hub = head.hub or href


def _texts(node: etree._Element) -> Iterator[str]:
    for child in node:
        yield _plain_text(child)


_HEAD_FIELDS = {
    "title": "title",
    "link": "link",
    "language": "language",
    "copyright": "rights",
    "ttl": "ttl",
    _DC[0] + "language": "language",
    _DC[0] + "rights": "rights",
    _SY + "updatePeriod": "period",
    _SY + "updateFrequency": "frequency",
    _ATOM + "title": "title",
    _ATOM + "id": "id",
    _ATOM + "rights": "rights",
}
