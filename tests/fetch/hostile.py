"""What a server can do to a feed reader: one answer a kind, each of which must end as its source's error."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterator

from fetch.faults import FEED, Answer, drip, redirect, response, silence, then_close

PIECE = b"<item><title>" + b"x" * 4000 + b"</title></item>"


async def endless(writer: asyncio.StreamWriter) -> None:
    """A body in chunks that never comes to its end."""
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    while not writer.is_closing():
        writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
        await writer.drain()


def slow_document() -> bytes:
    """Within every bound, and yet feedparser is at it for some 3 seconds."""
    return b"<rss version='2.0'><channel><title>Slow</title>" + b"<x/>" * 99_000 + b"<channel></rss>"


def heavy_document() -> bytes:
    """Well-formed, and 40 times its size as a tree."""
    tag = b"<x" + b"".join(b" a%d=''" % number for number in range(10)) + b"/>"
    return b"<rss version='2.0'><channel><title>Heavy</title>" + tag * 190_000 + b"</channel></rss>"


def attributes(count: int = 100_000) -> bytes:
    """One element that quadratic readers never leave."""
    many = b" ".join(b"a%d='%d'" % (number, number) for number in range(count))
    return b"<rss version='2.0'><channel " + many + b"><title>Wide<channel></rss>"


def deep(levels: int = 50_000) -> bytes:
    """Elements in elements in elements."""
    return b"<rss version='2.0'><channel>" + b"<a>" * levels + b"</b></channel></rss>"


def crowd(items: int = 5_000) -> bytes:
    """More entries than a document may hold."""
    return b"<rss version='2.0'><channel><title>Crowd</title>" + b"<item><title>x</title></item>" * items


def bomb(megabytes: int) -> bytes:
    """Zeros that travel small, gzipped."""
    return gzip.compress(bytes(megabytes << 20), 9)


def kinds(megabytes: int) -> Iterator[tuple[str, Answer]]:
    """Name and answer of every kind but the slow document; megabytes: more than a body may have."""
    yield from _servers(megabytes)
    yield from _refusals()
    yield from _documents()


def _servers(megabytes: int) -> Iterator[tuple[str, Answer]]:
    """Trouble on the wire."""
    head = b"HTTP/1.1 200 OK\r\n"
    yield "silence", silence
    yield "head-by-the-byte", drip(response(), 0.3)
    yield "body-by-the-byte", _then(head + b"Content-Length: 9999\r\n\r\n", drip(FEED * 40, 0.3))
    yield "endless", endless
    yield "large-declared", response(Content_Length=str(megabytes << 21))
    yield "large", response(body=bytes(megabytes << 20))
    yield "bomb", response(body=bomb(megabytes * 4), Content_Encoding="gzip")
    yield "broken-gzip", response(body=b"\x1f\x8b no gzip at all", Content_Encoding="gzip")
    yield "cut-gzip", response(body=gzip.compress(FEED * 50)[:60], Content_Encoding="gzip")
    yield "large-head", head + b"X-Large: " + b"x" * 200_000 + b"\r\n\r\n"
    yield "many-headers", head + b"X-Many: 1\r\n" * 20_000 + b"\r\n"
    yield "cut-short", then_close(head + b"Content-Length: 5000\r\n\r\n" + FEED[:-20])
    yield "hangs-up", then_close(b"")
    yield "no-http", then_close(b"220 mail.example ESMTP ready\r\n")
    yield "bad-chunks", then_close(head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n")
    yield "circle", redirect(301, "/circle")
    yield "other-scheme", redirect(302, "ftp://127.0.0.1/feed")
    yield "local-file", redirect(302, "file:///etc/passwd")
    yield "nowhere", redirect(302, "http://")


def _then(data: bytes, script: Answer) -> Answer:
    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        assert not isinstance(script, bytes)
        await script(writer)

    return send


def _refusals() -> Iterator[tuple[str, Answer]]:
    """Answers that are none."""
    yield "500", response("500 Internal Server Error", b"oh")
    yield "404", response("404 Not Found", b"no")
    yield "403", response("403 Forbidden", b"no", Server="cloudflare", CF_Mitigated="challenge")
    yield "418", response("418 Teapot", b"tea")


def _documents() -> Iterator[tuple[str, Answer]]:
    """Bodies that are no feeds, or too much of one."""
    yield "page", response(body=b"<!doctype html><title>Page</title><p>Hello", Content_Type="text/html")
    yield "empty", response(body=b"")
    yield "noise", response(body=bytes(range(256)) * 400)
    yield "other-json", response(body=b'{"hello": [1, 2, 3]}', Content_Type="application/json")
    yield "deep-json", response(body=b"[" * 100_000, Content_Type="application/json")
    yield "attributes", response(body=attributes())
    yield "deep", response(body=deep())
    yield "crowd", response(body=crowd())
