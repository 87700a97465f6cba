"""fetch.memory: what the C library does with memory that was freed."""

import subprocess
import sys
from pathlib import Path

import pytest

ARENA = 64 * 1024  # KiB of address space that glibc sets aside for a thread's own place
GROWTH = """
import re, sys, threading
from pathlib import Path
from aggregator.fetch.memory import share_free_memory

def size():
    return int(re.search(r"VmSize:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

if sys.argv[1] == "shared":
    share_free_memory()
threading.stack_size(256 * 1024)
together = threading.Barrier(4)

def work():
    kept = [bytes(100_000) for _ in range(20)]
    together.wait()

before = size()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(size() - before)
"""


def growth(how: str) -> int:
    """By how many KiB of address space a process grows with four threads that take memory at once."""
    told = subprocess.run([sys.executable, "-c", GROWTH, how], capture_output=True, text=True, check=True)
    return int(told.stdout)


@pytest.mark.skipif(not list(Path("/lib").glob("*/libc.so.6")), reason="the C library is not glibc")
def test_threads_take_memory_from_one_place():
    assert growth("apart") > ARENA
    assert growth("shared") < ARENA
