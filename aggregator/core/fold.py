"""Text as it is searched: one case, one width, one normal form; with the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# Characters with a plain twin of the same length. Most text that is not ASCII needs no more than this.
_TWINS = str.maketrans(
    {
        **{chr(0xFF01 + n): chr(0x21 + n) for n in range(94)},  # full width ASCII
        **dict.fromkeys(
            "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "
        ),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u0060\u00b4\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2212\ufe63", "-"),
        **dict.fromkeys("\u2122\u00ae\u2120", " "),
        "\u2026": ".",
    }
)
_HYPHENS = str.maketrans({"-": " "})  # "SK-hynix" is found as "SK hynix", "OpenAI-Chef" has a border
_GONE = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_ODD = re.compile(rf"[{_GONE}]|\s\s|[\t\n\r\f\v]")
# What must be normalised together: conjoining jamo (NFD Hangul), or a letter with its marks.
_CLUSTER = re.compile(
    "[\u1100-\u115f][\u1160-\u11a7]*[\u11a8-\u11ff]*"
    "|.[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\uff9e\uff9f]*",
    re.DOTALL,
)


class Folded(NamedTuple):
    """``shown`` keeps its case, ``low`` has none; both count alike. ``offsets`` lead to the original."""

    low: str
    shown: str
    offsets: tuple[int, ...] | None  # of each character and of the end; None: the same as here

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a place in the folded text."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end]


def fold(text: str) -> Folded:
    """Fold case, width, normal form, quotes, hyphens and invisible characters (UAX #15, NFKC)."""
    if text.isascii():
        if not ("  " in text or "\n" in text or "\t" in text or "\r" in text):
            low = text.lower()
            return Folded(low.translate(_HYPHENS) if "-" in low else low, text, None)
    elif not _ODD.search(text):
        shown = text.translate(_TWINS)
        low = shown.lower()
        if len(low) == len(shown) and unicodedata.is_normalized("NFKC", shown):
            return Folded(low.translate(_HYPHENS), shown, None)
    return _fold_slowly(text)


def _fold_slowly(text: str) -> Folded:
    """The same where characters vanish, join or part."""
    shown: list[str] = []
    offsets: list[int] = []
    for cluster in _CLUSTER.finditer(text.translate(_TWINS)):
        for char in unicodedata.normalize("NFKC", cluster[0]).translate(_TWINS):
            if char in _GONE:
                continue
            if char.isspace():
                char = " "
                if shown and shown[-1] == " ":
                    continue
            shown.append(char)
            offsets.append(cluster.start())
    offsets.append(len(text))
    line = "".join(shown)
    low = line.lower()
    if len(low) != len(line):
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in line)
    return Folded(low.translate(_HYPHENS), line, tuple(offsets))
