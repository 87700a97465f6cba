"""The ASGI application: files by a small callable, the rest by Starlette."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator.web.conditional import accepts_gzip, not_modified
from aggregator.web.outputs import SECURITY, Headers, Held, Outputs, servable
from aggregator.write.addresses import published_name

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_FEEDS: Final = "/feeds/"  # /feeds/openai+samsung.atom: another way to the same files
_SAFE_METHODS: Final = ("GET", "HEAD")
_LONGEST_PATH: Final = 512  # characters
_PLAIN: Final[Headers] = [(b"content-type", b"text/plain; charset=utf-8"), *SECURITY]
_NO_STORE: Final = {"cache-control": "no-store"}


def create_app(output: Path, status: Callable[[], bytes] | None = None, more: Sequence[Route] = ()) -> App:
    """The application that serves a folder of feeds and pages.

    ``/`` is index.html, ``/<slug>.atom`` and ``/feeds/<slug>.atom`` are a topic's feed. ``status`` gives the
    JSON document of ``/status.json``; it is called in a thread, at each request. ``more`` is served besides.
    """
    return Application(Outputs(output), _rest(status, more))


class Application:
    """Answers requests for files from memory and hands all others on."""

    def __init__(self, outputs: Outputs, rest: App) -> None:
        """Serve ``outputs``; ``rest`` answers where no file is asked for."""
        self.outputs = outputs
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name = file_name(scope["path"]) if scope["type"] == "http" else None
        if name is None:
            await self._rest(scope, receive, send)
            return
        held = await self.outputs.find(name)
        if held is None:
            await self._answer_missing(scope, name, receive, send)
        elif scope["method"] not in _SAFE_METHODS:
            await _answer_text(send, 405, b"Only GET and HEAD.\n", [(b"allow", b"GET, HEAD")])
        else:
            await _answer(held, scope, send)

    async def _answer_missing(self, scope: Scope, name: str, receive: Receive, send: Send) -> None:
        """Lead to the configured order of a slug's members, or leave it to the rest (404)."""
        other = self.outputs.other_name(name)
        if other is None or other == name or scope["method"] not in _SAFE_METHODS:
            await self._rest(scope, receive, send)
            return
        slug, _, extension = other.rpartition(".")
        folder = _FEEDS if scope["path"].startswith(_FEEDS) else "/"
        target = scope.get("root_path", "") + folder + published_name(slug, extension)
        await _answer_text(send, 301, b"", [(b"location", target.encode("latin-1", "replace"))])


def file_name(path: str) -> str | None:
    """The name of the file that a request's decoded path asks for; None where it asks for none.

    Only a bare name with an extension of ours passes, so no path leads out of the folder.
    """
    if path == "/":
        return "index.html"
    if len(path) > _LONGEST_PATH:
        return None
    in_feeds = path.startswith(_FEEDS)
    name = path.removeprefix(_FEEDS) if in_feeds else path[1:]
    # A page's relative links would lead nowhere from below /feeds/.
    return name if servable(name) and not (in_feeds and name.endswith(".html")) else None


async def _answer(held: Held, scope: Scope, send: Send) -> None:
    """200 or 304, in the encoding that the client accepts."""
    match = since = encodings = b""
    for key, value in scope["headers"]:
        if key == b"if-none-match":
            match = match + b"," + value if match else value
        elif key == b"if-modified-since":
            since = value
        elif key == b"accept-encoding":
            encodings = encodings + b"," + value if encodings else value
    variant = held.packed if accepts_gzip(encodings) else held.plain
    if not_modified(match, since, held.etags, held.modified):
        await send({"type": "http.response.start", "status": 304, "headers": variant.not_modified})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": variant.ok})
    await send({"type": "http.response.body", "body": variant.body if scope["method"] == "GET" else b""})


async def _answer_text(send: Send, status: int, body: bytes, headers: Headers) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_PLAIN, *headers, length]})
    await send({"type": "http.response.body", "body": body})


def _rest(status: Callable[[], bytes] | None, more: Sequence[Route]) -> App:
    """What is no file: is the server up, and how are the sources now."""
    routes = [Route("/healthz", _healthz), *more]
    if status is not None:
        routes.append(Route("/status.json", _status_endpoint(status)))
    return Starlette(routes=routes, exception_handlers={HTTPException: _refusal})


def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n", headers=_security(_NO_STORE))


def _status_endpoint(status: Callable[[], bytes]) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        return Response(status(), media_type="application/json", headers=_security(_NO_STORE))

    return endpoint


def _refusal(request: Request, error: Exception) -> Response:
    """404, 405 … in plain words that repeat nothing of the request."""
    code = error.status_code if isinstance(error, HTTPException) else 500
    words = {404: "There is nothing here.", 405: "Only GET and HEAD."}.get(code, "This cannot be done.")
    given = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return PlainTextResponse(words + "\n", status_code=code, headers=_security(given))


def _security(headers: dict[str, str]) -> dict[str, str]:
    return headers | {key.decode(): value.decode() for key, value in SECURITY}
