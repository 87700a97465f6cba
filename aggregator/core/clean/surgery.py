"""Structure that only a tree shows: named boilerplate goes, players and lazy pictures become plain ones.

The only home of BeautifulSoup. What it gives out is still raw: the sanitizer comes after it.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from aggregator.core import urls
from aggregator.core.clean.gate import SENTENCE, holds_notice, is_named_boilerplate
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.trim import is_of_site

# The tags of text that a parser keeps in place of elements it does not know, so that words stay apart.
_TO_DIV = ["form", "fieldset", "dialog", "hgroup", "menu", "dir", "legend", "marquee"]
_CUT_TAGS = [
    "script",
    "style",
    "template",
    "nav",
    "button",
    "input",
    "select",
    "textarea",
    "svg",
    "canvas",
    "link",
    "meta",
]
_PLAYERS = ["iframe", "embed", "object", "video", "audio"]
_KEEP_WITHIN = frozenset(("pre", "code", "td", "th"))
_LAZY = (
    "data-src", "data-lazy-src", "data-original", "data-original-src", "data-hi-res-src",
    "data-lazy", "data-image", "data-actual", "data-url", "data-srcset", "data-lazy-srcset",
)  # fmt: skip
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CAPTION = re.compile(
    r"\[caption\b[^\]]{0,400}\]\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?)([^\[]{0,2000})\[/caption\]",
    re.IGNORECASE,
)
_EMBED = re.compile(r"\[embed\b[^\]]{0,200}\]\s*(https?://[^\s\[<>\"]{1,500})\s*\[/embed\]", re.IGNORECASE)
_SHORTCODE = re.compile(
    r"\[/?(?:caption|embed|gallery|audio|video|vc_\w+|et_pb_\w+)\b[^\]\[<>]{0,400}\]", re.IGNORECASE
)
_PLAYER_PATH = re.compile(
    r"(?:^|[./_-])(?:player|players|video|videos|watch|tv|vod|podcast)(?:[./_?-]|$)", re.IGNORECASE
)
_YOUTUBE = re.compile(r"(?:youtube(?:-nocookie)?\.com/(?:embed|v|shorts|live)/|youtu\.be/)([\w-]{6,20})")
_VIMEO = re.compile(r"player\.vimeo\.com/video/(\d+)")
_DAILYMOTION = re.compile(r"dailymotion\.com/embed/video/(\w+)")
_CUSTOM = re.compile(r"[a-z][a-z0-9]*-[a-z0-9-]*\Z")
# Named like boilerplate, but most of what there is to read: somebody's theme, not a share bar.
_PROSE = 400  # bytes, so that a character of Hangul or Han counts three
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’」』»)\]）]*\s*\Z")
_TEXT_BLOCKS = ["p", "li", "div", "section", "article", "blockquote", "td", "dd", "center"]
_MAX_SPARED = 60  # each costs a look at all it holds


def operate(html: str, base: str | None, rules: CleanRules, spare: float = 0.5) -> str:
    """The body without what its names call boilerplate, its players as links, its pictures plain.

    Takes and gives raw HTML. ``base`` makes the players' links absolute; an element
    that holds more than the share ``spare`` of all text is the author's, whatever it is called.
    """
    soup = _mended(html, base, rules)
    taken = _cut_named(soup, rules, spare)
    if taken > _prose(soup) and not _tells(soup, rules):
        # All that was told would go and only labels stay: somebody's names for a text.
        soup = _mended(html, base, rules)
        _cut_named(soup, rules, spare, is_to_tell=True)
    _mend_captions(soup)
    for found in soup.find_all("math"):
        found.replace_with(str(found.get("alttext") or found.get_text(" ", strip=True)))
    for found in soup.find_all(True):
        if found.name in _TO_DIV or _CUSTOM.match(found.name):
            found.name = "div"
    body = soup.find("html")
    return body.decode_contents() if isinstance(body, Tag) else ""


def _mended(html: str, base: str | None, rules: CleanRules) -> BeautifulSoup:
    """The tree of a body, its pictures and players plain, without what is never text."""
    soup = BeautifulSoup("<html><body>" + _shortcodes(html), "lxml")
    for pre in soup.find_all("svg"):
        pre.decompose()
    _mend_pictures(soup)
    _mend_players(soup, base, rules)
    for found in soup.find_all(_CUT_TAGS):
        if not found.decomposed and not _is_math(found):
            found.decompose()
    return soup


def _is_math(found: Tag) -> bool:
    return found.find_parent("math") is not None


def _shortcodes(html: str) -> str:
    """WordPress shortcodes that its feed left unrendered."""
    if "[" not in html:
        return html
    html = _CAPTION.sub(r"<figure>\1<figcaption>\2</figcaption></figure>", html)
    html = _EMBED.sub(r'<p><a href="\1">\1</a></p>', html)
    return _SHORTCODE.sub("", html)


def _mend_pictures(soup: BeautifulSoup) -> None:
    """One <img src> for each picture, whatever loads it later in a browser."""
    for noscript in soup.find_all("noscript"):
        _mend_noscript(noscript)
    for lazy in soup.find_all(["amp-img", "amp-anim"]):
        lazy.name = "img"
    for picture in soup.find_all("picture"):
        image = picture.find("img")
        source = picture.find("source")
        if not isinstance(image, Tag) and isinstance(source, Tag):
            image = soup.new_tag("img")
            picture.append(image)
        if isinstance(image, Tag) and isinstance(source, Tag) and not _source(image):
            image["src"] = _largest(_text(source, "srcset") or _text(source, "data-srcset"))
        picture.unwrap()
    for lazy in soup.find_all("img"):
        real = _source(lazy)
        if real and real != lazy.get("src"):
            lazy["src"] = real
            del lazy["style"]


def _mend_noscript(noscript: Tag) -> None:
    """The plain picture for readers without scripts, unless the lazy one beside it is the same."""
    image = noscript.find("img") or BeautifulSoup(noscript.get_text(), "lxml").find("img")
    if not isinstance(image, Tag) or not _source(image):
        if noscript.find("iframe"):
            noscript.unwrap()
        else:
            noscript.decompose()
        return
    for beside in (noscript.find_previous_sibling(True), noscript.find_next_sibling(True)):
        lazy = beside if isinstance(beside, Tag) and beside.name == "img" else beside and beside.find("img")
        if not isinstance(lazy, Tag) or lazy is image:
            continue
        if not _source(lazy):
            lazy.decompose()  # a mere place for the one that a script would load
        elif _is_same_picture(_source(lazy), _source(image)):
            noscript.decompose()
            return
    noscript.replace_with(image.extract())


def _is_same_picture(one: str, other: str) -> bool:
    """Whether two addresses are one picture, as far as their file names tell."""
    return one.split("?")[0].rsplit("/", 1)[-1] == other.split("?")[0].rsplit("/", 1)[-1]


def _source(image: Tag) -> str:
    """The address of a picture: of the lazy attribute first, since src then is a placeholder."""
    for name in _LAZY:
        value = _text(image, name)
        if value and not value.startswith("data:"):
            if name == "data-image" and _is_same_picture(value, _text(image, "src")):
                continue  # the upload that Squarespace made the picture from
            return _largest(value) if name.endswith("srcset") else value
    source = _text(image, "src")
    if source and not source.startswith("data:"):
        return source
    # The upload that a resized picture was made from: no place-holder stands for it.
    return _largest(_text(image, "srcset")) or _text(image, "data-orig-file")


def _largest(srcset: str) -> str:
    """The widest or densest candidate of a srcset (HTML §4.8.4.2)."""
    best, best_size = "", -1.0
    for candidate in re.split(r",\s+|,(?=https?:|//)", srcset[:20_000]):
        address, _, descriptor = candidate.strip().partition(" ")
        try:
            size = float(descriptor.strip()[:-1] or 1)
        except ValueError:
            size = 0.0
        if address and not address.startswith("data:") and size > best_size:
            best, best_size = address.rstrip(","), size
    return best


def _mend_players(soup: BeautifulSoup, base: str | None, rules: CleanRules) -> None:
    """A video, a post or a sound in a frame becomes a link to it; other frames go."""
    for found in soup.find_all("amp-youtube"):
        found.name = "iframe"
        found["src"] = f"https://www.youtube.com/embed/{_text(found, 'data-videoid')}"
    for found in soup.find_all(_PLAYERS):
        if found.decomposed or found.find_parent("object") is not None:
            continue
        url = urls.absolute(_player_url(found), base)
        name = _player_name(url, found.name in ("video", "audio"), rules) if url else None
        if not url or not name:
            found.decompose()
            continue
        link = soup.new_tag("a", href=_watch_url(url))
        title = " ".join(_text(found, "title").split())[:200]
        link.string = title if title and "player" not in title.lower() else name
        paragraph = soup.new_tag("p" if found.find_parent("p") is None else "span")
        paragraph.append(link)
        found.replace_with(paragraph)


def _player_url(found: Tag) -> str:
    for name in ("src", "data", "data-src", "data-lazy-src", "data-litespeed-src", "data-cookieblock-src"):
        value = _text(found, name)
        if value and value != "about:blank":
            return value
    for inner in found.find_all(["source", "embed", "param"]):
        value = _text(inner, "src") or (_text(inner, "value") if _text(inner, "name") == "movie" else "")
        if value:
            return value
    return ""


def _player_name(url: str, is_file: bool, rules: CleanRules) -> str | None:
    """What to call the link; None where the frame is no player: an advert, a form, a counter."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    suffix = host
    while suffix:
        if suffix in rules.players:
            return rules.players[suffix]
        suffix = suffix.partition(".")[2]
    if is_file or _PLAYER_PATH.search(host + parts.path):
        return host
    return None


