"""The one mapping from what a reader found to RawEntry and FeedInfo, whichever reader it was.

Each reader (quick, feedparser, JSON Feed, sitemap, page) fills Items and a Head with what is written in
the document; links, keys, fingerprints and remarks are made here, so that they cannot differ by reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.core import identity, urls
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType, Enclosure, FeedInfo, FetchLimits, ParsedFeed, RawEntry

_MAX_LABELS = 100
_MAX_ENCLOSURES = 50
_MAX_AUTHORS = 20
_MAX_LINE = 4096  # characters of a title, a name, a label, a date: what is longer is no such thing
_MAX_TTL = timedelta(days=7)
_MAIL = re.compile(r"(?:mailto:)?[^\s<>()@]+@[^\s<>()@]+\.[^\s<>()@]+")
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|<\s*>|&lt;\s*&gt;")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)\Z")
_HTML_TYPES = frozenset({"", "html", "xhtml", "text/html", "application/xhtml+xml"})
_SY_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(slots=True)
class Item:
    """One entry as a reader found it: everything as written, links not yet absolute."""

    id: str | None = None
    id_is_link: bool = False  # a guid that is not isPermaLink="false"
    links: list[tuple[str, str]] = field(default_factory=list)  # (href, type) of rel=alternate
    original_link: str | None = None  # feedburner:origLink: where the tracking link leads
    title: str = ""
    title_type: BodyType = BodyType.HTML
    authors: list[str] = field(default_factory=list)
    published: str | None = None
    updated: str | None = None
    summary: str | None = None
    body: str | None = None
    body_type: BodyType = BodyType.HTML
    summary_type: BodyType = BodyType.HTML
    base: str | None = None  # of the body
    link_base: str | None = None  # xml:base of the entry, as written
    labels: list[str] = field(default_factory=list)
    enclosures: list[tuple[str, str | None, str | None]] = field(default_factory=list)  # url, type, length
    rights: str | None = None
    licence: str | None = None
    language: str | None = None


@dataclass(slots=True)
class Head:
    """The head of a document as a reader found it."""

    format: str
    title: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    id: str | None = None
    authors: list[str] = field(default_factory=list)
    rights: str | None = None
    language: str | None = None
    base: str | None = None  # xml:base of the root
    ttl: str | None = None
    period: str | None = None  # sy:updatePeriod
    frequency: str | None = None  # sy:updateFrequency
    skip_hours: list[str] = field(default_factory=list)
    skip_days: list[str] = field(default_factory=list)
    hub: str | None = None
    topic: str | None = None  # rel=self
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """What a reader makes of a document."""

    head: Head
    items: list[Item]


def check_count(count: int, limits: FetchLimits) -> None:
    """Refuse a document of more entries than the setting allows: no feed of news is so long.

    Keeping some of them would be a guess at which; a sitemap, which is an archive, is cut by its reader.
    """
    if count > limits.max_entries:
        raise NotAFeedError(
            f"the document holds {count} entries; the setting max_entries allows {limits.max_entries}"
        )


def assemble(reading: Reading, url: str, limits: FetchLimits) -> ParsedFeed:
    """The parsed feed of a reading; ``url`` is the document's own, after redirects."""
    head, items = reading.head, reading.items
    check_count(len(items), limits)
    link = urls.absolute(_pick(head.links), urls.absolute(head.base, url) or url)
    base = _feed_base(head, link, url)
    remarks = list(head.remarks)
    items = _without_oversized(list(filter(_says_something, items)), limits.max_entry_bytes, remarks)
    is_atom = head.format.startswith("atom")
    pages = [_entry_url(item, base, is_atom) for item in items]
    keys = _keys(items, pages, head.format, remarks)
    if is_atom and head.authors:
        for item in items:  # RFC 4287 §4.2.1: the feed's authors are those of an entry that names none
            item.authors = item.authors or head.authors
    entries = tuple(
        _raw_entry(item, key, page, base, head)
        for item, key, page in zip(items, keys, pages, strict=True)
        if key is not None
    )
    return ParsedFeed(_feed_info(head, link, base, remarks), entries)


