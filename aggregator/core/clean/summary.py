"""A few sentences of plain text for lists and readers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from aggregator.core.clean.phrases import is_phrase
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.trim import without_more_sign
from aggregator.core.passages import Block
from aggregator.core.text import plain
from aggregator.model import Place

MAX_SUMMARY = 1000  # characters of a source's own summary
FIRST_SENTENCES = 300  # characters of one that we take from the text
# It begins with a class for both scripts, so that the engine looks for nothing else.
_SENTENCE = re.compile(
    r"[.!?。！？](?:(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[^\W\d_a-zß-ÿ])|(?<=[。！？])[」』”]?)"
)
_FIRST_ON = re.compile(
    r"\s*(?:The post .{1,300} (?:appeared first on|first appeared on) .{1,120}"
    r"|(?:Continue reading|Read more)\b.{0,120}|Der Beitrag .{1,300} erschien zuerst auf .{1,120})\Z"
)
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3")


def source_summary(summary: str | None, rules: CleanRules) -> str:
    """The source's own summary as plain text, without "Continue reading"; "" where it says nothing."""
    if not summary:
        return ""
    text = plain(summary[: 20 * MAX_SUMMARY])
    text = without_more_sign(_FIRST_ON.sub("", text))
    return "" if is_phrase(text, rules) else truncate(text, MAX_SUMMARY)


def first_sentences(found: Sequence[Block]) -> str:
    """The first sentences of the text: whole ones, as many as fit, at least the beginning of the first."""
    text = ""
    for block in found:
        if block.passage.place in (Place.LEAD, Place.BODY) and len(text) < FIRST_SENTENCES:
            text = f"{text} {block.passage.text}".strip()
    if len(text) <= FIRST_SENTENCES:
        return text
    end = 0
    for border in _SENTENCE.finditer(text, 0, FIRST_SENTENCES + 2):
        if 0 < border.end() <= FIRST_SENTENCES + 1:
            end = border.end()
    return text[:end].strip() if end >= FIRST_SENTENCES // 4 else truncate(text, FIRST_SENTENCES)


def truncate(text: str, limit: int) -> str:
    """At most ``limit`` characters, ended by "…" where cut; between words, never inside a character.

    A character as a reader sees it may be several code points: letter and accents, joined emoji, flags.
    """
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", end * 2 // 3, end + 1)
    if space > 0:
        end = space
    while end > 0 and _inside(text, end):
        end -= 1
    return text[:end].rstrip(" ,;:-–—") + "…"


def _inside(text: str, at: int) -> bool:
    """Whether a cut before text[at] would part what belongs together (UAX #29, the common cases)."""
    after, before = text[at], text[at - 1]
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or after in _JOINERS or before == "\u200d":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff":  # skin tone
        return True
    if _is_flag_letter(after) and _is_flag_letter(before):
        run = at
        while run > 0 and _is_flag_letter(text[run - 1]):
            run -= 1
        return (at - run) % 2 == 1
    return False


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
