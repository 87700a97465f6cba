"""A loopback server of the corpus in a process of its own: ETag, 304, gzip, and little else to wait for."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection

from benchmarks.corpus import Shape, document


class Mode(Enum):
    """How the server behaves from now on."""

    FIRST = "the first edition, conditional requests honoured"
    DEAF = "the first edition, validators ignored"
    SECOND = "2 % of the feeds in their second edition"


@dataclass(frozen=True)
class _Answer:
    etag: bytes
    plain: bytes
    packed: bytes
    unchanged: bytes


@dataclass(frozen=True)
class Asked:
    """What a program asked for in one cycle."""

    feeds: int  # different feeds
    requests: int
    conditional: int  # with If-None-Match
    bodies: int  # answered in full


class _Feeds:
    def __init__(self, shape: Shape) -> None:
        self.mode = Mode.FIRST
        self.clear()
        self.first = [_answer(*document(shape, source)) for source in range(shape.sources)]
        self.second = {source: _answer(*document(shape, source, 1)) for source in range(shape.moving)}

    def clear(self) -> None:
        """Count from zero."""
        self._requests: Counter[int] = Counter()
        self._conditional = self._bodies = 0

    def asked(self) -> Asked:
        """What was counted."""
        return Asked(len(self._requests), self._requests.total(), self._conditional, self._bodies)

    def answer(self, head: bytes) -> bytes:
        try:
            number = int(head[: head.index(b" HTTP/")].rpartition(b"/")[2])
            found = self.second.get(number) if self.mode is Mode.SECOND else None
            found = found or self.first[number]
        except (ValueError, IndexError):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        self._requests[number] += 1
        self._conditional += b"\r\nif-none-match:" in head.lower()
        if found.etag in head and self.mode is not Mode.DEAF:
            return found.unchanged
        self._bodies += 1
        return found.packed if b"gzip" in head.lower() else found.plain


def _answer(media_type: str, body: bytes) -> _Answer:
    etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    packed = gzip.compress(body, 6, mtime=0)
    head = f"Content-Type: {media_type}; charset=utf-8\r\nETag: {etag}\r\n"

    def whole(data: bytes, more: str = "") -> bytes:
        return f"HTTP/1.1 200 OK\r\n{head}{more}Content-Length: {len(data)}\r\n\r\n".encode() + data

    unchanged = f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
    return _Answer(etag.encode(), whole(body), whole(packed, "Content-Encoding: gzip\r\n"), unchanged)


class _Protocol(asyncio.Protocol):
    def __init__(self, feeds: _Feeds) -> None:
        self.feeds = feeds
        self.got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.got += data
        while (end := self.got.find(b"\r\n\r\n")) >= 0:
            head, self.got = self.got[:end], self.got[end + 4 :]
            self.transport.write(self.feeds.answer(head))  # type: ignore[attr-defined]


def _serve(shape: Shape, control: Connection) -> None:
    feeds = _Feeds(shape)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Protocol(feeds), "127.0.0.1", 0, backlog=1024)
        control.send(server.sockets[0].getsockname()[1])
        while (said := await asyncio.to_thread(control.recv)) is not None:
            if isinstance(said, Mode):
                feeds.mode = said
                feeds.clear()
            control.send(feeds.asked())
        server.close()

    asyncio.run(run())


class Server:
    """The server as the harness sees it."""

    def __init__(self, shape: Shape, control: Connection) -> None:
        self._control = control
        port = control.recv()
        self.urls = [f"http://127.0.0.1:{port}/feed/{source}" for source in range(shape.sources)]

    def become(self, mode: Mode) -> None:
        """Change the behaviour and count from zero; in force when this returns."""
        self._control.send(mode)
        self._control.recv()

    def asked(self) -> Asked:
        """What was asked for since."""
        self._control.send("asked")
        found: Asked = self._control.recv()
        return found


@contextmanager
def served(shape: Shape) -> Iterator[Server]:
    """Serve the corpus until the block ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(shape, there), daemon=True)
    process.start()
    try:
        yield Server(shape, here)
    finally:
        here.send(None)
        process.join(5)
        if process.is_alive():
            process.kill()
