"""TopicFeed -> RSS 2.0 (https://www.rssboard.org/rss-specification), for readers that want nothing else.

What RSS lacks comes from the usual modules: content:encoded, Dublin Core (dc) and Atom's own elements.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import Final

from lxml import etree

from aggregator import __version__
from aggregator.model import Disclosure, Enclosure, Entry, Story, TopicFeed
from aggregator.write import notices
from aggregator.write.addresses import feed_links, published_url, web_iri
from aggregator.write.elements import NSMAP, child, company, disclosure, of_all
from aggregator.write.grammar import language_tag, media_type
from aggregator.write.notices import company_name, one_line
from aggregator.write.parts import Parts, cut
from aggregator.write.vocabulary import COMPANY_SCHEME, GENERATOR, KIND_SCHEME

_ATOM: Final = "http://www.w3.org/2005/Atom"
_CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
_DC: Final = "http://purl.org/dc/elements/1.1/"
_NAMESPACES: Final = {**NSMAP, "atom": _ATOM, "content": _CONTENT, "dc": _DC}


def write_rss(feed: TopicFeed) -> Parts:
    """The topic as an RSS feed: the same bytes for the same TopicFeed, whatever text goes in."""
    root = etree.Element("rss", nsmap=_NAMESPACES, version="2.0")
    channel = etree.SubElement(root, "channel")
    slug = feed.topic.slug
    child(channel, "title", one_line(feed.topic.title) or slug)
    child(channel, "link", published_url(feed.base_url, slug, "html"))
    child(channel, "description", notices.subtitle(feed))
    child(channel, "copyright", notices.feed_rights(feed))
    child(channel, "lastBuildDate", format_datetime(feed.updated))
    child(channel, "generator", f"{GENERATOR} {__version__}")
    for link in feed_links(feed, "rss"):
        _atom_link(channel, link.href, link.rel, link.type, link.title)
    of_all(channel, feed.notice)
    for story in feed.stories:
        _item(channel, story, feed)
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return cut(written, b"    <item>\n", b"  </channel>\n</rss>\n")


def _item(channel: etree._Element, story: Story, feed: TopicFeed) -> None:
    entry = story.lead
    disclosed = notices.statements(entry, feed.notice)
    item = etree.SubElement(channel, "item")
    child(item, "title", notices.heading(entry))
    target = web_iri(entry.article.url)
    if target:
        child(item, "link", target)
    child(item, "guid", story.public_id, isPermaLink="false")
    child(item, "pubDate", format_datetime(story.published))
    child(item, f"{{{_ATOM}}}updated", story.updated.replace(microsecond=0).isoformat())
    child(item, f"{{{_DC}}}creator", notices.author(entry))
    language = language_tag(entry.article.language)
    if language:
        child(item, f"{{{_DC}}}language", language)
    if notices.rights(entry):
        child(item, f"{{{_DC}}}rights", notices.rights(entry))
    child(item, "description", one_line(entry.article.summary) or notices.heading(entry))
    child(item, f"{{{_CONTENT}}}encoded", notices.content(entry, disclosed, feed.footer))
    _source_and_links(item, story)
    _categories(item, entry, disclosed, feed)
    for statement in disclosed:
        disclosure(item, statement)
    for tag in entry.tags:
        company(item, tag, company_name(tag, feed))


def _source_and_links(item: etree._Element, story: Story) -> None:
    """Where it comes from, who else reports it, on what terms, and its files."""
    origin = story.lead.source
    url = web_iri(origin.url)
    if url:
        child(item, "source", one_line(origin.title) or one_line(origin.name) or origin.slug, url=url)
    for report in story.also:
        _atom_link(item, web_iri(report.url), "related", None, one_line(f"{report.source}: {report.title}"))
    _atom_link(item, web_iri(story.lead.licence), "license")
    _files(item, [(address, file) for file in story.lead.enclosures if (address := web_iri(file.url))])


def _files(item: etree._Element, files: list[tuple[str, Enclosure]]) -> None:
    """The first file as RSS has it, which has room for one; the others as Atom has them."""
    for address, file in files[:1]:
        # All three attributes are required; a length of 0 is the specification's own way to say "not known".
        kind = media_type(file.media_type) or "application/octet-stream"
        child(item, "enclosure", None, url=address, length=str(max(0, file.length or 0)), type=kind)
    for address, file in files[1:]:
        _atom_link(item, address, "enclosure", media_type(file.media_type))


def _atom_link(
    parent: etree._Element, href: str | None, rel: str, kind: str | None = None, title: str | None = None
) -> None:
    if href:
        child(parent, f"{{{_ATOM}}}link", None, href=href, rel=rel, type=kind, title=title)


def _categories(
    item: etree._Element, entry: Entry, disclosed: tuple[Disclosure, ...], feed: TopicFeed
) -> None:
    for tag in entry.tags:
        child(item, "category", company_name(tag, feed), domain=COMPANY_SCHEME)
    for kind in dict.fromkeys(statement.kind for statement in disclosed):
        child(item, "category", kind.value, domain=KIND_SCHEME)
    for label in dict.fromkeys(map(one_line, entry.labels)):
        if label:
            child(item, "category", label)
