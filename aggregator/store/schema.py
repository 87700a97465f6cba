"""The tables. Instants are timestamptz on PostgreSQL and integer microseconds in SQLite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Sequence,
    String,
    Table,
    Text,
    TypeDecorator,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

AnyRow = Row[*tuple[Any, ...]]
VERSION = "0004"  # the newest of migrations/versions

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type: SQLite has none for instants."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write an instant; a naive one is a defect."""
        if value is None or dialect.name != "sqlite":
            return value
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read an instant as UTC, whatever zone the server's session has."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + timedelta(microseconds=value)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


metadata = MetaData()
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # SQLite's rowid is an INTEGER only

sources = Table(
    "sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Text, nullable=False, unique=True),  # as configured: the source's identity
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("seconds", Float, nullable=False),  # the interval last planned with
    Column("host_pause", Boolean, nullable=False),
    Column("request_url", Text, nullable=False),  # url, or where it has permanently moved
    Column("host", Text, nullable=False),  # core.hosts.group of request_url
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", LargeBinary),
    Column("validated_url", Text),  # Validators.url
    Column("info", Text, nullable=False),  # FeedInfo, JSON; "": none was read yet
    Column("rhythm", Text, nullable=False),  # of its last document, JSON
    Column("standing", Text, nullable=False),  # what the planner remembers and no query asks for, JSON
    Column("failures", Integer, nullable=False),
    Column("last_ok", Instant),
    Column("last_error", Text),
    Column("polled_at", Instant),
    Column("next_poll", Instant),  # NULL: paused until the operator acts
    Column("why_then", Text, nullable=False),
    Column("leased_until", Instant),
    Column("leased_by", Text),  # store.leases.me()
    Column("entries", Integer, nullable=False),  # stored and not gone
    Column("retired", Instant),  # since when feeds.yaml no longer names it
)
Index("sources_due", sources.c.next_poll)
Index("sources_host", sources.c.host)

