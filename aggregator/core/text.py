"""Plain and XML-safe text: what titles, labels and passages are made of."""

from __future__ import annotations

import html
import re

from aggregator.model import BodyType

# XML 1.0 §2.2 allows tab, line feed, carriage return and everything from U+0020 on, except surrogates,
# U+FFFE and U+FFFF. One such character makes a whole feed unreadable.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# U+0080..U+009F are controls that nobody means: they come of windows-1252 bytes called iso-8859-1, and
# of references such as &#150;. HTML (§13.2.5.80) reads them as windows-1252; so do we.
_SUSPECT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
_ASCII_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_C1_TABLE = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}

_SPACE = re.compile(r"\s+")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>?|<[!?][^<>]*>?")
_BREAKING_TAG = re.compile(
    r"</?(?:p|br|div|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|section|article|hr|dd|dt|figure|figcaption)\b",
    re.IGNORECASE,
)

# Escaped once by the author's tool and once by the feed's is common; more is noise.
_MAX_UNESCAPES = 3


def xml_safe(value: str) -> str:
    """The text without characters that XML 1.0 forbids (§2.2), C1 controls read as windows-1252."""
    if value.isascii():
        if len(value.encode().translate(None, _ASCII_CONTROLS)) == len(value):
            return value
    elif not _SUSPECT.search(value):
        return value
    return _NOT_XML.sub("", value.translate(_C1_TABLE))


def fold(value: str) -> str:
    """Every run of white space as one blank, none at the ends."""
    if "  " not in value and value.isprintable():  # the blank is the only white space that is printable
        return value.strip(" ")
    return " ".join(value.split())


def plain(value: str, body_type: BodyType = BodyType.HTML) -> str:
    """One line of plain, XML-safe text.

    HTML loses its tags, scripts, styles and comments, and its entities are resolved, also when they
    were escaped twice ("AT&amp;amp;T", "&amp;lt;b&amp;gt;"). TEXT is taken literally: "a < b" and
    "&amp;" stay what they are.
    """
    if body_type is BodyType.TEXT:
        return fold(xml_safe(value))
    for _ in range(_MAX_UNESCAPES):
        bare = html.unescape(_without_tags(value))
        if bare == value:
            break
        value = bare
    return fold(xml_safe(value))


def _without_tags(value: str) -> str:
    """The text without markup; a tag that breaks the line leaves a blank, others leave nothing."""
    if "<" not in value:
        return value
    value = _HIDDEN.sub(" ", value)
    return _TAG.sub(lambda tag: " " if _BREAKING_TAG.match(tag[0]) else "", value)
