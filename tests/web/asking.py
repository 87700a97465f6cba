"""Asks an ASGI application without a server between."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

FEED = b"<feed>" + b"words and words " * 200 + b"</feed>"


@dataclass(frozen=True)
class Answer:
    """A whole response."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(app, path: str, method: str = "GET", root_path: str = "", **headers: str) -> Answer:
    """One request; ``if_none_match='"x"'`` is a header. The path is as decoded by a server."""
    return asyncio.run(asking(app, path, method, root_path, **headers))


async def asking(app, path: str, method: str = "GET", root_path: str = "", **headers: str) -> Answer:
    """The same inside a running loop."""
    sent = []

    async def send(message) -> None:
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": b"",
        "root_path": root_path,
        "query_string": b"",
        "scheme": "http",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    await app(scope, receive, send)
    start = sent[0]
    names = {key.decode().lower(): value.decode() for key, value in start["headers"]}
    return Answer(start["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))
