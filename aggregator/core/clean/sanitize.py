"""The last gate: nothing leaves but allowed elements with allowed attributes, and nothing in them runs.

The only home of nh3. What it writes is normalised: closed elements, quoted attributes.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import parse_qs

import nh3

from aggregator.core import urls
from aggregator.core.clean.gate import markup
from aggregator.core.clean.rules import CleanRules

_ALLOWED = (
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del "
    "details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main "
    "mark ol p pre q rp rt ruby s samp section small strike strong sub summary sup table tbody td tfoot th "
    "thead time tr tt u ul var wbr"
)
TAGS = set(_ALLOWED.split())
_DROPPED = (
    "script style iframe object embed applet svg math template noscript noembed noframes textarea select "
    "option button title canvas audio video frameset plaintext xmp dialog"
)
DROPPED_TAGS = set(_DROPPED.split())
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height", "style"},
    "abbr": {"title"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "bdo": {"dir"},
    "*": {"dir", "lang"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
_CLEANER = nh3.Cleaner(tags=TAGS, clean_content_tags=DROPPED_TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES)
# Marks a link for the pass that sees whole elements. No input can forge it: nh3 refuses the scheme.
_CUT = "about:cut"
_INVISIBLE = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$))",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\d{1,5}%?\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
# In what nh3 writes, attributes hold no "<" and no ">": each is where a tag begins or ends.
_WITH_ATTRIBUTES = re.compile(r"<([a-z][a-z0-9]*) ([^<>]*)>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_PLAIN_LINK = re.compile(r'href="([^"]*)"( rel="noopener noreferrer")\Z')
_TINY = frozenset("012")
_NO_SPECIAL = re.compile(r'[^\u00a0"<>]*\Z')
_SPECIAL = str.maketrans({"\u00a0": "&nbsp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"})
_SHARE_LINK = re.compile(r'<a (?:[^<>]* )?href="about:cut"[^<>]*>(.*?)</a>', re.DOTALL)
_ANY_TAG = re.compile(r"<[^<>]*>")
# A longer text in a link that opens a share window is a quotation made easy to share: the author's words.
_SHARE_LABEL = 40
_HOLLOW_BLOCK = (
    "p|div|li|ul|ol|dl|figure|figcaption|h[1-6]|section|article|aside|header|footer|center|blockquote|tr|tbody|thead"
    "|tfoot|table|caption|details|summary|address|pre"
)
_HOLLOW_INLINE = "a|b|i|em|strong|u|small|s|code|sub|sup|mark|cite|q|tt|strike|del|ins"
_ATTRIBUTES = "(?: [^<>]*)?"
_EMPTY = re.compile(
    rf"<({_HOLLOW_BLOCK}){_ATTRIBUTES}>(?:\s|&nbsp;|<br>)*</\1>|<({_HOLLOW_INLINE}){_ATTRIBUTES}></\2>"
)
# The least that all of these have: most bodies lack it, and are known by that in half the time. It begins
# at no <br>, so that a long row of them is read once.
_HOLLOW = re.compile(r"<(?!br>)[a-z][^<>]*>(?:\s|&nbsp;|<br>)*</")
_COUNTING_HOSTS = (
    "pixel.",
    "pixels.",
    "beacon.",
    "tracking.",
    "tracker.",
    "analytics.",
    "counter.",
    "telemetry.",
)
_MAX_PASSES = 6
# With no other tags a parser makes a tree that is read back as it was written, so one pass is all. Others
# (tables, unknown and dropped ones) may move what stands beside them when they are read again.
_CALM_NAMES = (
    "a b blockquote br cite code del div em figcaption figure h1 h2 h3 h4 h5 h6 hr i img li mark ol p "
    "pre s small span strong sub sup u ul"
)
_CALM_TAGS = frozenset(_CALM_NAMES.split())


def sanitize(
    html: str,
    base: str | None,
    anchor_base: str | None,
    rules: CleanRules,
    names: frozenset[str] | None = None,
) -> str:
    """Allow-listed, normalised HTML: absolute links without trackers, no pixels, no empty blocks.

    ``base`` is what relative URLs stand on, ``anchor_base`` what "#note" stands on: the article's URL;
    ``names`` the elements that begin in the body, where they are known. Sanitizing the result again
    changes nothing.
    """
    mender = _Mender(base, anchor_base, rules)
    is_calm = (markup(html).names if names is None else names) <= _CALM_TAGS
    for _ in range(_MAX_PASSES):
        before = html
        html = _tidy(_CLEANER.clean(html), mender)
        if html == before or is_calm:
            break
    return html


def text_only(html: str) -> str:
    """Escaped text without any markup, for a body that is too wild to be parsed."""
    return nh3.clean_text(html)


def is_share_url(url: str, rules: CleanRules) -> bool:
    """Whether a link opens a network's "share this page" window."""
    bare = _bare(url)
    return _is_of(_host(bare), rules.share_hosts) and bool(rules.share_urls.match(bare))


def is_pixel_url(url: str, rules: CleanRules) -> bool:
    """Whether a picture from there counts readers or sells something."""
    bare = _bare(url)
    host = _host(bare).partition(":")[0]
    if host.startswith(_COUNTING_HOSTS) or _is_of(host, rules.pixel_hosts):
        return True
    return bool(rules.pixel_paths.match(bare))


