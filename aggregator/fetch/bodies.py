"""A body as it arrives: decoded piece by piece, counted, and stopped at its bounds."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Protocol

import brotli

from aggregator.model import FetchLimits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# What is decoded at a time: a bomb is noticed after this much of it.
PIECE = 64 * 1024
# A compressed body may swell beyond any ratio up to here: small feeds compress very well.
FREE_SWELLING = 1024 * 1024
# Codings on top of one another; nobody honest sends more than two.
_MOST_LAYERS = 3
# Members of a gzip file and frames of a zstd one, each of which costs a new decoder.
_MOST_MEMBERS = 1000
# RFC 9659: what a decoder of HTTP content must offer, and need not exceed (8 MiB).
_ZSTD_WINDOW_LOG = 23

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
# How documents begin that are not compressed whatever their header says.
_TEXT = (b"<", b"{", b"\xef\xbb\xbf")
_ENOUGH_TO_TELL = 4

_NAMES = {"x-gzip": "gzip", "x-deflate": "deflate", "brotli": "br", "zst": "zstd"}
_KNOWN = frozenset({"gzip", "deflate", "br", "zstd"})
# zlib, and what our decoders of the other codings raise.
_FAULTS = (zlib.error, brotli.error, zstd.ZstdError, ValueError)


class OverBound(Exception):  # noqa: N818 - a bound, met
    """A body is larger than a setting allows; says which, in words."""


class BadCoding(Exception):  # noqa: N818
    """A body cannot be decoded."""


class _Decoder(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]: ...

    def finished(self) -> bool: ...


class Body:
    """One response's body. Feed it what comes over the wire, then ask for the end."""

    def __init__(self, content_encoding: str, limits: FetchLimits) -> None:
        """content_encoding is the header's value, codings in the order applied (RFC 9110 §8.4)."""
        names = (one.strip().lower() for one in content_encoding.split(",")[: _MOST_LAYERS + 5])
        codings = [_NAMES.get(name, name) for name in names if _NAMES.get(name, name) in _KNOWN]
        if len(codings) > _MOST_LAYERS:
            raise BadCoding(f"its body is compressed {len(codings)} times over")
        self._limits = limits
        self._layers = _layers(codings)
        self._kept = BytesIO()  # gives out what it holds without a second copy of it
        self.wire = 0  # bytes, as received
        self.size = 0  # bytes, decoded

    def feed(self, chunk: bytes) -> Iterator[int]:
        """Take a chunk from the wire; yield the decoded size after each piece of it.

        The caller may pause between pieces. Raises OverBound and BadCoding.
        """
        self.wire += len(chunk)
        if self.wire > self._limits.max_bytes:
            raise OverBound(f"its body is larger than {in_mib(self._limits.max_bytes)}")
        try:
            for piece in _through(self._layers, chunk):
                self._keep(piece)
                yield self.size
        except _FAULTS as error:
            raise BadCoding("its body is not compressed as its header says") from error

    def end(self) -> tuple[bytes, bool]:
        """The decoded body, and whether every compressed layer came to its proper end."""
        try:
            for piece in _drain(self._layers):
                self._keep(piece)
        except _FAULTS as error:
            raise BadCoding("its body is not compressed as its header says") from error
        return self._kept.getvalue(), all(layer.finished() for layer in self._layers)

    def _keep(self, piece: bytes) -> None:
        limits = self._limits
        self.size += len(piece)
        if self.size > limits.max_bytes:
            raise OverBound(f"its body is larger than {in_mib(limits.max_bytes)} once decompressed")
        if self.size > FREE_SWELLING and self.size > self.wire * limits.max_ratio:
            raise OverBound(f"its body swells more than {limits.max_ratio}-fold when decompressed")
        self._kept.write(piece)


def in_mib(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / (1 << 20):g} MiB" if count >= 1 << 20 else f"{count / 1024:g} KiB"


def looks_whole(body: bytes) -> bool:
    """Whether a document's own last tag has come, whatever was promised to follow it."""
    ends = (b"</rss>", b"</feed>", b"</rdf:rdf>", b"</urlset>", b"</sitemapindex>", b"</html>", b"</channel>")
    return body[-200:].rstrip(b" \t\r\n\0").lower().endswith(ends)


