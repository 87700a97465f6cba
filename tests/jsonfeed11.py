"""JSON Feed 1.1 as a list of problems: what a validator would say, without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

VERSION = "https://jsonfeed.org/version/1.1"

_EXTENSION = re.compile(r"_[A-Za-z].*", re.DOTALL)
_URL = re.compile(r"https?://[^\x00-\x20\"<>\\^`{|}]+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")

Check = Callable[[object], bool]


def _text(value: object) -> bool:
    return isinstance(value, str)


def _plain(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _url(value: object) -> bool:
    return isinstance(value, str) and bool(_URL.fullmatch(value))


def _instant(value: object) -> bool:
    return (
        isinstance(value, str)
        and bool(_INSTANT.fullmatch(value))
        and bool(datetime.fromisoformat(value).tzinfo)
    )


def _language(value: object) -> bool:
    return isinstance(value, str) and bool(_LANGUAGE.fullmatch(value))


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _tags(value: object) -> bool:
    return isinstance(value, list) and all(map(_plain, value)) and len(set(value)) == len(value)


def _list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


_AUTHOR: Mapping[str, Check] = {"name": _plain, "url": _url, "avatar": _url}
_FEED: Mapping[str, Check] = {
    "version": lambda value: value == VERSION, "title": _plain, "home_page_url": _url, "feed_url": _url,
    "description": _plain, "user_comment": _plain, "next_url": _url, "icon": _url, "favicon": _url,
    "authors": _list, "language": _language, "expired": lambda value: isinstance(value, bool),
    "hubs": _list, "items": _list,
}  # fmt: skip
_ITEM: Mapping[str, Check] = {
    "id": _plain, "url": _url, "external_url": _url, "title": _plain, "content_html": _text,
    "content_text": _text, "summary": _plain, "image": _url, "banner_image": _url,
    "date_published": _instant, "date_modified": _instant, "authors": _list, "tags": _tags,
    "language": _language, "attachments": _list,
}  # fmt: skip
_ATTACHMENT: Mapping[str, Check] = {
    "url": _url, "mime_type": lambda value: isinstance(value, str) and bool(_MEDIA_TYPE.fullmatch(value)),
    "title": _plain, "size_in_bytes": _count, "duration_in_seconds": _count,
}  # fmt: skip


def problems(body: bytes) -> list[str]:
    """All that the specification has against a document; empty: nothing."""
    try:
        document = json.loads(body.decode("utf-8"))
    except ValueError as error:
        return [f"no JSON in UTF-8: {error}"]
    if not isinstance(document, dict):
        return ["the top level is no object"]
    return list(_feed(document))


def _feed(document: dict[str, object]) -> Iterator[str]:
    yield from _object("feed", document, _FEED, ("version", "title", "items"))
    yield from _people("feed", document)
    items = document.get("items")
    ids: set[object] = set()
    for number, item in enumerate(items if _list(items) else ()):  # type: ignore[arg-type]
        where = f"items[{number}]"
        yield from _object(where, item, _ITEM, ("id",))
        yield from _people(where, item)
        if not {"content_html", "content_text"} & item.keys():
            yield f"{where}: neither content_html nor content_text"
        if item.get("id") in ids:
            yield f"{where}: an id used before"
        ids.add(item.get("id"))
        for attachment in item.get("attachments", ()):
            yield from _object(f"{where}.attachments", attachment, _ATTACHMENT, ("url", "mime_type"))


def _people(where: str, holder: dict[str, object]) -> Iterator[str]:
    authors = holder.get("authors", ())
    for author in authors if _list(authors) else ():  # type: ignore[arg-type]
        yield from _object(f"{where}.authors", author, _AUTHOR, ())
        if not author:
            yield f"{where}.authors: one without name, url and avatar"


def _object(
    where: str, found: dict[str, object], known: Mapping[str, Check], required: tuple[str, ...]
) -> Iterator[str]:
    yield from (f"{where}.{key}: missing" for key in required if key not in found)
    for key, value in found.items():
        if key in known:
            if not known[key](value):
                yield f"{where}.{key}: {value!r}"
        elif not _EXTENSION.fullmatch(key):
            yield f"{where}.{key}: no member of the format, and no extension"
