"""Where bodies are read: in this process while there is little to do, in processes of their own for more.

A process that a body kills, or that reads one for longer than its share of CPU time, costs the
source its poll and nobody else anything.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from aggregator.fetch.memory import return_free_memory, return_large_blocks
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
_START_SECONDS = 60.0  # for a new process to compile its rules


@dataclass(frozen=True, slots=True)
class Task:
    """One body to read."""

    document: Document
    source: Source
    known: Mapping[str, bytes]
    pages: Mapping[str, Document] = field(default_factory=dict)  # of entries, by their keys


class Here:
    """Reads bodies in this process, one after another; compiles the rules at the first."""

    def __init__(self, data: RuleData, limits: FetchLimits) -> None:
        """Keep what the rules are compiled from."""
        self._data = data
        self._limits = limits
        self._lock = threading.Lock()

    @cached_property
    def rules(self) -> Rules:
        """The rules, compiled once."""
        from aggregator.core import pipeline

        return pipeline.compile_rules(self._data)

    def read(self, task: Task) -> Brought | Failed:
        """Read one body."""
        with self._lock:
            return read(task.document, task.source, task.known, self.rules, self._limits, task.pages)


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

    def warm_up(self) -> None:
        """Start every process now: they compile their rules while the first bodies are fetched."""
        with self._lock:
            for _ in range(self.size - len(self._started)):
                self._idle.put(self._start())

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
            worker = _Worker(self._data, self._limits)
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
        worker = _Worker(self._data, self._limits)
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


class _OverTimeError(Exception):
    """A body took longer to read than it may."""


class _DiedError(Exception):
    """A body killed the process that read it."""


def _context() -> ForkServerContext | SpawnContext:
    """How processes begin: forked off one that holds the imported stages and has no threads, as ours has."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["aggregator.core.pipeline"])
    return context


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, data: RuleData, limits: FetchLimits) -> None:
        context = _context()
        self._limits = limits
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_work, args=(theirs, data, limits), name="aggregator-reader", daemon=True
        )
        self._process.start()
        theirs.close()
        self._ready = False

    @property
    def lives(self) -> bool:
        return self._process.is_alive()

    def read(self, task: Task) -> Brought | Failed:
        """Have one body read. Raises _OverTimeError, _DiedError; the process is dead then."""
        self._wait_until_ready()
        try:
            self._pipe.send(task)
            if not self._pipe.poll(self._limits.parse_seconds * _WALL):
                self._process.kill()
            answer: Brought | Failed = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            if self._process.exitcode in (-signal.SIGPROF, -signal.SIGKILL):
                raise self._over_time() from None
            raise _DiedError(
                f"reading it killed the process that did (exit code {self._process.exitcode})"
            ) from None
        return answer

    def _wait_until_ready(self) -> None:
        """Let it compile its rules. One that can't is no body's fault: it ends the cycle as a defect."""
        if self._ready:
            return
        try:
            self._ready = self._pipe.poll(_START_SECONDS) and self._pipe.recv()
        except (EOFError, OSError):
            self._process.join()
        if not self._ready:
            raise RuntimeError(f"a process to read in did not start (exit code {self._process.exitcode})")

    def _over_time(self) -> Exception:
        if self._process.exitcode == -signal.SIGPROF:
            limit = f"{self._limits.parse_seconds:g} seconds of CPU time"
            return _OverTimeError(f"reading it takes longer than {limit}")
        return _DiedError("reading it was ended by the system: out of time or memory")

    def end(self) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _work(pipe: Connection, data: RuleData, limits: FetchLimits) -> None:
    """What a process does: read bodies until the pipe closes."""
    # A terminal's Ctrl-C goes to every process of its group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return_large_blocks()
    from aggregator.core import pipeline

    rules = pipeline.compile_rules(data)
    pipe.send(True)
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
