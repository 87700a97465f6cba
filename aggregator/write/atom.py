"""TopicFeed -> Atom 1.0 (RFC 4287): the only home of feedgen.

feedgen 1.0.0 builds the document and checks that what is required is there. What it has no interface
for, or loses (attributes of entry links, a whole atom:source), a feedgen extension adds. Its children
are made with bare names, as feedgen makes its own: a namespaced name would come out with a prefix.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from aggregator import __version__
from aggregator.model import Disclosure, Entry, Origination, Story, TopicFeed
from aggregator.write import notices
from aggregator.write.addresses import absolute_iri, feed_links, published_url, web_iri
from aggregator.write.elements import LANG, NSMAP, child, company, disclosure, of_all
from aggregator.write.grammar import language_tag, media_type
from aggregator.write.notices import company_name, one_line
from aggregator.write.parts import Parts, cut
from aggregator.write.vocabulary import (
    COMPANY_SCHEME,
    FEED_TYPES,
    GENERATOR,
    KIND_LABELS,
    KIND_SCHEME,
    NAMESPACE,
)


def write_atom(feed: TopicFeed) -> Parts:
    """The topic as an Atom feed: the same bytes for the same TopicFeed.

    Any text may go in: what XML forbids is left out, so that no entry can lose the feed.
    """
    atom = FeedGenerator()
    atom.id(feed.feed_id)
    atom.title(one_line(feed.topic.title) or feed.topic.slug)
    atom.subtitle(notices.subtitle(feed))
    atom.updated(_whole_second(feed.updated))
    atom.rights(notices.feed_rights(feed))
    atom.generator(GENERATOR, version=__version__, uri=NAMESPACE)
    atom.author(name=one_line(feed.title) or GENERATOR, uri=web_iri(feed.base_url))
    for link in feed_links(feed, "atom"):
        atom.link(href=link.href, rel=link.rel, type=link.type, title=link.title)
    atom.register_extension("ours", _FeedExtension, _EntryExtension, atom=True, rss=False)
    atom.ours.notice = feed.notice
    for story in feed.stories:
        _add(atom, story, feed)
    return cut(atom.atom_str(pretty=True), b"  <entry>\n", b"</feed>\n")


@dataclass(frozen=True, slots=True)
class Message:
    """An entry in our own words."""

    id: str
    title: str
    at: datetime
    html: str
    link: str | None  # None: it leads nowhere


@dataclass(frozen=True, slots=True)
class MessageFeed:
    """A feed of what we ourselves have to say."""

    id: str
    slug: str  # of its file
    title: str
    subtitle: str
    author: str
    base_url: str
    updated: datetime
    messages: tuple[Message, ...]  # newest first


def write_messages(feed: MessageFeed) -> bytes:
    """Our own messages as an Atom feed: the same bytes for the same MessageFeed."""
    atom = FeedGenerator()
    atom.id(feed.id)
    atom.title(one_line(feed.title))
    atom.subtitle(one_line(feed.subtitle))
    atom.updated(_whole_second(feed.updated))
    atom.generator(GENERATOR, version=__version__, uri=NAMESPACE)
    atom.author(name=one_line(feed.author) or GENERATOR)
    self_link = published_url(feed.base_url, feed.slug, "atom")
    atom.link(href=self_link, rel="self", type=FEED_TYPES["atom"])
    atom.link(href=feed.base_url, rel="alternate", type="text/html")
    for message in feed.messages:
        item: FeedEntry = atom.add_entry(order="append")
        item.id(message.id)
        item.title(one_line(message.title))
        item.updated(_whole_second(message.at))
        item.published(_whole_second(message.at))
        item.content(notices.safe(message.html), type="html")
        target = web_iri(message.link)
        if target:
            item.link(href=target)
    written: bytes = atom.atom_str(pretty=True)
    return written


def _add(atom: FeedGenerator, story: Story, feed: TopicFeed) -> None:
    """Add one story, led by its best entry."""
    entry = story.lead
    disclosed = notices.statements(entry, feed.notice)
    item: FeedEntry = atom.add_entry(order="append")
    item.id(story.public_id)
    item.title(notices.heading(entry))
    item.updated(_whole_second(story.updated))
    item.published(_whole_second(story.published))
    item.author(name=notices.author(entry))
    if entry.article.summary.strip():
        item.summary(one_line(entry.article.summary), type="text")
    item.content(notices.content(entry, disclosed, feed.footer), type="html")
    if notices.rights(entry):
        item.rights(notices.rights(entry))
    item.category(_categories(entry, disclosed, feed))
    item.ours.fill(story, disclosed, feed)


def _whole_second(instant: datetime) -> datetime:
    """RFC 3339 allows fractions; not every reader does."""
    return instant.replace(microsecond=0)


def _categories(entry: Entry, disclosed: tuple[Disclosure, ...], feed: TopicFeed) -> list[dict[str, str]]:
    """Companies and disclosure kinds, each with its scheme, and the source's own labels without one."""
    companies = [
        {"term": tag.company, "scheme": COMPANY_SCHEME, "label": company_name(tag, feed)}
        for tag in entry.tags
    ]
    kinds = [
        {"term": kind.value, "scheme": KIND_SCHEME, "label": KIND_LABELS[kind]}
        for kind in dict.fromkeys(item.kind for item in disclosed)
    ]
    labels = [{"term": label} for label in dict.fromkeys(map(one_line, entry.labels)) if label]
    return [*companies, *kinds, *labels]


