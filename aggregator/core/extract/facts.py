"""What a page says of its article: JSON-LD (schema.org), meta elements, the column above the headline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from aggregator.core import urls
from aggregator.core.clean.gate import name_words
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.top import plain_name
from aggregator.core.extract.visible import bare_author
from aggregator.core.text import fold, plain
from aggregator.model import BodyType

_ARTICLE_TYPES = re.compile(r"(?:Article|Posting|Report|Review|LiveBlog)\b|(?:Article|Report)$")
_MAX_JSON = 1_000_000  # characters of one JSON-LD script
_MAX_NODES = 2_000
_MAX_TITLE = 400
_SEPARATOR = re.compile(r"\s+[|\-–—:·•»]\s+|\s*[|｜]\s*")
_ISO_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_SECTION = 40
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date",
    "dc.date.issued", "dcterms.created", "dcterms.date", "pubdate", "publishdate", "publish-date",
    "publish_date", "sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime", "article.published",
    "article:published", "originalpublicationdate", "date.created", "citation_publication_date", "og:pubdate",
    "weibo:article:create_at", "article_date_original",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified",
    "lastmod",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of an article before its text is read. None: the page does not say."""

    title: str = ""
    url: str | None = None  # the canonical one
    author: str | None = None
    published: str | None = None  # as written
    updated: str | None = None  # as written
    section: str | None = None
    language: str | None = None
    summary: str | None = None
    licence: str | None = None
    rights: str | None = None
    keywords: tuple[str, ...] = ()
    digital_source_type: str | None = None  # IPTC term or URI (schema.org digitalSourceType)
    body: str = ""  # articleBody of the JSON-LD


def read_facts(tree: HtmlElement, url: str, rules: CleanRules) -> PageFacts:
    """Everything but the text. ``url`` is the page's; relative links stand on it."""
    article = _article(_json_ld(tree))
    meta = _meta(tree)
    headline = _text(article.get("headline")) or _text(article.get("name"))
    title = _title(tree, meta, headline)
    return PageFacts(
        title=title,
        url=_canonical(tree, meta, url),
        author=_author(tree, meta, article, rules),
        published=_first(
            _text(article.get("datePublished")),
            _text(article.get("dateCreated")),
            *(meta.get(key) for key in _PUBLISHED),
            _first_published(meta),
        ),
        updated=_first(_text(article.get("dateModified")), *(meta.get(key) for key in _UPDATED)),
        section=_section(tree, meta, article, title, rules),
        language=_first(_text(article.get("inLanguage")), tree.get("lang"), meta.get("og:locale")),
        summary=_first(
            _text(article.get("description")), meta.get("og:description"), meta.get("description")
        ),
        licence=_first(_address(article.get("license")), _link(tree, "license")),
        rights=_first(_text(article.get("copyrightNotice")), meta.get("copyright"), meta.get("dc.rights")),
        keywords=_keywords(meta, article),
        digital_source_type=_first(
            _address(article.get("digitalSourceType")), *(meta.get(key) for key in _SOURCE_TYPES)
        ),
        body=_text(article.get("articleBody"), limit=200_000),
    )


_SOURCE_TYPES = (
    "digitalsourcetype", "iptc:digitalsourcetype", "iptc4xmpext:digitalsourcetype",
    "iptcext:digitalsourcetype", "dcterms.digitalsourcetype",
)  # fmt: skip


def _json_ld(tree: HtmlElement) -> Iterator[Mapping[str, object]]:
    """Every object of the page's JSON-LD, however nested in lists and @graph."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        source = script.text or ""
        if len(source) > _MAX_JSON:
            continue
        source = source.strip().removeprefix("<![CDATA[").removesuffix("]]>")  # as XHTML writes a script
        try:
            waiting: list[object] = [json.loads(source.strip().rstrip(";"), strict=False)]
        except (ValueError, RecursionError):
            continue
        for _ in range(_MAX_NODES):
            if not waiting:
                break
            node = waiting.pop(0)
            if isinstance(node, list):
                waiting.extend(node)
            elif isinstance(node, dict):
                yield node
                waiting.extend(
                    node[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in node
                )


def _article(nodes: Iterable[Mapping[str, object]]) -> Mapping[str, object]:
    """The object that describes the article; of several, the one that says most."""
    best: Mapping[str, object] = {}
    for node in nodes:
        kinds = node.get("@type")
        names = kinds if isinstance(kinds, list) else [kinds]
        if any(isinstance(name, str) and _ARTICLE_TYPES.search(name) for name in names) and len(node) > len(
            best
        ):
            best = node
    return best


def _meta(tree: HtmlElement) -> dict[str, str]:
    """The first value of each meta element, by its name, property or itemprop in lower case."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _title(tree: HtmlElement, meta: Mapping[str, str], headline: str) -> str:
    """The headline as readers see it: an <h1> that the other titles confirm, else the best of those."""
    named = [plain(text) for text in (headline, meta.get("og:title"), meta.get("twitter:title")) if text]
    page = plain(tree.findtext(".//title") or "", BodyType.TEXT)
    headings = [heading for heading in (fold(h1.text_content()) for h1 in tree.iter("h1")) if heading]
    for heading in headings:
        letters = _letters(heading)
        if len(letters) > 3 and any(letters in _letters(other) for other in named or [page]):
            return heading[:_MAX_TITLE]
    if named:
        return _without_site(named[0], meta.get("og:site_name", ""))[:_MAX_TITLE]
    if len(headings) == 1:
        return headings[0][:_MAX_TITLE]
    return _without_site(page, meta.get("og:site_name", ""))[:_MAX_TITLE]


