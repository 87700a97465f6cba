"""Who holds a lease, and whether they still live: the leases of a killed process are free at once."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


def me() -> str:
    """The name of this process, unique over machines, restarts and reused process ids."""
    return _named(os.getpid())


@cache
def _named(pid: int) -> str:
    # The pid is an argument so that a forked child does not go by its parent's name.
    return f"{_place()} {pid} {_started(pid)}"


def is_dead(owner: str) -> bool:
    """Whether a process that held a lease has ended. False where it ran elsewhere: who can tell?"""
    place, _, rest = owner.rpartition(" ")[0].rpartition(" ")
    pid, started = rest, owner.rpartition(" ")[2]
    if place != _place() or not pid.isdigit():
        return False
    return not _lives(int(pid)) or _started(int(pid)) != started


@cache
def _place() -> str:
    """The machine, its current boot, and the container's view of processes."""
    boot = _line("/proc/sys/kernel/random/boot_id")
    return "/".join((socket.gethostname(), boot, _pid_namespace())).replace(" ", "_")


def _pid_namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _started(pid: int) -> str:
    """Clock ticks from boot to the start of a process (proc(5), field 22); "" where unknown."""
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else ""


def _state(pid: int) -> str:
    fields = _stat(pid)
    return fields[0] if fields else ""


def _stat(pid: int) -> list[str]:
    # The second field is the command's name in parentheses, which may hold anything.
    return _line(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
