"""Copies that are read in milliseconds of what takes long to make: YAML takes twenty times as long as JSON.

A copy lies in the user's cache folder and belongs to the files that it was made of by their times and
sizes. It is a convenience: one that is missing, stale, broken or not ours is passed over, and one that
cannot be written costs the next start the same again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from aggregator import __version__

MOST = 8  # copies of one kind: each installation and each catalogue in use has its own
SHAPE = 1  # of the copy; raised when what is kept of the same files changes


def folder() -> Path | None:
    """Where copies lie (XDG Base Directory Specification); None where there is no home."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if given.is_absolute():
        return given / "aggregator"
    try:
        return Path.home() / ".cache" / "aggregator"
    except RuntimeError:
        return None


def copy_of(files: Sequence[Path]) -> Path | None:
    """Where the copy of data files lies: two installations don't write over each other's."""
    place = folder()
    where = blake2b("\n".join(map(str, files)).encode("utf-8", "surrogateescape"), digest_size=6)
    return place and place / f"rules-{where.hexdigest()}.json"


def copied(files: Sequence[Path], read: Callable[[], object]) -> object:
    """What read makes of the files, from the copy if there is one of just these files.

    What it makes must be of JSON's types; where it is not, no copy is kept.
    """
    copy = copy_of(files)
    if copy is None:
        return read()
    state = state_of(files)
    value = _kept(copy, state)
    if value is None:
        value = read()
        _keep(copy, state, value)
    return value


def state_of(files: Sequence[Path]) -> list[object]:
    """What a copy must have been made of, and by what. JSON has a word for all of it."""
    stats = [(str(file), file.stat()) for file in files]
    return [SHAPE, __version__, *([name, stat.st_mtime_ns, stat.st_size] for name, stat in stats)]


@contextmanager
def opened(copy: Path) -> Iterator[BinaryIO]:
    """A copy to be read. Raises OSError where there is none, or where it is another user's."""
    with copy.open("rb") as file:
        # In a folder that both may write it would be rules of their choice.
        if os.fstat(file.fileno()).st_uid != os.getuid():
            raise PermissionError(f"{copy} belongs to another user")
        yield file


def put(copy: Path, body: bytes) -> None:
    """Put a copy in place at once or not at all; the oldest of its kind make room. Raises OSError."""
    fresh = copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_bytes(body)
        fresh.replace(copy)
    except OSError:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    alike = copy.parent.glob(f"{copy.name.partition('-')[0]}-*")
    for old in sorted(alike, key=lambda one: one.stat().st_mtime_ns)[:-MOST]:
        old.unlink(missing_ok=True)


def _kept(copy: Path, state: list[object]) -> object:
    """The value of a sound copy; None where there is none."""
    try:
        with opened(copy) as file:
            return json.loads(file.readline()) if json.loads(file.readline()) == state else None
    except (OSError, ValueError, RecursionError):
        return None


def _keep(copy: Path, state: list[object], value: object) -> None:
    """Put a copy in place if it says the same as the value."""
    # Where it does not: a key that is no text, or a value that JSON has no word for.
    with suppress(OSError, TypeError, ValueError, RecursionError):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if json.loads(text) == value:
            put(copy, f"{json.dumps(state)}\n{text}\n".encode())
