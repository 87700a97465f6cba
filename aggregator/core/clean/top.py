"""The lines above an article's first paragraph: column, repeated title, byline, dateline, reading time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.core.clean.rules import CleanRules
from aggregator.core.dates import parse_date
from aggregator.core.datewords import AFTERNOON, CLUES, MONTHS
from aggregator.core.passages import Block
from aggregator.model import Place

_MAX_LINES = 8
_MAX_LINE = 160
_PROSE = 100  # characters: longer than any of these lines but a title
_SECTION = 40
_SENTENCE_END = re.compile(r"[.!?。！？…:：][\"'”’」』)]*\Z")
_PARTS = re.compile(r"\s*[|·•∙／]\s*|\s+[-–—/]\s+|\s{3,}")
_LETTERS = re.compile(r"[^\W\d_]+")
_EDGES = " ,;:|·•-–—/()[]"
_YEAR_OR_CLOCK = re.compile(r"(?:19|20)\d\d|\d{1,2}[:.h]\d{2}|\d{1,2}[./]\s?\d{1,2}[./]|\d{1,2}月|\d{1,2}월")
_WEEKDAYS_AND_LABELS = (
    "mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "mo di mi do fr sa so lunes martes miércoles jueves viernes sábado domingo at on of the um le à a las "
    "los de del el den am pm h t z st nd rd th uhr min o clock updated published posted "
    "년 월 일 시 분 초 오전 오후 요일 월요일 화요일 수요일 목요일 금요일 토요일 일요일 "
    "화 수 목 금 토 입력 수정 등록 更新 公開 发布 發布"
)
_DATE_WORDS = (
    frozenset(_WEEKDAYS_AND_LABELS.split()) | frozenset(MONTHS) | frozenset(CLUES) | frozenset(AFTERNOON)
)
_DATE_CHARACTERS = re.compile(r"[年月日時时分秒曜星期周土火水木金一二三四五六天午前后後上下]+\Z")
_NAME = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][\w'’.-]*|de|van|von|der|den|da|di|la|le|du|bin|al|el|y|and|und|et|&)(?:[ ,]+|\Z)"
)
_CJK_NAME = re.compile(
    r"[가-힣]{2,4}(?:\s?기자)?|[一-龥ぁ-んァ-ヶ]{2,8}(?:\s?[一-龥ぁ-んァ-ヶ]{1,8})?(?:\s?記者|\s?记者)"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")


@dataclass(frozen=True, slots=True)
class Top:
    """What the lines above the text said, and which blocks they were."""

    title: str | None = None
    author: str | None = None
    section: str | None = None
    published: datetime | None = None
    minutes: int | None = None
    cut: tuple[Block, ...] = ()


@dataclass(slots=True)
class _Reader:
    title: str
    author: str | None
    rules: CleanRules
    zones: Mapping[str, str]
    found_author: str | None = None
    published: datetime | None = None
    minutes: int | None = None

    def is_fact(self, line: str) -> bool:
        """Whether all parts of a line are facts; what they say is kept."""
        before = (self.found_author, self.published, self.minutes)
        if self.read_part(line):
            return True
        parts = [part.strip(_EDGES) for part in _PARTS.split(line) if part.strip(_EDGES)]
        if len(parts) > 1 and not any(not self.read_part(part) for part in parts):
            return True
        self.found_author, self.published, self.minutes = before  # a line half understood says nothing
        return False

    def read_part(self, part: str) -> bool:
        rest = self.take_minutes(part)
        if not rest:
            return True
        return self.take_author(rest) or self.take_date(rest) or self.take_author_and_date(rest)

    def take_minutes(self, part: str) -> str:
        found = self.rules.reading_time.search(part)
        if not found:
            return part
        rest = (part[: found.start()] + " " + part[found.end() :]).strip(_EDGES)
        self.minutes = self.minutes or int(next(group for group in found.groups() if group))
        return rest

    def take_date(self, part: str) -> bool:
        label = self.rules.dateline.match(part)
        bare = part[label.end() :] if label else part
        if len(bare) > 60 or not _YEAR_OR_CLOCK.search(bare) or not self.all_date_words(bare):
            return False
        moment = parse_date(bare, self.zones)
        if moment and not self.published:
            self.published = moment
        return moment is not None

    def all_date_words(self, text: str) -> bool:
        for word in _LETTERS.findall(text):
            lower = word.lower().rstrip(".")
            if lower in _DATE_WORDS or word.upper() in self.zones or _DATE_CHARACTERS.match(word):
                continue
            if word in ("ET", "CT", "MT", "PT", "EST", "EDT", "GMT", "UTC"):
                continue
            return False
        return True

    def take_author(self, part: str) -> bool:
        part = _EMAIL.sub("", part).strip(_EDGES)
        if self.author and part.casefold() == self.author.casefold():
            return True
        label = self.rules.byline.match(part)
        name = plain_name(part[label.end() :] if label else part, self.rules)
        if self.author and name and name.casefold() == self.author.casefold():
            return True
        by_label = label is not None and name is not None and looks_like_name(name)
        by_job = _CJK_NAME.fullmatch(part) is not None and self.rules.after_name.search(part) is not None
        if (not by_label and not by_job) or (name and self.all_date_words(name)):  # "By Monday"
            return False
        self.found_author = self.found_author or name
        return True

    def take_author_and_date(self, part: str) -> bool:
        """A byline that goes on with its date: "By Jane Doe, Feb 4, 2025"."""
        words = part.split()
        for at in range(1, min(len(words), 10)):
            # The date first: a name goes on until it begins.
            if self.take_date(" ".join(words[at:])) and self.take_author(" ".join(words[:at]).rstrip(",")):
                return True
        return False


def read_top(
    found: Sequence[Block], title: str, author: str | None, rules: CleanRules, zones: Mapping[str, str]
) -> Top:
    """Read the lines before the first paragraph; ``title`` and ``author`` are what the entry itself says.

    A short line is taken for the column only where the title or a dateline follows it, and a line is cut only
    when every part of it was understood.
    """
    reader = _Reader(title, author, rules, zones)
    lines = _lines(found)
    facts = [reader.is_fact(block.passage.text) for block in lines]
    titles = [_same(block.passage.text, title) for block in lines]
    known = [index for index, (fact, same) in enumerate(zip(facts, titles, strict=True)) if fact or same]
    if not known:
        return Top()
    unknown = [index for index in range(known[-1]) if not facts[index] and not titles[index]]
    found_title = None
    if not title and unknown and reader.published:
        found_title = lines[unknown[-1]].passage.text
        known.append(unknown.pop())
    name = _bare_name(lines, facts, titles) if not author and not reader.found_author else None
    if name is not None:
        reader.found_author = plain_name(lines[name].passage.text, rules)
        unknown = [index for index in unknown if index != name]
        known.append(name)
    section = _section([lines[index] for index in unknown if _precedes_title(index, titles, found_title)])
    cut = [lines[index] for index in sorted(known)]
    if section:
        cut.append(section)
    return Top(
        title=found_title,
        author=reader.found_author,
        section=section.passage.text if section else None,
        published=reader.published,
        minutes=reader.minutes,
        cut=tuple(cut),
    )


def read_date(text: str, zones: Mapping[str, str], rules: CleanRules) -> datetime | None:
    """The moment that a line says, where it says nothing else: "Published: Feb 4, 2025 3:01 am ET"."""
    reader = _Reader("", None, rules, zones)
    return reader.published if reader.take_date(text) else None


def own_link(found: Sequence[Block], title: str | None) -> tuple[Block, ...]:
    """The article's own title as a link under its text."""
    if not title or len(found) < 2 or found[-1].passage.place is not Place.LINK:
        return ()
    return (found[-1],) if _same(found[-1].passage.text, title) else ()


