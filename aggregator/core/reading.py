"""How long an article takes to read."""

from __future__ import annotations

import re
from math import ceil

# Silent reading of non-fiction in English: 238 words a minute (Brysbaert 2019, a meta-analysis of 190
# studies); other alphabets differ by less than their readers do. Chinese, Japanese: 500 characters a
# minute, as Medium counts. Hangul is written with spaces but packs more into a word: by characters too.
WORDS_PER_MINUTE = 238
CHARACTERS_PER_MINUTE = 500

_DENSE = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


def reading_minutes(text: str) -> int:
    """Whole minutes, at least 1, that a text with its white space folded takes to read silently."""
    bare, dense = (text, 0) if text.isascii() else _DENSE.subn(" ", text)
    words = len(bare.split()) if dense else bare.count(" ") + 1
    return max(1, ceil(words / WORDS_PER_MINUTE + dense / CHARACTERS_PER_MINUTE - 0.05))
