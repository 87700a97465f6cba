"""Dates as feeds and pages write them -> instants in UTC.

feedparser's own reading is not used: it takes CET, JST, KST and BST for UTC, and "2025년 2월 4일" for
the first of November.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from aggregator.core.datewords import AFTERNOON, CLUES, MONTHS

_MAX_LENGTH = 200  # a date longer than this is prose
_FIRST = datetime(1970, 1, 2, tzinfo=UTC)  # an instant before is some program's zero, not a date

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?:([Zz])|([+-]\d\d):?(\d\d))\Z", re.ASCII
)
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)"
    r" (?:(GMT|UTC|UT|Z)|([+-]\d\d)(\d\d))\Z",
    re.ASCII,
)
_NUMERIC = re.compile(r"(?<!\d)(\d{4})([-/.]) ?(\d{1,2})(?:\2 ?(\d{1,2}))?(?!\d)\.?")
_WEEK = re.compile(r"\A(\d{4})-?w(\d\d)(?:-?([1-7]))?(?![\d-])")  # ISO 8601 §4.1.4
_ORDINAL = re.compile(r"\A(\d{4})-(\d{3})(?![\d-])")  # ISO 8601 §4.1.3
_ISO_TIME = re.compile(r"\A\s*t\s?(\d\d)(?::?(\d\d)(?::?(\d\d))?)?(?![\d:])")
_COMPACT = re.compile(r"\A(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(?!\d)")
_ASIAN = re.compile(
    r"(?:(令和|平成|昭和|民國|民国)\s*)?(\d{1,4})\s*([년年])\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日号號]?"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|\.)?[\s-]*(?:(?:de|of|d')\s+)?([^\W\d_]{3,})[.,]?[\s-]*(?:(?:del?|of)\s+)?"
    r"(\d{4}|1\d\d|'?\d\d)(?![\d:])"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[\s,-]+([^\W\d_]{3,})\.?[\s-]+(\d{1,2})(?:st|nd|rd|th)?(?![\d:])")
_MONTH_FIRST = re.compile(
    r"([^\W\d_]{3,})\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?(?![\d:])[\s,-]*(?:(\d{4})(?![\d:]))?"
)
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d\d)(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_LATE_YEAR = re.compile(r"(?<![\d:+-])(\d{4})\s*\Z")
_TIME = re.compile(
    r"(?<![\d:+-])(\d{1,2})\s?(?:[:시時时点點]|h(?=\s?\d\d)|\.(?=\d\d\b))\s?(?:(\d{1,2})\s?[분分]?"
    r"(?:\s?:?\s?(\d{1,2})(?:[.,]\d+)?\s?[초秒]?(?![\d:]))?)?",
)
_BARE_HOUR = re.compile(r"(?<![\d:+-])(\d{1,2})\s?(?=h\b|uhr\b|a\.?m\b|p\.?m\b)")
_HALF = re.compile(
    "|".join(re.escape(word) if not word[0].isascii() else rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])"
             for word in sorted(AFTERNOON, key=len, reverse=True))
)  # fmt: skip
_OFFSET = re.compile(r"(?:(?:utc|gmt|ut)\s*)?([+\u2212-])\s?(\d{1,2}):?(\d\d)?(?!\d)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_EPOCH = re.compile(r"\A\d{10}(?:\d{3})?(?:\.\d{1,9})?\Z")
_REGION = re.compile(
    r"(?<![a-z])((?:africa|america|asia|atlantic|australia|europe|indian|pacific)(?:/[a-z]+(?:_[a-z]+)*){1,2})"
)
_NUMERALS = re.compile("[〇零一二三四五六七八九十]{1,6}(?=[年月日号號時时點点分])|元(?=年)")

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}  # the year before their first
_DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_ASIAN_LANGUAGES = {"년": "ko", "年": "zh"}
_CHINESE = re.compile("上午|下午|晚|早|凌晨|中午|星期|週|周")
_JAPANESE = re.compile("午前|午後|曜|頃|[(][月火水木金土日・祝]+[)]|[\u3040-\u30ff]")


@dataclass(frozen=True, slots=True)
class _Day:
    """A calendar day found in a text, what stands around it, and the language it is written in."""

    year: int
    month: int
    day: int
    rest: str
    language: str = ""


def parse_date(text: str | None, zones: Mapping[str, str]) -> datetime | None:
    """The instant that a written date means, in UTC; None where it cannot be read without guessing.

    Reads RFC 3339 and ISO 8601, RFC 822 with its obsolete forms, asctime, and dates written out in
    Korean, Japanese, Chinese, and the European languages whose months core.datewords knows. ``zones``
    maps zone names in capitals to offsets or IANA zones. Without a zone, the clock is UTC's, unless the
    date is written in a language for which zones has a line ("@ko"); a day without a time is its midnight
    in UTC in every language, so that it stays the day that was written.
    """
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        moment = _usual(text.strip()) or _written_out(_tidy(text), zones)
        instant = moment and moment.astimezone(UTC)
        return instant if instant and instant >= _FIRST else None
    except (ValueError, OverflowError):  # the 31st of February, the year 9999 in Honolulu
        return None


def _usual(text: str) -> datetime | None:
    """The forms of nine dates in ten (RFC 3339 §5.6, RFC 822 §5), without the detours of the others."""
    if found := _RFC3339.match(text):
        year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    elif (found := _RFC822.match(text)) and found[2].lower() in MONTHS:
        day, year, hour, minute, second = map(int, found.group(1, 3, 4, 5, 6))
        month = MONTHS[found[2].lower()][0]
    else:
        return None
    zone: tzinfo = UTC if found[7] else _offset(found[8][0], found[8][1:], found[9])
    return _moment(year, month, day, hour, minute, second, zone)


def _written_out(text: str, zones: Mapping[str, str]) -> datetime | None:
    """Any other form: find the day, then the time, then the zone in what is left."""
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    found = _find_day(text)
    if not found:
        return None
    half = _HALF.search(found.rest)
    rest = found.rest if not half else found.rest[: half.start()] + " " + found.rest[half.end() :]
    time = _TIME.search(rest) or _BARE_HOUR.search(found.rest)
    if not time:
        return _moment(found.year, found.month, found.day, 0, 0, 0, UTC)
    hour, minute, second = (int(part or 0) for part in (*time.groups(), None, None)[:3])
    hour = _in_half(hour, AFTERNOON[half[0]]) if half else hour
    zone = _find_zone(rest[: time.start()] + " " + rest[time.end() :], found.language, zones)
    return _moment(found.year, found.month, found.day, hour, minute, second, zone)


def _tidy(text: str) -> str:
    """Lower case, one form of each character (full-width digits too), no invisible marks."""
    text = unicodedata.normalize("NFKC", text).lower()
    if not text.isascii():
        text = _NUMERALS.sub(_in_digits, text)
    return " ".join("".join(char for char in text if unicodedata.category(char) != "Cf").split())


def _in_digits(found: re.Match[str]) -> str:
    """A number in Chinese characters: 二〇二五, 七, 二十四; 元 is an era's first year."""
    written = found[0]
    if written == "元":
        return "1"
    tens, ten, ones = written.partition("十")
    if not ten:
        return "".join(str(_DIGITS[character]) for character in written)
    if len(tens) > 1 or len(ones) > 1:
        return written
    return str(10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0))