def plain_name(text: str, rules: CleanRules) -> str | None:
    """A person as one would say it: without "By", address, or job; None where nothing is left.

    "jane@example.org (Jane Doe)" (RSS 2.0 <author>), "Jane Doe <jane@example.org>", "By Jane Doe",
    "홍길동 기자".
    """
    name = text.strip()
    inside = re.fullmatch(r"(?:mailto:)?\S+@\S+\s*\((.+)\)", name)
    if inside:
        name = inside[1]
    elif _EMAIL.search(name) and _EMAIL.sub("", name).strip(_EDGES + "<>"):
        name = _EMAIL.sub("", name)
    name = name.strip(_EDGES + "<>")
    label = rules.byline.match(name)
    if label:
        name = name[label.end() :].strip(_EDGES)
    name = rules.after_name.sub("", name).strip()
    return name[:200] or None


def looks_like_name(text: str) -> bool:
    """Whether a text is written like one or more people's names."""
    if len(text) > 80 or len(text.split()) > 8 or text.endswith((".", "!", "?")):
        return False
    if _CJK_NAME.fullmatch(text) or re.fullmatch(r"[가-힣]{2,4}|[一-龥]{2,4}", text):
        return True
    return re.fullmatch(rf"(?:{_NAME.pattern}){{1,9}}", text) is not None


def _lines(found: Sequence[Block]) -> list[Block]:
    """The short blocks before the text begins."""
    lines: list[Block] = []
    for block in found[:_MAX_LINES]:
        text = block.passage.text
        if block.passage.place is Place.CAPTION:
            continue
        if len(text) > _MAX_LINE or (len(text) > _PROSE and _SENTENCE_END.search(text)):
            break
        lines.append(block)
    return lines


def _bare_name(lines: Sequence[Block], facts: Sequence[bool], titles: Sequence[bool]) -> int | None:
    """The line between title and dateline that is written like a name: a byline without "By"."""
    for index in range(1, len(lines) - 1):
        text = lines[index].passage.text
        fits = 2 <= len(text.split()) <= 4 or _CJK_NAME.fullmatch(text)
        if not facts[index] and facts[index + 1] and True in titles[:index] and fits:
            return index if looks_like_name(text) else None
    return None


def _precedes_title(index: int, titles: Sequence[bool], found_title: str | None) -> bool:
    return found_title is not None or True in titles[index:] or index == 0


def _section(lines: Sequence[Block]) -> Block | None:
    for block in lines:
        text = block.passage.text
        if len(text) <= _SECTION and len(text.split()) <= 6 and not _SENTENCE_END.search(text):
            return block
    return None


def _same(text: str, title: str) -> bool:
    return bool(title) and _letters(text) == _letters(title)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
