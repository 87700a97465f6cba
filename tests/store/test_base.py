from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import inspect, text

from aggregator.errors import StoreError
from aggregator.store import schema
from aggregator.store.base import open_store


def test_a_fresh_database_has_every_table_and_is_stamped(store):
    with store.read() as connection:
        assert set(schema.metadata.tables) <= set(inspect(connection).get_table_names())
        assert schema.version_of(connection) == schema.VERSION


def test_a_database_is_opened_again_as_it_was(database_url, opened):
    with opened(database_url).write() as connection:
        connection.execute(schema.facts.insert().values(name="kept", value="yes"))
    with opened(database_url).read() as connection:
        assert connection.scalar(schema.facts.select().with_only_columns(schema.facts.c.value)) == "yes"


def test_a_transaction_that_fails_leaves_nothing(store):
    def half_done() -> None:
        with store.write() as connection:
            connection.execute(schema.facts.insert().values(name="half", value="done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    with store.read() as connection:
        assert connection.execute(schema.facts.select()).all() == []


def test_a_database_of_a_newer_program_is_refused_and_left_alone(database_url, opened):
    with opened(database_url).write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newest version"):
        open_store(database_url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////nowhere/at/all.db", "folder /nowhere/at does not exist"),
        ("mysql://user:secret@host/name", "no database of the kind 'mysql'"),
        ("nonsense", "Expected sqlite:///file.db"),
        ("postgresql://user:secret@127.0.0.1:1/name", "connection refused"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told_without_its_password(url, says):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert says.lower() in str(caught.value).lower()
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 100)
    with pytest.raises(StoreError, match="file of another kind"):
        open_store(f"sqlite:///{path}")


def test_a_read_only_database_is_the_operators_trouble_and_no_defect(tmp_path, opened):
    store = opened(f"sqlite:///{tmp_path}/a.db")

    def write_where_one_may_not() -> None:
        with store.write() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.execute(schema.facts.insert().values(name="a", value="b"))

    with pytest.raises(StoreError, match="Give this user the right to write"):
        write_where_one_may_not()


def test_sqlite_waits_for_another_writer_and_keeps_a_log_for_readers(tmp_path, opened):
    store = opened(f"sqlite:///{tmp_path}/a.db")
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    with store.write() as connection:
        connection.execute(schema.facts.insert().values(name="a", value="b"))
        other = sqlite3.connect(tmp_path / "a.db")
        assert other.execute("SELECT count(*) FROM facts").fetchone() == (0,)
        other.close()


def test_statements_are_counted_once_however_many_rows_they_have(store):
    before = store.statements
    with store.write() as connection:
        rows = [{"name": str(number), "value": ""} for number in range(50)]
        connection.execute(schema.facts.insert(), rows)
    assert store.statements - before <= 2  # the insert, and SQLite's BEGIN


_LATER = (schema.layouts, schema.subscriptions, schema.health)  # tables that version 0001 had not


def test_an_older_database_is_brought_up_to_date_with_what_it_holds(database_url, opened):
    with opened(database_url).write() as connection:
        connection.execute(schema.facts.insert().values(name="kept", value="yes"))
        for later in _LATER:
            later.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with opened(database_url).read() as connection:
        assert schema.version_of(connection) == schema.VERSION
        assert {later.name for later in _LATER} <= set(inspect(connection).get_table_names())
        assert connection.scalar(schema.facts.select().with_only_columns(schema.facts.c.value)) == "yes"
