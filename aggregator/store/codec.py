"""Values that no query asks for, as JSON: exact there and back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from aggregator.model import (
    BodyType,
    Enclosure,
    Entry,
    Evidence,
    FeedInfo,
    Item,
    Link,
    Mention,
    Place,
    RawEntry,
    SourceState,
    Story,
)

_QUICK = 1  # zlib's level: within a tenth of the best size at a third of its time
_RAW_FIELDS = tuple(field.name for field in fields(RawEntry) if field.name not in ("key", "fingerprint"))
_EVIDENCE_FIELDS = tuple(field.name for field in fields(Evidence))
_encoded = json.JSONEncoder(separators=(",", ":"), default=asdict).encode


def dump(value: object) -> str:
    """JSON without blanks, in ASCII: lone surrogates and NULs that a source sent pass every database."""
    return _encoded(value)


def seconds(span: timedelta | None) -> float | None:
    """A span as a number."""
    return None if span is None else span.total_seconds()


def span(value: float | None) -> timedelta | None:
    """A number as a span."""
    return None if value is None else timedelta(seconds=value)


def _stamp(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _moment(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)


def dump_raw(raw: RawEntry) -> bytes:
    """An entry as sent, compressed. Its key and fingerprint are columns of their own."""
    values = [getattr(raw, name) for name in _RAW_FIELDS]
    return zlib.compress(_encoded(values).encode("ascii"), _QUICK)


def load_raw(data: bytes, key: str, fingerprint: bytes) -> RawEntry:
    """An entry as sent."""
    values: dict[str, Any] = dict(zip(_RAW_FIELDS, json.loads(zlib.decompress(data)), strict=True))
    values["title_type"] = BodyType(values["title_type"])
    values["body_type"] = BodyType(values["body_type"])
    values["labels"] = tuple(values["labels"])
    values["enclosures"] = tuple(Enclosure(**one) for one in values["enclosures"])
    return RawEntry(key=key, fingerprint=fingerprint, **values)


def dump_info(info: FeedInfo) -> str:
    """The head of a feed."""
    return dump({**asdict(info), "ttl": seconds(info.ttl)})


def load_info(text: str) -> FeedInfo | None:
    """The head of a feed; None: none was read yet."""
    if not text:
        return None
    values: dict[str, Any] = json.loads(text)
    for name in ("skip_hours", "skip_days", "remarks"):
        values[name] = tuple(values[name])
    return FeedInfo(**{**values, "ttl": span(values["ttl"])})


def dump_standing(state: SourceState) -> str:
    """What the planner remembers of a source besides its columns; "" is the standing of a new one."""
    return dump(
        [
            _stamp(state.failing_since),
            state.refusals,
            _stamp(state.last_full),
            seconds(state.max_age),
            seconds(state.ttl),
            state.skip_hours,
            state.skip_days,
            state.redirect_to,
            _stamp(state.redirect_since),
        ]
    )


def load_standing(text: str) -> dict[str, Any]:
    """The fields of SourceState that ``dump_standing`` wrote."""
    if not text:
        return {}
    failing, refusals, full, age, ttl, hours, days, moved_to, moved_since = json.loads(text)
    return {
        "failing_since": _moment(failing),
        "refusals": refusals,
        "last_full": _moment(full),
        "max_age": span(age),
        "ttl": span(ttl),
        "skip_hours": tuple(hours),
        "skip_days": tuple(days),
        "redirect_to": moved_to,
        "redirect_since": _moment(moved_since),
    }


def dump_rhythm(state: SourceState) -> str:
    """How many entries the last document held, and when its newest were published."""
    return dump([state.entries_last_time, [moment.timestamp() for moment in state.newest_entries]])


def load_rhythm(text: str) -> dict[str, Any]:
    """The fields of SourceState that ``dump_rhythm`` wrote."""
    if not text:
        return {}
    count, stamps = json.loads(text)
    newest = tuple(datetime.fromtimestamp(stamp, UTC) for stamp in stamps)
    return {"entries_last_time": count, "newest_entries": newest}


def evidence_values(evidence: Evidence) -> list[Any]:
    """Evidence as a list."""
    return [getattr(evidence, name) for name in _EVIDENCE_FIELDS]


def evidence_of(values: list[Any]) -> Evidence:
    """Evidence from its list."""
    return Evidence(Place(values[0]), *values[1:])


def dump_mentions(mentions: Iterable[Mention]) -> str:
    """Where a company is mentioned."""
    return dump(
        [
            [one.company, one.alias, evidence_values(one.evidence), one.accepted, one.reason]
            for one in mentions
        ]
    )


def load_mentions(text: str) -> tuple[Mention, ...]:
    """Where a company is mentioned."""
    return tuple(
        Mention(company, alias, evidence_of(evidence), accepted, reason)
        for company, alias, evidence, accepted, reason in json.loads(text)
    )


def dump_shown(items: Iterable[Item]) -> str:
    """Stories by what names them; their leads are stored entries."""
    return dump(
        [
            [
                one.lead,
                one.story_id,
                one.public_id,
                one.published.timestamp(),
                one.updated.timestamp(),
                _links(one),
            ]
            for one in items
        ]
    )


def load_shown(text: str) -> list[tuple[int, Callable[[Entry], Story]]]:
    """For each story that ``dump_shown`` wrote, the id of its lead and what makes the story of it."""
    return [(lead, partial(_story, values)) for lead, *values in json.loads(text)]


def _story(values: list[Any], lead: Entry) -> Story:
    story_id, public_id, published, updated, also = values
    links = tuple(Link(*one) for one in also)
    at, changed = (datetime.fromtimestamp(stamp, UTC) for stamp in (published, updated))
    return Story(story_id, public_id, lead, at, changed, links)


def _links(item: Item) -> list[list[str]]:
    return [[one.url, one.title, one.source] for one in item.also]
