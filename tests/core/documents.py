"""Builders of documents for the tests of the readers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from aggregator.core.parse import parse
from aggregator.model import Document, FetchLimits, PageRules, ParsedFeed

FEEDS = Path(__file__).parent.parent / "fixtures" / "feeds"
URL = "https://news.example.org/feed"


def a_document(body: bytes | str, content_type: str = "", url: str = URL) -> Document:
    data = body.encode() if isinstance(body, str) else body
    return Document(url, content_type, data, datetime(2025, 2, 4, tzinfo=UTC))


def parsed(body: bytes | str, *, page: PageRules | None = None, **limits: int) -> ParsedFeed:
    return parse(a_document(body), FetchLimits(**limits), page)


def parsed_file(name: str, page: PageRules | None = None) -> ParsedFeed:
    return parsed((FEEDS / name).read_bytes(), page=page)


def rss(inner: str, head: str = "", more: str = "") -> str:
    return (
        f'<rss version="2.0"{more}><channel><title>Lantern Weekly</title>'
        f"<link>https://news.example.org/</link>{head}{inner}</channel></rss>"
    )
