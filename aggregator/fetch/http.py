"""One polite, bounded request over HTTP, redirects and all. Nothing that a server does raises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from aggregator import __version__
from aggregator.core.hints import read_hints
from aggregator.core.hosts import is_local
from aggregator.core.schedule import suspicious
from aggregator.core.websub import advertised
from aggregator.fetch.bodies import BadCoding, Body, OverBound, in_mib, looks_whole
from aggregator.fetch.chain import (
    ACCEPT_FEED,
    ACCEPT_PAGE,
    ACCEPT_TEXT,
    Ask,
    Redirect,
    Trail,
    ask_for,
    confirmed_validators,
    fresh_validators,
    request_headers,
    step,
)
from aggregator.fetch.deadlines import Deadlines
from aggregator.fetch.files import read_file
from aggregator.fetch.guard import make_connector, refuse_literal
from aggregator.fetch.large import LARGE, LARGE_AT_ONCE, LargePlace
from aggregator.fetch.outcome import of_body
from aggregator.fetch.robots import Robots
from aggregator.fetch.trouble import NETWORK_ERRORS, header_bound, of_error, of_status, timed_out
from aggregator.fetch.turns import Turns
from aggregator.model import (
    Document,
    Failed,
    Fetched,
    FetchLimits,
    FetchResult,
    Settings,
    SourceState,
    Trouble,
    Unchanged,
    Validators,
)

# How finely a time limit is watched: it is met late by this part of itself.
_TICKS = 40
# What headers, chunk sizes and TLS may add to an answer.
_WRAPPING = 1024 * 1024

_WHOLE = frozenset({200, 203})  # 203: as a proxy on the way has changed it (RFC 9110 §15.3.4)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Clock = Callable[[], datetime]  # the instant it is
Keep = Callable[[int], Awaitable[None]]  # waits until there is room for so many bytes


def utc_now() -> datetime:
    """The instant by the machine's clock."""
    return datetime.now(UTC)


