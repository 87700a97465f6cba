"""Bytes of any encoding -> UTF-8, so that every reader after sees one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# What the labels of the web mean (WHATWG Encoding §4.2), where Python's codec of that name is narrower or
# unknown: everybody who says iso-8859-1 may send windows-1252, who says euc-kr may send its extension.
_LABELS = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "windows-1252": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "tis-620": "cp874", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949", "ksc_5601": "cp949", "korean": "cp949", "windows-949": "cp949", "uhc": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "ms_kanji": "cp932", "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "chinese": "gb18030", "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-euc-jp": "euc_jp",
    "x-big5": "big5hkscs", "unicode": "utf-16", "utf8": "utf-8", "x-user-defined": "cp1252",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# XML 1.0 appendix F: how a document without a mark begins.
_FIRST_BYTES = (
    (b"\x3c\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00\x3c", "utf-32-be"),
    (b"\x3c\x00", "utf-16-le"),
    (b"\x00\x3c", "utf-16-be"),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"""\A\s{0,64}<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_LANGUAGE = re.compile(rb"""(?:<(?:dc:)?language>\s*|\slang=["'])(ko|ja|zh)""", re.IGNORECASE)
_GUESSES = {b"ko": "cp949", b"ja": "cp932", b"zh": "gb18030"}
# Encodings in ASCII bytes that would pass for UTF-8.
_SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_kr", "hz", "utf_7"})
_BANNED = frozenset({"utf_7", "idna", "punycode"})  # no feed needs them; UTF-7 hides markup


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document in UTF-8, without byte order mark."""

    body: bytes
    encoding: str  # what it was read as
    remark: str | None = None  # what was wrong with it


def to_utf8(body: bytes, content_type: str = "") -> Decoded:
    """The document in UTF-8, its encoding decided by what it is rather than by what it says.

    A byte order mark decides; else bytes that are valid UTF-8 are UTF-8, whatever is declared (no other
    encoding passes that test by accident); else what the header says (RFC 7303 §3), then the document
    itself; else the usual encoding of the document's language; else windows-1252. What cannot be read
    becomes U+FFFD.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], encoding)
    for start, encoding in _FIRST_BYTES:
        if body.startswith(start):
            return _decode(body, encoding)
    declared = _declared(body, content_type)
    if not any(name in _SEVEN_BIT for name in declared) and _is_utf8(body):
        return Decoded(body, "utf-8")
    for encoding in declared:
        if encoding != "utf-8" and _reads(body, encoding):
            return _decode(body, encoding)
    return _repaired(body, declared)


def _declared(body: bytes, content_type: str) -> list[str]:
    """The encodings that header and document name, as codecs that exist, without repetition."""
    labels = [found[1] for found in [_HEADER.search(content_type)] if found]
    start = body[:1024]
    for pattern in (_DECLARED, _META):
        found = pattern.search(start)
        if found:
            labels.append(found[1].decode("ascii", "ignore"))
    return list(dict.fromkeys(filter(None, map(_codec, labels))))


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(_LABELS.get(label.lower(), label)).name
        "".encode(name)  # some codecs are no text encodings
    except (LookupError, ValueError):
        return None
    return None if name in _BANNED else name


def _is_utf8(body: bytes) -> bool:
    return _reads(body, "utf-8")


def _reads(body: bytes, encoding: str) -> bool:
    try:
        body.decode(encoding)
    except (UnicodeDecodeError, ValueError):
        # cp1252 leaves five bytes undefined; it is what it says all the same.
        return encoding in ("cp1252", "iso8859-1", "cp1254")
    return True


def _repaired(body: bytes, declared: list[str]) -> Decoded:
    """No declared encoding fits: the likeliest one, with a remark."""
    as_utf8 = body.decode("utf-8", "replace")
    broken = as_utf8.count("\ufffd")
    whole = len(as_utf8) - len(as_utf8.encode("ascii", "ignore")) - broken
    if whole > 2 * broken:  # mostly UTF-8, a few bytes spoilt
        return Decoded(as_utf8.encode(), "utf-8", f"{broken} bytes are not valid utf-8")
    language = _LANGUAGE.search(body[:4096])
    guesses = [name for name in declared if name != "utf-8"]
    if language:
        guesses.insert(0, _GUESSES[language[1].lower()])
    for encoding in guesses:
        text = body.decode(encoding, "replace")
        if text.count("\ufffd") * 50 <= len(text):
            return Decoded(_encode(text), encoding, f"not in the encoding it declares: read as {encoding}")
    return Decoded(
        _encode(body.decode("cp1252", "replace")), "cp1252", "not valid utf-8: read as windows-1252"
    )


def _decode(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    broken = text.count("\ufffd") if encoding != "cp1252" else 0
    return Decoded(_encode(text), encoding, f"{broken} bytes are not valid {encoding}" if broken else None)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")
