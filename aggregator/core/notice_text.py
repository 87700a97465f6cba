"""How a notice is read: sentences, quotations and the signs around a text, in any of our languages.

All of it keeps the length of the text, so that places found in one form hold in the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SENTENCE = 700  # characters; a longer one is no notice, and bounds what a pattern can cost
MAX_SENTENCES = 40  # of a block that are looked at

# Full-width ASCII, typographic apostrophes and dashes, odd blanks: one character for one character.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(odd): ord(usual)
    for odd, usual in zip("’ʼ´`‐‑‒–—―\u00a0\u2007\u202f\u3000\t\n", "''''------      ", strict=True)
}

_END = re.compile(
    r"""(?:[.!?…]+["'”»)\]]*(?=\s)(?!(?:(?<=\b\d\.)|(?<=\b\d\d\.))\s(?:"""
    r"""J[aä]n|Feb|März?|Apr|Mai|Jun|Jul|Aug|Sept?|Okt|Nov|Dez|[a-zäöü]))|[。！？]+(?![」』”）)】。！？])|[。！？]+[」』”）)】]+(?=[\s「『（(※【])"""
    r"""|(?<=[다요]\.)(?=[가-힣※]))\s*""",
)
# A full stop after these ends no sentence, nor one after a day: "am 4. Juni".
_SHORT = re.compile(
    r"(?:\b(?:[A-Za-z]|Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|No|vs|Jr|Sr|approx|ca|bzw|usw|inkl|evtl|Nr|ggf|Sra?|Dña?|"
    r"art|núm|n°|M|Mme|etc|Prof|med|jur)|\b[a-z]\.[a-z])\.\s*$",
)
_QUOTED = re.compile(
    r"“[^”]{1,600}”|„[^“”]{1,600}[“”]|«[^»]{1,600}»|「[^」]{1,600}」|『[^』]{1,600}』|\"[^\"]{1,600}\""
    r"|(?<!\w)‘[^‘’]{6,600}’(?![a-zà-ÿ])|(?<!\w)'[^']{6,600}'(?![A-Za-zÀ-ÿ0-9_])"
)
_QUOTE = re.compile("[“„«「『\"‘']")
_ASIDE = re.compile(r"[(\[/|]\s*([^()\[\]/|]{2,120})(?=[)\]]|\s*$)")
_LAST_ITEM = re.compile(r"[,;、]\s*([^,;、]+)$")
_LEFT = re.compile(r"[\s*※•·◆■▲▶►◇□●○◎★☆_~#>|/†‡✱✳️️⚠⚙⛔ℹⓘ🤖📢🔒🔗💡⏰✍️+<\-–—―=:;,.]*")
_RIGHT = re.compile(r"[\s*+_~#|†‡<>/\-–—―=:]*$")
_BRACKETS = {
    "(": ")",
    "[": "]",
    "{": "}",
    "（": "）",
    "［": "］",
    "【": "】",
    "〔": "〕",
    "<": ">",
    "＜": "＞",
    "《": "》",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: ``text`` is the plain form of ``passage[start:end]``."""

    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        """Its place in the passage."""
        return self.start, self.end


def plain_form(text: str) -> str:
    """The text with full-width letters, apostrophes, dashes and blanks made ASCII, as long as before."""
    return text.translate(_PLAIN)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a passage, the first MAX_SENTENCES of them; one that is too long is left out."""
    spans = _quoted_spans(text) if _QUOTE.search(text) else []
    start = count = 0
    for match in _END.finditer(text):
        if _SHORT.search(text, max(start, match.start() - 12), match.end()) or _within(match, spans):
            continue
        if count >= MAX_SENTENCES:
            return
        count += 1
        yield from _sentence(text, start, match.end())
        start = match.end()
    yield from _sentence(text, start, len(text))


def asides(text: str) -> Iterator[str]:
    """What a caption says apart, in brackets or after a bar, and the last item of such a list.

    "A crossing (file picture, made with AI)", "A crossing / AI-generated".
    """
    for match in _ASIDE.finditer(text):
        yield match[1].rstrip()
        if last := _LAST_ITEM.search(match[1].rstrip()):
            yield last[1]


def _sentence(text: str, start: int, end: int) -> Iterator[Sentence]:
    raw = text[start:end]
    end -= len(raw) - len(raw.rstrip())
    start += len(raw) - len(raw.lstrip())
    if 0 < end - start <= MAX_SENTENCE:
        yield Sentence(plain_form(text[start:end]), start, end)


def _within(match: re.Match[str], spans: list[tuple[int, int]]) -> bool:
    """Is this the end of a sentence inside a quotation that goes on, or is itself only part of one?"""
    return any(start < match.start() and match.end() < end for start, end in spans)


def quotations(text: str) -> list[tuple[int, int]]:
    """Where somebody else's words stand in a text. A text that is quoted as a whole is its own."""
    if not _QUOTE.search(text):
        return []
    own = bare(text)
    return [
        (start, end) for start, end in _quoted_spans(text) if not (start <= own[0] + 1 and end >= own[1] - 1)
    ]


def _quoted_spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _QUOTED.finditer(text)]


def bare(text: str) -> tuple[int, int]:
    """Start and end of a text without the asterisks, dashes and brackets that set a notice apart."""
    start, end = 0, len(text)
    for _ in range(3):
        left = _LEFT.match(text, start, end)
        start = left.end() if left else start
        right = _RIGHT.search(text, start, end)
        end = right.start() if right else end
        closing = _BRACKETS.get(text[start : start + 1])
        if not closing or not text[start:end].rstrip(".").endswith(closing):
            break
        inside = text[start + 1 : end].rstrip(".")
        if closing in inside[:-1]:
            break
        start, end = start + 1, start + len(inside)
    return (start, end) if start < end else (0, len(text))