def _find_day(text: str) -> _Day | None:
    """The calendar day, by the first form that fits; the forms exclude one another by their marks."""
    forms = (_asian_day, _numeric_day, _day_first, _year_first, _month_first, _dotted_day, _slashed_day)
    for form in forms:
        found = form(text)
        if found:
            return found
    return None


def _asian_day(text: str) -> _Day | None:
    found = _ASIAN.search(text)
    if not found:
        return None
    year = int(found[2]) + _ERAS.get(found[1], 0 if int(found[2]) > 99 else 2000)
    rest = _around(text, found)
    language = _ASIAN_LANGUAGES[found[3]]
    japanese = (
        (found[1] and found[1][0] != "民")
        or _JAPANESE.search(rest)
        or ("時" in rest and not _CHINESE.search(rest))
    )
    if language == "zh" and japanese:
        language = "ja"
    return _Day(year, int(found[4]), int(found[5]), rest, language)


def _numeric_day(text: str) -> _Day | None:
    counted = _counted_day(text)
    if counted:
        return counted
    found = _NUMERIC.search(text)
    if found:
        rest = _with_plain_time(_around(text, found))
        return _Day(int(found[1]), int(found[3]), int(found[4] or 1), rest, _clue(rest))
    found = _COMPACT.match(text.upper())
    if not found or not 1970 <= int(found[1]) <= 2100:
        return None
    time = f" {found[4]}:{found[5]}:{found[6] or '00'} " if found[4] else " "
    return _Day(int(found[1]), int(found[2]), int(found[3]), time + text[found.end() :])


def _counted_day(text: str) -> _Day | None:
    """A day by its week (2025-W06-2) or its number in the year (2025-035)."""
    if found := _WEEK.match(text):
        day = date.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1))
    elif found := _ORDINAL.match(text):
        day = date(int(found[1]), 1, 1) + timedelta(days=int(found[2]) - 1)
        if day.year != int(found[1]):
            return None
    else:
        return None
    return _Day(day.year, day.month, day.day, _with_plain_time(_around(text, found)))


def _with_plain_time(rest: str) -> str:
    """What follows a day, the time of ISO 8601 (T08, T0801, T08:01) with colons and without its T."""
    time = _ISO_TIME.match(rest)
    if not time:
        return rest
    return f" {time[1]}:{time[2] or '00'}:{time[3] or '00'}{rest[time.end() :]}"


