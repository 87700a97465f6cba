"""TopicFeed -> JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

What is ours begins with an underscore, as the format asks: ``_disclosures``, ``_companies``, ``_source``.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from aggregator.core.text import xml_safe
from aggregator.model import CompanyTag, Disclosure, Story, TopicFeed
from aggregator.write import notices
from aggregator.write.addresses import absolute_iri, published_url, web_iri
from aggregator.write.grammar import language_tag, media_type
from aggregator.write.notices import company_name, one_line
from aggregator.write.parts import Parts
from aggregator.write.vocabulary import TAGGING


def write_json(feed: TopicFeed) -> Parts:
    """The topic as a JSON Feed: the same bytes for the same TopicFeed, whatever text goes in."""
    slug = feed.topic.slug
    own = notices.republisher(feed.notice)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": one_line(feed.topic.title) or slug,
        "home_page_url": published_url(feed.base_url, slug, "html"),
        "feed_url": published_url(feed.base_url, slug, "json"),
        "description": notices.subtitle(feed),
        "authors": [{"name": one_line(feed.title) or slug, "url": web_iri(feed.base_url)}],
        "_rights": notices.feed_rights(feed),
        "_tagging": {"method": "rules", "about": TAGGING},
        "_disclosures": [_disclosure(own)] if own else [],
        "items": [],
    }
    items = tuple(_bytes(_item(story, feed)) for story in feed.stories)
    return Parts(_bytes(document).removesuffix(_FOOT), items, _FOOT + b"\n", between=b", ")


_FOOT: Final = b"]}"  # items come last


def _bytes(value: dict[str, Any]) -> bytes:
    # json escapes every control but no lone surrogate, which UTF-8 cannot hold.
    return xml_safe(json.dumps(_known(value), ensure_ascii=False)).encode("utf-8")


def _item(story: Story, feed: TopicFeed) -> dict[str, Any]:
    entry = story.lead
    disclosed = notices.statements(entry, feed.notice)
    files = [
        {
            "url": web_iri(file.url),
            "mime_type": media_type(file.media_type) or "application/octet-stream",
            "size_in_bytes": file.length if file.length is not None and file.length >= 0 else None,
        }
        for file in entry.enclosures
        if web_iri(file.url)
    ]
    tags = [
        *(company_name(tag, feed) for tag in entry.tags),
        *(statement.kind.value for statement in disclosed),
        *map(one_line, entry.labels),
    ]
    return {
        "id": story.public_id,
        "url": web_iri(entry.article.url),
        "title": notices.heading(entry),
        "summary": one_line(entry.article.summary) or None,
        "content_html": notices.content(entry, disclosed, feed.footer),
        "date_published": _instant(story.published),
        "date_modified": _instant(story.updated),
        "authors": [{"name": notices.author(entry)}],
        "language": language_tag(entry.article.language),
        "tags": [tag for tag in dict.fromkeys(tags) if tag],
        "attachments": files or None,
        "_source": _source(story),
        "_also": [
            {"url": web_iri(link.url), "title": link.title, "source": link.source} for link in story.also
        ],
        "_rights": notices.rights(entry) or None,
        "_license": web_iri(entry.licence),
        "_disclosures": [_disclosure(item) for item in disclosed],
        "_companies": [_company(tag, company_name(tag, feed)) for tag in entry.tags],
    }


def _source(story: Story) -> dict[str, Any]:
    origin = story.lead.source
    name = one_line(origin.title) or one_line(origin.name) or origin.slug
    return {
        "id": absolute_iri(origin.id),
        "title": name,
        "url": web_iri(origin.link),
        "feed_url": web_iri(origin.url),
    }


def _disclosure(item: Disclosure) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "origin": item.origin.value,
        "text": item.text,
        "language": language_tag(item.language),
        "uri": absolute_iri(item.uri),
    }


def _company(tag: CompanyTag, name: str) -> dict[str, Any]:
    aliases = dict.fromkeys(mention.alias for mention in tag.mentions if mention.accepted)
    return {
        "slug": tag.company,
        "name": name,
        "score": round(tag.score, 3),
        "primary": tag.primary,
        "aliases": list(aliases),
    }


def _instant(value: datetime) -> str:
    return value.replace(microsecond=0).isoformat()


def _known(value: Any) -> Any:
    """The value without the members that are not known: JSON Feed leaves them out rather than null."""
    if isinstance(value, dict):
        return {
            key: _known(item) if isinstance(item, dict | list) else item
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [_known(item) if isinstance(item, dict | list) else item for item in value]
    return value