class Fetcher:
    """All requests of one event loop, over one set of connections. Use as an async context manager."""

    def __init__(
        self,
        settings: Settings,
        resolver: AbstractResolver | None = None,
        clock: Clock = utc_now,
        rests: dict[str, float] | None = None,
    ) -> None:
        """Let resolver answer instead of the system's; its addresses are judged all the same.

        rests is what Turns hands on, where another fetcher of this process was before.
        """
        self._clock = clock
        self._settings = settings
        self._resolver = resolver
        self._turns = Turns(settings.max_in_flight, settings.max_per_host, settings.host_gap_seconds, rests)
        limits = settings.fetch
        self._deadlines = Deadlines(min(limits.first_byte_seconds, limits.total_seconds) / _TICKS)
        self._places = asyncio.Semaphore(LARGE_AT_ONCE)
        self._robots = Robots(self._get_robots)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the session; no connection is made yet."""
        limits = self._settings.fetch
        self._session = aiohttp.ClientSession(
            connector=make_connector(
                self._settings.allow_private_networks,
                # Well above any body, so that a body meets its own bound first.
                2 * limits.max_bytes + _WRAPPING,
                limits.connect_seconds,
                self._resolver,
                guarded=self._settings.proxy is None,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            raise_for_status=False,
            headers={
                "User-Agent": user_agent(self._settings.contact, self._settings.base_url),
                "Accept": ACCEPT_FEED,
                "Accept-Encoding": "gzip, deflate, br, zstd",
            },
            # First byte and total are one timer in _hop, the time to resolve is the guard's.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_seconds),
            max_line_size=limits.max_header_bytes,
            max_field_size=limits.max_header_bytes,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        if self._session is not None:
            self._deadlines.close()
            await self._session.close()
            self._session = None

    async def fetch(self, state: SourceState, keep: Keep | None = None) -> FetchResult:
        """Poll a source once.

        Conditional, unless its 304s are suspicious. Redirects are followed, each hop judged.
        Whatever a server or the network does comes back as Failed. keep is called with the bytes of
        a new body before another large one may come: whoever passes it on says so by returning.
        """
        place = self._large_place()
        try:
            result = await self._poll(state, place)
            if keep is not None and isinstance(result, Fetched):
                await keep(len(result.document.body))
            return result
        finally:
            place.give_back()

    def _large_place(self) -> LargePlace:
        return LargePlace(self._places, self._settings.fetch.total_seconds)

    async def _poll(self, state: SourceState, place: LargePlace) -> FetchResult:
        now = self._clock()
        if state.url[:7].lower() == "file://":
            return await asyncio.to_thread(read_file, state.url, state.validators, self._settings.fetch, now)
        ask = ask_for(state.url, state.validators, self._settings.fetch)
        if isinstance(ask, Failed):
            return ask
        ask.conditional = not suspicious(state, now)
        return await self._follow(ask, place)

    async def get_page(self, url: str) -> FetchResult:
        """Fetch an article's page, where its site's robots.txt lets us."""
        forbidden = await self._robots.forbids(url)
        if forbidden is not None:
            return Failed(forbidden, Trouble.BLOCKED)
        return await self._once(ask_for(url, Validators(), self._settings.fetch, ACCEPT_PAGE))

    async def post(self, url: str, form: Mapping[str, str]) -> Failed | None:
        """Post a form, as one asks a hub. None: it was accepted; of the answer nothing is read."""
        ask = ask_for(url, Validators(), self._settings.fetch, ACCEPT_TEXT)
        if isinstance(ask, Ask):
            ask.form = form
        result = await self._once(ask)
        return result if isinstance(result, Failed) else None

    async def _get_robots(self, url: str, max_bytes: int) -> FetchResult:
        limits = replace(self._settings.fetch, max_bytes=max_bytes, max_redirects=5)
        return await self._once(ask_for(url, Validators(), limits, ACCEPT_TEXT))

    async def _once(self, ask: Ask | Failed) -> FetchResult:
        if isinstance(ask, Failed):
            return ask
        place = self._large_place()
        try:
            return await self._follow(ask, place)
        finally:
            place.give_back()

    async def _follow(self, ask: Ask, place: LargePlace) -> FetchResult:
        trail = Trail(ask.url, {})
        seconds = ask.limits.total_seconds
        loop = asyncio.get_running_loop()
        while True:
            refused = self._refuse(trail.at)
            if refused is not None:
                return Failed(refused, Trouble.ADDRESS)
            turn = await self._turns.take((trail.at.raw_host or "").lower())
            began = loop.time()
            try:
                answer = await self._hop(ask, trail, seconds, place)
            finally:
                self._turns.give_back(turn)
            if not isinstance(answer, Redirect):
                return answer
            seconds = max(seconds - (loop.time() - began), 0.0)
            failed = step(trail, answer, ask.limits.max_redirects, posted=ask.form is not None)
            if failed is not None:
                return failed

    def _refuse(self, url: URL) -> str | None:
        """Why a URL may not be requested, by what can be told before any name is resolved."""
        if url.scheme not in ("http", "https"):
            return f"only http and https are followed, not {url.scheme[:20] or 'an address without a scheme'}"
        if not url.raw_host:
            return "an address without a host"
        return refuse_literal(url.raw_host, self._settings.allow_private_networks)

    async def _hop(self, ask: Ask, trail: Trail, seconds: float, place: LargePlace) -> FetchResult | Redirect:
        """One request, within the seconds left; its headers within those to the first byte."""
        assert self._session is not None, "use Fetcher as an async context manager"
        limits = ask.limits
        trail.sent = request_headers(ask, trail.at)
        deadline = self._deadlines.start(min(limits.first_byte_seconds, seconds))
        ends = deadline.at + max(seconds - limits.first_byte_seconds, 0.0)
        waiting = True
        try:
            async with self._session.request(
                "GET" if ask.form is None else "POST",
                trail.at,
                data=ask.form,
                headers=trail.sent,
                allow_redirects=False,
                proxy=self._settings.proxy,
            ) as response:
                waiting = False
                deadline.at = ends
                place.deadline = deadline
                return await self._answer(ask, trail, response, place)
        except asyncio.CancelledError:
            if not deadline.was_me():
                raise
            return timed_out(trail.host, limits, waiting and limits.first_byte_seconds < seconds)
        except (*NETWORK_ERRORS, OverBound, BadCoding) as error:
            return of_error(error, trail.host, limits)
        finally:
            self._deadlines.stop(deadline)

    async def _answer(
        self, ask: Ask, trail: Trail, response: aiohttp.ClientResponse, place: LargePlace
    ) -> FetchResult | Redirect:
        headers = response.headers
        now = self._clock()
        if sum(map(len, chain.from_iterable(response.raw_headers))) > ask.limits.max_header_bytes:
            return Failed(header_bound(trail.host, ask.limits), Trouble.BOUND)
        status = response.status
        if status == 304:
            return _not_modified(ask, trail, headers, now)
        if status in _REDIRECTS and "Location" in headers:
            return Redirect(status, headers["Location"])
        if ask.form is not None and 200 <= status < 300:
            return Unchanged(Validators())
        if status not in _WHOLE:
            return of_status(status, headers, trail.host, now)
        if response.content_length is not None and response.content_length > ask.limits.max_bytes:
            raise OverBound(f"its body is larger than {in_mib(ask.limits.max_bytes)}")
        body, whole = await self._read(response, ask.limits, place)
        fresh = fresh_validators(headers, trail.at) if whole else Validators()
        document = Document(str(trail.at), headers.get("Content-Type", ""), body, now)
        result = of_body(document, fresh, ask.known, read_hints(headers, now), trail.moved_to)
        if "Link" in headers and isinstance(result, Fetched):
            return replace(result, advertised=advertised(headers.getall("Link"), document.url))
        return result

    async def _read(
        self, response: aiohttp.ClientResponse, limits: FetchLimits, place: LargePlace
    ) -> tuple[bytes, bool]:
        """The decoded body, and whether all of it came.

        A body whose own last tag has come is taken even where the server promised more: a wrong
        Content-Length is more common than a lost half. But nothing vouches for it.
        """
        body = Body(response.headers.get("Content-Encoding", ""), limits)
        broken: aiohttp.ClientError | None = None
        try:
            async for chunk in response.content.iter_any():
                for size in body.feed(chunk):
                    if size > LARGE:
                        await place.take()
        except aiohttp.ClientPayloadError as error:
            broken = error
        content, ended = body.end()
        if broken is None and ended:
            # Where only the end of the connection ends a body, a broken one looks the same.
            told = response.content_length is not None or "Transfer-Encoding" in response.headers
            return content, told or looks_whole(content) or content.endswith(b"}")
        if not looks_whole(content):
            raise broken or aiohttp.ClientPayloadError("the compressed body has no end")
        return content, False


def user_agent(contact: str, base_url: str) -> str:
    """Who asks: program, version, and whom to turn to (RFC 9110 §10.1.5)."""
    where = [contact]
    if not is_local(URL(base_url).raw_host or "localhost"):
        where.append(base_url)
    # Parentheses would end the comment early, and a header holds printable ASCII.
    said = "; ".join("".join(c for c in one if " " < c <= "~" and c not in "()\\") for one in where if one)
    return f"aggregator/{__version__} (+{said})" if said else f"aggregator/{__version__}"


def _not_modified(ask: Ask, trail: Trail, headers: Mapping[str, str], now: datetime) -> FetchResult:
    """304: nothing new, to a request that asked for what is new only."""
    if "If-None-Match" not in trail.sent and "If-Modified-Since" not in trail.sent:
        why = f"{trail.host} answers 304 (unchanged) to a request that did not ask for changes"
        return Failed(why, Trouble.SERVER, read_hints(headers, now), 304)
    validators = confirmed_validators(ask.known, headers, trail.at)
    return Unchanged(validators, read_hints(headers, now), trail.moved_to)
