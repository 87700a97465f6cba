"""Readers of single values: each takes what YAML made of a value, and raises ValueError in plain words.

What the words leave out, namely what is expected there, is the key's description.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from aggregator.core.expr import RESERVED
from aggregator.core.expr import SLUG as TOPIC_SLUG
from aggregator.model import FORMATS

Reader = Callable[[object], object]

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_SLUG = 80
_INTERVAL = re.compile(r"(\d{1,9})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
LONGEST = timedelta(days=36_500)


def shown(value: object) -> str:
    """A value as a message quotes it, cut to a length that can be read."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return repr(value if len(value) <= 60 else value[:57] + "...")
        case list():
            return "a list"
    return "a mapping"


def text(most: int | None = None, check: Callable[[str], str] = str) -> Reader:
    """A text of so many characters at most, as check returns it."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            scalar = isinstance(value, bool | int | float)
            raise ValueError(shown(value) + (" is no text: put it in quotes" if scalar else ""))
        if most is not None and len(value) > most:
            raise ValueError(f"longer than {most} characters")
        return check(value)

    return read


def whole(least: int, most: int) -> Reader:
    """A whole number between two, both allowed."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(shown(value))
        _bounded(value, value < least, value > most)
        return value

    return read


def seconds(most: float, from_zero: bool = False) -> Reader:
    """An amount of seconds, above 0 or from 0 on."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(shown(value))
        _bounded(value, value < 0 or (value == 0 and not from_zero), value > most)
        return float(value)

    return read


def _bounded(value: float, too_small: bool, too_large: bool) -> None:
    if too_small or too_large:
        raise ValueError(f"{shown(value)} is too {'small' if too_small else 'large'}")


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(shown(value))
    return value


def one_of(*words: str) -> Reader:
    """One of these words. YAML 1.1 reads a bare on as true, a bare off as false."""

    def read(value: object) -> str:
        word = value
        if isinstance(value, bool):
            word = "on" if value else "off"
        if not isinstance(word, str) or word not in words:
            raise ValueError(shown(value))
        return word

    return read


def word(value: object) -> str | bool:
    """A word; a bare yes or no stays what YAML 1.1 makes of it."""
    if not isinstance(value, str | bool):
        raise ValueError(shown(value))
    return value


def interval(value: object) -> timedelta:
    """Read ``90s``, ``15m``, ``6h`` or ``1d``."""
    found = _INTERVAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{shown(value)} is no interval")
    span = timedelta(**{_UNITS[found[2]]: int(found[1])}) if int(found[1]) <= 10**6 else LONGEST * 2
    if not timedelta(seconds=1) <= span <= LONGEST:
        raise ValueError(f"{shown(value)} is too short or too long")
    return span


def _split(value: str) -> SplitResult:
    """A URL's parts. Raises ValueError in words that hold no password."""
    if re.search(r"[\x00-\x20\x7f]", value):
        raise ValueError("a URL with a blank or a control character in it")
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("a URL that cannot be read") from None
    if not port_is_right:
        raise ValueError("a URL with port 0")
    return parts


def web_url(value: str) -> str:
    """Check an absolute http or https URL."""
    parts = _split(value.strip())
    if parts.scheme not in ("http", "https"):
        raise ValueError(
            f"a URL with the scheme {parts.scheme!r}" if parts.scheme else "a URL without a scheme"
        )
    if not parts.hostname:
        raise ValueError("a URL without a host")
    return parts._replace(fragment="").geturl()


def source_url(value: str) -> str:
    """Check a source's URL: http, https, or a file by its absolute path."""
    if not value.lower().startswith("file:"):
        return web_url(value)
    parts = _split(value.strip())
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/") or parts.path == "/":
        raise ValueError("a file: URL without an absolute path")
    return f"file://{parts.path}"


def base_url(value: str) -> str:
    """Check what links to our own feeds stand on, and end it with a slash."""
    url = web_url(value)
    if urlsplit(url).query:
        raise ValueError("a URL with a query")
    return url if url.endswith("/") else url + "/"


def database(value: str) -> str:
    """Check a database's URL."""
    kind, _, rest = value.partition("://")
    if kind == "sqlite" and rest.startswith("/") and rest.strip("/") and ":memory:" not in rest:
        return value
    if kind in ("postgresql", "postgresql+psycopg") and rest:
        return value
    raise ValueError(f"{shown(kind)} with no file or database that we can open")


def slug(value: str) -> str:
    """Check a slug."""
    if not SLUG.fullmatch(value) or len(value) > MAX_SLUG:
        raise ValueError(f"{shown(value)} is no slug")
    return value


def company_slug(value: str) -> str:
    """Check a company's slug."""
    if value in RESERVED:
        raise ValueError(f"{value!r} is a word of the topic language")
    return slug(value)


def topic_slug(value: str) -> str:
    """Check a topic's slug."""
    if not TOPIC_SLUG.fullmatch(value) or len(value) > MAX_SLUG:
        raise ValueError(f"{shown(value)} is no slug")
    if value in ("index", "topics", "status"):
        raise ValueError(f"{value!r} is the name of a file of our own")
    return value


def language(value: str) -> str:
    """Check a language tag by its form (BCP 47)."""
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{shown(value)} is no language tag")
    return value


def with_main_format(value: Sequence[object]) -> None:
    """Check a list of a topic's formats."""
    if FORMATS[0] not in value:
        raise ValueError(f"without {FORMATS[0]}, which every topic has")


def one_line(value: str) -> str:
    """Check a line of text, and trim it."""
    if not value.strip() or not value.isprintable():
        raise ValueError("empty, or with a line break or control character")
    return value.strip()
