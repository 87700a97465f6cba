"""Where bodies are read: in this process while there is little to do, in processes of their own for more.

A process that a body kills, or that reads one for longer than its share of CPU time, costs the
source its poll and nobody else anything.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from aggregator.fetch.memory import return_free_memory, return_large_blocks, share_free_memory
from aggregator.jobs.compiled import SAMPLE, compiled
from aggregator.jobs.nursery import Child, Nursery, Work
from aggregator.jobs.poll import Brought, read
from aggregator.model import (
    Document,
    Failed,
    FetchLimits,
    RuleData,
    Source,
    Trouble,
)

if TYPE_CHECKING:
    from aggregator.core.pipeline import Rules

# A body this large from a source that has been well, or this large from anyone, is read here. What
# it could do at worst is bounded by its size.
WELL_KNOWN_BYTES = 512 * 1024
ANYONES_BYTES = 64 * 1024
_WALL = 10  # how much longer than its CPU time a body may take while others use the machine


@dataclass(frozen=True, slots=True)
class Task:
    """One body to read."""

    document: Document
    source: Source
    known: Mapping[str, bytes]
    pages: Mapping[str, Document] = field(default_factory=dict)  # of entries, by their keys


class Here:
    """Reads bodies in this process, one after another."""

    def __init__(self, rules: Callable[[], Rules], limits: FetchLimits) -> None:
        """Keep what gives the rules; it is called only where there is a body, by one thread at a time."""
        self._rules = rules
        self._limits = limits
        self._lock = threading.Lock()

    def read(self, task: Task) -> Brought | Failed:
        """Read one body."""
        with self._lock:
            return read(task.document, task.source, task.known, self._rules(), self._limits, task.pages)


class Pool:
    """Reads bodies in as many processes as there are CPUs, each started when it is first needed."""

    def __init__(self, data: RuleData, limits: FetchLimits, size: int | None = None) -> None:
        """Start nothing yet."""
        self._data = data
        self._limits = limits
        self.size = size or os.cpu_count() or 1
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._started: list[_Worker] = []
        self._lock = threading.Lock()
        self._alone = threading.Lock()
        self._nursery: Nursery | None = None

    def warm_up(self) -> None:
        """Begin now: the rules are compiled while the first bodies are fetched."""
        with self._lock:
            self._open()

    def _open(self) -> Nursery:
        if self._nursery is None:
            share_free_memory()  # threads wait for what readers bring, another one writes and frees it
            return_large_blocks()
            self._nursery = Nursery(_prepared, self._data, self._limits)
        return self._nursery

    def read(self, task: Task) -> Brought | Failed:
        """Read one body, in a thread of the caller's that waits for it."""
        worker = self._take()
        try:
            try:
                return worker.read(task)
            except _OverTimeError as error:
                return Failed(str(error), Trouble.DOCUMENT)
            except _DiedError:
                return self._read_alone(task)
        finally:
            self._give_back(worker)

    def _read_alone(self, task: Task) -> Brought | Failed:
        """Try a body once more that killed its process, with no other suspect beside it."""
        with self._alone:
            with self._lock:
                worker = _Worker(self._open(), self._limits)
            try:
                return worker.read(task)
            except (_OverTimeError, _DiedError) as error:
                return Failed(str(error), Trouble.DOCUMENT)
            finally:
                worker.end()

    def _take(self) -> _Worker:
        try:
            return self._idle.get_nowait()
        except Empty:
            with self._lock:
                if len(self._started) < self.size:
                    return self._start()
        return self._idle.get()

    def _start(self) -> _Worker:
        worker = _Worker(self._open(), self._limits)
        self._started.append(worker)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        if not worker.lives:
            with self._lock:
                self._started.remove(worker)
                worker.end()
                worker = self._start()
        self._idle.put(worker)

    def close(self) -> None:
        """End every process."""
        with self._lock:
            for worker in self._started:
                worker.end()
            self._started.clear()
            if self._nursery is not None:
                self._nursery.close()
                self._nursery = None


class _OverTimeError(Exception):
    """A body took longer to read than it may."""


class _DiedError(Exception):
    """A body killed the process that read it."""


class _Worker:
    """One process; it is started when its first body comes."""

    def __init__(self, nursery: Nursery, limits: FetchLimits) -> None:
        self._nursery = nursery
        self._limits = limits
        self._begun: Child | None = None

    @property
    def _process(self) -> Child:
        if self._begun is None:
            self._begun = self._nursery.fork()
        return self._begun

    @property
    def lives(self) -> bool:
        return self._begun is None or self._begun.exitcode is None

    def read(self, task: Task) -> Brought | Failed:
        """Have one body read. Raises _OverTimeError, _DiedError; the process is dead then."""
        pipe = self._process.pipe  # a nursery that can't is no body's fault: it ends the cycle as a defect
        try:
            pipe.send(task)
            if not pipe.poll(self._limits.parse_seconds * _WALL):
                self._process.kill()
            answer: Brought | Failed = pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            if self._process.exitcode in (-signal.SIGPROF, -signal.SIGKILL):
                raise self._over_time() from None
            raise _DiedError(
                f"reading it killed the process that did (exit code {self._process.exitcode})"
            ) from None
        return answer

    def _over_time(self) -> Exception:
        if self._process.exitcode == -signal.SIGPROF:
            limit = f"{self._limits.parse_seconds:g} seconds of CPU time"
            return _OverTimeError(f"reading it takes longer than {limit}")
        return _DiedError("reading it was ended by the system: out of time or memory")

    def end(self) -> None:
        if self._begun is not None:
            self._begun.kill()
            self._begun.pipe.close()


def _prepared(data: RuleData, limits: FetchLimits) -> Work:
    """What each process does, with all that it needs imported and compiled."""
    return_large_blocks()
    quick = compiled(data)  # brings patterns that the import compiles otherwise
    from aggregator.core import pipeline

    rules = pipeline.for_much_text(quick)
    # What is imported and compiled at first use is shared too; and what only some bodies need.
    import_module("aggregator.core.clean.surgery")
    read(SAMPLE, Source("sample", SAMPLE.url, "Sample"), {}, rules, limits)
    return_free_memory()  # what the making of it left
    return partial(_work, rules=rules, limits=limits)


def _work(pipe: Connection, rules: Rules, limits: FetchLimits) -> None:
    """What a process does: read bodies until the pipe closes."""
    while _work_once(pipe, rules, limits):
        pass


def _work_once(pipe: Connection, rules: Rules, limits: FetchLimits) -> bool:
    """Read one body; False: there will be none. What it held is given back before the next one comes."""
    try:
        task: Task = pipe.recv()
    except EOFError:
        return False
    # SIGPROF ends the process, also inside of C code that never looks at signals.
    signal.setitimer(signal.ITIMER_PROF, limits.parse_seconds)
    answer = read(task.document, task.source, task.known, rules, limits, task.pages)
    signal.setitimer(signal.ITIMER_PROF, 0)
    pipe.send(answer)
    if len(task.document.body) > WELL_KNOWN_BYTES:
        return_free_memory()
    return True
