"""Many rows into one table, by one statement that is compiled once and no work on each row but its types'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy import insert as insert_into

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    columns: tuple[str, ...]  # in the order of the parameters
    written: tuple[Callable[[Any], Any] | None, ...]  # what makes a column's value one of the driver's
    named: bool  # parameters go by name


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; nothing where there are none.

    The same as ``connection.execute(insert(table), rows)``, which looks at each value of each row anew.
    """
    if not rows:
        return
    statement = _statement(table, tuple(rows[0]), connection.dialect)
    columns = [
        [row[name] for row in rows] if process is None else [process(row[name]) for row in rows]
        for name, process in zip(statement.columns, statement.written, strict=True)
    ]
    values = zip(*columns, strict=True)
    if statement.named:
        connection.exec_driver_sql(
            statement.sql, [dict(zip(statement.columns, one, strict=True)) for one in values]
        )
    else:
        connection.exec_driver_sql(statement.sql, list(values))


@lru_cache(maxsize=128)
def _statement(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    compiled = insert_into(table).compile(dialect=dialect, column_keys=list(names))
    order: Sequence[str] = getattr(compiled, "positiontup", None) or names
    processors = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order]
    return _Statement(str(compiled), tuple(order), tuple(processors), not compiled.positional)
