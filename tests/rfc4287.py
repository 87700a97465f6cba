"""RFC 4287 as a list of problems: what a feed validator would say, without a network."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"
_A = f"{{{ATOM}}}"

_INSTANT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)"
)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[^\x00-\x20\x7f-\x9f<>\"{}|\\^`%]|%[0-9A-Fa-f]{2})+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

# name -> (least, most) per container; RFC 4287 §4.1.1, §4.1.2, §4.2.11
_MANY = 10**9
_METADATA = {
    "author": (0, _MANY), "category": (0, _MANY), "contributor": (0, _MANY), "generator": (0, 1),
    "icon": (0, 1), "id": (1, 1), "link": (0, _MANY), "logo": (0, 1), "rights": (0, 1),
    "subtitle": (0, 1), "title": (1, 1), "updated": (1, 1),
}  # fmt: skip
_CHILDREN = {
    "feed": {**_METADATA, "entry": (0, _MANY)},
    "source": {name: (0, most) for name, (_, most) in _METADATA.items()},
    "entry": {
        "author": (0, _MANY), "category": (0, _MANY), "content": (0, 1), "contributor": (0, _MANY),
        "id": (1, 1), "link": (0, _MANY), "published": (0, 1), "rights": (0, 1), "source": (0, 1),
        "summary": (0, 1), "title": (1, 1), "updated": (1, 1),
    },
}  # fmt: skip
_ATTRIBUTES = {
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "category": {"term", "scheme", "label"},
    "content": {"type", "src"},
    "generator": {"uri", "version"},
    "title": {"type"},
    "subtitle": {"type"},
    "summary": {"type"},
    "rights": {"type"},
}
_TEXTS = ("title", "subtitle", "summary", "rights")


def problems(xml: bytes) -> list[str]:
    """All that RFC 4287 has against a feed document; empty: nothing."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except etree.XMLSyntaxError as error:
        return [f"not well-formed: {error}"]
    if root.tag != _A + "feed":
        return [f"the root is {root.tag}, not atom:feed"]
    return list(_feed(root))


def _feed(root: etree._Element) -> Iterator[str]:
    yield from _container(root, "feed")
    rels = [link.get("rel", "alternate") for link in root.findall(_A + "link")]
    if "self" not in rels:
        yield "feed: no link rel=self (§4.1.1 SHOULD)"
    entries = root.findall(_A + "entry")
    if root.find(_A + "author") is None and any(not _has_author(entry) for entry in entries):
        yield "feed: no author, and an entry without one (§4.1.1)"
    for name, count in Counter(entry.findtext(_A + "id") for entry in entries).items():
        if count > 1:
            yield f"id {name} is in {count} entries (§4.1.1 with one updated)"
    for entry in entries:
        where = f"entry {entry.findtext(_A + 'id')}"
        for problem in _entry(entry):
            yield f"{where}: {problem}"


def _has_author(entry: etree._Element) -> bool:
    return entry.find(_A + "author") is not None or entry.find(f"{_A}source/{_A}author") is not None


def _entry(entry: etree._Element) -> Iterator[str]:
    yield from _container(entry, "entry")
    content = entry.find(_A + "content")
    alternates = [link for link in entry.findall(_A + "link") if link.get("rel", "alternate") == "alternate"]
    if content is None and not alternates:
        yield "neither content nor an alternate link (§4.1.2)"
    if content is not None and content.get("src") and entry.find(_A + "summary") is None:
        yield "content elsewhere, and no summary (§4.1.2)"
    source = entry.find(_A + "source")
    if source is not None:
        yield from _container(source, "source")
        for name in ("id", "title", "updated"):
            if source.find(_A + name) is None:
                yield f"source without {name} (§4.2.11 SHOULD)"


def _container(parent: etree._Element, kind: str) -> Iterator[str]:
    allowed = _CHILDREN[kind]
    counts = Counter(etree.QName(child).localname for child in _atoms(parent))
    for name, (least, most) in allowed.items():
        if not least <= counts[name] <= most:
            yield f"{kind}: {counts[name]} {name} elements"
    for name in counts.keys() - allowed.keys():
        yield f"{kind}: {name} is not allowed here"
    yield from (
        f"{kind}: {child.tag} has no namespace" for child in parent if etree.QName(child).namespace is None
    )
    if (parent.text or "").strip() or any((child.tail or "").strip() for child in parent):
        yield f"{kind}: text between the elements"
    yield from _alternates(parent, kind)
    for child in _atoms(parent):
        yield from _element(child)


def _atoms(parent: etree._Element) -> list[etree._Element]:
    return [child for child in parent if isinstance(child.tag, str) and child.tag.startswith(_A)]


