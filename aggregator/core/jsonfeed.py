"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), which feedparser does not read."""

from __future__ import annotations

import json
from typing import Any

from aggregator.core import text
from aggregator.core.assemble import Head, Item, Reading
from aggregator.errors import NotAFeedError
from aggregator.model import BodyType

# Once read, each takes up to 230 bytes, and some three of the document's.
MAX_CONTAINERS = 400_000  # 2,000 items of 200
MAX_QUOTES = 1_500_000


def read(body: bytes) -> Reading:
    """The reading of a UTF-8 JSON document. Raises NotAFeedError where it is no JSON Feed."""
    if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS or body.count(b'"') > MAX_QUOTES:
        raise NotAFeedError("the document is JSON of more objects, lists and strings than a feed has")
    try:
        data = json.loads(body.decode("utf-8", "replace"), parse_int=_number, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise NotAFeedError("the document begins like JSON but is none, or nests too deeply") from error
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise NotAFeedError("the document is JSON, but no JSON Feed: it has no list of items")
    version = _string(data, "version")
    if "jsonfeed.org" not in version and "title" not in data:
        raise NotAFeedError("the document is JSON, but no JSON Feed: it has neither version nor title")
    return Reading(_head(data, version), [_item(one) for one in data["items"] if isinstance(one, dict)])


def _number(digits: str) -> int:
    """An integer; one of thousands of digits, which int() would take its time for, is 0."""
    return int(digits) if len(digits) < 20 else 0


def _head(data: dict[str, Any], version: str) -> Head:
    hubs = [hub for hub in _objects(data, "hubs") if _string(hub, "type").lower() == "websub"]
    return Head(
        "json10" if version.endswith("/1") or version.endswith("/1.0") else "json11",
        title=_string(data, "title"),
        links=[(_string(data, "home_page_url"), "")],
        id=_string(data, "feed_url") or None,
        authors=_authors(data),
        language=_string(data, "language") or None,
        rights=_string(data, "_rights") or _string(data, "copyright") or None,
        hub=_string(hubs[0], "url") if hubs else None,
        topic=_string(data, "feed_url") or None,
    )


def _item(data: dict[str, Any]) -> Item:
    html = _string(data, "content_html")
    urls = [_string(data, name) for name in ("url", "external_url")]
    return Item(
        id=_string(data, "id") or None,
        id_is_link=True,
        links=[(url, "") for url in urls if url],
        title=_string(data, "title"),
        title_type=BodyType.TEXT,
        authors=_authors(data),
        published=_string(data, "date_published") or None,
        updated=_string(data, "date_modified") or None,
        summary=_string(data, "summary") or None,
        summary_type=BodyType.TEXT,
        body=html or _string(data, "content_text") or None,
        body_type=BodyType.HTML if html else BodyType.TEXT,
        labels=[label for label in _list(data, "tags") if isinstance(label, str)],
        enclosures=[
            (_string(one, "url"), _string(one, "mime_type") or None, _string(one, "size_in_bytes") or None)
            for one in _objects(data, "attachments")
        ],
        licence=_string(data, "license") or None,
        language=_string(data, "language") or None,
    )


def _authors(data: dict[str, Any]) -> list[str]:
    """1.1 has authors, 1.0 had author. Either should be objects, and some are plain names."""
    people = _list(data, "authors") or [data.get("author")]
    named = [_string(one, "name") if isinstance(one, dict) else one for one in people]
    return [name for name in named if isinstance(name, str)]


def _string(data: dict[str, Any], name: str) -> str:
    """A string, or a number in its place (ids should be strings, and often are not); else ""."""
    value = data.get(name)
    if isinstance(value, str):
        return text.xml_safe(value).strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _list(data: dict[str, Any], name: str) -> list[Any]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _objects(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [one for one in _list(data, name) if isinstance(one, dict)]
