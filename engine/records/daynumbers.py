"""Days as numbers, so that the database can count between two of a record's own dates.

The number is Python's: 1 for 1 January of the year 1. Text that is no day has none.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.sql.functions import GenericFunction

from engine.records.dialect import says
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


says(
    day_number,
    sqlite=f"CAST(julianday({{0}}) - {_JULIAN} AS INTEGER)",
    postgresql="CAST(CAST({0} AS DATE) - DATE '0001-01-01' + 1 AS BIGINT)",
)
says(
    day_text,
    sqlite=f"date(({{0}}) + {_JULIAN})",
    postgresql="to_char(DATE '0001-01-01' + CAST(({0}) - 1 AS INTEGER), 'YYYY-MM-DD')",
)
says(
    epoch_seconds,
    sqlite="unixepoch({0})",
    postgresql="CAST(extract(epoch FROM CAST({0} AS TIMESTAMPTZ)) AS BIGINT)",
)


def rounded(value: Sql) -> Sql:
    """A number to the nearest whole one, halves away from zero."""
    return sa.cast(sa.func.round(value), sa.BigInteger)