polls = Table(
    "polls",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("ms", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# A source's changes of state; the newest are published as _health.atom.
health = Table(
    "health",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("state", String(16), nullable=False),  # SourceHealth after the change
    Column("error", Text),  # what is wrong; NULL: nothing any more
    Column("since", Instant, nullable=False),  # of the trouble
    Column("next_poll", Instant),  # as planned then; NULL: paused
    Column("why_then", Text, nullable=False),
    Index("health_newest", "at"),
)

# WebSub: sources whose feeds name a hub, and how we stand with it.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", String(64), nullable=False, unique=True),
    Column("secret", String(64), nullable=False),
    Column("wanted", Boolean, nullable=False),
    Column("pending", String(16)),  # Mode
    Column("lease_ends", Instant),
    Column("next_try", Instant),
    Column("failures", Integer, nullable=False),
    Column("error", Text),
    Column("trusted", Boolean, nullable=False),
    Column("pushed_at", Instant),
    Index("subscriptions_due", "next_try"),
)

entry_ids = Sequence("entry_ids", metadata=metadata)  # PostgreSQL; SQLite's one writer counts by itself
entries = Table(
    "entries",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=False),
    Column("source_id", ForeignKey("sources.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("changed", Instant, nullable=False),  # when what the source sends last changed
    Column("since", Instant, nullable=False),  # its place in every feed; never changes
    Column("story_id", _BIG, nullable=False),
    Column("gone", Boolean, nullable=False),  # purged: the row stays so that it does not come back
    Column("changes", Integer, nullable=False),  # how often its content has changed
    Column("article_hash", LargeBinary, nullable=False),  # of what is shown, tags and disclosures aside
    Column("facts_hash", LargeBinary, nullable=False),  # of tags and disclosures
    Column("versions", String(120), nullable=False),  # of the rules that made it
    Column("language", String(40)),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("section", Text),
    Column("published", Instant),
    Column("updated", Instant),
    Column("reading_minutes", Integer, nullable=False),
    Column("rights", Text),
    Column("licence", Text),
    Column("extras", Text, nullable=False),  # labels and enclosures, JSON
    Column("summary", Text, nullable=False),
    Column("html", Text, nullable=False),
)
Index("entries_identity", entries.c.source_id, entries.c.key, unique=True)
# Covering: the fingerprints known of a source are read off this index alone.
Index("entries_known", entries.c.source_id, entries.c.id, entries.c.key, entries.c.fingerprint)
Index("entries_story", entries.c.story_id)
Index("entries_url", entries.c.url)

raw_entries = Table(
    "raw_entries",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("raw", LargeBinary, nullable=False),  # RawEntry, JSON, zlib
)

tags = Table(
    "tags",
    metadata,
    Column("company", String(120), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    Column("mentions", Text, nullable=False),  # tuple of Mention, JSON
    Index("tags_entry", "entry_id"),
    sqlite_with_rowid=False,
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(40)),
    Column("uri", Text),
    Column("evidence", Text),  # Evidence, JSON
    Index("disclosures_kind", "kind", "entry_id"),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    Column("id", _BIG, primary_key=True, autoincrement=False),  # that of its first entry
    Column("public_id", Text, nullable=False, unique=True),  # minted once
    Column("first_seen", Instant, nullable=False),
)

# What the last days' stories are recognised by; older rows are pruned.
sketches = Table(
    "sketches",
    metadata,
    Column("entry_id", _BIG, primary_key=True, autoincrement=False),
    Column("story_id", _BIG, nullable=False),
    Column("at", Instant, nullable=False),  # when the entry was published, as far as known
    Column("first_seen", Instant, nullable=False),
    Column("sketch", LargeBinary, nullable=False),  # core.stories.sketch
)

bands = Table(
    "bands",
    metadata,
    Column("value", BigInteger, primary_key=True),
    Column("entry_id", _BIG, primary_key=True),
    sqlite_with_rowid=False,
)

topics = Table(
    "topics",
    metadata,
    Column("slug", String(200), primary_key=True),
    Column("expression", Text, nullable=False),  # canonical, as last evaluated
    Column("revision", BigInteger, nullable=False),  # rises with each change of what it shows
    Column("entries", BigInteger, nullable=False),  # how many it holds
    Column("feed_id", Text, nullable=False),  # minted once
    Column("since", Instant, nullable=False),
    Column("updated", Instant),  # of the feed as last published
    Column("shown", Text, nullable=False),  # its first stories as last published, JSON
    Column("retired", Boolean, nullable=False),
)

topic_entries = Table(
    "topic_entries",
    metadata,
    Column("slug", ForeignKey("topics.slug", ondelete="CASCADE"), primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("since", Instant, nullable=False),  # that of the entry
    Column("story_id", _BIG, nullable=False),  # that of the entry
    Index("topic_entries_newest", "slug", "since", "entry_id", "story_id"),
    Index("topic_entries_entry", "entry_id"),
    sqlite_with_rowid=False,
)

outputs = Table(
    "outputs",
    metadata,
    Column("path", String(300), primary_key=True),  # relative to the output folder
    Column("slug", String(200), nullable=False),  # "" where it is of no one topic
    Column("revision", BigInteger, nullable=False),
    Column("inputs", LargeBinary, nullable=False),  # hash of topic, settings and writer
    Column("content_hash", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
)

# What a published file is made of, so that what did not change is copied. Apart from outputs, whose rows
# every cycle reads.
layouts = Table(
    "layouts",
    metadata,
    Column("path", ForeignKey("outputs.path", ondelete="CASCADE"), primary_key=True),
    Column("layout", LargeBinary, nullable=False),  # store.outputs.Layout
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Text, nullable=False),
)

_version = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)


def version_of(connection: Connection) -> str | None:
    """The version that the database's schema is stamped with; None: it has no tables of ours."""
    if not inspect(connection).has_table(_version.name):
        return None
    return connection.scalar(select(_version.c.version_num))


def lock(connection: Connection) -> None:
    """Let one process at a time change what all others stand on, until the transaction ends.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('aggregator'))"))


def create(connection: Connection) -> None:
    """Make every table in an empty database and stamp it."""
    metadata.create_all(connection)
    _version.create(connection)
    connection.execute(insert(_version).values(version_num=VERSION))
