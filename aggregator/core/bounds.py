"""Bounds on a document, checked in linear time before feedparser sees it.

feedparser has none and cannot be interrupted: some 100 µs for each tag, minutes for one element with
hundreds of thousands of attributes.
"""

from __future__ import annotations

import re

from aggregator.core.assemble import check_count
from aggregator.errors import NotAFeedError
from aggregator.model import FetchLimits

MAX_DEPTH = 256  # as libxml2 has it
MAX_ATTRIBUTES = 1_000  # of one element
MAX_TAGS = 200_000  # 2,000 entries of 50 elements, each begun and ended
MAX_ATTRIBUTES_IN_ALL = 400_000  # a tree of them takes 250 bytes each
MAX_MARKS = 1_000_000  # "<" and "&" in all: 2 µs each
_MAX_WORDS = 20_000  # in one tag: attributes without values
_MAX_ENTITIES = 300  # declared by the document: HTML has 252 in its DTD
_MAX_ENTITY = 200  # bytes of a declaration: a character or a name

_MARKUP = re.compile(rb"<(?:!--|!\[CDATA\[|\?|(/?)([A-Za-z_][\w:.-]*)([^<>]*))")
_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_ITEMS = frozenset({b"item", b"entry"})
_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_ENTITY = re.compile(rb"<!ENTITY\b[^>]*>?", re.IGNORECASE)
# Characters that XML cannot hold, and references to them; feedparser breaks on the latter.
_CONTROLS = bytes(sorted({*range(0x20)} - {9, 10, 13}))
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9A-Fa-f]*)|0*([0-9]*));?")  # feedparser needs no semicolon
_MAX_DIGITS = 8


def without_forbidden(body: bytes) -> bytes:
    """The document without characters that XML 1.0 §2.2 forbids and without references to them."""
    body = body.translate(None, _CONTROLS)
    if b"&#" not in body:
        return body
    # Taking one out may join what stood around it to another; that one becomes a blank.
    once = _REFERENCE.sub(_allowed, body)
    return once if len(once) == len(body) else _REFERENCE.sub(lambda found: _allowed(found) or b" ", once)


def without_entities(body: bytes) -> bytes:
    """The document without declarations of entities that are long, stand outside, or name others.

    What is left cannot grow: a bomb needs entities of entities, or one long one named often.
    """
    return _ENTITY.sub(_harmless, body) if b"<!DOCTYPE" in body or b"<!doctype" in body else body


def _harmless(declaration: re.Match[bytes]) -> bytes:
    written = declaration[0]
    grows = b"%" in written or b"&" in written.replace(b"&#", b"") or len(written) > _MAX_ENTITY
    outside = b"SYSTEM" in written or b"PUBLIC" in written
    return b"" if grows or outside else written


def _allowed(reference: re.Match[bytes]) -> bytes:
    digits = reference[1] or reference[2] or b"0"
    if len(digits) > _MAX_DIGITS:
        return b""
    code = int(digits, 16 if reference[1] else 10)
    allowed = (
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code < 0x110000
    )
    return reference[0] if allowed else b""


# Signs of tags and attributes up to which a tree of the whole document stays within some tens of MB.
_LIGHT_TAGS = 250_000
_LIGHT_ATTRIBUTES = 50_000


def check_weight(body: bytes, limits: FetchLimits) -> None:
    """Refuse a document whose tree, in whatever reader, would take memory many times its size.

    Costs two counts for all but the heaviest documents; those are looked at tag by tag, since markup
    in CDATA, however much, makes no tree. Raises NotAFeedError.
    """
    if body.count(b"<") + body.count(b"/>") > _LIGHT_TAGS or body.count(b"=") > _LIGHT_ATTRIBUTES:
        _check_tags(body, limits)


def check(body: bytes, limits: FetchLimits) -> None:
    """Refuse a UTF-8 document that is too deep, too long, or too wide in one tag for feedparser.

    Raises NotAFeedError, with what is too much of what. Linear in the document's length.
    """
    if body.count(b"<!ENTITY") > _MAX_ENTITIES:
        raise NotAFeedError(f"the document declares more than {_MAX_ENTITIES} entities")
    if body.count(b"<") + body.count(b"&") > MAX_MARKS:
        raise NotAFeedError(f"the document holds more than {MAX_MARKS} marks of markup")
    _check_tags(body, limits)


def _check_tags(body: bytes, limits: FetchLimits) -> None:
    depth = tags = items = item_depth = attributes = 0
    at = 0
    while found := _MARKUP.search(body, at):
        at = found.end()
        name = found[2]
        if name is None:
            end = body.find(_ENDS[found[0]], at)
            if end < 0:  # never closed: the rest is no markup
                break
            at = end + 2
            continue
        tags += 1
        attributes += found[3].count(b"=")
        name = name.rpartition(b":")[2].lower()
        if name in _ITEMS:
            items += not found[1]
            # What an entry leaves open ends with it.
            item_depth = depth if items == 1 and not found[1] else item_depth
            depth = item_depth if found[1] else item_depth + 1
        elif found[1]:
            depth = max(depth - 1, 0)
        elif found[3].endswith(b"/"):
            tags += 1  # it ends itself
        elif name not in _VOID:
            depth += 1
        _check_tag(found[3], depth, tags)
    if attributes > MAX_ATTRIBUTES_IN_ALL:
        raise NotAFeedError(f"the document holds more than {MAX_ATTRIBUTES_IN_ALL} attributes")
    check_count(items, limits)


def _check_tag(attributes: bytes, depth: int, tags: int) -> None:
    if depth > MAX_DEPTH:
        raise NotAFeedError(f"elements are nested more than {MAX_DEPTH} deep, or not closed")
    if tags > MAX_TAGS:
        raise NotAFeedError(f"the document holds more than {MAX_TAGS} tags")
    if len(attributes) < MAX_ATTRIBUTES:
        return
    if attributes.count(b"=") > MAX_ATTRIBUTES or len(attributes.split()) > _MAX_WORDS:
        raise NotAFeedError(f"an element has more than {MAX_ATTRIBUTES} attributes")
