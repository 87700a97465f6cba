"""What joins names in a row, in one table, and the patterns that are made of it. All for folded text."""

from __future__ import annotations

import re

_MARKS = ",&/+、·"
_ENGLISH = ("and", "or")  # a comma may stand before them
_GERMAN = ("und", "oder")
_PARTICLES = (
    "와",
    "과",
    "및",
    "と",
    "や",
    "和",
    "與",
    "与",
    "及",
    "跟",
)  # without blanks

_english, _german, _particles = map("|".join, (_ENGLISH, _GERMAN, _PARTICLES))

ENDS = (",", *(f" {word}" for word in (*_ENGLISH, *_GERMAN)))
"""What a text ends with, but for a blank, where another name joins the one before it."""

BETWEEN = re.compile(rf"\s?(?:[{_MARKS};]|(?:, )?(?:{_english})|{_german}|{_particles}|vs\.?)\s?")
"""All that stands between two neighbours of a row."""

BETWEEN_SEVERAL = re.compile(rf"(?:[\s{_MARKS}・]|'s|\b(?:{_english}|{_german}|with|mit)\b|{_particles})+")
"""All that stands between two names that begin a text together: "Meta, Apple and Nvidia"."""

NAME_BEFORE = re.compile(rf"(?<=\s)[\w.&']+(?:,|,? (?:{_english})| (?:{_german}))\s\Z")
"""A name of one word and what joins the next to it: "rivals such as Xiaomi and [Samsung]"."""
