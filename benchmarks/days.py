"""What happens to the customers between two nights."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from benchmarks.night import NIGHT
from engine.records.database import database_at

CHANGES = (
    # One in two hundred has ordered on the day after the night, and counts as looked after again.
    """
    INSERT INTO orders (id, customer, date, amount)
    SELECT 'N' || substr(id, 2), id, :today, 120000000 FROM customers
    WHERE CAST(substr(id, 2) AS INTEGER) % 200 = :some
    """,
    """
    UPDATE customers SET last_order = :today, silent = '正常跟进'
    WHERE CAST(substr(id, 2) AS INTEGER) % 200 = :some
    """,
    # Another has had no word for three months, and was missed so far.
    """
    UPDATE customers SET last_order = :long_ago, silent = '正常跟进'
    WHERE CAST(substr(id, 2) AS INTEGER) % 200 = :others
    """,
)
"""What changes in one customer of a hundred between two nights."""


def change(url: str, night: datetime) -> None:
    """What changes by a night, on its day; each day it is other customers."""
    days = (night - NIGHT).days
    given = {
        "today": night.date().isoformat(),
        "long_ago": (night - timedelta(days=90)).date().isoformat(),
        "some": 5 + 2 * days,
        "others": 105 + 2 * days,
    }
    with database_at(url, "UTC").connect(read_only=False) as connection, connection.begin():
        for statement in CHANGES:
            asked = sa.text(statement)
            connection.execute(asked, {name: given[name] for name in asked.compile().params})


def settle(*urls: str) -> None:
    """What PostgreSQL's own cleaning would have done by then, on both sides alike."""
    for url in urls:
        with database_at(url, "UTC").connect(read_only=False) as connection:
            if connection.dialect.name == "postgresql":
                told = connection.execution_options(isolation_level="AUTOCOMMIT")
                told.exec_driver_sql("VACUUM (ANALYZE)")
