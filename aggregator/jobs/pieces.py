"""Files made of pieces: a story's bytes are copied from the file as published while nothing of it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from aggregator.model import Item
from aggregator.store.outputs import Laid, Layout

if TYPE_CHECKING:
    from aggregator.write.parts import Parts

Piece = bytes | memoryview


@dataclass(frozen=True, slots=True)
class Made:
    """A whole file, and what it is made of."""

    body: bytes
    layout: Layout


def content_hash(body: bytes) -> bytes:
    """What tells a file from one that was changed by accident, in a fifth of a strong hash's time."""
    return crc32(body).to_bytes(4, "big")


def published(path: Path, laid: Laid | None) -> dict[bytes, Piece]:
    """The stories' bytes in a published file, by their fingerprints; none where it is not as we wrote it."""
    if laid is not None:
        with suppress(OSError):
            body = path.read_bytes()
            if content_hash(body) == laid.content_hash:
                return _cut(memoryview(body), laid.layout)
    return {}


def _cut(body: memoryview, layout: Layout) -> dict[bytes, Piece]:
    found: dict[bytes, Piece] = {}
    start = layout.head
    for fingerprint, size in layout.stories:
        found[fingerprint] = body[start : start + size]
        start += size + layout.between
    return found


def missing(items: Sequence[Item], earlier: Sequence[Mapping[bytes, Piece]]) -> list[Item]:
    """The stories that at least one of the files has not as they are now."""
    return [item for item in items if not all(item.fingerprint in found for found in earlier)]


def put_together(
    items: Sequence[Item], written: Parts, fresh: Sequence[Item], earlier: Mapping[bytes, Piece]
) -> Made:
    """A file of these stories: those that were written now, the others from the file as published."""
    now = {item.fingerprint: story for item, story in zip(fresh, written.stories, strict=True)}
    stories = [now.get(item.fingerprint) or earlier[item.fingerprint] for item in items]
    told = written.between.join(stories) if stories else written.empty
    sizes = ((item.fingerprint, len(story)) for item, story in zip(items, stories, strict=True))
    return Made(
        b"".join((written.head, told, written.foot)),
        Layout(len(written.head), len(written.between), tuple(sizes)),
    )
