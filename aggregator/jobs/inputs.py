"""What writers take, read off the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from aggregator.core.identity import tag_uri
from aggregator.model import HealthFeed, IndexPage, Item, Setup, Topic, TopicFeed
from aggregator.store import facts, feeds, health, sources, topics
from aggregator.store.base import Connection
from aggregator.store.feeds import Head
from aggregator.store.topics import Told

_HEALTH_NEWEST = 100
_BEFORE_ANY = "2026-01-01T00:00:00+00:00"  # in a database that no cycle has prepared


def topic_feed(
    connection: Connection,
    topic: Topic,
    head: Head,
    setup: Setup,
    names: Mapping[str, str],
    items: Sequence[Item],
    fresh: Sequence[Item],
) -> TopicFeed:
    """A feed of items, of which the fresh ones are to be written. names are all companies', by slug.

    Its ``updated`` moves only with a story's, or is when the topic began.
    """
    settings = setup.settings
    return TopicFeed(
        topic=topic,
        feed_id=head.feed_id,
        stories=feeds.stories_of(connection, fresh),
        updated=feeds.last_changed(items) or head.since,
        company_names=names,
        base_url=settings.base_url,
        title=settings.title,
        notice=settings.disclaimer,
        footer=settings.footer,
    )


def index_page(
    connection: Connection,
    setup: Setup,
    names: Mapping[str, str],
    told: Mapping[str, Told],
    fresh: Collection[str],
) -> IndexPage:
    """The front page, of which the parts of the fresh topics are to be written; and the subscription list."""
    return IndexPage(
        title=setup.settings.title,
        base_url=setup.settings.base_url,
        notice=setup.settings.disclaimer,
        topics=topics.summaries(connection, setup.topics, told, fresh),
        fresh=frozenset(fresh),
        sources=sources.statuses(connection, setup.sources),
        company_names=names,
    )


def health_feed(connection: Connection, setup: Setup) -> HealthFeed:
    """_health.atom: the newest changes of state of the sources of feeds.yaml."""
    authority = facts.get(connection, facts.AUTHORITY) or "localhost"
    begun = datetime.fromisoformat(facts.get(connection, facts.HEALTH) or _BEFORE_ANY)
    changes = health.newest(connection, _HEALTH_NEWEST)
    return HealthFeed(
        feed_id=tag_uri(authority, begun.date(), "health"),
        title=setup.settings.title,
        base_url=setup.settings.base_url,
        updated=changes[0].at if changes else begun,
        changes=changes,
    )
