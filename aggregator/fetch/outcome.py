"""From a body to what the poll brought: new, or the same again."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

from aggregator.model import (
    Document,
    Failed,
    Fetched,
    FetchResult,
    Hints,
    Trouble,
    Unchanged,
    Validators,
)

_HASH_BYTES = 20


def of_body(
    document: Document,
    fresh: Validators,
    known: Validators,
    hints: Hints | None = None,
    moved_to: str | None = None,
) -> FetchResult:
    """Fetched, or Unchanged where the body is the one that known vouches for.

    fresh are the response's own validators, without the hash. An equal body under a new ETag
    is unchanged: many servers mint one for each request.
    """
    hints = hints or Hints()
    if not document.body:
        return Failed("the answer is empty", Trouble.SERVER, hints)
    validators = replace(fresh, body_hash=blake2b(document.body, digest_size=_HASH_BYTES).digest())
    if validators.body_hash == known.body_hash:
        return Unchanged(validators, hints, moved_to, full=True)
    return Fetched(document, validators, hints, moved_to)
