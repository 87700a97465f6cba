"""Which addresses may be reached: asked for every connection, where it is really made."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from aggregator.core.addresses import Address, judge

# A dead name server holds a thread for some ten seconds; others must not wait behind it.
_RESOLVER_THREADS = 24
_DNS_CACHE_SECONDS = 300
# Idle connections are kept for the next source of the same host, not for the next hour: a cycle
# over thousands of hosts would run out of file descriptors.
_KEEPALIVE_SECONDS = 3.0
# A name with more addresses than this gains nothing by the rest.
_MOST_ADDRESSES = 16


class AddressRefused(OSError):  # noqa: N818 - refused by us
    """An address that may not be reached; says what it is, in words."""


def refuse(host: str, address: Address, allow_local: bool) -> str | None:
    """Why an address that host stands for may not be reached; None: it may."""
    verdict = judge(address)
    if verdict.public or (verdict.local and allow_local):
        return None
    shown = str(address)
    named = f"{host} is {shown}, {verdict.what}," if host != shown else f"{host} is {verdict.what},"
    way_out = "; the setting allow_private_networks allows it" if verdict.local else ""
    return f"{named} and may not be reached{way_out}"


@lru_cache(maxsize=4096)
def refuse_literal(host: str, allow_local: bool) -> str | None:
    """Why a host written as a number may not be reached; None: it may, or it is a name.

    Reads every form that a resolver reads: 0x7f.1, 2130706433, 127.1, ::ffff:127.0.0.1.
    Names are judged when they are resolved.
    """
    address = literal(host)
    return None if address is None else refuse(host, address, allow_local)


def literal(host: str) -> Address | None:
    """The address that a host written as a number means; None: it is a name."""
    try:
        return ip_address(host.strip("[]").rstrip("."))
    except ValueError:
        pass
    if not host[:1].isdigit():
        return None
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):  # of a NUL in it, too
        return None


class WireOverBound(OSError):  # noqa: N818
    """A server sends without end what is no body: headers, interim answers, chunk extensions."""


class CountedSocket(socket.socket):
    """A connection that breaks when one answer to one request is larger than any may be.

    The body's own bound is counted where it is read; what is wrapped around it never gets
    there, and can only be counted here.
    """

    most = 0  # bytes in answer to one request
    _received = 0

    def send(self, data: Any, flags: int = 0) -> int:
        """Send, and begin to count anew: what comes next answers this."""
        self._received = 0
        return super().send(data, flags)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive. Raises WireOverBound."""
        data = super().recv(size, flags)
        self._count(len(data))
        return data

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:
        """Receive under TLS. Raises WireOverBound."""
        count = super().recv_into(buffer, size, flags)
        self._count(count)
        return count

    def _count(self, received: int) -> None:
        self._received += received
        if self._received > self.most:
            raise WireOverBound(f"it sends more than {self.most} bytes")


class GuardedResolver(AbstractResolver):
    """Resolves names, and gives out only the addresses that may be reached."""

    def __init__(self, allow_local: bool, seconds: float, inner: AbstractResolver | None = None) -> None:
        """Let inner answer instead of the system's resolver."""
        self._allow_local = allow_local
        self._seconds = seconds
        self._inner = inner or SystemResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The reachable addresses of a name. Raises AddressRefused where it has none but others."""
        try:
            async with asyncio.timeout(self._seconds):
                found = await self._inner.resolve(host, port, family)
        except TimeoutError as error:
            raise socket.gaierror(socket.EAI_AGAIN, "no answer in time") from error
        allowed, reason = [], None
        for one in found[:_MOST_ADDRESSES]:
            why = refuse(host, ip_address(one["host"]), self._allow_local)
            if why is None:
                allowed.append(one)
            else:
                reason = reason or why
        if not allowed and reason is not None:
            raise AddressRefused(reason)
        return allowed

    async def close(self) -> None:
        """Release the resolver."""
        await self._inner.close()


class SystemResolver(AbstractResolver):
    """getaddrinfo in threads of its own, so that dead names keep nothing else waiting."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, "resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a name, in the system's order. Raises OSError."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._threads, socket.getaddrinfo, host, port, family, socket.SOCK_STREAM
            )
        except UnicodeError as error:  # a label over 63 bytes
            raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=family_,
                proto=proto,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for family_, _, proto, _, sockaddr in found
        ]

    async def close(self) -> None:
        """Let the threads go; one that waits for a dead name server ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def make_connector(
    allow_local: bool,
    most_bytes: int,
    resolve_seconds: float,
    resolver: AbstractResolver | None = None,
    guarded: bool = True,
) -> TCPConnector:
    """Connections to addresses that may be reached, and to no others.

    Each socket is judged by the very address it is about to be connected to, so that neither
    a number in a URL nor a name that changes its mind goes round it. guarded is False for
    connections to the operator's proxy, which are exempt. A connection over which more than
    most_bytes come in answer to one request is broken off, a name that isn't resolved in
    resolve_seconds is given up.
    """

    def judged_socket(info: tuple[Any, ...]) -> socket.socket:
        family, kind, proto, _, sockaddr = info
        why = refuse(str(sockaddr[0]), ip_address(sockaddr[0]), allow_local) if guarded else None
        if why is not None:
            raise AddressRefused(why)
        opened = CountedSocket(family=family, type=kind, proto=proto)
        opened.most = most_bytes
        return opened

    return TCPConnector(
        resolver=GuardedResolver(allow_local, resolve_seconds, resolver) if guarded else resolver,
        socket_factory=judged_socket,
        ttl_dns_cache=_DNS_CACHE_SECONDS,
        keepalive_timeout=_KEEPALIVE_SECONDS,
        limit=0,  # fetch.turns holds the limits
    )