def _day_first(text: str) -> _Day | None:
    for found in _DAY_FIRST.finditer(text):
        month = MONTHS.get(found[2])
        if month:
            rest = _around(text, found)
            return _Day(_full_year(found[3]), month[0], int(found[1]), rest, month[1] or _clue(rest))
    return None


def _year_first(text: str) -> _Day | None:
    found = _YEAR_FIRST.search(text)
    month = MONTHS.get(found[2]) if found else None
    if not found or not month:
        return None
    return _Day(int(found[1]), month[0], int(found[3]), _around(text, found), month[1])


def _month_first(text: str) -> _Day | None:
    for found in _MONTH_FIRST.finditer(text):
        month = MONTHS.get(found[1])
        # asctime and Java put the year last: "Tue Feb  4 08:01:00 EST 2025"
        year = _LATE_YEAR.search(text, found.end()) if month and not found[3] else None
        if month and found[3]:
            return _Day(int(found[3]), month[0], int(found[2]), _around(text, found))
        if month and year:
            return _Day(int(year[1]), month[0], int(found[2]), " " + text[found.end() : year.start()])
    return None


def _dotted_day(text: str) -> _Day | None:
    found = _DOTTED.search(text)
    if not found:
        return None
    rest = _around(text, found)
    return _Day(_full_year(found[3]), int(found[2]), int(found[1]), rest, _clue(rest))


def _slashed_day(text: str) -> _Day | None:
    """04/02/2025 is read only where something says whether the month or the day is first.

    04/02/25 is read as Americans write it, with am or pm, and not at all otherwise.
    """
    found = _SLASHED.search(text)
    if not found:
        return None
    first, second, rest = int(found[1]), int(found[3]), _around(text, found)
    if len(found[4]) == 2:
        american = first <= 12 and re.search(r"\d\s?[ap]\.?m\b", rest)
        return _Day(_full_year(found[4]), first, second, rest) if american else None
    if first <= 12 < second or first == second or (second <= 12 and re.search(r"\d\s?[ap]\.?m\b", rest)):
        return _Day(int(found[4]), first, second, rest)
    if second <= 12 < first or _clue(rest):
        return _Day(int(found[4]), second, first, rest, _clue(rest))
    return None


def _around(text: str, found: re.Match[str]) -> str:
    """What follows the day, then what stands before it: a time after is likelier meant."""
    return f" {text[found.end() :]} {text[: found.start()]}"


def _clue(rest: str) -> str:
    """The language that a word beside the date gives away, or ""."""
    return next((CLUES[word] for word in _WORD.findall(rest) if word in CLUES), "")


def _full_year(year: str) -> int:
    """Two digits as RFC 5322 §4.3 reads them, and three: years since 1900."""
    number = int(year.lstrip("'"))
    if number >= 1000:
        return number
    if number >= 100:
        return 1900 + number
    return number + (2000 if number < 50 else 1900)


def _in_half(hour: int, afternoon: bool) -> int:
    if hour > 12:  # "오후 17:01": the word adds nothing
        return hour
    return hour % 12 + (12 if afternoon else 0)


def _find_zone(rest: str, language: str, zones: Mapping[str, str]) -> tzinfo:
    """The zone that the rest of a date names, by offset, by name, or by its language."""
    offset = _OFFSET.search(rest)
    if offset:
        return _offset(offset[1], offset[2], offset[3] or "0")
    region = _REGION.search(rest)
    if region:
        return _of_region(region[1])
    words = [word.upper() for word in _WORD.findall(rest)][:12]
    for size in (4, 3, 2, 1):
        for start in range(len(words) - size + 1):
            written = zones.get(" ".join(words[start : start + size]))
            if written:
                return _zone(written)
    # A zone that nobody knows, as one that is missing, says nothing (RFC 5322 §4.3).
    written = zones.get("@" + language)
    return _zone(written) if written else UTC


def _zone(written: str) -> tzinfo:
    """A value of zones.yaml: "+09:00" or "Asia/Seoul"."""
    if written[0] in "+-":
        return _offset(written[0], written[1:3], written[4:6])
    return ZoneInfo(written)


@lru_cache(maxsize=512)
def _of_region(written: str) -> tzinfo:
    """An IANA zone in small letters: "america/new_york". One that is none says nothing."""
    parts = ("_".join(word.capitalize() for word in part.split("_")) for part in written.split("/"))
    try:
        return ZoneInfo("/".join(parts))
    except (KeyError, ValueError, OSError):  # not there; not a name; a folder
        return UTC


def _offset(sign: str, hours: str, minutes: str) -> timezone:
    span = timedelta(hours=int(hours), minutes=int(minutes))
    if span > timedelta(hours=15):  # none is that far: the number is something else
        raise ValueError
    return timezone(span if sign == "+" else -span)


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: tzinfo) -> datetime:
    """A datetime that knows 24:00 (ISO 8601) and leap seconds."""
    days, hour = (1, 0) if (hour, minute, second) == (24, 0, 0) else (0, hour)
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone) + timedelta(days=days)
