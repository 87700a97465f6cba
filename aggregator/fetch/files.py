"""file:// sources: what the operator's own programs write."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from urllib.parse import unquote, urlsplit

from aggregator.fetch.bodies import BadCoding, Body, OverBound, in_mib
from aggregator.fetch.outcome import of_body
from aggregator.model import Document, Failed, FetchLimits, FetchResult, Trouble, Unchanged, Validators

_AT_A_TIME = 256 * 1024


def read_file(url: str, known: Validators, limits: FetchLimits, now: datetime) -> FetchResult:
    """One poll of a file:// URL, which only feeds.yaml may name. Blocks; never raises for a file.

    Time of change and size are its validators. Anything but a regular file is refused: a pipe
    or a device may never end.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # a "[" where a host could be
        return Failed("not a file:// URL that can be read", Trouble.ADDRESS)
    if parts.hostname not in (None, "localhost"):
        return Failed("a file:// URL names no other host: file:///path/to/feed.xml", Trouble.ADDRESS)
    path = unquote(parts.path)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return Failed("there is no such file", Trouble.MISSING)
    except (OSError, ValueError) as error:
        return Failed(f"the file cannot be opened: {_reason(error)}", Trouble.NETWORK)
    try:
        return _read(handle, url, known, limits, now)
    except (OverBound, BadCoding) as error:
        return Failed(f"the file: {error}", Trouble.BOUND)
    except OSError as error:
        return Failed(f"the file cannot be read: {_reason(error)}", Trouble.NETWORK)
    finally:
        os.close(handle)


def _read(handle: int, url: str, known: Validators, limits: FetchLimits, now: datetime) -> FetchResult:
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        return Failed("not a regular file", Trouble.ADDRESS)
    if facts.st_size > limits.max_bytes:
        return Failed(f"the file is larger than {in_mib(limits.max_bytes)}", Trouble.BOUND)
    etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    if known.etag == etag:
        return Unchanged(known)
    body = Body("", limits)
    while chunk := os.read(handle, _AT_A_TIME):
        for _ in body.feed(chunk):
            pass
    content, _ = body.end()
    return of_body(Document(url, "", content, now), Validators(etag=etag, url=url), known)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "not a path").lower()
