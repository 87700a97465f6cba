"""Many rows written by one statement that is compiled once, with no work on each row but its types'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table, Update
from sqlalchemy import insert as insert_into

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: tuple[str, ...]  # in their order
    written: tuple[Callable[[Any], Any] | None, ...]  # what makes a parameter's value one of the driver's
    same: Mapping[str, Any]  # values that the statement itself gives, for every row
    named: bool  # parameters go by name


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; nothing where there are none.

    The same as ``connection.execute(insert(table), rows)``, which looks at each value of each row anew.
    """
    execute(connection, _into(table), rows)


def execute(connection: Connection, statement: Insert | Update, rows: Sequence[Row]) -> None:
    """Run a statement that its module keeps, once for each row; nothing where there are none.

    Rows name its parameters; of an insertion they name columns, all the same ones.
    """
    if rows:
        _run(connection, _compiled(statement, tuple(rows[0]), connection.dialect), rows)


def _run(connection: Connection, statement: _Statement, rows: Sequence[Row]) -> None:
    columns = [
        _column(name, process, statement.same, rows)
        for name, process in zip(statement.parameters, statement.written, strict=True)
    ]
    values = zip(*columns, strict=True)
    if statement.named:
        connection.exec_driver_sql(
            statement.sql, [dict(zip(statement.parameters, one, strict=True)) for one in values]
        )
    else:
        connection.exec_driver_sql(statement.sql, list(values))


def _column(
    name: str, process: Callable[[Any], Any] | None, same: Mapping[str, Any], rows: Sequence[Row]
) -> list[Any]:
    """A parameter's value for each row, as the driver wants it."""
    if name in same:
        return [same[name] if process is None else process(same[name])] * len(rows)
    return [row[name] for row in rows] if process is None else [process(row[name]) for row in rows]


@cache
def _into(table: Table) -> Insert:
    return insert_into(table)


@lru_cache(maxsize=128)
def _compiled(statement: Insert | Update, names: tuple[str, ...], dialect: Dialect) -> _Statement:
    columns = list(names) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    order: Sequence[str] = getattr(compiled, "positiontup", None) or tuple(compiled.binds)
    processors = [compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in order]
    same = {name: compiled.binds[name].value for name in order if name not in names}
    return _Statement(str(compiled), tuple(order), tuple(processors), same, not compiled.positional)