def _watch_url(url: str) -> str:
    """The page of a video, rather than its player."""
    if found := _YOUTUBE.search(url):
        return f"https://www.youtube.com/watch?v={found[1]}"
    if found := _VIMEO.search(url):
        return f"https://vimeo.com/{found[1]}"
    if found := _DAILYMOTION.search(url):
        return f"https://www.dailymotion.com/video/{found[1]}"
    return url


def _cut_named(soup: BeautifulSoup, rules: CleanRules, spare: float, is_to_tell: bool = False) -> int:
    """Cut what is named as boilerplate or hidden; the bytes of prose that went by their names.

    ``is_to_tell``: what tells something stays.
    """
    half = len(soup.get_text().encode()) * spare
    enough = max(_PROSE, half)
    spared = taken = 0
    for found in soup.find_all(True):
        if spared > _MAX_SPARED:
            break
        if found.decomposed or not isinstance(found, Tag) or found.name in ("html", "body"):
            continue
        classes = [str(name) for name in found.get_attribute_list("class") if name]
        named = is_named_boilerplate(found.name, classes, _text(found, "id"), rules)
        if named or found.name == "form" or _is_hidden(found):
            prose = _prose(found)
            if prose > (enough if named else min(enough, half)) or _is_as_written(found):
                spared += 1
                continue
            if (
                named
                and prose > SENTENCE
                and (_gives_notice(found, rules) or (is_to_tell and _tells(found, rules)))
            ):
                spared += 1
                continue
            taken += prose if named else 0
            found.decompose()
    return taken


