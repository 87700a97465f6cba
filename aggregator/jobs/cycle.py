"""One cycle: every due source polled, what is new stored, what it touches published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from aggregator.model import Setup
from aggregator.store.base import Store


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a cycle is, for a progress bar."""

    polled: int  # sources whose outcome is stored
    due: int  # sources that this cycle will poll, as far as known
    new: int  # entries


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What a cycle did: the facts behind ``poll --json``."""

    polled: int = 0  # sources asked, of whatever outcome
    unchanged: int = 0  # of them: 304 or the same body
    failed: int = 0  # of them: no usable answer
    new: int = 0  # entries
    changed: int = 0  # entries
    documents_parsed: int = 0
    entries_cleaned: int = 0
    files_written: int = 0
    statements: int = 0  # SQL statements sent, however many rows each had
    seconds: float = 0.0

    def as_json(self) -> dict[str, object]:
        """The report in the shape of ``aggregator poll --json``."""
        return {
            "sources": {"polled": self.polled, "unchanged": self.unchanged, "failed": self.failed},
            "entries": {"new": self.new, "changed": self.changed},
            "work": {
                "documents_parsed": self.documents_parsed,
                "entries_cleaned": self.entries_cleaned,
                "files_written": self.files_written,
            },
            "seconds": round(self.seconds, 3),
        }


def run_cycle(
    setup: Setup,
    store: Store,
    everything: bool = False,
    progress: Callable[[Progress], None] | None = None,
    stop: Event | None = None,
) -> CycleReport:
    """Poll what is due (everything: each source now, still conditionally), store and publish.

    Sources and topics are first brought in line with setup. Blocks until done; runs its own event
    loop, so call it from a thread without one. Setting stop ends it soon and cleanly: what was
    fetched is stored and published, what was not is due again. progress is called after each
    transaction, from another thread. Failing sources are part of the report.
    Raises StoreError, PublishError.
    """
    raise NotImplementedError