def _host(bare: str) -> str:
    return bare.partition("/")[0].partition("?")[0]


@lru_cache(maxsize=512)  # most links lead to a few hosts
def _is_of(host: str, hosts: frozenset[str]) -> bool:
    """Whether a host is one of these or below one of them."""
    while host:
        if host in hosts:
            return True
        host = host.partition(".")[2]
    return False


def unwrap_redirect(url: str, rules: CleanRules) -> str:
    """The place a click-counting link leads to, where its query says so; else the URL itself."""
    place, mark, query = url.partition("://")[2].partition("?")
    name = rules.redirectors.get(place) if mark else None
    if not name:
        return url
    values = (
        parse_qs(query, max_num_fields=40).get(name) or parse_qs(query, max_num_fields=40).get("url") or [""]
    )
    return urls.absolute(values[0], None) or url


def _bare(url: str) -> str:
    """Without scheme and www., in lower case; a mailto: stays whole."""
    lower = url.lower()
    return lower.partition("://")[2].removeprefix("www.") if "://" in lower else lower


class _Mender:
    """Rewrites the attributes that nh3 let through: they hold what they should, or they go."""

    def __init__(self, base: str | None, anchor_base: str | None, rules: CleanRules) -> None:
        self.base = base
        self.anchor_base = anchor_base
        self.rules = rules
        self.done: dict[str, str] = {}  # bodies link to the same place again and again

    def mend(self, tag: re.Match[str]) -> str:
        """The tag as it may stay; "" for a picture that is none."""
        written, element, attributes = tag.group(0, 1, 2)
        mended = self.done.get(written)
        if mended is None:
            link = _PLAIN_LINK.match(attributes)
            if link:  # nine in ten
                value, rel = link.groups()
                plain = _unescape(value)
                href = self._href(plain)
                rest = "" if href is None else f' href="{value if href == plain else _escape(href)}"'
                mended = f"<a{rest}{rel}>"
            else:
                mended = self._mended(element, _ATTRIBUTE.findall(attributes))
            self.done[written] = mended
        return mended

    def _mended(self, element: str, attributes: list[tuple[str, str]]) -> str:
        parts = [element]
        kept: dict[str, str] = {}
        for name, value in attributes:
            plain = _unescape(value)
            mended = self._value(name, plain)
            if mended is not None:
                kept[name] = mended
                parts.append(f'{name}="{value if mended == plain else _escape(mended)}"')
        if element == "img" and self._is_no_picture(kept):
            return ""
        return f"<{' '.join(parts)}>"

    def _is_no_picture(self, kept: dict[str, str]) -> bool:
        if "src" not in kept or "style" in kept:
            return True
        if kept.get("width") in _TINY or kept.get("height") in _TINY:
            return True
        return is_pixel_url(kept["src"], self.rules)

    def _value(self, name: str, value: str) -> str | None:
        if name == "href":
            return self._href(value)
        if name in ("src", "cite"):
            return urls.absolute(value, self.base)
        if name in ("width", "height", "colspan", "rowspan", "start"):
            return value if _SIZE.match(value) else None
        if name in ("lang", "dir"):
            return value if _LANGUAGE.match(value) else None
        if name == "style":  # of a picture
            return value if _INVISIBLE.search(value) else None
        return value

    def _href(self, value: str) -> str | None:
        stripped = value.strip()
        if is_share_url(stripped, self.rules):
            return _CUT
        if stripped[:7].lower().startswith(("tel:", "mailto:")):
            return stripped
        url = urls.absolute(stripped, self.anchor_base if stripped.startswith("#") else self.base)
        return urls.strip_tracking(unwrap_redirect(url, self.rules)) if url else None


def _unescape(value: str) -> str:
    if "&" not in value:
        return value
    shorter = value.replace("&amp;", "&")
    return shorter if len(value) - len(shorter) == 4 * shorter.count("&") else unescape(value)


def _escape(value: str) -> str:
    """A value as nh3 writes it (HTML §13.3, escaping a string in attribute mode)."""
    if "&" in value:
        value = value.replace("&", "&amp;")
    return value if _NO_SPECIAL.match(value) else value.translate(_SPECIAL)


def _tidy(html: str, mender: _Mender) -> str:
    """Mend attributes; cut what only whole elements show: pixels, share links, blocks that hold nothing."""
    html = _WITH_ATTRIBUTES.sub(mender.mend, html).replace("<img>", "")
    if _CUT in html:
        html = _SHARE_LINK.sub(lambda link: link[1] if _visible(link[1]) > _SHARE_LABEL else "", html)
    if "<pre>\n" in html:  # a parser drops the first line break of a <pre> (HTML §13.2.6.4.7)
        html = re.sub(r"<pre>\n(?!\n)", "<pre>\n\n", html)
    return without_empty(html)


def without_empty(html: str) -> str:
    """Without the elements that hold nothing, and those that then hold nothing."""
    while _HOLLOW.search(html):
        html, count = _EMPTY.subn("", html)
        if not count:
            break
    return html


def _visible(html: str) -> int:
    return len(_ANY_TAG.sub("", html).strip())
