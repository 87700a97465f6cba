"""A draft as rows of the tables, and the hashes that tell whether anything of it changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from aggregator.core.expr import Facts
from aggregator.core.text import xml_safe
from aggregator.model import Draft, Versions
from aggregator.store import codec

_DAY = timedelta(days=1)


def versions_text(versions: Versions) -> str:
    """The rules that made a row, in one column."""
    return f"{versions.cleaned} {versions.disclosed} {versions.tagged}"


def article_hash(draft: Draft) -> bytes:
    """Of all that is shown of an entry besides tags and disclosures."""
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
        raw.labels,
        raw.enclosures,
        raw.rights,
        raw.licence,
    )
    return _digest(shown)


def facts_hash(draft: Draft) -> bytes:
    """Of an entry's tags and disclosures, with what showed them."""
    return _digest((draft.tags, draft.disclosures))


def _digest(value: object) -> bytes:
    # Frozen dataclasses, strings, numbers: their repr is exact and the same in every process.
    return blake2b(repr(value).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def believed(published: datetime | None, seen: datetime) -> datetime:
    """When an entry was published: as it says, unless it says nothing or lies over a day in the future."""
    return published if published is not None and published <= seen + _DAY else seen


def entry_columns(draft: Draft) -> dict[str, Any]:
    """The columns of ``entries`` that a draft decides."""
    article, raw = draft.article, draft.raw
    extras = [[xml_safe(label) for label in raw.labels], [astuple(one) for one in raw.enclosures]]
    return {
        "fingerprint": raw.fingerprint,
        "article_hash": article_hash(draft),
        "facts_hash": facts_hash(draft),
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


def tag_rows(drafts: Iterable[tuple[int, Draft]]) -> list[dict[str, Any]]:
    """The rows of ``tags``."""
    return [
        {
            "company": tag.company,
            "entry_id": entry_id,
            "score": tag.score,
            "is_primary": tag.primary,
            "mentions": codec.dump_mentions(tag.mentions),
        }
        for entry_id, draft in drafts
        for tag in draft.tags
    ]


def disclosure_rows(drafts: Iterable[tuple[int, Draft]]) -> list[dict[str, Any]]:
    """The rows of ``disclosures``; identical ones are one."""
    return [
        {
            "entry_id": entry_id,
            "position": position,
            "kind": one.kind.value,
            "origin": one.origin.value,
            "text": one.text,
            "language": one.language,
            "uri": one.uri,
            "evidence": one.evidence and codec.dump(codec.evidence_values(one.evidence)),
        }
        for entry_id, draft in drafts
        for position, one in enumerate(dict.fromkeys(draft.disclosures))
    ]


def raw_rows(drafts: Iterable[tuple[int, Draft]]) -> list[dict[str, Any]]:
    """The rows of ``raw_entries``."""
    return [{"entry_id": entry_id, "raw": codec.dump_raw(draft.raw)} for entry_id, draft in drafts]


def facts_of(draft: Draft, source_slug: str) -> Facts:
    """What a topic may ask of an entry."""
    return Facts(
        companies=frozenset(tag.company for tag in draft.tags),
        primary=frozenset(tag.company for tag in draft.tags if tag.primary),
        kinds=frozenset(one.kind for one in draft.disclosures),
        language=draft.article.language,
        source=source_slug,
    )