def _feed_base(head: Head, link: str | None, url: str) -> str:
    """What relative links stand on: xml:base; else in RSS the channel's page; else the document.

    RSS has no rule; its relative links are made by sites for their own pages, not for the feed's host.
    """
    declared = urls.absolute(head.base, url)
    if declared:
        return declared
    return link if link and head.format.startswith("rss") else url


def _feed_info(head: Head, link: str | None, base: str, remarks: Iterable[str]) -> FeedInfo:
    return FeedInfo(
        format=head.format,
        title=_line(head.title),
        link=link,
        id=_line(head.id) or None,
        rights=(head.rights or "").strip()[:_MAX_LINE] or None,
        language=_line(head.language) or None,
        base=base,
        ttl=_ttl(head),
        skip_hours=tuple(
            sorted({int(hour) % 24 for hour in head.skip_hours if re.fullmatch(r"\d\d?", hour)})
        ),
        skip_days=tuple(
            sorted({_DAY_NAMES.index(day.lower()) for day in head.skip_days if day.lower() in _DAY_NAMES})
        ),
        hub=urls.absolute(head.hub, base),
        topic=urls.absolute(head.topic, base),
        remarks=tuple(remarks),
    )


def _ttl(head: Head) -> timedelta | None:
    """The rest between visits that the feed asks for, at most seven days.

    <ttl> is minutes (RSS 2.0); sy:updatePeriod over sy:updateFrequency is the RSS 1.0 module's way.
    """
    if head.ttl and re.fullmatch(r"\d{1,6}", head.ttl.strip()) and int(head.ttl) > 0:
        return min(timedelta(minutes=int(head.ttl)), _MAX_TTL)
    period = _SY_PERIODS.get((head.period or "").strip().lower())
    if not period:
        return None
    times = (head.frequency or "1").strip()
    return min(period / (int(times) if re.fullmatch(r"[1-9]\d{0,3}", times) else 1), _MAX_TTL)


def _says_something(item: Item) -> bool:
    """Whether there is anything to show: <item/> is no entry."""
    return bool(item.title or item.body or item.summary or item.links or item.enclosures or item.id)


def _without_oversized(items: list[Item], limit: int, remarks: list[str]) -> list[Item]:
    """The items within the bound on an entry's bytes: one too large never stops the others."""
    kept = [item for item in items if _size(item, limit) <= limit]
    if len(kept) < len(items):
        remarks.append(f"entries of more than {limit} bytes, left out: {len(items) - len(kept)}")
    return kept


def _size(item: Item, limit: int) -> int:
    """Bytes of the text of an entry; counted exactly only where it can matter."""
    texts = (item.title, item.summary or "", item.body or "")
    characters = sum(map(len, texts))
    if characters * 4 <= limit or characters > limit:
        return characters
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def _pick(links: Sequence[tuple[str, str]]) -> str | None:
    """Of the alternate links the first to a web page, else the first (RFC 4287 §4.2.7.2)."""
    for href, media_type in links:
        if href and media_type.lower() in _HTML_TYPES:
            return href
    return next((href for href, _ in links if href), None)


def _entry_url(item: Item, base: str, is_atom: bool) -> str | None:
    """The address of an entry's page, absolute; where no link was sent, an id that can be one stands in."""
    stand = (urls.absolute(item.link_base, base) or base) if item.link_base else base
    found = urls.absolute(item.original_link, None) or urls.absolute(_pick(item.links), stand)
    if found or not item.id:
        return found
    if not item.id_is_link:
        return urls.absolute(item.id, None) if is_atom else None
    return urls.absolute(item.id, base if item.id.startswith("/") else None)


