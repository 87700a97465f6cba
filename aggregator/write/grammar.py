"""Short values that others sent, held against their grammar: a feed says nothing rather than nonsense."""

from __future__ import annotations

import re
from typing import Final

_MEDIA_TYPE: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")


def media_type(value: str | None) -> str | None:
    """A media type (RFC 6838 §4.2) without its parameters; None for anything else."""
    bare = (value or "").partition(";")[0].strip()
    return bare if _MEDIA_TYPE.fullmatch(bare) else None


def language_tag(value: str | None) -> str | None:
    """A language tag by its shape (RFC 3066 §2.1, which RFC 4287 §2 asks for); None for anything else."""
    return value if value and _LANGUAGE.fullmatch(value) else None
