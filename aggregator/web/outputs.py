"""The files of the output folder as they are now, ready to send and held in memory."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import stat
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import formatdate
from hashlib import blake2b
from pathlib import Path
from typing import Final

from aggregator.write.vocabulary import FEED_TYPES

Headers = list[tuple[bytes, bytes]]

# What is served, by extension. A file with any other (a temporary one, README.md) does not exist for us.
MEDIA_TYPES: Final = {
    extension: f"{kind}; charset=utf-8".encode()
    for extension, kind in {**FEED_TYPES, "opml": "text/x-opml", "html": "text/html"}.items()
}
MEMORY_BYTES: Final = 64 * 1024 * 1024
_NAME: Final = re.compile(
    r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,200}\.(?:" + "|".join(MEDIA_TYPES) + r")\Z"
)
_LEAST_TO_COMPRESS: Final = 500  # bytes; below, gzip saves less than it adds

# Pages hold no script and no form, and load nothing but pictures; their own policy
# (data/templates/base.html) is stricter on styles, and a browser obeys both.
_PAGE_POLICY: Final = (
    b"default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; media-src http: https:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_FEED_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"
SECURITY: Final[Headers] = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
# Shared caches may answer for a minute; then they ask again, and mostly get 304 (RFC 9111 §5.2.2).
_CACHE: Final = (b"cache-control", b"public, max-age=60")


@dataclass(frozen=True, slots=True)
class Variant:
    """One encoding of a file, with its headers ready to send."""

    body: bytes
    etag: bytes
    ok: Headers
    not_modified: Headers
    ok_head: bytes  # the same as sent, for the quick way
    not_modified_head: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A file in memory, with what tells whether it is still the same one."""

    stamp: tuple[int, int, int]  # mtime_ns, size, inode
    modified: int  # Unix seconds
    plain: Variant
    packed: Variant  # gzip; the plain one where that is not worth it
    etags: tuple[bytes, ...]
    weight: int  # bytes of memory


def servable(name: str) -> bool:
    """Whether a file of that name may be served at all: one of ours, not hidden, in no other folder."""
    return _NAME.match(name) is not None


class Outputs:
    """The folder's files, held as they are asked for; the longest unused go first."""

    def __init__(self, folder: Path, memory_bytes: int = MEMORY_BYTES) -> None:
        """Serve ``folder``, holding at most ``memory_bytes`` of bodies."""
        self._folder = folder
        self._memory_bytes = memory_bytes
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._other_names: tuple[int, dict[tuple[str, ...], str]] = (-1, {})
        self.memory = 0  # bytes of bodies held now

    async def find(self, name: str) -> Held | None:
        """The file of a servable name as it is now; None where there is none. Read in a thread if need be."""
        held = self.held(name)
        if held is not None:
            return held
        fresh = await asyncio.to_thread(_load, f"{self._folder}/{name}")
        self._drop(name)
        if fresh is not None and fresh.weight <= self._memory_bytes:
            self._keep(name, fresh)
        return fresh

    def held(self, name: str) -> Held | None:
        """The file of that name if it is in memory and still the same; a stat, 2 µs, keeps this true."""
        held = self._held.get(name)
        if held is None:
            return None
        try:
            status = os.lstat(f"{self._folder}/{name}")
        except OSError:
            self._drop(name)
            return None
        if held.stamp != (status.st_mtime_ns, status.st_size, status.st_ino):
            return None
        self._held.move_to_end(name)
        return held

    def _keep(self, name: str, held: Held) -> None:
        self._held[name] = held
        self.memory += held.weight
        while self.memory > self._memory_bytes:
            self._drop(next(iter(self._held)))

    def _drop(self, name: str) -> None:
        held = self._held.pop(name, None)
        if held is not None:
            self.memory -= held.weight

    def other_name(self, name: str) -> str | None:
        """The configured name of a feed that was asked for with its members in another order, or None.

        The folder is listed again only after something in it was created, renamed or removed.
        """
        if "+" not in name:
            return None
        try:
            changed = self._folder.stat().st_mtime_ns
            if self._other_names[0] != changed:
                names = [path.name for path in self._folder.iterdir() if servable(path.name)]
                self._other_names = (
                    changed,
                    {_members(found): found for found in sorted(names, reverse=True)},
                )
        except OSError:
            return None
        return self._other_names[1].get(_members(name))


def _members(name: str) -> tuple[str, ...]:
    """What stays when the members of a slug change places: the extension, and the members in order."""
    slug, _, extension = name.rpartition(".")
    return (extension, *sorted(set(slug.casefold().split("+"))))


def _load(path: str) -> Held | None:
    """Read a file and make both its forms; None where there is none, or what is there is no plain file."""
    try:
        # A link could lead out of the folder, and a pipe would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)  # of what is read, whatever bears the name by now
            if not stat.S_ISREG(status.st_mode):
                return None
            body = file.read()
    except (OSError, ValueError):
        return None
    digest = blake2b(body, digest_size=12).hexdigest()
    headers = _headers(path.rpartition(".")[2], int(status.st_mtime))
    packed = plain = _variant(body, digest, headers)
    if len(body) >= _LEAST_TO_COMPRESS:
        # Another encoding is another representation: a strong ETag tells them apart (RFC 9110 §8.8.3.3).
        gzipped = gzip.compress(body, 6, mtime=0)
        packed = _variant(gzipped, f"{digest}-gzip", [*headers, (b"content-encoding", b"gzip")])
    return Held(
        stamp=(status.st_mtime_ns, status.st_size, status.st_ino),
        modified=int(status.st_mtime),
        plain=plain,
        packed=packed,
        etags=(plain.etag, packed.etag),
        weight=len(plain.body) + len(packed.body),
    )


def _headers(extension: str, modified: int) -> Headers:
    """The headers of a file, whatever its encoding."""
    is_page = extension == "html"
    headers = [
        (b"content-type", MEDIA_TYPES[extension]),
        (b"last-modified", formatdate(modified, usegmt=True).encode()),
        (b"vary", b"accept-encoding"),
        _CACHE,
        (b"content-security-policy", _PAGE_POLICY if is_page else _FEED_POLICY),
        *SECURITY,
    ]
    # Feeds are public: readers that run in a browser may fetch them.
    return headers if is_page else [*headers, (b"access-control-allow-origin", b"*")]


def _variant(body: bytes, tag: str, headers: Headers) -> Variant:
    """One encoding; its 304 says all that the 200 would but what describes the body (RFC 9110 §15.4.5)."""
    etag = f'"{tag}"'.encode()
    tagged = [*headers, (b"etag", etag)]
    bodiless = [pair for pair in tagged if pair[0] not in (b"content-type", b"content-encoding")]
    whole = [*tagged, (b"content-length", str(len(body)).encode())]
    return Variant(body, etag, whole, bodiless, _head(whole), _head(bodiless))


def _head(headers: Headers) -> bytes:
    """Header lines as they are sent, with the blank line that ends them."""
    return b"".join(b"%b: %b\r\n" % pair for pair in headers) + b"\r\n"