def _is_hidden(found: Tag) -> bool:
    if found.name == "img":
        return False  # a lazy picture is hidden until it is loaded; the sanitizer knows pixels
    if found.has_attr("hidden") or _text(found, "role") in ("navigation", "search", "banner", "contentinfo"):
        return True
    return bool(_HIDDEN.search(_text(found, "style")))


def _is_as_written(found: Tag) -> bool:
    if found.name in _KEEP_WITHIN or found.find_parent(("pre", "code")) is not None:
        return True
    return found.find("pre") is not None  # a box of code, whatever a theme calls it


def _prose(found: Tag) -> int:
    """The bytes of its text that are in no link."""
    return len(found.get_text().encode()) - sum(len(link.get_text().encode()) for link in found.find_all("a"))


def _gives_notice(found: Tag, rules: CleanRules) -> bool:
    """Whether a box, "ad-label", may say of the text that it is paid for or the like."""
    return found.find("a") is None and holds_notice(found.get_text(), rules)


def _tells(found: Tag, rules: CleanRules) -> bool:
    """Whether a sentence stands in it that is not a site's own."""
    for block in [found, *found.find_all(_TEXT_BLOCKS)]:
        if block.find(_TEXT_BLOCKS) is None:
            text = " ".join(block.get_text().split())
            if (
                len(text.encode()) > SENTENCE
                and _SENTENCE_END.search(text)
                and not is_of_site(text, rules)
                and _prose(block) > SENTENCE
            ):
                return True
    return False


def _mend_captions(soup: BeautifulSoup) -> None:
    """WordPress' captions of before HTML 5 become figures."""
    for found in soup.find_all(class_="wp-caption"):
        found.name = "figure"
        for caption in found.find_all(class_="wp-caption-text"):
            caption.name = "figcaption"


def _text(found: Tag, name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""
