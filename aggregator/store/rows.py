"""A draft as rows of the tables, and the hashes that tell whether anything of it changed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from aggregator.core import stories
from aggregator.core.expr import Facts
from aggregator.core.text import xml_safe
from aggregator.model import Disclosure, Draft, Packed, Versions
from aggregator.store import codec

_DAY = timedelta(days=1)


def versions_text(versions: Versions) -> str:
    """The rules that made a row, in one column."""
    return f"{versions.cleaned} {versions.disclosed} {versions.tagged}"


def _article_hash(draft: Draft) -> bytes:
    article, raw = draft.article, draft.raw
    shown = (
        article.url,
        article.title,
        article.author,
        article.section,
        article.published,
        article.updated,
        article.html,
        article.summary,
        article.language,
        article.reading_minutes,
        raw.categories,
        raw.enclosures,
        raw.rights,
        raw.licence,
    )
    return _digest(shown)


def _digest(value: object) -> bytes:
    # Frozen dataclasses, strings, numbers: their repr is exact and the same in every process.
    return blake2b(repr(value).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def believed(published: datetime | None, seen: datetime) -> datetime:
    """When an entry was published: as it says, unless it says nothing or lies over a day in the future."""
    return published if published is not None and published <= seen + _DAY else seen


def pack(draft: Draft) -> Packed:
    """A draft as it is written. Pure, so that a worker process can do it."""
    raw = draft.raw
    return Packed(
        key=raw.key,
        fingerprint=raw.fingerprint,
        article_hash=_article_hash(draft),
        facts_hash=_digest((draft.tags, draft.disclosures)),
        columns=_columns(draft),
        tags=tuple(
            (one.company, one.score, one.primary, codec.dump_mentions(one.mentions)) for one in draft.tags
        ),
        disclosures=tuple(_disclosure(one) for one in dict.fromkeys(draft.disclosures)),
        raw=codec.dump_raw(raw),
        sketch=pack_sketch(draft.sketch),
        bands=tuple(sorted(set(stories.bands(draft.sketch)))),
    )


def _columns(draft: Draft) -> dict[str, object]:
    article, raw = draft.article, draft.raw
    extras = [[xml_safe(label) for label in raw.categories], [astuple(one) for one in raw.enclosures]]
    return {
        "versions": versions_text(draft.versions),
        "language": article.language,
        "url": article.url,
        "title": article.title,
        "author": article.author,
        "section": article.section,
        "published": article.published,
        "updated": article.updated,
        "reading_minutes": article.reading_minutes,
        "rights": raw.rights and xml_safe(raw.rights),
        "licence": raw.licence and xml_safe(raw.licence),
        "extras": codec.dump(extras),
        "summary": article.summary,
        "html": article.html,
    }


def _disclosure(one: Disclosure) -> tuple[str, str, str, str | None, str | None, str | None]:
    evidence = one.evidence and codec.dump(codec.evidence_values(one.evidence))
    return (one.kind.value, one.origin.value, one.text, one.language, one.uri, evidence or None)


def pack_sketch(sketch: tuple[int, ...]) -> bytes:
    """A sketch as bytes."""
    return array("q", sketch).tobytes()


def unpack_sketch(data: bytes) -> tuple[int, ...]:
    """A sketch from its bytes."""
    return tuple(array("q", data))


def entry_columns(packed: Packed) -> dict[str, Any]:
    """The columns of ``entries`` that an entry's content decides."""
    return {
        "fingerprint": packed.fingerprint,
        "article_hash": packed.article_hash,
        "facts_hash": packed.facts_hash,
        **packed.columns,
    }


def tag_rows(entries: Iterable[tuple[int, Packed]]) -> list[dict[str, Any]]:
    """The rows of ``tags``."""
    return [
        {
            "company": company,
            "entry_id": entry_id,
            "score": score,
            "is_primary": primary,
            "mentions": mentions,
        }
        for entry_id, packed in entries
        for company, score, primary, mentions in packed.tags
    ]


def disclosure_rows(entries: Iterable[tuple[int, Packed]]) -> list[dict[str, Any]]:
    """The rows of ``disclosures``."""
    names = ("kind", "origin", "text", "language", "uri", "evidence")
    return [
        {"entry_id": entry_id, "position": position, **dict(zip(names, values, strict=True))}
        for entry_id, packed in entries
        for position, values in enumerate(packed.disclosures)
    ]


def raw_rows(entries: Iterable[tuple[int, Packed]]) -> list[dict[str, Any]]:
    """The rows of ``raw_entries``."""
    return [{"entry_id": entry_id, "raw": packed.raw} for entry_id, packed in entries]


def published(packed: Packed) -> datetime | None:
    """When an entry says it was published."""
    value = packed.columns["published"]
    return value if isinstance(value, datetime) else None


def facts_of(packed: Packed, source_slug: str) -> Facts:
    """What a topic may ask of an entry."""
    language = packed.columns["language"]
    return Facts(
        companies=frozenset(company for company, *_ in packed.tags),
        primary=frozenset(company for company, _, primary, _ in packed.tags if primary),
        kinds=frozenset(kind for kind, *_ in packed.disclosures),
        language=language if isinstance(language, str) else None,
        source=source_slug,
    )
