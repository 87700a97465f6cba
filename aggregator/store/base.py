"""The database: opened, migrated, read, and written by one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from aggregator.errors import StoreError
from aggregator.store import schema

__all__ = ["Connection", "Store", "open_store"]

BUSY_SECONDS = 30  # how long a connection waits for another process's transaction
_WRITES = "aggregator_writes"  # execution option: the transaction takes the write lock when it begins


class Store:
    """One database. Safe to share between threads; writes of one process go one after another."""

    def __init__(self, engine: Engine) -> None:
        """Keep an engine whose database has the current schema; see ``open_store``."""
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._lock = threading.Lock()
        self.in_line_with: object = None  # what jobs.prepare last brought the rows in line with
        self.statements = 0  # SQL statements sent so far, however many rows each had
        event.listen(engine, "before_cursor_execute", self._count)

    @property
    def name(self) -> str:
        """The database's URL without its password, for messages."""
        return self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database and writes nothing. Raises StoreError."""
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, undone when it raises. Raises StoreError."""
        with self._told(), self._lock, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (IntegrityError, DataError):
            raise  # a defect of ours, no trouble of the operator's
        except DBAPIError as error:
            raise StoreError(f"database {self.name}: {_in_words(error)}") from error

    def _count(self, *_: object) -> None:
        self.statements += 1


def open_store(url: str) -> Store:
    """Open the database, making it or bringing its schema up to date where needed.

    url is SQLAlchemy's: ``sqlite:///path``, ``sqlite://`` (in memory) or
    ``postgresql://user@host/name``, which is driven by psycopg. Raises StoreError.
    """
    try:
        target = _with_driver(make_url(url))
        engine = _sqlite(target) if target.get_backend_name() == "sqlite" else _server(target)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"database {_without_password(url)}: {error}. "
            "Expected sqlite:///file.db or postgresql://user@host/name (pip install 'aggregator[postgres]')."
        ) from error
    name = target.render_as_string(hide_password=True)
    try:
        _make_current(engine)
    except DBAPIError as error:
        engine.dispose()
        raise StoreError(f"database {name} cannot be opened: {_in_words(error)}") from error
    return Store(engine)


def _with_driver(url: URL) -> URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ArgumentError(f"no database of the kind {url.drivername!r} is supported")
    return url


def _sqlite(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory and not Path(str(url.database)).parent.is_dir():
        folder = Path(str(url.database)).parent
        raise ArgumentError(f"the folder {folder} does not exist: make it, or change settings.database")
    arguments: dict[str, Any] = {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    if in_memory:
        arguments["poolclass"] = StaticPool
    engine = create_engine(url, **arguments)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    # Python's driver would begin transactions on its own, and late; _begin_sqlite does it.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")  # in WAL: a power cut may lose the last commits, never more
    cursor.execute("PRAGMA foreign_keys=ON")
    # Else SQLite may index a whole table anew for one join, which costs what the archive holds.
    cursor.execute("PRAGMA automatic_index=OFF")
    cursor.execute("PRAGMA cache_size=-8000")  # KiB: indexes of a million entries are walked, not read anew
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE: a transaction that read first could not write after another process did (SQLITE_BUSY).
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": BUSY_SECONDS})


def _make_current(engine: Engine) -> None:
    """Bring the schema to ``schema.VERSION``: made at once where there is none, else migrated."""
    with engine.connect() as connection:
        found = schema.version_of(connection)
    if found == schema.VERSION:
        return
    # Another process may be doing the same: what counts is what is found under the write lock.
    with engine.execution_options(**{_WRITES: True}).begin() as connection:
        schema.lock(connection)
        found = schema.version_of(connection)
        if found is None:
            schema.create(connection)
        elif found != schema.VERSION:
            from aggregator.store.migrations import upgrade

            upgrade(connection)


def _in_words(error: DBAPIError) -> str:
    """What went wrong and what to do, from the driver's own words."""
    said = " ".join(str(error.orig).split())
    lower = said.lower()
    for sign, advice in _ADVICE:
        if sign in lower:
            return f"{said}. {advice}"
    return said


_ADVICE = (
    ("disk is full", "Make room on the disk, or lower settings.retention."),
    ("no space left", "Make room on the disk, or lower settings.retention."),
    ("readonly", "Give this user the right to write the file and its folder."),
    ("read-only", "Give this user the right to write the file and its folder."),
    ("unable to open", "Check settings.database: the folder must exist and be writable."),
    ("not a database", "settings.database names a file of another kind: name another, or move it away."),
    ("malformed", "The file is damaged: restore a copy, or move it away and poll again."),
    ("locked", "Another program holds the database: end it, or try again."),
    ("password authentication", "Check user and password in settings.database."),
    ("connection refused", "Check that the server runs and that host and port are right."),
    ("does not exist", "Create the database, or correct its name in settings.database."),
)


def _without_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    if not at:
        return url
    scheme, slashes, user = head.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}@{tail}"
