"""What an entry is called, whether it changed, and which rules made a row."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from urllib.parse import quote

from aggregator.core import text, urls
from aggregator.model import RawEntry

_FINGERPRINT_BYTES = 16
_MAX_KEY = 400  # characters; longer ids are hashed so that an index can hold them
_NO_IDS = frozenset({"", "0", "-", "none", "null", "undefined", "n/a", "tag:", "http://", "https://"})
_ENOUGH_TO_TELL = 3  # entries of a document of which none is known
_TAG_SAFE = "/:;@!$&'()*+,=-._~?"
_FIELDS = tuple(
    field.name for field in dataclasses.fields(RawEntry) if field.name not in ("key", "fingerprint")
)


def entry_key(entry_id: str | None, url: str | None, unchanging: str) -> str:
    """The name of an entry within its source, by the best of three layers.

    ``id:`` the id it was sent with; ``url:`` else its canonical link; ``hash:`` else the hash of what
    does not change when it is edited (the caller's choice: title and date). The prefixes keep an id that
    looks like a link apart from a link.
    """
    if entry_id and entry_id.strip().lower() not in _NO_IDS:
        return _bounded("id:" + entry_id.strip())
    if url:
        return _bounded("url:" + urls.canonical(url))
    return "hash:" + _digest(unchanging)


@dataclass(frozen=True, slots=True)
class Sighting:
    """What tells an entry apart besides its key."""

    key: str
    link: str  # "": it has none
    title: str
    published: datetime | None


def come_again(
    fresh: Sequence[Sighting], stored: Sequence[Sighting], in_document: Collection[str]
) -> dict[str, str]:
    """Which entries with keys never seen are stored ones whose id has changed: new key -> old key.

    fresh are a document's entries under unknown keys, in_document the keys of all its entries, stored
    what stands under the same links, oldest first. An entry is a stored one that the document no longer
    holds where link, title and date of publication agree; also with another date where no key of a
    document of three entries or more is known, and half of them agree in link and title: then dates as
    well as ids are made anew for each request. A link that several entries share tells nothing.
    """
    links = Counter(one.link for one in fresh)
    left = {(one.link, one.title): one for one in stored if one.key not in in_document}
    pairs = [
        (one, left[one.link, one.title])
        for one in fresh
        if one.link and links[one.link] == 1 and (one.link, one.title) in left
    ]
    all_new = len(fresh) == len(in_document) >= _ENOUGH_TO_TELL and 2 * len(pairs) >= len(fresh)
    return {one.key: old.key for one, old in pairs if all_new or one.published == old.published}


def fingerprint(raw: RawEntry) -> bytes:
    """16 bytes that change when anything of the entry does, its key aside."""
    return digest_fields(tuple(getattr(raw, name) for name in _FIELDS))


def digest_fields(values: Sequence[object]) -> bytes:
    """The fingerprint of a RawEntry's fields in their order, from ``url`` on."""
    # Lengths keep ("ab", "") and ("a", "b") apart; repr alone would do, at four times the cost.
    written = [f"{len(v)}:{v}" if isinstance(v, str) else repr(v) for v in values]
    data = ",".join(written).encode("utf-8", "backslashreplace")
    return blake2b(data, digest_size=_FINGERPRINT_BYTES).digest()


def tag_uri(authority: str, day: date, specific: str) -> str:
    """A tag: URI (RFC 4151): ``tag:example.org,2025-02-04:feeds/samsung``.

    Minted once and stored; ``authority`` is a domain or mail address that was ours on that day.
    """
    return f"tag:{authority.lower()},{day:%Y-%m-%d}:{quote(specific, safe=_TAG_SAFE)}"


def data_version(prefix: str, code_number: int, data: object) -> str:
    """The version of a rule set: a letter, the number of its code, the hash of its data: ``t4:9f1a03c2``.

    ``data`` is anything made of mappings, sequences, dataclasses and scalars; the order of a mapping
    does not count.
    """
    written = json.dumps(data, sort_keys=True, ensure_ascii=False, default=_jsonable)
    return f"{prefix}{code_number}:{_digest(written)[:8]}"


def _jsonable(value: object) -> object:
    """What json cannot write itself, as something that it can."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)


def _bounded(key: str) -> str:
    key = text.xml_safe(key)
    if len(key) <= _MAX_KEY:
        return key
    layer = key.partition(":")[0]
    return f"{layer}:{_digest(key)}"


def _digest(value: str) -> str:
    return blake2b(value.encode("utf-8", "backslashreplace"), digest_size=_FINGERPRINT_BYTES).hexdigest()
