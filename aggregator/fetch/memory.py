"""What the C library does with memory that was freed."""

from __future__ import annotations

from functools import cache
from typing import Any

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_M_ARENA_MAX = -8
_LARGE_BLOCK = 256 * 1024  # bytes


@cache
def return_large_blocks() -> None:
    """Have this process give large blocks back to the system as soon as they are freed.

    glibc learns from the first large block that is freed to keep the next ones (mallopt(3),
    M_MMAP_THRESHOLD): after a few bodies of megabytes a process holds them for its lifetime.
    Does nothing where the C library is another.
    """
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)


@cache
def share_free_memory() -> None:
    """Have all threads of this process take memory from one place (mallopt(3), M_ARENA_MAX).

    glibc gives threads places of their own, so that none waits for another, which under one interpreter
    lock none does. What one thread makes and another frees is then kept in each of them. Call it before
    threads are started. Does nothing where the C library is another.
    """
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def return_free_memory() -> None:
    """Give what is free back to the system: after a document of many small parts (malloc_trim(3)).

    Costs some milliseconds. Does nothing where the C library is another.
    """
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None)
