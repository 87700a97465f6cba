"""A body as sent -> sanitized HTML."""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import pairwise

from aggregator.core.clean.gate import (
    MAX_CHARACTERS,
    MAX_WILD,
    is_wild,
    markup,
    needs_mending,
    needs_surgery,
)
from aggregator.core.clean.quick import cut_named
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.sanitize import sanitize
from aggregator.core.text import plain, xml_safe
from aggregator.model import BodyType

_ESCAPED = re.compile(r"\s*&lt;(?:!--|/?[a-zA-Z][a-zA-Z0-9]*(?:\s|/|&gt;))")
_URL = re.compile(r"https?://[^\s<>\"'」』）】]+[^\s<>\"'.,;:!?)\]」』）】。、]")
_BLANK_LINES = re.compile(r"\n[ \t\u3000]*\n[\s\u3000]*")
_WRAPPED = (50, 90)  # characters of a line that was broken by a mail program or an editor
_RULE = re.compile(r"(?:[-*_=~•·—]\s?){3,}")  # a line that parts two others, as in Markdown
_MAX_UNESCAPES = 3
# What Drupal sets over a text in its feeds: the title, who entered it and when, none of them named.
_FIELDS = re.compile(
    r"\s*<span[^<>]*>([^<>]{1,300})</span>\s*<span[^<>]*>\s*<(span|a)\b[^<>]*>[^<>]{0,80}</\2>\s*</span>"
    r"\s*<span[^<>]*>\s*<time\b[^<>]*>[^<>]{1,60}</time>\s*</span>"
)
_MAX_FIELDS = 1500  # characters of them


def safe_body(
    body: str, body_type: BodyType, base: str | None, anchor_base: str | None, rules: CleanRules
) -> str:
    """A body as safe, normalised HTML, its boilerplate blocks still in it: ``trim`` is to cut them.

    A body over a bound of ``gate`` comes out as its text alone. Cleaning what is left after that again, as
    HTML, changes nothing.
    """
    html = html_of_text(body) if body_type is BodyType.TEXT else xml_safe(body)
    for _ in range(_MAX_UNESCAPES):
        html = _safe(html, base, anchor_base, rules)
        if not _ESCAPED.match(html):
            return html
        html = unescape(html)  # escaped once too often by the feed's tool
    html = _safe(html, base, anchor_base, rules)
    # In an element it stays as it is, whoever cleans it again.
    return _safe(f"<p>{html}</p>", base, anchor_base, rules) if _ESCAPED.match(html) else html


def html_of_text(text: str) -> str:
    """Plain text as HTML: a paragraph for each blank line or unwrapped line, URLs as links, rules as such."""
    text = xml_safe(text[:MAX_CHARACTERS]).replace("\r\n", "\n").replace("\r", "\n").strip()
    parts: list[str] = []
    column = max((len(line) for line in text.split("\n")), default=0)
    for paragraph in _BLANK_LINES.split(text):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        if _is_wrapped(lines, column):
            lines = [" ".join(lines)]
        parts.extend("<hr>" if _RULE.fullmatch(line) else f"<p>{_linked(line)}</p>" for line in lines)
    return "\n".join(parts)


def _safe(html: str, base: str | None, anchor_base: str | None, rules: CleanRules) -> str:
    if is_wild(html):
        # Fails closed: no parser sees it, and what is left is escaped.
        text = escape(plain(html[:MAX_WILD]), quote=False)
        return f"<p>{text}</p>" if text else ""
    if "<time" in html[:_MAX_FIELDS]:
        html = _FIELDS.sub(r"<p>\1</p>", html, count=1) if _FIELDS.match(html) else html
    found = markup(html)
    if needs_surgery(html, found, rules):
        shorter = None if needs_mending(html, found) else cut_named(html, rules)
        if shorter is None:
            # Here, as BeautifulSoup takes 60 ms to import, and few bodies need it.
            from aggregator.core.clean.surgery import operate

            shorter = operate(html, base, rules)
        html = shorter
        found = markup(html)
    return sanitize(html, base, anchor_base, rules, found.names)


def _is_wrapped(lines: list[str], column: int) -> bool:
    """Whether the lines of a paragraph are one text broken at a column, that of the longest line of all.

    They are where all but the last are nearly as long, and where none had room for the next one's first word.
    """
    low, high = _WRAPPED
    if len(lines) > 2 and all(low <= len(line) <= high for line in lines[:-1]) and len(lines[-1]) <= high:
        return True
    full = (len(line) + 1 + len(after.split(" ", 1)[0]) > column for line, after in pairwise(lines))
    return len(lines) > 1 and low <= column <= high and all(full)


def _linked(line: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _URL.finditer(line):
        parts.append(escape(line[at : found.start()], quote=False))
        url = escape(found[0])
        parts.append(f'<a href="{url}">{url}</a>')
        at = found.end()
    parts.append(escape(line[at:], quote=False))
    return "".join(parts)
