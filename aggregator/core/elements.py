"""The elements of an entry that the quick reader knows: what each puts into an Item."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from aggregator.core import text
from aggregator.core.assemble import Item
from aggregator.model import BodyType

RSS1 = "{http://purl.org/rss/1.0/}"
RSS09 = "{http://my.netscape.com/rdf/simple/0.9/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
ATOM = "{http://www.w3.org/2005/Atom}"
XHTML = "{http://www.w3.org/1999/xhtml}"
XML = "{http://www.w3.org/XML/1998/namespace}"
DC = ("{http://purl.org/dc/elements/1.1/}",)
DCTERMS = ("{http://purl.org/dc/terms/}",)
CONTENT = ("{http://purl.org/rss/1.0/modules/content/}",)
SY = "{http://purl.org/rss/1.0/modules/syndication/}"
MEDIA = ("{http://search.yahoo.com/mrss/}", "{http://search.yahoo.com/mrss}")
ITUNES = ("{http://www.itunes.com/dtds/podcast-1.0.dtd}", "{http://www.itunes.com/DTDs/PodCast-1.0.dtd}")
FEEDBURNER = ("{http://rssnamespace.org/feedburner/ext/1.0}",)
CC = ("{http://web.resource.org/cc/}", "{http://creativecommons.org/ns#}")
CC_MODULE = (
    "{http://backend.userland.com/creativeCommonsRssModule}",
    "{http://cyber.law.harvard.edu/rss/creativeCommonsRssModule.html}",
)

_XML_TYPES = ("application/xml", "text/xml")

_Reader = Callable[[etree._Element, Item], None]


class DoubtError(Exception):
    """Something that feedparser is better at."""


def plain_text(node: etree._Element) -> str:
    """The text of an element that must hold nothing else."""
    if len(node):
        raise DoubtError
    value = node.text
    if not value:
        return ""
    return (value if value.isascii() else text.xml_safe(value)).strip()


def all_text(node: etree._Element) -> str:
    """The text of an element with all that it holds, markup dropped."""
    return text.xml_safe("".join(map(str, node.itertext()))).strip()


def _construct(node: etree._Element) -> tuple[str, BodyType] | None:
    """An Atom text construct or content (RFC 4287 §3.1, §4.1.3); None: of a type we don't show."""
    kind = (node.get("type") or "text").lower()
    if kind in ("text", "text/plain"):
        return plain_text(node), BodyType.TEXT
    if kind in ("html", "text/html"):
        return plain_text(node), BodyType.HTML
    if kind in ("xhtml", "application/xhtml+xml"):
        return _inner_xhtml(node), BodyType.HTML
    if kind.startswith("text/") or kind.endswith("+xml") or kind in _XML_TYPES:
        raise DoubtError
    return None


def _inner_xhtml(node: etree._Element) -> str:
    """What stands in the div of an xhtml construct, as HTML (RFC 4287 §3.1.1.3)."""
    if len(node) != 1 or node[0].tag != XHTML + "div" or (node.text or "").strip():
        raise DoubtError
    div = node[0]
    if div.prefix or (div.tail or "").strip() or div.get(XML + "base"):
        raise DoubtError
    written = etree.tostring(div, method="html", encoding="unicode", with_tail=False)
    return text.xml_safe(written[written.index(">") + 1 : written.rindex("</")]).strip()


# One function for each kind of element of an item. The first of several counts, as for feedparser,
# unless said otherwise.


def _title(node: etree._Element, item: Item) -> None:
    item.title = plain_text(node) or item.title


def _atom_title(node: etree._Element, item: Item) -> None:
    found = _construct(node)
    if found:
        item.title, item.title_type = found


def _media_title(node: etree._Element, item: Item) -> None:
    item.title = item.title or plain_text(node)


def _link(node: etree._Element, item: Item) -> None:
    href = plain_text(node)
    if href:
        item.links.append((href, ""))
    elif node.get("href"):
        raise DoubtError  # Atom's way of writing it


def _of_another_format(node: etree._Element, item: Item) -> None:
    """Atom's or CDF's words without their namespace, which feedparser understands."""
    raise DoubtError


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
    item.id = plain_text(node) or item.id
    item.id_is_link = node.get("isPermaLink", "true").lower() == "true"


