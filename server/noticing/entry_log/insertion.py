"""Puts many rows into a table at once, on the path that every tap takes: by the driver's executemany, or by COPY.

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
    rows = zip(*converted, strict=True)
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, names, rows)
    else:
        connection.exec_driver_sql(_statement(table.name, tuple(names)), list(rows))


def _copy(connection: sa.Connection, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL's own way for many rows, one message instead of one for each."""
    driver: Any = connection.connection.driver_connection
    fault_of_driver = connection.dialect.loaded_dbapi.Error
    statement = f"COPY {table} ({', '.join(names)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except fault_of_driver as fault:  # as SQLAlchemy would say it
        raise sa.exc.DBAPIError.instance(
            statement, None, fault, fault_of_driver, hide_parameters=True, dialect=connection.dialect
        ) from None


def _convert(column: Sequence[Any], process: Any) -> Sequence[Any]:
    if process is None:
        return column
    if len(set(column)) == 1:
        return [process(column[0])] * len(column)
    return [process(value) for value in column]


@lru_cache(maxsize=16)
def _statement(table: str, names: tuple[str, ...]) -> str:
    places = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - names of our own tables