def _keys(items: list[Item], pages: list[str | None], form: str, remarks: list[str]) -> list[str | None]:
    """The key of each item; None for one that repeats another.

    Where a document gives one key to several items, those that are the same entry (see ``_same``) count
    once, the first standing for all; others show that the id says nothing, and get the key of the next
    layer: their link, then the hash of title and date.
    """
    keys: list[str | None] = [
        identity.entry_key(item.id, page, _unchanging(item)) for item, page in zip(items, pages, strict=True)
    ]
    for layer in ("id:", "url:"):
        for key in [
            key for key, times in Counter(keys).items() if times > 1 and key and key.startswith(layer)
        ]:
            places = [at for at, other in enumerate(keys) if other == key]
            first, page = items[places[0]], pages[places[0]]
            if all(_same(first, page, items[at], pages[at], form) for at in places[1:]):
                continue
            remarks.append(
                f"{len(places)} different entries share the {layer[:-1]} {key[len(layer) :][:80]!r}"
            )
            for at in places:
                link = pages[at] if layer == "id:" else None
                keys[at] = identity.entry_key(None, link, _unchanging(items[at]))
    return _once(keys, remarks)


def _once(keys: list[str | None], remarks: list[str]) -> list[str | None]:
    """Each key at its first place only."""
    seen: set[str | None] = set()
    single: list[str | None] = []
    for key in keys:
        single.append(None if key in seen else key)
        seen.add(key)
    if len(seen) < len(keys):
        remarks.append(f"entries sent more than once, of which the first is kept: {len(keys) - len(seen)}")
    return single


def _same(one: Item, one_page: str | None, other: Item, other_page: str | None, form: str) -> bool:
    """Whether two items of one key are one entry: RFC 4287 §4.1.1 says so of an Atom id; in RSS, where
    some programs give every item the same guid and link, title or date must agree as well.
    """
    if one_page != other_page:
        return False
    return form.startswith("atom") or one.title == other.title or one.published == other.published is not None


def _unchanging(item: Item) -> str:
    """What of an entry without id and link an editor leaves alone."""
    named = [item.title.strip(), item.published or item.updated or ""]
    return "\n".join(named) if any(named) else item.body or item.summary or ""


def _raw_entry(item: Item, key: str, url: str | None, base: str, head: Head) -> RawEntry:
    body, summary, body_type = _texts(item)
    published, updated = item.published, item.updated
    if published is None and updated and head.format.startswith(("rss", "cdf")):
        published, updated = updated, None  # dc:date of RSS 1.0 is the date of the item
    own_base = urls.absolute(item.base, base) if item.base else None
    language = item.language if item.language != head.language else None
    values = (
        url,
        _line(item.title),
        item.title_type,
        _authors(item.authors),
        _line(published) or None,
        _line(updated) or None,
        summary,
        body,
        body_type,
        own_base if own_base != base else None,
        tuple(dict.fromkeys(filter(None, map(_line, item.labels[:_MAX_LABELS])))),
        _enclosures(item, own_base or base),
        (item.rights or "").strip()[:_MAX_LINE] or None,
        urls.absolute(item.licence, base),
        _line(language) or None,
    )
    return RawEntry(key, identity.digest_fields(values), *values)


def _texts(item: Item) -> tuple[str, str | None, BodyType]:
    """Body, summary and the body's type: a lone summary is the body, a summary that repeats it is none."""
    if not item.body:
        return item.summary or "", None, item.summary_type
    summary = item.summary if item.summary and item.summary != item.body else None
    return item.body, summary, item.body_type


def _authors(written: list[str]) -> str | None:
    """The names, without mail addresses: "jane@example.org (Jane Doe)" is Jane Doe."""
    names = (_author_name(author) for author in written[:_MAX_AUTHORS])
    return ", ".join(dict.fromkeys(filter(None, names))) or None


def _author_name(written: str) -> str:
    name = _line(written)
    if "@" not in name:
        return name
    name = _EMPTY_BRACKETS.sub("", _MAIL.sub("", name)).strip()
    only = _IN_BRACKETS.fullmatch(name)
    return only[1].strip() if only else name


def _enclosures(item: Item, base: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for href, media_type, length in item.enclosures[:_MAX_ENCLOSURES]:
        url = urls.absolute(href, base)
        if url and url not in found:
            size = int(length) if length and re.fullmatch(r"[1-9]\d{0,17}", length) else None
            found[url] = Enclosure(url, _line(media_type) or None, size)
    return tuple(found.values())


def _line(value: str | None) -> str:
    """One field of a line: without white space at its ends, of bounded length."""
    return value.strip()[:_MAX_LINE] if value else ""
