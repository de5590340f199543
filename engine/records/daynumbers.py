"""Days as numbers, so that the database can count between two of a record's own dates.

The number is Python's: 1 for 1 January of the year 1. Text that is no day has none.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from engine.records.tables import Sql

_JULIAN = 1721424.5
"""The Julian day at which SQLite's days begin, before day 1."""


class day_number(GenericFunction[int]):  # noqa: N801 - the name of an SQL function
    """The number of a day given as ISO text."""

    type = sa.Integer()
    inherit_cache = True


class day_text(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A day's ISO text from its number."""

    type = sa.Text()
    inherit_cache = True


class epoch_seconds(GenericFunction[int]):  # noqa: N801 - the name of an SQL function
    """Seconds since 1970 of a kept instant."""

    type = sa.Integer()
    inherit_cache = True


@compiles(day_number, "sqlite")
def _day_number(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - {_JULIAN} AS INTEGER)"


@compiles(day_text, "sqlite")
def _day_text(element: Any, compiler: Any, **options: Any) -> str:
    return f"date(({compiler.process(element.clauses, **options)}) + {_JULIAN})"


@compiles(epoch_seconds, "sqlite")
def _epoch_seconds(element: Any, compiler: Any, **options: Any) -> str:
    return f"unixepoch({compiler.process(element.clauses, **options)})"


def rounded(value: Sql) -> Sql:
    """A number to the nearest whole one, halves away from zero."""
    return sa.cast(sa.func.round(value), sa.BigInteger)
