"""How much memory a process and all its children hold, sampled in a thread; shared pages count once."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
_EVERY = 0.05


class Peak:
    """The most that was seen at once."""

    def __init__(self, without: frozenset[int]) -> None:
        self._without = without
        self.bytes = 0

    def look(self) -> None:
        """Take one sample."""
        self.bytes = max(self.bytes, resident(os.getpid(), self._without))


def resident(process: int, without: frozenset[int] = frozenset()) -> int:
    """Resident bytes of a process and its descendants (PSS: each has its share of what they share)."""
    if process in without:
        return 0
    try:
        own = int(_PSS.search(Path(f"/proc/{process}/smaps_rollup").read_text())[1]) * 1024
        children = " ".join(file.read_text() for file in Path(f"/proc/{process}/task").glob("*/children"))
    except (OSError, TypeError):
        return 0  # it has ended meanwhile
    return own + sum(resident(int(child), without) for child in children.split())


@contextmanager
def watched(*without: int) -> Iterator[Peak]:
    """Sample this process and its children, but for the processes named, until the block ends."""
    peak = Peak(frozenset(without))
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            peak.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()
        peak.look()
