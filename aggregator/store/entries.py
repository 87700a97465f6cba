"""Stored entries, as the domain's types."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from aggregator.core import urls
from aggregator.model import (
    Article,
    CompanyTag,
    Disclosure,
    DisclosureKind,
    Enclosure,
    Entry,
    FeedInfo,
    Origin,
    Origination,
    RawEntry,
)
from aggregator.store import codec
from aggregator.store.chunks import chunks
from aggregator.store.schema import AnyRow, disclosures, entries, raw_entries, sources, stories, tags


def load(connection: Connection, entry_ids: Collection[int]) -> dict[int, Entry]:
    """Entries by their ids, four statements for each 900 of them."""
    found: dict[int, Entry] = {}
    for chunk in chunks(sorted(entry_ids)):
        rows = connection.execute(select(entries).where(entries.c.id.in_(chunk))).all()
        origins = _origins(connection, {row.source_id for row in rows})
        tagged, stated = _tags(connection, chunk), _disclosures(connection, chunk)
        for row in rows:
            found[row.id] = _entry(row, origins[row.source_id], tuple(tagged[row.id]), tuple(stated[row.id]))
    return found


def _entry(
    row: AnyRow, origin: Origination, tagged: tuple[CompanyTag, ...], stated: tuple[Disclosure, ...]
) -> Entry:
    labels, enclosures = json.loads(row.extras)
    return Entry(
        id=row.id,
        source=origin,
        key=row.key,
        article=_article(row),
        disclosures=stated,
        tags=tagged,
        enclosures=tuple(Enclosure(*one) for one in enclosures),
        labels=tuple(labels),
        rights=row.rights,
        licence=row.licence,
        first_seen=row.first_seen,
        changed=row.changed,
    )


def _article(row: AnyRow) -> Article:
    return Article(
        url=row.url,
        title=row.title,
        author=row.author,
        section=row.section,
        published=row.published,
        updated=row.updated,
        html=row.html,
        summary=row.summary,
        language=row.language,
        reading_minutes=row.reading_minutes,
    )


def _origins(connection: Connection, source_ids: Collection[int]) -> dict[int, Origination]:
    wanted = select(sources.c.id, sources.c.slug, sources.c.name, sources.c.url, sources.c.info)
    rows = connection.execute(wanted.where(sources.c.id.in_(list(source_ids))))
    return {row.id: _origin(row) for row in rows}


def _origin(row: AnyRow) -> Origination:
    info = codec.load_info(row.info) or FeedInfo(format="")
    return Origination(
        slug=row.slug,
        name=row.name,
        url=urls.public(row.url),
        id=info.id,
        title=info.title or row.name,
        link=info.link,
        rights=info.rights,
        updated=None,
    )


def _tags(connection: Connection, entry_ids: Sequence[int]) -> defaultdict[int, list[CompanyTag]]:
    """Tags by entry, best first (index tags_entry)."""
    found: defaultdict[int, list[CompanyTag]] = defaultdict(list)
    wanted = select(tags).where(tags.c.entry_id.in_(entry_ids)).order_by(tags.c.score.desc(), tags.c.company)
    for row in connection.execute(wanted):
        tag = CompanyTag(row.company, row.score, row.is_primary, codec.load_mentions(row.mentions))
        found[row.entry_id].append(tag)
    return found


def _disclosures(connection: Connection, entry_ids: Sequence[int]) -> defaultdict[int, list[Disclosure]]:
    found: defaultdict[int, list[Disclosure]] = defaultdict(list)
    wanted = select(disclosures).where(disclosures.c.entry_id.in_(entry_ids))
    for row in connection.execute(wanted.order_by(disclosures.c.entry_id, disclosures.c.position)):
        found[row.entry_id].append(
            Disclosure(
                kind=DisclosureKind(row.kind),
                text=row.text,
                origin=Origin(row.origin),
                language=row.language,
                uri=row.uri,
                evidence=codec.evidence_of(json.loads(row.evidence)) if row.evidence else None,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A stored entry with what it was made from: what ``explain`` starts from."""

    entry: Entry
    raw: RawEntry
    info: FeedInfo
    public_id: str  # of its story


def find(connection: Connection, id_or_url: str) -> Found | None:
    """The newest entry with this key, public id of its story, URL or number; None: there is none."""
    named = id_or_url.strip()
    wanted = (
        select(entries.c.id)
        .join(stories, stories.c.id == entries.c.story_id)
        .where(entries.c.gone.is_(False))
        .order_by(entries.c.id.desc())
        .limit(1)
    )
    found = connection.scalar(
        wanted.where(entries.c.url.in_({named, urls.strip_tracking(named), urls.canonical(named)}))
    )
    found = found or connection.scalar(wanted.where(stories.c.public_id == named))
    if found is None and named.isascii() and named.isdigit() and len(named) < 19:
        found = connection.scalar(wanted.where(entries.c.id == int(named)))
    # The key comes last: it is unique within a source only, and no index begins with it.
    found = found or connection.scalar(wanted.where(entries.c.key.in_((named, f"id:{named}"))))
    if found is None:
        return None
    sent = load_raw(connection, [found])[found]
    return Found(load(connection, [found])[found], sent.raw, sent.info, sent.public_id)


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry as it was sent, and by whom."""

    raw: RawEntry
    info: FeedInfo
    source_url: str  # as configured
    source_slug: str
    public_id: str  # of its story


def load_raw(connection: Connection, entry_ids: Sequence[int]) -> dict[int, Sent]:
    """Entries as sent, by their ids."""
    found: dict[int, Sent] = {}
    for chunk in chunks(entry_ids):
        wanted = (
            select(
                entries.c.id,
                entries.c.key,
                entries.c.fingerprint,
                raw_entries.c.raw,
                sources.c.info,
                sources.c.url,
                sources.c.slug,
                stories.c.public_id,
            )
            .join(raw_entries, raw_entries.c.entry_id == entries.c.id)
            .join(sources, sources.c.id == entries.c.source_id)
            .join(stories, stories.c.id == entries.c.story_id)
            .where(entries.c.id.in_(chunk))
        )
        for row in connection.execute(wanted):
            found[row.id] = _sent(row)
    return found


def _sent(row: Any) -> Sent:
    info = codec.load_info(row.info) or FeedInfo(format="")
    return Sent(codec.load_raw(row.raw, row.key, row.fingerprint), info, row.url, row.slug, row.public_id)
