"""What only one of us may do at a time, kept by the server itself until a transaction ends."""

from __future__ import annotations

from enum import IntEnum

import sqlalchemy as sa


class Lock(IntEnum):
    """The numbers are those that the server knows it by."""

    TABLES = 0x57414B01
    ENROLLMENTS = 0x57414B02
    CONTACTS = 0x57414B03
    VERSIONS = 0x57414B04
    TICK = 0x57414B05
    AUDIT = 0x57414B06
    ACCOUNTS = 0x57414B07


def lock(connection: sa.Connection, what: Lock) -> None:
    """Until this transaction ends, others of us wait who ask for the same; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({what.value})")
