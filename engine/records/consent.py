"""What records say today about being written to: whether they agree, and by which clock they live."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from engine.model.entities import Field, FieldType, Module
from engine.model.moments import zone_of
from engine.records.session import Session

_PAGE = 500


def consents(session: Session, module: Module, field: Field | None, keys: Collection[str]) -> dict[str, bool]:
    """Whether each record has agreed, as the field says now; those that are gone are not in it.

    Without a field, being there is agreement. Keys are as the ledger holds them.
    """
    return {key: bool(said) for key, said in _said(session, module, field, keys).items()}


def zone_at(session: Session, module: Module, key: str) -> ZoneInfo | None:
    """The time zone that a record tells of; None where it tells of none that is known."""
    field = module.fields.get(module.time_zone)
    said = None if field is None else _said(session, module, field, [key]).get(key)
    return zone_of(str(said)) if said else None


def _said(session: Session, module: Module, field: Field | None, keys: Collection[str]) -> dict[str, Any]:
    """What a field of each record says; 1 where there is no field."""
    table, key = session.tables.of(module), module.record_key
    column = table.c[key.column]
    is_number = key.type is FieldType.NUMBER
    asked: list[str | int] = [int(one) if is_number else one for one in keys if not is_number or _is_int(one)]
    answer = sa.literal(1) if field is None else session.tables.kept(module, field, table)
    found: dict[str, Any] = {}
    for first in range(0, len(asked), _PAGE):
        statement = sa.select(column, answer).where(column.in_(asked[first : first + _PAGE]))
        found |= {str(one): said for one, said in session.connection.execute(statement)}
    return found


def consents_at(
    session: Session, module: Module, address: Field, addresses: Collection[str], *, consent: Field | None
) -> dict[str, bool]:
    """Whether every record that bears an address has agreed; an address that no record bears is not in it."""
    table, asked, found = session.tables.of(module), sorted(addresses), dict[str, bool]()
    column = session.tables.kept(module, address, table)
    answer = sa.literal(1) if consent is None else session.tables.kept(module, consent, table)
    for first in range(0, len(asked), _PAGE):
        statement = sa.select(column, answer).where(column.in_(asked[first : first + _PAGE]))
        for one, said in session.connection.execute(statement):
            found[one] = found.get(one, True) and bool(said)
    return found


def _is_int(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
