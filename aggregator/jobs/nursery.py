"""Processes that begin with everything imported and compiled: forked from one that has done so once.

This process cannot fork them itself: it has threads, and a lock that one of them holds would stay locked
in the child. So it spawns a single process without any, the nursery, which prepares and then does nothing
but fork: what all children read is in memory once. It also tells how each of them ended.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

Work = Callable[[Connection], None]

_START_SECONDS = 60.0  # for the nursery to prepare
_END_SECONDS = 5.0  # for its children to end
_NUMBER = struct.Struct("!q")
_RUNS = 1 << 32  # an exit code that none is: it has not ended
_FORK = 0  # asked for in place of a process's id; the child's end of its pipe goes with it
# multiprocessing's own way to spawn adds a process that tracks resources (6 MiB), and imports __main__ anew.
_PROGRAM = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from aggregator.jobs.nursery import nurse; nurse(int(sys.argv[1]))"
)


class Nursery:
    """Forks processes of one kind. Safe to share between threads."""

    def __init__(self, make: Callable[..., Work], *arguments: object) -> None:
        """Spawn the nursery; it calls make with the arguments, and each child what make returns."""
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
            )
        assert self._process.stdin is not None
        # One that is dead already is found so when it is asked for a child.
        with suppress(BrokenPipeError), self._process.stdin as told:
            told.write(pickle.dumps(sys.path) + pickle.dumps((make, arguments)))

    def fork(self) -> Child:
        """A new process; waits until the nursery is ready. Raises RuntimeError where it never is."""
        ours, theirs = Pipe()
        try:
            return Child(self, self._ask(_FORK, theirs.fileno()), ours)
        except RuntimeError:
            ours.close()
            raise
        finally:
            theirs.close()

    def exit_code(self, child: int) -> int | None:
        """How a child ended, minus the signal's number where one ended it; None: it runs."""
        code = self._ask(child)
        return None if code == _RUNS else code

    def _ask(self, what: int, *numbers: int) -> int:
        with self._lock:
            try:
                socket.send_fds(self._control, [_NUMBER.pack(what)], numbers)
                answer = self._control.recv(_NUMBER.size, socket.MSG_WAITALL)
                return int(_NUMBER.unpack(answer)[0])
            except (OSError, struct.error) as error:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(1)
                code = self._process.returncode
                raise RuntimeError(f"a process to read in did not start (exit code {code})") from error

    def close(self) -> None:
        """End the nursery and wait for its children, which end when their pipes are closed."""
        self._control.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._process.kill()
        self._process.wait()


class Child:
    """A process that the nursery forked, and the pipe to it."""

    def __init__(self, nursery: Nursery, pid: int, pipe: Connection) -> None:
        """See ``Nursery.fork``."""
        self._nursery = nursery
        self.pid = pid
        self.pipe = pipe
        self._code: int | None = None

    @property
    def exitcode(self) -> int | None:
        """As ``multiprocessing.Process`` tells it; None: it runs."""
        if self._code is None:
            self._code = self._nursery.exit_code(self.pid)
        return self._code

    def kill(self) -> None:
        """End it at once. Its number is its own until the nursery was asked how it ended."""
        if self._code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def join(self) -> None:
        """Wait until it has ended, by itself or because it was told to; it is ended after that."""
        # The kernel closes its pipe with it; until then this waits.
        with suppress(EOFError, OSError):
            while True:
                self.pipe.recv_bytes()
        while self.exitcode is None:
            threading.Event().wait(0.001)


def nurse(number: int) -> None:
    """What the nursery does until its control, the socket of this number, is closed.

    What its children's work is made by, and of, comes on standard input.
    """
    # A terminal's Ctrl-C goes to every process of its group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what is made here is kept: looking at it again and again takes a tenth of the time
    make, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    control = socket.socket(fileno=number)
    work = make(*arguments)
    gc.enable()
    gc.collect()
    gc.freeze()  # a child's collector leaves these pages alone, so that they stay shared
    while True:
        asked, numbers, *_ = socket.recv_fds(control, _NUMBER.size, 1)
        if not asked:
            break
        (what,) = _NUMBER.unpack(asked)
        answer = _ended(what) if what != _FORK else _fork(control, work, numbers[0])
        control.sendall(_NUMBER.pack(answer))
    with suppress(ChildProcessError):
        while True:
            os.wait()  # so that what they have cost is told with what this process has


def _ended(child: int) -> int:
    pid, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if pid else _RUNS


def _fork(control: socket.socket, work: Work, number: int) -> int:
    child = os.fork()
    if child:
        os.close(number)
        return child
    code = 1
    try:
        control.close()
        work(Connection(number))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