def _alternates(parent: etree._Element, kind: str) -> Iterator[str]:
    seen = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in parent.findall(_A + "link")
        if link.get("rel", "alternate") == "alternate"
    )
    yield from (f"{kind}: two alternate links of {key} (§4.1.1, §4.1.2)" for key, n in seen.items() if n > 1)


def _element(element: etree._Element) -> Iterator[str]:
    name = etree.QName(element).localname
    if name in ("feed", "entry", "source"):
        return
    for attribute in element.attrib:
        bare = etree.QName(attribute)
        if bare.namespace is None and bare.localname not in _ATTRIBUTES.get(name, set()):
            yield f"{name}: attribute {attribute} is not allowed"
    language = element.get(f"{{{XML}}}lang")
    if language and not _LANGUAGE.fullmatch(language):
        yield f"{name}: xml:lang {language!r} is no language tag (§2)"
    check = {
        "id": _iri_text, "icon": _iri_text, "logo": _iri_text, "updated": _instant, "published": _instant,
        "link": _link, "category": _category, "author": _person, "contributor": _person, "content": _content,
        "generator": _generator,
    }.get(name)  # fmt: skip
    if name in _TEXTS:
        check = _text
    if check:
        yield from check(element, name)


def _iri_text(element: etree._Element, name: str) -> Iterator[str]:
    if not _IRI.fullmatch(element.text or ""):
        yield f"{name}: {element.text!r} is no absolute IRI"


def _instant(element: etree._Element, name: str) -> Iterator[str]:
    if not _INSTANT.fullmatch(element.text or ""):
        yield f"{name}: {element.text!r} is no RFC 3339 instant (§3.3)"


def _link(element: etree._Element, name: str) -> Iterator[str]:
    if not _IRI.fullmatch(element.get("href", "")):
        yield f"link: href {element.get('href')!r} is no absolute IRI (§4.2.7.1)"
    if element.get("rel") == "":
        yield "link: empty rel (§4.2.7.2)"
    if element.get("type") is not None and not _MEDIA_TYPE.fullmatch(element.get("type", "")):
        yield f"link: type {element.get('type')!r} is no media type (§4.2.7.3)"
    if element.get("hreflang") is not None and not _LANGUAGE.fullmatch(element.get("hreflang", "")):
        yield f"link: hreflang {element.get('hreflang')!r} is no language tag (§4.2.7.4)"
    if element.get("length") is not None and not element.get("length", "").isdigit():
        yield f"link: length {element.get('length')!r} is no number of octets (§4.2.7.6)"


def _category(element: etree._Element, name: str) -> Iterator[str]:
    if not element.get("term"):
        yield "category: no term (§4.2.2.1)"
    if element.get("scheme") is not None and not _IRI.fullmatch(element.get("scheme", "")):
        yield f"category: scheme {element.get('scheme')!r} is no IRI (§4.2.2.2)"


def _person(element: etree._Element, name: str) -> Iterator[str]:
    names = element.findall(_A + "name")
    if len(names) != 1 or not (names[0].text or "").strip():
        yield f"{name}: not one name (§3.2)"
    for child in _atoms(element):
        local = etree.QName(child).localname
        if local not in ("name", "uri", "email"):
            yield f"{name}: {local} is not allowed here"
        if local == "uri" and not _IRI.fullmatch(child.text or ""):
            yield f"{name}: uri {child.text!r} is no IRI (§3.2.2)"
        if local == "email" and not re.fullmatch(r".+@.+", child.text or ""):
            yield f"{name}: email {child.text!r} (§3.2.3)"


def _text(element: etree._Element, name: str) -> Iterator[str]:
    kind = element.get("type", "text")
    if kind not in ("text", "html", "xhtml"):
        yield f"{name}: type {kind!r} (§3.1.1)"
    if kind in ("text", "html") and len(element):
        yield f"{name}: child elements in type {kind} (§3.1.1)"
    if name == "title" and not "".join(element.itertext()).strip():
        yield "title: empty"


def _content(element: etree._Element, name: str) -> Iterator[str]:
    kind = element.get("type", "text")
    if kind not in ("text", "html", "xhtml") and not _MEDIA_TYPE.fullmatch(kind):
        yield f"content: type {kind!r} (§4.1.3.1)"
    if kind in ("text", "html") and len(element):
        yield f"content: child elements in type {kind} (§4.1.3.3)"
    if element.get("src") is not None and ((element.text or "").strip() or len(element)):
        yield "content: both src and content (§4.1.3.2)"


def _generator(element: etree._Element, name: str) -> Iterator[str]:
    if element.get("uri") is not None and not _IRI.fullmatch(element.get("uri", "")):
        yield f"generator: uri {element.get('uri')!r} is no IRI (§4.2.4)"
