"""The last gate: nothing leaves but allowed elements with allowed attributes, and nothing in them runs.

The only home of nh3. What it writes is normalised: closed elements, quoted attributes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import nh3

from aggregator.core import urls
from aggregator.core.clean.gate import tag_names
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
# Marks that the filter leaves for the pass after it, which alone sees whole elements. No input can
# forge them: nh3 refuses the scheme, and every other style is taken off.
_CUT = "about:cut"
_INVISIBLE = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$))",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\d{1,5}%?\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
_IMAGE = re.compile(r"<img\b([^\">]*(?:\"[^\"]*\"[^\">]*)*)>")
_SRC = re.compile(r' src="([^"]*)"')
_TINY = re.compile(r' (?:width|height)="[012]"')
_SHARE_LINK = re.compile(
    r"<a\b(?=[^\">]*(?:\"[^\"]*\"[^\">]*)*\bhref=\"about:cut\")[^\">]*(?:\"[^\"]*\"[^\">]*)*>(.*?)</a>",
    re.DOTALL,
)
_ANY_TAG = re.compile(r'<[^">]*(?:"[^"]*"[^">]*)*>')
# A longer text in a link that opens a share window is a quotation made easy to share: the author's words.
_SHARE_LABEL = 40
_HOLLOW_BLOCK = (
    "p|div|li|ul|ol|dl|figure|figcaption|h[1-6]|section|article|aside|header|footer|center|blockquote|tr|tbody|thead"
    "|tfoot|table|caption|details|summary|address|pre"
)
_HOLLOW_INLINE = "a|b|i|em|strong|u|small|s|code|sub|sup|mark|cite|q|tt|strike|del|ins"
_ATTRIBUTES = r'(?: [^">]*(?:"[^"]*"[^">]*)*)?'
_EMPTY = re.compile(
    rf"<({_HOLLOW_BLOCK}){_ATTRIBUTES}>(?:\s|&nbsp;|<br>)*</\1>|<({_HOLLOW_INLINE}){_ATTRIBUTES}></\2>"
)
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


def sanitize(html: str, base: str | None, anchor_base: str | None, rules: CleanRules) -> str:
    """Allow-listed, normalised HTML: absolute links without trackers, no pixels, no empty blocks.

    ``base`` is what relative URLs stand on, ``anchor_base`` what "#note" stands on: the article's URL.
    Sanitizing the result again changes nothing.
    """
    keep = _attribute_filter(base, anchor_base, rules)
    is_calm = tag_names(html) <= _CALM_TAGS
    for _ in range(_MAX_PASSES):
        before = html
        html = nh3.clean(
            html,
            tags=TAGS,
            clean_content_tags=DROPPED_TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=keep,
            url_schemes=SCHEMES,
        )
        html = _tidy(html, rules)
        if html == before or is_calm:
            break
    return html


def text_only(html: str) -> str:
    """Escaped text without any markup, for a body that is too wild to be parsed."""
    return nh3.clean_text(html)


def is_share_url(url: str, rules: CleanRules) -> bool:
    """Whether a link opens a network's "share this page" window."""
    return bool(rules.share_urls.match(_bare(url)))


def is_pixel_url(url: str, rules: CleanRules) -> bool:
    """Whether a picture from there counts readers or sells something."""
    bare = _bare(url)
    host = bare.partition("/")[0].partition(":")[0]
    if host.startswith(_COUNTING_HOSTS):
        return True
    while host:
        if host in rules.pixel_hosts:
            return True
        host = host.partition(".")[2]
    return bool(rules.pixel_paths.match(bare))


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


def _attribute_filter(
    base: str | None, anchor_base: str | None, rules: CleanRules
) -> Callable[[str, str, str], str | None]:
    seen: dict[str, str | None] = {}  # bodies link to the same place again and again

    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            if value not in seen:
                seen[value] = _href(value, base, anchor_base, rules)
            return seen[value]
        if name in ("src", "cite"):
            return urls.absolute(value, base)
        if name == "style":
            return "cut" if _INVISIBLE.search(value) else None
        if name in ("width", "height", "colspan", "rowspan", "start"):
            return value if _SIZE.match(value) else None
        if name in ("lang", "dir"):
            return value if _LANGUAGE.match(value) else None
        return value

    return keep


def _href(value: str, base: str | None, anchor_base: str | None, rules: CleanRules) -> str | None:
    stripped = value.strip()
    if is_share_url(stripped, rules):
        return _CUT
    scheme = stripped[:7].lower()
    if scheme.startswith("tel:") or scheme == "mailto:":
        return stripped
    url = urls.absolute(stripped, anchor_base if stripped.startswith("#") else base)
    return urls.strip_tracking(unwrap_redirect(url, rules)) if url else None


def _tidy(html: str, rules: CleanRules) -> str:
    """Cut what only a whole element shows: pixels, share links, blocks that hold nothing."""
    if "<img" in html:
        html = _IMAGE.sub(lambda image: "" if _is_pixel(image[1], rules) else image[0], html)
    if _CUT in html:
        html = _SHARE_LINK.sub(lambda link: link[1] if _visible(link[1]) > _SHARE_LABEL else "", html)
    if "<pre>\n" in html:  # a parser drops the first line break of a <pre> (HTML §13.2.6.4.7)
        html = re.sub(r"<pre>\n(?!\n)", "<pre>\n\n", html)
    return without_empty(html)


def without_empty(html: str) -> str:
    """Without the elements that hold nothing, and those that then hold nothing."""
    count = 1
    while count:
        html, count = _EMPTY.subn("", html)
    return html


def _is_pixel(attributes: str, rules: CleanRules) -> bool:
    source = _SRC.search(attributes)
    if not source or ' style="cut"' in attributes or _TINY.search(attributes):
        return True
    return is_pixel_url(source[1].replace("&amp;", "&"), rules)


def _visible(html: str) -> int:
    return len(_ANY_TAG.sub("", html).strip())
