"""What a raw body needs before the sanitizer: nothing, surgery, or to be refused as HTML.

Plain scans, linear in the body's length. ``core.clean.surgery`` cuts nothing from a body that passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from aggregator.core.clean.rules import PREFIX, CleanRules

# Over one of these a body is read as text only: an HTML parser's work grows with the square of nesting
# depth and of attributes per element (100,000 nested elements: 17 s; 100,000 attributes: 2 s).
MAX_CHARACTERS = 2_000_000
MAX_WILD = 400_000  # of a body over another bound: what its text is taken from
MAX_TAGS = 25_000
MAX_PAGE_TAGS = 60_000  # of a whole page, which is fetched one at a time
MAX_TAG_CHARACTERS = 20_000
MAX_DEPTH = 200
MAX_OPEN_INLINE = 60
SENTENCE = 60  # bytes: less tells nothing
_MAX_NOTICE = 500  # characters
_FEW_TAGS = 150  # so few cannot nest deeply

_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_DATA_URL = re.compile(r"data:[\w.+/-]{0,60};base64,[A-Za-z0-9+/=\s%]*")
_CLOSES_ITSELF = frozenset(
    ("p", "li", "dt", "dd", "tr", "td", "th", "br", "img", "hr", "input", "meta", "link", "source", "wbr",
     "col", "option", "tbody", "thead", "area", "base", "embed", "param", "track")
)  # fmt: skip
_INLINE = frozenset(
    ("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u")
)

_OPENING = re.compile(r"<([a-zA-Z][^\s/>]*)([^<>]*)(>?)")
# Tags that a body may hold and still need no surgery; every other one, also of names nobody knows, does.
_PLAIN_NAMES = (
    "a abbr acronym address article aside b bdi bdo big blockquote br center cite code col colgroup dd "
    "del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins "
    "kbd li main mark o:p ol p pre q rp rt ruby s samp script section small span strike strong style "
    "sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
PLAIN_TAGS = frozenset(_PLAIN_NAMES.split())
# Each is worth a look only where its telling part occurs at all: a plain search costs next to nothing.
_LAZY = re.compile(r"data-(?:lazy|src|orig|hi-res|image|actual|url)", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[/?(?:caption|embed|gallery|audio|video|vc_|et_pb)", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|<[a-z][^<>]*\s(?:hidden\b|role\s*=)", re.IGNORECASE
)
_OLD_CAPTION = re.compile(r"<(?!fig)[^<>]*wp-caption", re.IGNORECASE)  # of before HTML 5
_NAMES = re.compile(r"""\s(?:class|id)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_BOXES = frozenset(("div", "aside", "form", "ul", "ol", "nav", "ins", "footer", "header", "table"))
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEAM = re.compile(r"[^a-z0-9]+")


def is_wild(html: str, max_tags: int = MAX_TAGS) -> bool:
    """Whether the body is over a bound, so that only its text may be used."""
    if len(html) > MAX_CHARACTERS:
        return True
    tags = html.count("<")
    if tags > max_tags or (len(html) > MAX_TAG_CHARACTERS and _has_long_tag(html)):
        return True
    return tags > _FEW_TAGS and _is_deep(html)


@dataclass(frozen=True, slots=True)
class Markup:
    """The elements that begin in a raw body, each kind looked at once."""

    names: frozenset[str]  # in lower case
    marked: str  # what may hold their attributes: each distinct opening tag that has any, or the whole body


def markup(html: str) -> Markup:
    """Read the opening tags of a raw body."""
    found = set(_OPENING.findall(html))
    tags = [f"<{name}{rest}>" for name, rest, _ in found if rest]
    sure = all(end for _, _, end in found) and not any(_may_go_on(tag) for tag in tags)
    return Markup(frozenset([name.lower() for name, _, _ in found]), "".join(tags) if sure else html)


