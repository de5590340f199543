"""Colleagues: who is present, who stands above them, what their record says; asked by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.colleagues import LookedUp, Named, Present
from engine.model.entities import Field, FieldType, Module
from engine.model.operands import FieldValue
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

MOST_LOOKED_AT = 5
"""So many people up the line; a ring of superiors ends there too."""


def lower_present(lowering: Lowering, present: Present, scope: Scope) -> Sql:
    """The first colleague up the line who exists and has not left."""
    staff = lowering.tables.model.modules[present.people.module]
    key = lowering.operand(present.start, scope)
    found: list[Sql] = []
    for number in range(MOST_LOOKED_AT):
        if number >= present.skip:
            found.append(_here(lowering, staff, present.people.active, key))
        if not present.people.supervisor:
            break
        key = _field_of(lowering, staff, staff.fields[present.people.supervisor], key)
    return sa.func.coalesce(*found, sa.null()) if found else sa.null()


def lower_named(lowering: Lowering, named: Named, scope: Scope) -> Sql:
    """The key of the colleague of that key, else of that name."""
    staff = lowering.tables.model.modules[named.people.module]
    one = TableScope.of(lowering.tables, staff, _name(scope, "named"))
    written = lowering.operand(named.operand, scope)
    key = _kept_key(staff, one)
    is_key = key == written
    title = staff.fields.get(staff.title)
    is_name = is_key if title is None else one.field(FieldValue(title, staff)) == written
    statement = sa.select(key).select_from(one.source).where(sa.or_(is_key, is_name))
    return _scalar(statement.order_by(is_key.desc(), key).limit(1), one)


def lower_looked_up(lowering: Lowering, looked_up: LookedUp, scope: Scope) -> Sql:
    """A field of the record whose key the operand holds."""
    one = TableScope.of(lowering.tables, looked_up.module, _name(scope, "looked"))
    value = lowering.operand(looked_up.field, one)
    same = one.own_key == lowering.operand(looked_up.key, scope)
    return _scalar(sa.select(value).select_from(one.from_clause()).where(same), one)


def _here(lowering: Lowering, staff: Module, active: str, key: Sql) -> Sql:
    """The key, if there is such a colleague who has not left."""
    one = TableScope.of(lowering.tables, staff, "here")
    tests = [one.own_key == key]
    if active:
        is_active = one.field(FieldValue(staff.fields[active], staff))
        tests.append(sa.func.coalesce(is_active, 1) == 1)
    return _scalar(sa.select(_kept_key(staff, one)).select_from(one.source).where(*tests), one)


def _kept_key(staff: Module, one: TableScope) -> Sql:
    """The key as links to it are kept: a text, whatever the company's own table counts with."""
    is_number = staff.record_key.type is FieldType.NUMBER
    return sa.cast(one.own_key, sa.Text) if is_number else one.own_key


def _field_of(lowering: Lowering, staff: Module, field: Field, key: Sql) -> Sql:
    one = TableScope.of(lowering.tables, staff, "above")
    above = lowering.tables.link(field, one.source)
    return _scalar(sa.select(above).select_from(one.source).where(one.own_key == key), one)


def _scalar(statement: sa.Select[Any], one: TableScope) -> Sql:
    return statement.correlate_except(*one.aliases()).scalar_subquery()


def _name(scope: Scope, word: str) -> str:
    """Another alias than the scope's own: a colleague may be looked up from a colleague."""
    return f"{getattr(scope, 'name', 'outer')}_{word}"
