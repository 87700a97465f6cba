"""The page as a whole: decoded, bounded, read, and turned into an entry."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

import lxml.html
from lxml.etree import LxmlError
from lxml.html import HtmlElement

from aggregator.core import charset, urls
from aggregator.core.clean.gate import MAX_PAGE_TAGS, MAX_WILD, is_wild
from aggregator.core.clean.rules import CleanRules
from aggregator.core.clean.surgery import operate
from aggregator.core.clean.top import Top, read_top
from aggregator.core.clean.trim import cut_blocks, trim
from aggregator.core.extract.body import SPARE, Selection, article_html, prune, select
from aggregator.core.extract.facts import PageFacts, read_facts
from aggregator.core.extract.visible import labelled_author, marked_author, visible_date
from aggregator.core.extract.zones import drop_zones
from aggregator.core.identity import entry_key, fingerprint
from aggregator.core.passages import Block
from aggregator.core.text import plain, xml_safe
from aggregator.model import BodyType, Document, RawEntry

_SHORT = 150  # characters: what is found without the zones may not be the article
_TIMES = 4
_LINES_ABOVE = 12  # blocks between headline and text that may hold byline and dateline


def extract(document: Document, rules: CleanRules, zones: Mapping[str, str]) -> RawEntry:
    """The article of its own HTML page, as an entry for ``core.clean``.

    Reads title, author, dates, section, language, summary and licence from JSON-LD, meta elements and the
    lines around the headline. Facts for machines travel as labels: "section:Markets", "readingMinutes:2",
    "digitalSourceType:<IPTC term or URI>". A closing notice stays in the body. The body is raw HTML still:
    ``core.clean`` sanitizes it. A page over the bounds of ``core.clean.gate``, or one that cannot be parsed,
    gives its text alone.
    """
    source = xml_safe(charset.to_utf8(document.body, document.content_type).body.decode("utf-8", "replace"))
    tree = None if is_wild(source, MAX_PAGE_TAGS) else _tree(source)
    if tree is None:
        return _entry(PageFacts(url=document.url), plain(source[:MAX_WILD]), BodyType.TEXT, (), document)
    facts = read_facts(tree, document.url, rules)
    base = _base(tree, urls.absolute(document.url, None) or facts.url or document.url)
    # Lazy pictures and players first: the extractor and the sanitizer know only plain ones.
    mended = operate(source, base, rules, spare=SPARE)
    if not facts.author or not facts.published:
        drop_zones(tree, rules)  # others' names and times are there
    facts = replace(
        facts,
        author=facts.author or marked_author(tree, rules),
        published=facts.published or visible_date(tree, rules, zones),
    )
    selection = _select(mended, base, facts, document.url, rules)
    top = _top(selection, facts, rules, zones)
    html, found = trim(article_html(selection), rules)
    author = facts.author or _shorter(top.author, labelled_author(tree, rules))
    html = cut_blocks(html, read_top(found, facts.title, author, rules, zones).cut)
    published = facts.published or (top.published.isoformat() if top.published else None)
    facts = replace(facts, author=author, published=published)
    return _entry(facts, html, BodyType.HTML, _labels(facts, top), document)


def _tree(source: str) -> HtmlElement | None:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (LxmlError, ValueError, AssertionError):
        return None


def _select(source: str, base: str, facts: PageFacts, url: str, rules: CleanRules) -> Selection:
    """The page's blocks and the article's among them, found without comments and cards of other articles.

    Where next to nothing is found so, what looked like them is the article.
    """
    tree = _tree(source)
    if tree is None:
        return Selection("", (), ())
    drop_zones(tree, rules)
    prune(tree, rules)
    told = _told(tree, url)
    if len(told) < _SHORT and (whole := _tree(source)) is not None:
        prune(whole, rules)
        told_of_whole = _told(whole, url)
        if len(told_of_whole) > _TIMES * len(told):
            tree, told = whole, told_of_whole
    return select(tree, base, facts, told, rules)


def _base(tree: HtmlElement, url: str) -> str:
    element = tree.find(".//base[@href]")
    return (urls.absolute(element.get("href"), url) if element is not None else None) or url


def _told(tree: HtmlElement, url: str) -> str:
    """The article's text as trafilatura sees it; "" where it sees none."""
    import trafilatura  # takes most of a second, and only pages need it

    return (
        trafilatura.extract(
            copy.deepcopy(tree), url=url, include_comments=False, include_tables=True, with_metadata=False
        )
        or ""
    )


def _top(selection: Selection, facts: PageFacts, rules: CleanRules, zones: Mapping[str, str]) -> Top:
    """What the lines between headline and text say: byline, dateline, reading time."""
    first = selection.first
    lines: list[Block] = []
    for block in reversed(selection.found[max(0, first - _LINES_ABOVE) : first + 2]):
        lines.insert(0, block)
        if plain(block.passage.text) == facts.title:
            break
    top = read_top(lines, facts.title, facts.author, rules, zones)
    if top.minutes:
        return top
    # Other lines between them (a caption, "Listen") hide none of the rest.
    singles = [read_top([line], facts.title, facts.author, rules, zones) for line in lines]
    return Top(
        author=top.author or next((single.author for single in singles if single.author), None),
        published=top.published or next((single.published for single in singles if single.published), None),
        minutes=next((single.minutes for single in singles if single.minutes), None),
    )


def _shorter(read: str | None, labelled: str | None) -> str | None:
    """The author as the lines above the text say, without a job that stands in the line below the name."""
    return labelled if labelled and (read is None or read.startswith(labelled)) else read


def _labels(facts: PageFacts, top: Top) -> tuple[str, ...]:
    labels = list(facts.keywords)
    if facts.section:
        labels.append(f"section:{facts.section}")
    if top.minutes:
        labels.append(f"readingMinutes:{top.minutes}")
    if facts.digital_source_type:
        labels.append(f"digitalSourceType:{facts.digital_source_type}")
    return tuple(labels)


def _entry(
    facts: PageFacts, body: str, body_type: BodyType, labels: tuple[str, ...], document: Document
) -> RawEntry:
    raw = RawEntry(
        key=entry_key(None, facts.url or document.url, facts.title),
        fingerprint=b"",
        url=facts.url or document.url,
        title=facts.title,
        title_type=BodyType.TEXT,
        author=facts.author,
        published=facts.published,
        updated=facts.updated,
        summary=facts.summary,
        body=body,
        body_type=body_type,
        base=urls.absolute(document.url, None) or facts.url,
        labels=labels,
        rights=facts.rights,
        licence=facts.licence,
        language=facts.language,
    )
    return replace(raw, fingerprint=fingerprint(raw))
