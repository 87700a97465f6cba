"""How SQLite answers the statements of a cycle: by indexes, so that a full archive costs what an empty one does."""

from __future__ import annotations

import re

from builders import NOON
from sqlalchemy import event, select
from store.polls import HOUR, INDEX, a_draft, newest, poll, prepared, take

from aggregator.core.topics import compile_topics
from aggregator.model import Topic
from aggregator.store import entries, feeds, laggards, polling, schema, topics

# A scan of these reads what grows with the archive. "USING COVERING INDEX" reads small rows alone.
# An automatic index is made of the whole table, each time; a source may have sent thousands of entries.
_TABLES = r"(entries|raw_entries|tags|disclosures|stories|topic_entries|sketches|bands|polls|wanted)\b"
_GROWING = rf"SCAN {_TABLES}|SEARCH {_TABLES} USING (AUTOMATIC|INDEX entries_identity \(source_id=\?\)$)"


class Watch:
    """Collects the plans of all statements."""

    def __init__(self, store) -> None:
        self.statements: dict[str, tuple] = {}
        self.store = store
        event.listen(store._engine, "before_cursor_execute", self.see)

    def see(self, connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH", "INSERT"):
            self.statements.setdefault(statement, parameters[0] if executemany else parameters)

    def scans(self) -> list[str]:
        seen = dict(self.statements)
        found = []
        with self.store.read() as connection:
            for statement, parameters in seen.items():
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                plans = [row[-1] for row in rows]
                found += [f"{plan}: {statement}" for plan in plans if re.search(_GROWING, plan)]
        return found


def test_a_scan_is_seen(tmp_path, opened):
    store = opened(f"sqlite:///{tmp_path}/a.db")
    watch = Watch(store)
    with store.read() as connection:
        connection.execute(select(schema.entries.c.title).where(schema.entries.c.title == "x"))
    assert len(watch.scans()) == 1


def test_no_statement_of_a_cycle_reads_a_whole_table_that_grows(tmp_path, opened):
    store = opened(f"sqlite:///{tmp_path}/a.db")
    prepared(store)
    watch = Watch(store)
    poll(store, *(a_draft(str(number), "samsung", "openai") for number in range(20)))
    poll(store, a_draft("1", "nvidia"), a_draft("x", "nvidia"), slug="harbour", now=NOON + HOUR)
    poll(store, a_draft("1", "nvidia", title="Changed"), now=NOON + HOUR)
    # Many of one source at once: a planner weighs how many rows are asked for.
    poll(store, *(a_draft(f"new {number}") for number in range(400)), now=NOON + 2 * HOUR)
    states = take(store, NOON + 3 * HOUR)
    with store.read() as connection:
        polling.known(connection, states)
        newest(connection, "everything", 10)
        feeds.heads(connection)
        told = topics.told(connection)
        topics.summaries(connection, [one.topic for one in INDEX.topics], told, told.keys())
        entries.find(connection, "https://news.example/1")
        laggards.look(connection, 10, 5, lambda url: "new")
    assert watch.scans() == []


def test_a_new_topic_of_companies_is_filled_without_reading_the_articles(tmp_path, opened):
    store = opened(f"sqlite:///{tmp_path}/a.db")
    prepared(store)
    poll(store, *(a_draft(str(number), "samsung", "openai") for number in range(20)))
    watch = Watch(store)
    more = [
        Topic("a", "A", "samsung"),
        Topic("b", "B", "samsung AND openai"),
        Topic("c", "C", "samsung OR kakao"),
        Topic("d", "D", "primary:samsung AND NOT kakao"),
    ]
    known = frozenset({"samsung", "openai", "kakao", "nvidia"})
    index = compile_topics([*(one.topic for one in INDEX.topics), *more], known)
    with store.write() as connection:
        topics.fill(connection, topics.sync(connection, index, "x.example", NOON))
    assert watch.scans() == []
