"""Which entries tell the same story: near copies of one text, whoever sent them.

A sketch is a MinHash of three-word shingles by one permutation (Li, Owen, Zhang, "One Permutation
Hashing", NIPS 2012), with a smaller one of the title's words. It is deterministic across processes
and machines, so that it can be stored and compared for years. Its loops over words run in C.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from struct import pack, unpack
from zlib import crc32

from aggregator.model import Article, Place

SLOTS = 64  # standard error of a similarity near one half: 0.06
TITLE_SLOTS = 8
BANDS = 8  # pairs of slots; two texts half alike share a band with probability 0.9
MAX_TOKENS = 400  # the first minutes of an article decide; the rest is background
MAX_CHARACTERS = 8000  # in which they are looked for
MIN_TITLE_TOKENS = 6  # "Morning briefing" is a headline that different stories share

_HEAD = 3  # shingles in the body, tokens in the title, hash of the title
_EMPTY = -1
_BITS = 32  # of a hash
_NONE = 1 << _BITS
_WORDS = 3  # in a shingle
_FACTORS = (0x2C1B3C6D, 0x297A2D39, 0x1B56C4E9)  # odd, below 2**30, so that three products fill no 64 bits
_TOLD_IN = (Place.LEAD, Place.BODY)
# A word, or a single Han or kana character: those scripts write no spaces.
_TOKEN = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]|[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿]+")
_BLANKED = bytes(byte if chr(byte).isalnum() and byte < 128 else 32 for byte in range(256))

SAME_TEXT = 0.5  # shingles in common for the same text, edited
SAME_TEXT_OTHER_TITLE = 0.7  # the same, under a headline with no word in common
SAME_TITLE_TEXT = 0.1  # under an equal headline, a trace in common is enough
FEW_SHINGLES = 30  # a summary: too short to speak against an equal headline, or for a different one


def sketch(article: Article) -> tuple[int, ...]:
    """Return what ``same`` compares: counts, the title's hash, and 72 unsigned 32-bit numbers or -1.

    Two sketches of the same article are equal in every process.
    """
    title = _tokens(article.title)
    body = _tokens(_beginning(article))
    shingles = _shingles(body)
    title_slots = _min_hash(map(crc32, title), TITLE_SLOTS)
    return (
        len(shingles),
        len(title),
        crc32(b" ".join(title)),
        *title_slots,
        *_min_hash(shingles, SLOTS),
    )


def _beginning(article: Article) -> str:
    """The body's first characters, at least as many as are looked at."""
    texts: list[str] = []
    length = 0
    for passage in article.passages:
        if passage.place in _TOLD_IN:
            texts.append(passage.text)
            length += len(passage.text)
            if length >= MAX_CHARACTERS:
                break
    return " ".join(texts)


def bands(sketch: tuple[int, ...]) -> tuple[int, ...]:
    """Values to look up: two texts that share none of them are hardly the same.

    The band's number is part of its value, so that one index serves all. At most BANDS + 1 values.
    """
    slots = sketch[_HEAD + TITLE_SLOTS :]
    values = []
    if sketch[0]:
        for number in range(BANDS):
            pair = slots[2 * number : 2 * number + 2]
            if pair != (_EMPTY, _EMPTY):  # strangers are alike in what they lack
                values.append(number << 32 | crc32(repr(pair).encode()))
    if sketch[1] >= MIN_TITLE_TOKENS:
        values.append(BANDS << 32 | sketch[2])
    return tuple(values)


def same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Tell whether two sketches are of the same story.

    The same text under another headline must be long enough to be no template ("Comments: 12 …");
    an equal headline must be long enough to be no column ("Morning briefing").
    """
    text = similarity(one, other)
    shortest = min(one[0], other[0])
    equal_title = one[1:3] == other[1:3]
    if equal_title and one[1] >= MIN_TITLE_TOKENS and (text >= SAME_TITLE_TEXT or shortest < FEW_SHINGLES):
        return True
    if text < SAME_TEXT:
        return False
    if _alike(_title_slots(one), _title_slots(other)) > 0:
        return True
    return text >= SAME_TEXT_OTHER_TITLE and shortest >= FEW_SHINGLES


def similarity(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Estimate the share of shingles that two bodies have in common, 0..1."""
    return _alike(one[_HEAD + TITLE_SLOTS :], other[_HEAD + TITLE_SLOTS :])


def _title_slots(sketch: tuple[int, ...]) -> tuple[int, ...]:
    return sketch[_HEAD : _HEAD + TITLE_SLOTS]


def _tokens(text: str) -> list[bytes]:
    """The first words, case folded, in UTF-8."""
    folded = text[:MAX_CHARACTERS].casefold()
    if folded.isascii():
        return folded.encode().translate(_BLANKED).split()[:MAX_TOKENS]
    return [token.encode("utf-8", "replace") for token in _TOKEN.findall(folded)[:MAX_TOKENS]]


def _shingles(tokens: list[bytes]) -> set[int]:
    """The hashes of every three words in a row, made for all of them at once.

    The words' hashes stand side by side in one large number. Moved by a word and by two, it has under each
    word the next ones; as each of the three is multiplied by a number of its own, their order counts.
    """
    count = len(tokens)
    if count < _WORDS:
        return set()
    words = int.from_bytes(pack(f"<{count}Q", *map(crc32, tokens)), "little")
    sums = words * _FACTORS[0] + (words >> 64) * _FACTORS[1] + (words >> 128) * _FACTORS[2]
    # Of the 64 bits of each sum those in the middle are spread evenly.
    halves = unpack(f"<{2 * count}I", (sums >> 16).to_bytes(8 * count, "little"))
    return set(halves[: 2 * (count - _WORDS + 1) : 2])


def _min_hash(hashes: Iterable[int], slots: int) -> tuple[int, ...]:
    """Keep the smallest hash of each slot. An empty slot stays empty: it says nothing."""
    shift = _BITS + 1 - slots.bit_length()  # slots is a power of two
    smallest = [_NONE] * slots
    for value in hashes:
        slot = value >> shift
        if value < smallest[slot]:
            smallest[slot] = value
    return tuple([_EMPTY if value == _NONE else value for value in smallest])


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Share of equal slots among those that either text fills (Li et al., §3.1)."""
    filled = equal = 0
    for a, b in zip(one, other, strict=True):
        if a != _EMPTY or b != _EMPTY:
            filled += 1
            equal += a == b
    return equal / filled if filled else 0.0
