"""Puts many rows into a table at once: the driver's own executemany, on the path that every tap takes.

SQLAlchemy's executemany looks at each value of each row; here a column that holds one value is converted once.
What lies in the table is the same, for each column's own type converts it.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session


def insert_rows(
    session: Session, table: sa.Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """`rows` hold the columns `names` in this order."""
    columns = list(zip(*rows, strict=True))
    if not columns:
        return
    connection = session.connection()
    converted = [
        _convert(
            column, table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        )
        for name, column in zip(names, columns, strict=True)
    ]
    statement = _statement(table.name, tuple(names), connection.dialect.name)
    connection.exec_driver_sql(statement, list(zip(*converted, strict=True)))


def _convert(column: Sequence[Any], process: Any) -> Sequence[Any]:
    if process is None:
        return column
    if len(set(column)) == 1:
        return [process(column[0])] * len(column)
    return [process(value) for value in column]


@lru_cache(maxsize=16)
def _statement(table: str, names: tuple[str, ...], dialect: str) -> str:
    places = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of our own tables
