"""IndexPage -> OPML 2.0 (http://opml.org/spec2.opml): every topic's feed, to subscribe to at once."""

from __future__ import annotations

from lxml import etree

from aggregator.model import IndexPage
from aggregator.write.addresses import published_url
from aggregator.write.notices import one_line


def write_opml(page: IndexPage) -> bytes:
    """The topics as a subscription list; the same bytes for the same page.

    It has no dateCreated: that would change when nothing happened.
    """
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = one_line(page.title)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for summary in page.topics:
        topic = summary.topic
        title = one_line(topic.title) or topic.slug
        outline = etree.SubElement(body, "outline", text=title, title=title, type="rss", version="ATOM1")
        outline.set("xmlUrl", published_url(page.base_url, topic.slug, "atom"))
        outline.set("htmlUrl", published_url(page.base_url, topic.slug, "html"))
        if one_line(topic.description or ""):
            outline.set("description", one_line(topic.description or ""))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
