"""What a request's headers ask for: whether it may be answered 304, and whether by gzip."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

_ENTITY_TAG: Final = re.compile(rb'"[^"]*"')  # the W/ before one does not count: comparison is weak
_WEIGHT: Final = re.compile(r"q=([01](?:\.\d{0,3})?)\Z")
_LONGEST: Final = 4096  # bytes of a header worth reading


def not_modified(
    if_none_match: bytes, if_modified_since: bytes, etags: tuple[bytes, ...], modified: int
) -> bool:
    """Whether the client holds the current file already (RFC 9110 §13.1.2, §13.1.3, §13.2.2).

    Headers are given as sent, empty where absent; ``etags`` are those of all encodings, and ``modified`` is
    the file's time in seconds. If-None-Match, where it is sent, alone decides.
    """
    if if_none_match:
        return if_none_match in etags or _lists_one(if_none_match[:_LONGEST], etags)
    if if_modified_since:
        since = _seconds(if_modified_since[:_LONGEST])
        return since is not None and modified <= since
    return False


def _lists_one(header: bytes, etags: tuple[bytes, ...]) -> bool:
    """Whether a list of entity tags, weak ones too, names one of ours; ``*`` names all."""
    return header.strip() == b"*" or any(tag in etags for tag in _ENTITY_TAG.findall(header))


@lru_cache(maxsize=256)
def _seconds(http_date: bytes) -> int | None:
    """An HTTP date as Unix seconds; None where it is none, which then asks for nothing."""
    try:
        return int(parsedate_to_datetime(http_date.decode("ascii")).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether Accept-Encoding allows gzip (RFC 9110 §12.5.3): by name or ``*``, with a weight above 0."""
    weights: dict[str, float] = {}
    for part in accept_encoding[:_LONGEST].decode("latin-1").lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        found = [weight for weight in map(_WEIGHT.match, parameters) if weight]
        # A parameter that is no weight is none of the grammar: the coding is then not trusted.
        weights[coding] = float(found[0][1]) if found else float(not parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
