"""Author and date as a page shows them to its readers, where it does not say them to machines.

Read after comments and cards are cut: those have names and times of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml.html import HtmlElement

from aggregator.core.clean.gate import name_words
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.top import looks_like_name, plain_name, read_date
from aggregator.core.text import fold

_MAX_AUTHOR = 80  # characters
_MAX_LINE = 160
_MAX_DATE = 60
_MAX_NICKNAME = 30
_MAX_CANDIDATES = 40
_LINES = (
    "p",
    "span",
    "div",
    "li",
    "td",
    "dd",
    "i",
    "em",
    "b",
    "strong",
    "font",
    "small",
    "cite",
    "address",
    "a",
)
_DATED = (*_LINES, "h2", "h3", "h4", "h5", "h6")
_DATE_NAMES = frozenset(
    ("date", "dates", "dateline", "datetime", "time", "timestamp", "published", "publish", "pubdate", 
     "posted", "created", "createdate", "datum", "fecha", "data", "dateheader", "uhrzeit", "dt")
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ISO = re.compile(r"\A(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d|\Z)")
_NAME_ENDS = re.compile(r"\s*(?:,|\||·|•|;|\(|\n|\.\s|\s[-–—]\s).*", re.DOTALL)
_PLACE = re.compile(r"(?<=\w)\s+in\s+[A-Z][\w .,'-]+\Z")


def marked_author(tree: HtmlElement, rules: CleanRules) -> str | None:
    """The first name in an element that the page's rel, itemprop or class calls the author."""
    for element in tree.iter(*_LINES):
        marks = f"{element.get('rel') or ''} {element.get('itemprop') or ''} {element.get('class') or ''}"
        if not any(set(name_words(mark)) & rules.author_names for mark in marks.split()):
            continue
        for text in _names_in(element):
            name = plain_name(text, rules)
            if name is None or not 2 < len(text) <= _MAX_AUTHOR or any(char.isdigit() for char in text):
                continue
            if looks_like_name(name) or not (name[0].islower() and " " in name):
                return bare_author(name)
    return None


def labelled_author(tree: HtmlElement, rules: CleanRules) -> str | None:
    """A name behind "By" or before a job, in a short line of its own; None without one."""
    for element in tree.iter(*_LINES):
        if len(element) > 6:
            continue
        parts = [fold(part) for part in element.itertext() if part.strip()][:3]
        if not parts or len(fold(element.text_content())) > _MAX_LINE:
            continue
        line = f"{parts[0]} {parts[-1]}"
        label = rules.author_label.match(line) or rules.byline.match(line)
        if label:
            found = _NAME_ENDS.sub("", parts[0][label.end() :])
            linked = not found and len(parts) > 1
            found = found or (parts[1] if linked else "")
            nickname = linked and len(found) <= _MAX_NICKNAME and element.find(".//a") is not None
            alone = not linked and found.isascii() and " " not in found  # "By Monday"
            if (
                found
                and not alone
                and (looks_like_name(found) or nickname)
                and not read_date(found, {}, rules)
            ):
                return plain_name(found, rules)
        elif "," in parts[0] and rules.job.search(parts[0]):
            found = parts[0].partition(",")[0]
            if " " in found and looks_like_name(found):
                return found
    return None


def visible_date(tree: HtmlElement, rules: CleanRules, zones: Mapping[str, str]) -> str | None:
    """When an article was published, as its page shows it: by a <time>, or by a short line that is a date."""
    for element in tree.iterfind(".//*[@itemprop='datePublished']"):
        written = element.get("datetime") or element.get("content")
        moment = read_date(fold(element.text_content()), zones, rules)
        if written or moment:
            return written or str(moment)
    return _time(tree) or _date_line(tree, rules, zones)


def bare_author(name: str) -> str:
    """A name without the place it was written from: "Jane Doe in Osset"."""
    return _PLACE.sub("", name)


def _names_in(element: HtmlElement) -> Iterator[str]:
    """What in an element may be the name: its whole text, or where it holds boxes the first of its parts."""
    if not any(part is not element for part in element.iter("div", "p", "small", "li", "br", "time")):
        yield fold(element.text_content())
    else:
        yield from [fold(part) for part in element.itertext() if part.strip()][:2]


def _time(tree: HtmlElement) -> str | None:
    """The first <time> that says when: of the article where one is marked, as lists of news have theirs."""
    for area in [*tree.iter("article"), *tree.iter("main"), tree]:
        for element in area.iter("time"):
            written = element.get("datetime") or fold(element.text_content())
            if any(char.isdigit() for char in written):
                return str(written)
    return None


def _date_line(tree: HtmlElement, rules: CleanRules, zones: Mapping[str, str]) -> str | None:
    """Of the lines that are dates: one that is named so, else the first below the headline."""
    above: str | None = None
    below: str | None = None
    is_below = False
    left = _MAX_CANDIDATES
    for element in tree.iter("h1", *_DATED):
        if element.tag == "h1":
            is_below = True
            continue
        if len(element) > 2 or left == 0:
            continue
        for text in (element.text, *(child.tail for child in element)):
            line = fold(text or "").strip(" -–—|·.")
            if not line or len(line) > _MAX_DATE or not (_YEAR.search(line) or "年" in line):
                continue
            left -= 1
            moment = read_date(line, zones, rules)
            if moment is None:
                continue
            written = _machine_date(element) or moment.isoformat()
            marks = f"{element.get('itemprop') or ''} {element.get('class') or ''}".split()
            if any(set(name_words(mark)) & _DATE_NAMES for mark in marks):
                return written
            above, below = (above, below or written) if is_below else (above or written, below)
    return below or above


def _machine_date(element: HtmlElement) -> str | None:
    """A date in an attribute of a script's: data-source, data-date-time."""
    values = (value for name, value in element.attrib.items() if name.startswith("data-"))
    return next((value for value in values if _ISO.match(value)), None)