def _atom_id(node: etree._Element, item: Item) -> None:
    item.id = item.id or plain_text(node)


def _original_link(node: etree._Element, item: Item) -> None:
    item.original_link = plain_text(node)


def _author(node: etree._Element, item: Item) -> None:
    item.authors.append(plain_text(node))


def _atom_author(node: etree._Element, item: Item) -> None:
    item.authors.extend(map(plain_text, node.iterchildren(ATOM + "name")))


def _published(node: etree._Element, item: Item) -> None:
    item.published = plain_text(node) or item.published


def _updated(node: etree._Element, item: Item) -> None:
    item.updated = plain_text(node) or item.updated


def _description(node: etree._Element, item: Item) -> None:
    """RSS: the body, until content:encoded makes a summary of it."""
    found = plain_text(node)
    item.summary, item.summary_type = found or item.summary, BodyType.HTML


def _second_summary(node: etree._Element, item: Item) -> None:
    """itunes:summary, media:description and the like: only where nothing better is."""
    if not item.summary:
        item.summary = plain_text(node) or None


def _encoded(node: etree._Element, item: Item) -> None:
    if not item.body:
        item.body = plain_text(node) or None
        item.base = node.get(XML + "base") or item.base


def _atom_content(node: etree._Element, item: Item) -> None:
    if node.get("src"):
        if not item.links:
            item.links.append((node.get("src", ""), node.get("type", "")))
        return
    found = _construct(node)
    if found and not item.body:
        item.body, item.body_type = found
        item.base = node.get(XML + "base") or item.base
        item.language = node.get(XML + "lang") or item.language


def _atom_summary(node: etree._Element, item: Item) -> None:
    found = _construct(node)
    if found and not item.summary:
        item.summary, item.summary_type = found


def _category(node: etree._Element, item: Item) -> None:
    item.labels.append(plain_text(node))


def _atom_category(node: etree._Element, item: Item) -> None:
    item.labels.append(node.get("label") or node.get("term") or "")


def _keywords(node: etree._Element, item: Item) -> None:
    item.labels.extend(plain_text(node).split(","))


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
    item.rights = all_text(node) or item.rights


def _licence(node: etree._Element, item: Item) -> None:
    found = node.get(RDF + "resource") or node.get("href") or plain_text(node)
    item.licence = item.licence or found or None


def _language(node: etree._Element, item: Item) -> None:
    item.language = plain_text(node) or item.language


def _named(namespaces: tuple[str, ...], **readers: _Reader) -> dict[str, _Reader]:
    return {space + name: reader for space in namespaces for name, reader in readers.items()}


_MEDIA_READERS = _named(
    MEDIA,
    title=_media_title,
    description=_second_summary,
    content=_media_content,
    group=_media_content,
    copyright=_rights,
    license=_licence,
    keywords=_keywords,
    category=_category,
)
ITEM_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("id", "updated", "published", "modified", "issued", "date"), _of_another_format),
    **dict.fromkeys(("summary", "content", "encoded", "creator"), _of_another_format),
    "title": _title,
    "link": _link,
    "guid": _guid,
    "description": _description,
    "author": _author,
    "category": _category,
    "pubDate": _published,
    "enclosure": _enclosure,
    "copyright": _rights,
    **_named(CONTENT, encoded=_encoded),
    **_named(DC, title=_media_title, creator=_author, date=_updated, description=_second_summary),
    **_named(DC, subject=_category, rights=_rights, language=_language),
    **_named(DCTERMS, issued=_published, modified=_updated),
    **_named((ATOM,), title=_atom_title, link=_atom_link, id=_atom_id, author=_atom_author),
    **_named((ATOM,), published=_published, updated=_updated, summary=_atom_summary),
    **_named((ATOM,), content=_atom_content, category=_atom_category, rights=_rights),
    **_named(ITUNES, author=_author, summary=_second_summary, keywords=_keywords),
    **_named(FEEDBURNER, origLink=_original_link),
    **_named(CC + CC_MODULE, license=_licence),
    **_MEDIA_READERS,
}