class _Layer:
    """One coding to undo. Whether it is really there is told by the first bytes, not the header."""

    def __init__(self, coding: str | None) -> None:
        self._coding = coding  # None: nothing was declared, but a .gz file may come all the same
        self._head = b""
        self._decoder: _Decoder | None = None
        self._decided = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if not self._decided:
            self._head += data
            if len(self._head) < _ENOUGH_TO_TELL:
                return
            data, self._head = self._head, b""
            self._decide(data)
        if self._decoder is None:
            yield data
        else:
            yield from self._decoder.pieces(data)

    def rest(self) -> Iterator[bytes]:
        """What was held back of a body too short to tell."""
        if not self._decided and self._head:
            data, self._head = self._head, b""
            self._decide(data)
            yield from self.pieces(data)

    def finished(self) -> bool:
        return self._decoder is None or self._decoder.finished()

    def _decide(self, head: bytes) -> None:
        self._decided = True
        if head.startswith(_GZIP):
            self._decoder = _Zlib(zlib.MAX_WBITS | 16)
        elif head.startswith(_ZSTD):
            self._decoder = _Zstd()
        elif head.startswith(_TEXT):
            self._decoder = None
        elif self._coding == "deflate":
            # "deflate" means zlib (RFC 9110 §8.4.1.2), and is sent raw by as many.
            wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0
            self._decoder = _Zlib(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        elif self._coding == "br":
            self._decoder = _Brotli()


def _layers(codings: Sequence[str]) -> list[_Layer]:
    """Outermost first, and one more that finds a compression that nobody declared."""
    layers = [_Layer(coding) for coding in reversed(codings)]
    return layers if len(layers) == _MOST_LAYERS else [*layers, _Layer(None)]


def _through(layers: Sequence[_Layer], data: bytes) -> Iterator[bytes]:
    if not layers:
        yield data
        return
    for piece in layers[0].pieces(data):
        yield from _through(layers[1:], piece)


def _drain(layers: Sequence[_Layer]) -> Iterator[bytes]:
    for at, layer in enumerate(layers):
        for piece in layer.rest():
            yield from _through(layers[at + 1 :], piece)


class _Zlib:
    """gzip, zlib or raw deflate; a gzip body may hold several members (RFC 1952 §2.2)."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._inner = zlib.decompressobj(wbits)
        self._members = 1

    def pieces(self, data: bytes) -> Iterator[bytes]:
        pending = True
        while data or pending:
            if self._inner.eof and not self._next_member(data):
                return
            piece = self._inner.decompress(data, PIECE)
            pending = len(piece) == PIECE  # more may wait inside although all input is taken
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            if piece:
                yield piece

    def finished(self) -> bool:
        return self._inner.eof

    def _next_member(self, data: bytes) -> bool:
        """Whether another member follows; padding and what else comes after the end is ignored."""
        if self._wbits <= zlib.MAX_WBITS or not data.startswith(_GZIP[:1]):
            return False
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise OverBound(f"its body is a gzip file of more than {_MOST_MEMBERS} members")
        self._inner = zlib.decompressobj(self._wbits)
        return True


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._inner.is_finished():
            return  # what follows the end is ignored
        # It gives out what waits inside also without new input, and nothing once all is out.
        while piece := self._inner.process(data, output_buffer_limit=PIECE):
            data = b""
            yield piece

    def finished(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    """Zstandard, of one frame or several (RFC 8878 §3.1)."""

    def __init__(self) -> None:
        self._inner = self._fresh()
        self._frames = 1

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while True:
            if self._inner.eof:
                if not data.startswith(_ZSTD[:1]):
                    return
                self._frames += 1
                if self._frames > _MOST_MEMBERS:
                    raise OverBound(f"its body is zstd of more than {_MOST_MEMBERS} frames")
                self._inner = self._fresh()
            piece = self._inner.decompress(data, PIECE)
            if piece:
                yield piece
            data = self._inner.unused_data if self._inner.eof else b""
            if not data and (self._inner.eof or self._inner.needs_input):
                return

    def finished(self) -> bool:
        return self._inner.eof

    @staticmethod
    def _fresh() -> zstd.ZstdDecompressor:
        bound: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
        return zstd.ZstdDecompressor(options=bound)
