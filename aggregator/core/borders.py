"""Where a name may begin and end in folded text, by the rules of the scripts that stand there."""

from __future__ import annotations

import re

_BLANKED = bytes(code if chr(code).isalnum() or chr(code) == "_" else 32 for code in range(128)) + bytes(128)
_ENDINGS = re.compile(r"s(?:'|(?!\w))")


def blanked(text: str) -> str:
    """An ASCII text with a blank for all that is no part of a word."""
    return text.encode().translate(_BLANKED).decode()


def is_bordered(low: str, start: int, end: int) -> bool:
    """Whether a word starts at start and ends at end, by the rules of the scripts that stand there."""
    first = low[start]
    if start:
        before = low[start - 1]
        if before != " " and _joined(before, first):
            return False
    if end == len(low):
        return True
    last, after = low[end - 1], low[end]
    if after == " ":
        return True
    if last < "\u2e80" and _is_latin(after) and last.isalnum():
        # The genitive of names in German ("Samsungs Chef"), and plurals of products ("iPhones").
        return after == "s" and end - start > 2 and bool(_ENDINGS.match(low, end))
    return True


def _joined(before: str, first: str) -> bool:
    """Whether two characters are parts of one word. Hangul tails are judged later."""
    if first < "\u2e80":
        return _is_latin(before) and first.isalnum()
    if is_hangul(first):
        return is_hangul(before)
    return is_katakana(first) and is_katakana(before)


def _is_latin(char: str) -> bool:
    return char < "\u2e80" and (char.isalnum() or char == "_")


def is_hangul(char: str) -> bool:
    """Whether a character is a syllable of Hangul."""
    return "\uac00" <= char <= "\ud7a3"


def is_katakana(char: str) -> bool:
    """Whether a character is Katakana or lengthens one."""
    return "\u30a1" <= char <= "\u30fa" or char == "ー"
