"""The callbacks that WebSub hubs reach: they ask whether we meant it, and send what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from aggregator.core import websub
from aggregator.fetch.bodies import BadCoding, Body, OverBound
from aggregator.fetch.http import Clock, utc_now
from aggregator.jobs.websub import Inbox, answer, subscribed
from aggregator.model import Document, FetchLimits, Setup, Subscription
from aggregator.store.base import Store
from aggregator.web.outputs import SECURITY

_BODIES_AT_ONCE: Final = 4
_HEADERS: Final = {"cache-control": "no-store"} | {key.decode(): value.decode() for key, value in SECURITY}
_GONE: Final = 410  # a hub ends the subscription (WebSub §7)
_LATER: Final = 503  # a hub sends it again


class Callbacks:
    """Answers hubs. Only they know the paths: what is sent to any other is not even read."""

    def __init__(
        self, setup: Callable[[], Setup], store: Store, inbox: Inbox, clock: Clock = utc_now
    ) -> None:
        """Take pushes for the sources of setup into the inbox."""
        self._setup = setup
        self._store = store
        self._inbox = inbox
        self._clock = clock
        self._places = asyncio.Semaphore(_BODIES_AT_ONCE)

    def route(self) -> Route:
        """Where they are, below the server's root."""
        return Route(f"/{websub.PATH}{{token}}", self._answer, methods=["GET", "POST"])

    async def _answer(self, request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "POST":
            return await asyncio.to_thread(self._verify, token, request.query_params)
        subscription = await asyncio.to_thread(subscribed, self._store, token)
        if subscription is None:
            return _said(_GONE)
        if self._places.locked():
            return _said(_LATER)
        async with self._places:
            return await self._push(request, subscription)

    def _verify(self, token: str, query: QueryParams) -> Response:
        said = answer(self._store, token, dict(query), self._clock())
        return _said(said.status, said.body)

    async def _push(self, request: Request, subscription: Subscription) -> Response:
        limits = self._setup().settings.fetch
        try:
            async with asyncio.timeout(limits.total_seconds):
                body = await _read(request, limits)
        except OverBound:
            return _said(413)
        except (TimeoutError, ClientDisconnect):
            return _said(408)
        if not websub.is_signed(body, subscription.secret, request.headers.get("x-hub-signature")):
            return _said(202)  # §7.1: taken, and not looked at; who forges learns nothing
        try:
            content = _unpacked(body, request.headers.get("content-encoding", ""), limits)
        except (OverBound, BadCoding):
            return _said(202)
        content_type = request.headers.get("content-type", "")
        document = Document(subscription.hub.topic, content_type, content, self._clock())
        kept = not content or self._inbox.put(subscription.source_id, document)
        return _said(202 if kept else _LATER)


async def _read(request: Request, limits: FetchLimits) -> bytes:
    """The body as sent. Raises OverBound."""
    kept: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limits.max_bytes:
            raise OverBound("a push larger than max_bytes")
        kept.append(chunk)
    return b"".join(kept)


def _unpacked(body: bytes, content_encoding: str, limits: FetchLimits) -> bytes:
    """A push's content, within the bounds of any other body. Raises OverBound and BadCoding."""
    decoding = Body(content_encoding, limits)
    for _ in decoding.feed(body):
        pass
    return decoding.end()[0]


def _said(status: int, body: str = "") -> Response:
    return PlainTextResponse(body, status_code=status, headers=_HEADERS)