def _without_site(title: str, site: str) -> str:
    """A title without the site's name, the shorter end behind a separator: "Headline | Example News"."""
    parts = list(_SEPARATOR.finditer(title))
    if not parts:
        return title
    last = parts[-1]
    head, tail = title[: last.start()], title[last.end() :]
    named = bool(site) and _letters(tail) in (_letters(site), _letters(site) + "com")
    if (
        named
        or ("|" in last[0] and len(tail) < len(head))
        or (len(tail.split()) <= 4 and len(head.split()) >= 5)
    ):
        return head.strip()
    return title


def _canonical(tree: HtmlElement, meta: Mapping[str, str], url: str) -> str:
    """The page's own name for itself, if it is on the same site: a page may not speak for another.

    A page read from a file has no site, and is believed.
    """
    saved = not url.startswith(("http://", "https://"))
    for written in (_link(tree, "canonical"), meta.get("og:url")):
        found = urls.absolute(written, url) if written else None
        if found and (saved or _site(found) == _site(url)) and found.rstrip("/").count("/") > 2:
            return found
    return url


def _site(url: str) -> str:
    host = url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    return ".".join(host.removeprefix("www.").removeprefix("m.").removeprefix("amp.").split(".")[-3:])


def _author(
    tree: HtmlElement, meta: Mapping[str, str], article: Mapping[str, object], rules: CleanRules
) -> str | None:
    written = _people(article.get("author")) or _people(article.get("creator"))
    if not written:
        named = (
            meta.get(name) for name in ("author", "article:author", "byl", "dc.creator", "parsely-author")
        )
        written = next((name for name in named if name and "://" not in name), "")
    name = plain_name(plain(written), rules) if written else None
    return None if name is None or _letters(name) in _site_names(tree, meta, article) else bare_author(name)


def _site_names(tree: HtmlElement, meta: Mapping[str, str], article: Mapping[str, object]) -> set[str]:
    """The site as it calls itself: it is no author."""
    publisher = article.get("publisher")
    names = [_text(publisher), meta.get("og:site_name"), meta.get("application-name")]
    names.append(_SEPARATOR.split(plain(tree.findtext(".//title") or "", BodyType.TEXT))[-1])
    return {_letters(name) for name in names if name}


def _first_published(meta: Mapping[str, str]) -> str | None:
    """A date in a meta element whose own name says when a text came out: "x:first-published-at"."""
    return next(
        (value for name, value in meta.items() if "publi" in name and _ISO_DAY.match(value)),
        None,
    )


def _people(value: object) -> str:
    items = value if isinstance(value, list) else [value]
    names = [_text(item.get("name")) if isinstance(item, dict) else _text(item) for item in items]
    return ", ".join(dict.fromkeys(name for name in names if name and "://" not in name))


def _section(
    tree: HtmlElement, meta: Mapping[str, str], article: Mapping[str, object], title: str, rules: CleanRules
) -> str | None:
    """The column as shown above the headline; else as the page says it to machines."""
    shown = _above_headline(tree, title, rules)
    if shown:
        return shown
    said = article.get("articleSection")
    first = next((item for item in said if isinstance(item, str)), None) if isinstance(said, list) else said
    return plain(_text(first) or meta.get("article:section") or "")[:_SECTION] or None


def _above_headline(tree: HtmlElement, title: str, rules: CleanRules) -> str | None:
    for heading in tree.iter("h1"):
        if _letters(heading.text_content()) != _letters(title):
            continue
        around = [heading.getprevious()]
        parent = heading.getparent()
        if parent is not None:
            around.append(parent.getprevious())
        for element in around:
            if (
                element is None
                or not isinstance(element.tag, str)
                or element.tag in ("nav", "script", "style")
            ):
                continue
            text = fold(element.text_content())
            names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
            named = any(set(name_words(name)) & rules.section_names for name in names)
            if 1 < len(text) <= _SECTION and (named or element is around[0]) and text[-1] not in ".!?":
                return text
    return None


def _keywords(meta: Mapping[str, str], article: Mapping[str, object]) -> tuple[str, ...]:
    said = article.get("keywords") or meta.get("news_keywords") or meta.get("keywords") or ""
    items = said if isinstance(said, list) else str(said).split(",")
    words = [plain(item) for item in items if isinstance(item, str)]
    return tuple(dict.fromkeys(word for word in words if 1 < len(word) <= 60))[:20]


def _link(tree: HtmlElement, relation: str) -> str | None:
    for element in tree.iter("link"):
        if relation in (element.get("rel") or "").lower().split():
            return str(element.get("href") or "") or None
    return None


def _address(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("@id") or value.get("url")
    return value.strip()[:500] if isinstance(value, str) and value.strip() else None


def _text(value: object, limit: int = 2_000) -> str:
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name") or value.get("alternateName")
    return value.strip()[:limit] if isinstance(value, str) else ""


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value), None)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
