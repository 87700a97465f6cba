"""HealthFeed -> _health.atom: sources that break, recover or are paused, for the operator's own reader."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Final

from aggregator.model import HealthChange, HealthFeed, SourceHealth
from aggregator.write.addresses import web_iri
from aggregator.write.atom import Message, MessageFeed, write_messages
from aggregator.write.notices import one_line
from aggregator.write.vocabulary import HEALTH_FEED, WHAT_TO_DO

_HEADINGS: Final = {
    SourceHealth.OK: "{} has recovered",
    SourceHealth.FAILING: "{} is failing",
    SourceHealth.PAUSED: "{} is paused",
}


def write_health(feed: HealthFeed) -> bytes:
    """The changes of state as an Atom feed: the same bytes for the same HealthFeed.

    An entry says how things stood at its instant and never changes afterwards.
    """
    return write_messages(
        MessageFeed(
            id=feed.feed_id,
            slug=HEALTH_FEED,
            title=f"{feed.title}: sources that break and recover",
            subtitle="One entry for each change of state of a source: what is wrong, since when, what to do.",
            author=feed.title,
            base_url=feed.base_url,
            updated=feed.updated,
            messages=tuple(_message(change) for change in feed.changes),
        )
    )


def _message(change: HealthChange) -> Message:
    name = one_line(change.name) or web_iri(change.url) or "A source"
    return Message(
        id=change.public_id,
        title=_HEADINGS[change.state].format(name),
        at=change.at,
        html="".join(f"<p><b>{label}</b>: {escape(text)}</p>" for label, text in _facts(change)),
        link=change.url,
    )


def _facts(change: HealthChange) -> list[tuple[str, str]]:
    """What there is to say, in the words of the page's list of sources."""
    said = [("Source", web_iri(change.url) or "a local file")]
    if change.state is SourceHealth.OK:
        said.append(("It had failed since", _instant(change.since)))
    else:
        said.append(("What is wrong", one_line(change.error or "") or "not known"))
        said.append(("Since", _instant(change.since)))
    then = "None" if change.next_poll is None else _instant(change.next_poll)
    why = one_line(change.why_then)
    said.append(("Next attempt", f"{then}: {why}" if why else then))
    said.append(("What to do", WHAT_TO_DO.get(change.state, "Nothing.")))
    return said


def _instant(value: datetime) -> str:
    return f"{value.day} {value:%b %Y, %H:%M} UTC"
