"""The addresses that we publish: of our feeds and pages, and others' made fit for a feed."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from aggregator.core.urls import without_credentials

# What an IRI may not hold bare (RFC 3987 §2.2): an XML parser lets it pass, a feed validator does not.
_NOT_IRI = re.compile(
    r"[\x00-\x20\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ue000-\uf8ff<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})"
)
_WEB = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]")


def published_name(slug: str, extension: str) -> str:
    """The name of a topic's file as a relative URL: ``samsung+openai.atom``.

    "+" stays literal: in a path it means itself (RFC 3986 §3.3), and people read it as AND.
    """
    return f"{quote(slug, safe='+-._~', errors='replace')}.{extension}"


def published_url(base_url: str, slug: str, extension: str) -> str:
    """Where a topic's file is found: ``https://host/samsung+openai.atom``."""
    return base_url + published_name(slug, extension)


@lru_cache(maxsize=2048)
def web_iri(url: str | None) -> str | None:
    """An http or https URL as an IRI without credentials, fit for an attribute; None for anything else."""
    if not url or not _WEB.match(url):
        return None
    return _escaped(without_credentials(url))


@lru_cache(maxsize=2048)
def absolute_iri(value: str | None) -> str | None:
    """Any absolute IRI (tag:, urn:, https: …), as an id may be; None for anything that is none."""
    if not value or not _ABSOLUTE.match(value):
        return None
    return _escaped(without_credentials(value))


def _escaped(iri: str) -> str:
    """The IRI with what RFC 3987 forbids percent-encoded."""
    return _NOT_IRI.sub(lambda found: quote(found[0], safe="", errors="replace"), iri)
