"""What a body is, by its bytes: servers' media types are no help."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from aggregator.errors import NotAFeedError
from aggregator.model import FetchLimits

_GZIP = b"\x1f\x8b"
_MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"RIFF": "a media file",
    b"ID3": "an MP3",
    b"\x7fELF": "a program",
    b"BM": "a picture",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
}
_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_HTML_NAMES = frozenset(b"html head body script div meta title center table p h1 h2 span style".split())
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|channel)[\s>]", re.IGNORECASE)
_DOCTYPE_HTML = re.compile(rb"<!DOCTYPE\s+html", re.IGNORECASE)
_RATIO_FREE = 1024 * 1024


class Kind(StrEnum):
    """The readers there are."""

    XML = "xml"
    JSON = "json"
    SITEMAP = "sitemap"
    HTML = "html"


def unpacked(body: bytes, limits: FetchLimits) -> bytes:
    """The body, unzipped where it is a gzip file sent as such (sitemap.xml.gz), within the bounds."""
    if not body.startswith(_GZIP):
        return body
    bound = min(limits.max_bytes, max(_RATIO_FREE, len(body) * limits.max_ratio))
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, bound + 1)
    except zlib.error as error:
        raise NotAFeedError("the document is a broken gzip file") from error
    if len(plain) > bound:
        raise NotAFeedError(f"the document unpacks to more than {bound} bytes")
    return plain


def refuse_binary(body: bytes) -> None:
    """Refuse what is no text: nothing, pictures, archives. Raises NotAFeedError with its name."""
    if not body.strip():
        raise NotAFeedError("the answer is empty")
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            raise NotAFeedError(f"the document is no feed but {name}")


def kind(body: bytes) -> Kind:
    """Which reader a UTF-8 document without leading white space is for. Raises NotAFeedError."""
    if body[:1] in (b"{", b"["):
        return Kind.JSON
    if b"<" not in body:
        raise NotAFeedError(
            "the document is plain text" if b"\0" not in body[:4096] else "the document is binary"
        )
    name = _root(body)
    if name in (b"urlset", b"sitemapindex"):
        return Kind.SITEMAP
    if name != b"html" and _FEED.search(body):  # a program's warning may stand before the feed
        return Kind.XML
    if name in _HTML_NAMES or (name is None and _DOCTYPE_HTML.match(body)):
        return Kind.HTML
    return Kind.XML


def _root(body: bytes) -> bytes | None:
    """The local name of the first element, in lower case, past declarations and comments."""
    at = 0
    while (at := body.find(b"<", at)) >= 0:
        for start, end in ((b"<!--", b"-->"), (b"<?", b">"), (b"<!", b">")):
            if body.startswith(start, at):
                at = body.find(end, at + len(start))
                break
        else:
            found = _ROOT.match(body, at)
            if found:
                return found[2].lower()
            at += 1
        if at < 0:
            return None
    return None