def needs_surgery(html: str, found: Markup, rules: CleanRules) -> bool:
    """Whether there is anything in the raw body for surgery to cut or to turn into something else."""
    return not found.names <= PLAIN_TAGS or needs_mending(html, found) or has_named(found, rules)


def needs_mending(html: str, found: Markup) -> bool:
    """Whether pictures, captions or shortcodes are written in a way that only scripts or editors read."""
    marked = found.marked
    if "srcset" in marked and any(" src=" not in image for image in _IMAGE.findall(marked)):
        return True
    if ("data-" in marked and _LAZY.search(marked)) or ("[" in html and _SHORTCODE.search(html)):
        return True
    return "wp-caption" in marked and _OLD_CAPTION.search(marked) is not None


def has_named(found: Markup, rules: CleanRules) -> bool:
    """Whether an element is hidden or has a name of boilerplate."""
    lower = found.marked.lower()
    telling = "none" in lower or "hidden" in lower or "role" in lower
    if telling and _HIDDEN.search(found.marked):
        return True
    if "class" not in lower and "id" not in lower:
        return False
    names = {name for groups in _NAMES.findall(found.marked) for name in "".join(groups).split()}
    return any(is_boilerplate_name(name, rules) for name in names)


def is_boilerplate_name(name: str, rules: CleanRules) -> bool:
    """Whether a class or id is that of a share bar, a comment form, an advert or the like."""
    words = name_words(name)
    # "k2FeedTags" and "K2feedtags" are one name: the data has it in one word or in three.
    for joined in {"-".join(words), "".join(words)}:
        if joined in rules.exact or joined.startswith(rules.prefixes.get(joined[:PREFIX], ())):
            return True
    subject = False
    for word in words:
        if word in rules.subjects:
            subject = True
        elif word not in rules.neutral and not word.isdigit():
            return False
    return subject


def is_named_boilerplate(tag: str, classes: Iterable[str], identifier: str, rules: CleanRules) -> bool:
    """Whether an element's class or id says that it is boilerplate.

    An id counts on boxes only: on a heading or a paragraph it is made from the author's own words.
    """
    if any(is_boilerplate_name(name, rules) for name in classes):
        return True
    return bool(identifier) and tag in _BOXES and is_boilerplate_name(identifier, rules)


def holds_notice(text: str, rules: CleanRules) -> bool:
    """Whether a sentence may be a notice of the publisher's, for ``core.disclose`` to judge."""
    text = text.strip()
    if len(text) > _MAX_NOTICE or len(text.encode()) <= SENTENCE or not text.endswith((".", "。", "!", "！")):
        return False
    lower = text.lower()
    return any(word in lower for word in rules.notices)


@lru_cache(maxsize=512)  # a site's elements bear the same few names
def name_words(name: str) -> tuple[str, ...]:
    """The words of a class name: "sd-social", "shareBar" and "post__share--top" are two, two and three."""
    return tuple([word for word in _SEAM.split(_HUMP.sub("-", name).lower()) if word])


def _may_go_on(tag: str) -> bool:
    """Whether the ">" that seems to end a tag may stand in a quoted value of it."""
    double, single = tag.count('"'), tag.count("'")
    return bool(double and single) or (double + single) % 2 == 1


def _has_long_tag(html: str) -> bool:
    if not any(len(piece) > MAX_TAG_CHARACTERS for piece in html.split(">")):
        return False
    pieces = _DATA_URL.sub("", html).split(">")  # a picture in its address is long, but one attribute
    return any(len(piece) - piece.find("<") > MAX_TAG_CHARACTERS for piece in pieces if "<" in piece)


def _is_deep(html: str) -> bool:
    depth = inline = 0
    for slash, name in _TAG_NAME.findall(html):
        name = name.lower()
        if name in _CLOSES_ITSELF:
            continue
        step = -1 if slash else 1
        if name in _INLINE:
            inline = max(0, inline + step)
        else:
            depth = max(0, depth + step)
        if depth > MAX_DEPTH or inline > MAX_OPEN_INLINE:
            return True
    return False
