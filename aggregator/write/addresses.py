"""The addresses that we publish: of our feeds and pages, and others' made fit for a feed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from aggregator.core.urls import without_credentials
from aggregator.model import TopicFeed
from aggregator.write.vocabulary import FEED_NAMES, FEED_TYPES

# What an IRI may not hold bare (RFC 3987 §2.2): an XML parser lets it pass, a feed validator does not.
_NOT_IRI = re.compile(
    r"[\x00-\x20\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ue000-\uf8ff<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})"
)
_WEB = re.compile(r"https?:", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]")
# Host and port (RFC 3986 §3.2.2): brackets stand around an IPv6 address, and nowhere else in a URL.
_AUTHORITY = re.compile(
    r"[^/?#:]+://(?:\[[0-9A-Fa-f:.]+\]|[^/?#\[\]:\\\s]+)(?::[0-9]*)?(?=[/?#]|\Z)|(?![^/?#:]+://)[^/?#:]+:"
)
_BRACKETS = str.maketrans({"[": "%5B", "]": "%5D"})


@lru_cache(maxsize=4096)
def published_name(slug: str, extension: str) -> str:
    """The name of a topic's file as a relative URL: ``samsung+openai.atom``.

    "+" stays literal: in a path it means itself (RFC 3986 §3.3), and people read it as AND.
    """
    return f"{quote(slug, safe='+-._~', errors='replace')}.{extension}"


def published_url(base_url: str, slug: str, extension: str) -> str:
    """Where a topic's file is found: ``https://host/samsung+openai.atom``."""
    return base_url + published_name(slug, extension)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link of a whole feed (RFC 4287 §4.2.7)."""

    href: str
    rel: str
    type: str
    title: str | None = None


def feed_links(feed: TopicFeed, written: str) -> tuple[FeedLink, ...]:
    """Where a topic is found, for its feed in the format ``written``: itself, its page, its other formats."""
    slug = feed.topic.slug

    def found(extension: str) -> str:
        return published_url(feed.base_url, slug, extension)

    others = (name for name in feed.topic.formats if name != written)
    return (
        FeedLink(found(written), "self", FEED_TYPES[written]),
        FeedLink(found("html"), "alternate", "text/html"),
        *(FeedLink(found(name), "alternate", FEED_TYPES[name], FEED_NAMES[name]) for name in others),
    )


@lru_cache(maxsize=2048)
def web_iri(url: str | None) -> str | None:
    """An http or https URL as an IRI without credentials, fit for an attribute; None for anything else."""
    if not url or not _WEB.match(url):
        return None
    return _legal(without_credentials(url.strip()))


@lru_cache(maxsize=2048)
def absolute_iri(value: str | None) -> str | None:
    """Any absolute IRI (tag:, urn:, https: …), as an id may be; None for anything that is none."""
    if not value or not _ABSOLUTE.match(value):
        return None
    return _legal(without_credentials(value.strip()))


def _legal(iri: str) -> str | None:
    """The IRI with what RFC 3987 forbids percent-encoded; None where the host cannot be read."""
    head = _AUTHORITY.match(iri)
    if head is None:
        return None
    rest, mark, fragment = iri[head.end() :].partition("#")
    joined = head[0] + rest.translate(_BRACKETS) + mark + fragment.translate(_BRACKETS).replace("#", "%23")
    return _NOT_IRI.sub(lambda found: quote(found[0], safe="", errors="replace"), joined)
