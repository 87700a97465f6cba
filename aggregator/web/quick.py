"""The quick way for the commonest request: a plain GET for a file that is in memory.

Between the socket and an ASGI application uvicorn spends some 25 µs on a request, which is more than the
answer costs. A connection's requests are therefore looked at once before uvicorn sees them: one that
arrives whole, asks for a file by a plain path and has nothing unusual is answered with a single write.
At the first other request the connection is uvicorn's for good, so the two never share one's state.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from aggregator.web.app import Application, file_name
from aggregator.web.conditional import accepts_gzip, not_modified
from aggregator.web.outputs import Held

_LONGEST: Final = 4096  # bytes of a request
_LINE: Final = re.compile(rb"GET (/[A-Za-z0-9+._~/-]*) HTTP/1\.1")
_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# These change what is to be done with the connection or what belongs to the request: uvicorn's to judge.
_UNUSUAL: Final = frozenset(
    {b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade", b"te"}
)
SECONDS_FOR_A_HEAD: Final = 20


@dataclass(frozen=True, slots=True)
class PlainGet:
    """What such a request asks; headers as sent, empty where absent."""

    path: str
    accept_encoding: bytes
    if_none_match: bytes
    if_modified_since: bytes


def plain_get(data: bytes) -> PlainGet | None:
    """The request in ``data``, if it is one whole plain GET (RFC 9112) and nothing else; None otherwise."""
    if len(data) > _LONGEST or not data.startswith(b"GET /") or data.find(b"\r\n\r\n") != len(data) - 4:
        return None
    first, *lines = data[:-4].split(b"\r\n")
    asked = _LINE.fullmatch(first)
    # A lone CR or LF ends a line for some parsers and not for others: no business of the quick way.
    if asked is None or data.count(b"\n") != len(lines) + 2 or data.count(b"\r") != len(lines) + 2:
        return None
    if _CONTROLS.search(data):
        return None
    found: dict[bytes, bytes] = {}
    for line in lines:
        raw, colon, value = line.partition(b":")
        name = _header(raw)
        value = value.strip(b" \t")
        if not colon or name is None or (name in _UNUSUAL and not _keeps_alive(name, value)):
            return None
        found[name] = found[name] + b"," + value if name in found else value
    if b"host" not in found:
        return None
    return PlainGet(
        asked[1].decode("ascii"),
        found.get(b"accept-encoding", b""),
        found.get(b"if-none-match", b""),
        found.get(b"if-modified-since", b""),
    )


def _keeps_alive(name: bytes, value: bytes) -> bool:
    return name == b"connection" and value.lower() == b"keep-alive"


@lru_cache(maxsize=512)
def _header(raw: bytes) -> bytes | None:
    """A header's name in lower case; None where it is no token (RFC 9110 §5.6.2)."""
    return raw.lower() if _TOKEN.fullmatch(raw) else None


def answer(asked: PlainGet, held: Held, date: bytes) -> bytes:
    """The whole response, 200 or 304, head and body in one; ``date`` is a header line."""
    variant = held.packed if accepts_gzip(asked.accept_encoding) else held.plain
    if not_modified(asked.if_none_match, asked.if_modified_since, held.etags, held.modified):
        return b"".join((b"HTTP/1.1 304 Not Modified\r\n", date, variant.not_modified_head))
    return b"".join((b"HTTP/1.1 200 OK\r\n", date, variant.ok_head, variant.body))


class QuickProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the quick way before it, and an end to waiting for a head."""

    _handed_over = False
    _waiting_since: float | None = None  # for a request's head; None: a request is under way
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection opens, and had better ask something."""
        super().connection_made(transport)
        self._waiting_since = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Close a connection that kept us waiting for a head; else look again later.

        One timer that recurs costs less than one set and cancelled at each request.
        """
        if self._waiting_since is not None and self.loop.time() - self._waiting_since >= SECONDS_FOR_A_HEAD:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(SECONDS_FOR_A_HEAD / 2, self._look)

    def data_received(self, data: bytes) -> None:
        """Answer a plain GET at once, or let uvicorn do its work from here on."""
        if not self._handed_over and self._answered(data):
            self._waiting_since = self.loop.time()
            return
        self._handed_over = True
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = self.loop.time()

    def _answered(self, data: bytes) -> bool:
        """Whether this was a plain GET for a file in memory; then it has been answered."""
        asked = plain_get(data)
        # A client that asks without reading gets no second answer into memory: uvicorn waits for it.
        if asked is None or not isinstance(self.app, Application) or self.flow.write_paused:
            return False
        name = file_name(asked.path)
        held = self.app.outputs.held(name) if name else None
        if held is None or self.transport.is_closing():
            return False
        date = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        self.transport.write(answer(asked, held, date))
        return True