class _FeedExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Declares our namespace once, on the feed, and states what holds for all of it."""

    notice: str = ""

    def extend_ns(self) -> dict[str, str]:
        return NSMAP

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        of_all(feed, self.notice)
        return feed


class _EntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Adds to an entry what feedgen cannot say."""

    def fill(self, story: Story, disclosed: tuple[Disclosure, ...], feed: TopicFeed) -> None:
        self.story, self.disclosed, self.feed = story, disclosed, feed

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        lead = self.story.lead
        _languages(entry, language_tag(lead.article.language))
        _links(entry, self.story)
        _source(entry, lead.source, self.story.updated)
        for item in self.disclosed:
            disclosure(entry, item)
        for tag in lead.tags:
            company(entry, tag, company_name(tag, self.feed))
        return entry


def _languages(entry: etree._Element, language: str | None) -> None:
    """Mark the article's words, and only these: our own notices are in another language."""
    if language:
        for name in ("title", "summary", "content"):
            for element in entry.findall(name):
                element.set(LANG, language)


def _links(entry: etree._Element, story: Story) -> None:
    """The links of an entry (RFC 4287 §4.2.7); rel=license is RFC 4946's."""
    lead = story.lead
    _link(entry, lead.article.url, rel="alternate", hreflang=language_tag(lead.article.language))
    for report in story.also:
        _link(entry, report.url, rel="related", title=one_line(f"{report.source}: {report.title}"))
    for file in lead.enclosures:
        length = str(file.length) if file.length is not None and file.length >= 0 else None
        _link(entry, file.url, rel="enclosure", type=media_type(file.media_type), length=length)
    _link(entry, lead.licence, rel="license")


def _link(parent: etree._Element, href: str | None, **attributes: str | None) -> None:
    target = web_iri(href)
    if target:
        child(parent, "link", None, href=target, **attributes)


def _source(entry: etree._Element, origin: Origination, updated: datetime) -> None:
    """atom:source (RFC 4287 §4.2.11): id, title and updated are what an aggregator should keep."""
    source = etree.SubElement(entry, "source")
    name = one_line(origin.title) or one_line(origin.name) or origin.slug
    child(
        source,
        "id",
        absolute_iri(origin.id) or absolute_iri(origin.url) or f"{NAMESPACE}/source/{origin.slug}",
    )
    child(source, "title", name)
    child(source, "updated", _whole_second(origin.updated or updated).isoformat())
    _link(source, origin.link, rel="alternate")
    _link(source, origin.url, rel="self")
    if one_line(origin.rights or ""):
        child(source, "rights", one_line(origin.rights or ""))
