"""Named boilerplate cut from the string itself, where the markup is so plain that no tree is needed.

One scan over the tags, strictly nested. Whatever a parser might arrange otherwise than it is written is
declined, and left to ``core.clean.surgery``: what comes out of both is the same article.
"""

from __future__ import annotations

import re

from aggregator.core.clean.gate import SENTENCE, holds_notice, is_named_boilerplate
from aggregator.core.clean.lines import LINKED
from aggregator.core.clean.rules import CleanRules

_ATTRIBUTE = r"""\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`/]+))?"""
_TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:{_ATTRIBUTE})*)\s*/?>|<!--[^<>]*-->")
_VALUE = re.compile(r"""\s([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")
_VOID = frozenset(("br", "hr", "img", "input", "wbr"))
_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var"
)
_BLOCK_NAMES = (
    "address article aside blockquote center dd details div dl dt figcaption figure footer form h1 h2 h3 h4 "
    "h5 h6 header li main nav ol p pre section summary ul"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_KNOWN = _INLINE | _BLOCKS | _VOID | {"button"}
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CUT = frozenset(("nav", "button", "input"))
_AS_WRITTEN = frozenset(("pre", "code"))
_TELLING = ("class", "style", "id", "role")  # hidden has an "id"
_ROLES = frozenset(("navigation", "search", "banner", "contentinfo"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Bytes of an element that is boilerplate by its name alone; whether more is, needs all its text.
_BRIEF = 400
_MAX_DEPTH = 60


def cut_named(html: str, rules: CleanRules) -> str | None:
    """The raw body without what its names call boilerplate; None where only a tree can tell."""
    scan = _Scan(html, rules)
    at = count = 0
    for tag in _TAG.finditer(html):
        count += 1
        if tag[2] and not (scan.close(tag) if tag[1] else scan.open(tag)):
            return None
    if scan.names or count != html.count("<"):
        return None
    parts: list[str] = []
    for start, end in scan.cut:
        parts.append(html[at:start])
        at = end
    rest = "".join([*parts, html[at:]])
    return None if _takes_text(html, scan, rest) else rest


def _takes_text(html: str, scan: _Scan, rest: str) -> bool:
    """Whether what goes is more prose than what stays, or may be a notice: then only a tree tells."""
    parts = [html[start:end] for start, end in scan.cut if end - start > SENTENCE]
    texts = [_TAG.sub("", part) for part in parts]
    if sum(len(text.encode()) for text in texts) <= SENTENCE:
        return False
    if any(
        "<a" not in part and holds_notice(text, scan.rules) for part, text in zip(parts, texts, strict=True)
    ):
        return True
    taken = sum(map(_prose, parts))
    return taken > SENTENCE and taken > _prose(rest)


def _prose(html: str) -> int:
    """The bytes of its text that are in no link."""
    return len(_TAG.sub("", LINKED.sub("", html)).encode())


class _Scan:
    """The elements that are open, and the spans to cut, in order and apart."""

    def __init__(self, html: str, rules: CleanRules) -> None:
        self.html = html
        self.rules = rules
        self.names: list[str] = []
        self.cut: list[tuple[int, int]] = []
        self.cut_depth = 0  # of the outermost element that is being cut; 0: none is
        self.cut_start = 0
        self.told: dict[tuple[str, str], bool] = {}  # a body's elements bear the same few attributes

    def open(self, tag: re.Match[str]) -> bool:
        """Take an opening tag in; False where its place is not as plain as it looks."""
        name = tag[2].lower()
        if name not in _KNOWN or not self.may_stand_here(name) or (self.cut_depth and name == "pre"):
            return False
        cut = False
        if not self.cut_depth and (name in _CUT or (tag[3] and self.is_boilerplate(name, tag[3]))):
            if not _AS_WRITTEN.isdisjoint(self.names) or name in _AS_WRITTEN:
                return False
            cut = True
        elif name == "form" and not self.cut_depth:
            return False  # becomes a <div> there
        if name in _VOID:
            if cut:
                self.cut.append(tag.span())
            return True
        self.names.append(name)
        if cut:
            self.cut_depth, self.cut_start = len(self.names), tag.start()
        return len(self.names) <= _MAX_DEPTH

    def close(self, tag: re.Match[str]) -> bool:
        """Take a closing tag in; False where it does not close the element opened last."""
        name = tag[2].lower()
        if not self.names or self.names[-1] != name or tag[3]:
            return False
        if self.cut_depth == len(self.names):
            self.cut_depth = 0
            self.cut.append((self.cut_start, tag.end()))
            if name not in _CUT and self.is_long():
                return False
        self.names.pop()
        return True

    def is_long(self) -> bool:
        start, end = self.cut[-1]
        part = self.html[start:end]
        return (len(part) > _BRIEF or not part.isascii()) and len(_TAG.sub("", part).encode()) > _BRIEF

    def may_stand_here(self, name: str) -> bool:
        """Whether a parser (HTML §13.2.6.4.7) opens the element inside those that are open, closing none."""
        around = self.names
        if not around:
            return True
        if name in _BLOCKS:
            if "p" in around or around[-1] in _INLINE or "button" in around:
                return False
            return not (
                (name in _HEADINGS and around[-1] in _HEADINGS)
                or (name in ("li", "dd", "dt") and around[-1] not in ("ul", "ol", "dl"))
                or (name == "form" and "form" in around)
            )
        return name not in ("a", "button", "label") or name not in around

    def is_boilerplate(self, name: str, attributes: str) -> bool:
        """Whether an element's names, role or style say that it is no text of the author's."""
        if name == "br":
            return False
        is_one = self.told.get((name, attributes))
        if is_one is None:
            lower = attributes.lower()
            is_one = any(telling in lower for telling in _TELLING) and self._reads_as_boilerplate(
                name, attributes
            )
            self.told[name, attributes] = is_one
        return is_one

    def _reads_as_boilerplate(self, name: str, attributes: str) -> bool:
        values: dict[str, str] = {}
        for key, *value in _VALUE.findall(attributes):
            values.setdefault(key.lower(), "".join(value))
        classes = values.get("class", "").split()
        if is_named_boilerplate(name, classes, values.get("id", ""), self.rules):
            return True
        if name == "img":
            return False
        if "hidden" in values or values.get("role", "") in _ROLES:
            return True
        return bool(_HIDDEN.search(values.get("style", "")))
