"""Files made of pieces: a part's bytes are copied from the file as published while nothing of it changed.

The parts of a topic's file are its stories, those of the front page its topics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from aggregator.store.outputs import Laid, Layout

if TYPE_CHECKING:
    from aggregator.write.parts import Parts

Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Made:
    """A whole file, and what it is made of."""

    body: bytes
    layout: Layout | None = None  # None: it is never copied from


def content_hash(body: bytes) -> bytes:
    """What tells a file from one that was changed by accident, in a fifth of a strong hash's time."""
    return crc32(body).to_bytes(4, "big")


def published(path: Path, laid: Laid | None) -> dict[bytes, Piece]:
    """The parts of a published file, by their fingerprints; none where it is not as we wrote it."""
    if laid is not None:
        with suppress(OSError):
            body = path.read_bytes()
            if content_hash(body) == laid.content_hash:
                return _cut(memoryview(body), laid.layout)
    return {}


def _cut(body: memoryview, layout: Layout) -> dict[bytes, Piece]:
    found: dict[bytes, Piece] = {}
    start = layout.head
    for fingerprint, size in layout.parts:
        found[fingerprint] = body[start : start + size]
        start += size + layout.between
    return found


def put_together(
    wanted: Sequence[bytes], written: Parts, fresh: Sequence[bytes], earlier: Mapping[bytes, Piece]
) -> Made:
    """A file of the parts with these fingerprints: the fresh ones as written now, the others as published."""
    now = dict(zip(fresh, written.stories, strict=True))
    parts = [now.get(one) or earlier[one] for one in wanted]
    told = written.between.join(parts) if parts else written.empty
    sizes = ((one, len(part)) for one, part in zip(wanted, parts, strict=True))
    return Made(
        b"".join((written.head, told, written.foot)),
        Layout(len(written.head), len(written.between), tuple(sizes)),
    )
