"""A text as the phrases of the data are written, and whether it is one of them."""

from __future__ import annotations

import re

from aggregator.core.clean.rules import CleanRules, Guarded

MAX_LABEL = 70
MAX_PHRASE = 500  # characters; a longer block is text
_SEPARATORS_ONLY = re.compile(r"[\s|·•/,&>»]+\Z")
EDGES = "|+·• \ufe0f▼▽►▸➤↓⬇↑⬆→⇒➡☝✉❤♥♡⭐✨✅☕"  # marks around a line
_PICTOGRAPH = "\U0001f300"  # the first of Unicode's blocks of them
_EDGES_AND_PICTOGRAPHS = EDGES + "".join(map(chr, range(ord(_PICTOGRAPH), 0x1FB00)))


def fold_phrase(text: str) -> str:
    """Text as the phrases of the data are written: lower case, straight quotes, one kind of blank."""
    if text.isascii():
        return text.lower().strip("|+ ")
    text = text.lower().replace("’", "'").replace("‘", "'").replace("\u200b", "").strip(EDGES)
    if text and max(text[0], text[-1]) >= _PICTOGRAPH:
        text = text.strip(_EDGES_AND_PICTOGRAPHS)
    return text if "«" in text else text.rstrip(" »›")


def is_phrase(text: str, rules: CleanRules) -> bool:
    """Whether a text says nothing but a phrase that is boilerplate wherever it stands."""
    return len(text) <= MAX_PHRASE and is_folded_phrase(fold_phrase(text), rules, rules.open)


def is_folded_phrase(folded: str, rules: CleanRules, slow: Guarded) -> bool:
    """The same of a folded text; ``slow`` are those of ``rules.open`` that it may be."""
    if len(folded) <= MAX_LABEL and (rules.label.fullmatch(folded) or _SEPARATORS_ONLY.match(folded)):
        return True
    return bool(rules.anywhere.fullmatch(folded) or (slow and slow.fullmatch(folded)))
