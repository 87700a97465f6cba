"""A loopback server that sends whatever a test tells it to, byte by byte, and keeps what it was sent."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from aggregator.model import FetchLimits, Settings, SourceState, Validators

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>'

NOTHING_KNOWN = Validators()

# Tenths of seconds, kilobytes: the bounds are the same code at any size.
QUICK = FetchLimits(
    max_bytes=256 * 1024,
    max_header_bytes=16 * 1024,
    connect_seconds=0.5,
    first_byte_seconds=0.4,
    total_seconds=0.8,
)


@dataclass(frozen=True)
class Request:
    """A request as received."""

    line: str
    headers: tuple[tuple[str, str], ...]
    raw: bytes

    @property
    def target(self) -> str:
        return self.line.split()[1]

    def header(self, name: str) -> str | None:
        """The value of a header; None where it was not sent; fails where it was sent twice."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) < 2
        return found[0] if found else None


Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Script


def response(status: str = "200 OK", body: bytes = FEED, **headers: str) -> bytes:
    """A well-formed response. Underscores in header names become hyphens; None leaves a header out."""
    fields = {"Content-Length": str(len(body)), "Content-Type": "application/rss+xml"}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


def not_modified(**headers: str) -> bytes:
    """A 304."""
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 304 Not Modified\r\n{head}\r\n".encode("latin-1")


def redirect(status: int, location: str) -> bytes:
    """A redirect without a body."""
    return f"HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode(
        "latin-1"
    )


def drip(data: bytes, pause: float) -> Script:
    """A script that sends a byte at a time."""

    async def send(writer: asyncio.StreamWriter) -> None:
        for byte in data:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(pause)

    return send


def then_close(data: bytes) -> Script:
    """A script that sends something and closes the connection."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return send


async def silence(writer: asyncio.StreamWriter) -> None:
    """A script that never says a word."""
    await asyncio.sleep(30)


class FaultServer:
    """Answers each path with what was told for it, in turn, the last answer for ever."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.most_at_once = 0
        self._at_once = 0
        self._tls = tls
        self._answers: dict[str, list[Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultServer:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", 0, ssl=self._tls, limit=1 << 20
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, path: str, *answers: Answer) -> str:
        """Set a path's answers; returns its URL."""
        self._answers[path] = list(answers)
        return self.url(path)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http{'s' if self._tls else ''}://{host}:{self.port}{path}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                await self._serve_one(head, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _serve_one(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        line, *fields = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
        pairs = tuple((name, value.strip()) for name, _, value in (field.partition(":") for field in fields))
        request = Request(line, pairs, raw)
        self.requests.append(request)
        answers = self._answers[request.target.partition("?")[0]]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        finally:
            self._at_once -= 1


def settings(limits: FetchLimits = QUICK, allow: bool = True, **more: object) -> Settings:
    """Settings for a fetcher; loopback is allowed unless told otherwise."""
    return replace(_base(limits, allow), **more)


def _base(limits: FetchLimits, allow: bool) -> Settings:
    return Settings(
        database="sqlite://",
        output="output",
        base_url="https://feeds.example/",
        contact="ops@feeds.example",
        poll_interval=timedelta(hours=1),
        disclaimer="",
        allow_private_networks=allow,
        fetch=limits,
    )


def state(url: str, validators: Validators = NOTHING_KNOWN, **more: object) -> SourceState:
    """A source's state."""
    return SourceState(id=1, slug="news", url=url, validators=validators, **more)
