"""Colleagues: who is present, who stands above them, what their record says; asked by key."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.model.colleagues import LookedUp, Present
from engine.model.entities import Field, FieldType, Module, People
from engine.model.named import Named
from engine.model.operands import FieldValue
from engine.records.bearers import title_column
from engine.records.scopes import ColumnScope, Joins, Scope, TableScope
from engine.records.tables import Sql, missing

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_SKIPS = (0, 1)
MOST_LOOKED_AT = 5
"""So many people up the line; a ring of superiors ends there too."""


def lower_present(lowering: Lowering, present: Present, scope: Scope) -> Sql:
    """The first colleague up the line who exists and has not left; nobody stands above themselves."""
    if isinstance(scope, ColumnScope) and scope.joins is not None and present.skip in _SKIPS:
        return _beside(lowering, present, scope, scope.joins)
    staff = lowering.tables.model.modules[present.people.module]
    start = key = lowering.operand(present.start, scope)
    found: list[Sql] = []
    for number in range(MOST_LOOKED_AT):
        if number >= present.skip:
            here = _here(lowering, staff, present.people.active, key)
            found.append(sa.func.nullif(here, start) if present.skip else here)
        if not present.people.supervisor:
            break
        key = _field_of(lowering, staff, staff.fields[present.people.supervisor], key)
    return sa.func.coalesce(*found, sa.null()) if found else missing(FieldType.LINK)


def lower_named(lowering: Lowering, named: Named, scope: Scope) -> Sql:
    """The key of the record of that key, else of the one of that name; of several, nobody is meant."""
    module = lowering.tables.model.modules[named.module]
    one = TableScope.of(lowering.tables, module, _name(scope, "named"))
    written = lowering.operand(named.operand, scope)
    key = _kept_key(module, one)
    by_key = _scalar(sa.select(key).select_from(one.source).where(key == written), one)
    title = module.title_field
    if title is None:
        return by_key
    bear_it = sa.select(sa.func.min(key)).select_from(one.source).having(sa.func.count() == 1)
    return sa.func.coalesce(by_key, _scalar(bear_it.where(title_column(module, title, one) == written), one))


def lower_among_named(lowering: Lowering, link: Sql, named: tuple[Named, ...], scope: Scope) -> Sql:
    """Whether a link leads to a record of one of the keys or names, all of one module; a key goes first."""
    written = [lowering.operand(one.operand, scope) for one in named]
    module = lowering.tables.model.modules[named[0].module]
    title = module.title_field
    if title is None:
        return link.in_(written)
    one, other = (TableScope.of(lowering.tables, module, _name(scope, name)) for name in ("named", "keyed"))
    key, name = _kept_key(module, other), title_column(module, title, one)
    are_keys = sa.select(key).select_from(other.source).where(key.in_(written))
    bear_it = sa.and_(name.in_(written), name.not_in(are_keys.correlate_except(*other.aliases())))
    keys = sa.select(_kept_key(module, one)).select_from(one.source).where(bear_it)
    return sa.or_(link.in_(written), link.in_(keys.correlate_except(*one.aliases())))


def lower_looked_up(lowering: Lowering, looked_up: LookedUp, scope: Scope) -> Sql:
    """A field of the record whose key the operand holds."""
    one = TableScope.of(lowering.tables, looked_up.module, _name(scope, "looked"))
    value = lowering.operand(looked_up.field, one)
    same = lowering.tables.is_key(looked_up.module, one.source, lowering.operand(looked_up.key, scope))
    return _scalar(sa.select(value).select_from(one.from_clause()).where(same), one)


def _beside(lowering: Lowering, present: Present, scope: ColumnScope, joins: Joins) -> Sql:
    """The same, from the lines of all colleagues: each followed once, and joined by where it starts."""
    of = ("line", present.people, present.start)
    if of not in joins:
        start = lowering.operand(present.start, scope)  # which may be joined to a line, too
        lines = lowering.tables.once(present.people, partial(_lines, lowering, present.people))
        line = lines.subquery(f"line_{len(joins)}")
        joins[of] = (line, line.c.id == start)
    found: Sql = joins[of][0].c[f"skipping_{present.skip}"]
    return found


def _lines(lowering: Lowering, people: People) -> sa.Select[Any]:
    """For every colleague who is there for them, and who is of those above them."""
    staff = lowering.tables.model.modules[people.module]
    line = [TableScope.of(lowering.tables, staff, f"above_{n}") for n in range(MOST_LOOKED_AT)]
    if not people.supervisor:
        del line[1:]
    start, clause = _kept_key(staff, line[0]), line[0].source
    for below, above in pairwise(line):
        supervisor = lowering.tables.link(staff.fields[people.supervisor], below.source)
        clause = clause.outerjoin(above.source, lowering.tables.is_key(staff, above.source, supervisor))
    present: list[Sql] = [_if_active(people.active, staff, one) for one in line]
    superiors: list[Sql] = [sa.func.nullif(one, start) for one in present[1:]]
    columns = [
        (sa.func.coalesce(*found, sa.null()) if found else missing(FieldType.LINK)).label(f"skipping_{skip}")
        for skip, found in zip(_SKIPS, (present, superiors), strict=True)
    ]
    return sa.select(start.label("id"), *columns).select_from(clause)


def _if_active(active: str, staff: Module, one: TableScope) -> Sql:
    """The key of a colleague who has not left."""
    key = _kept_key(staff, one)
    if not active:
        return key
    is_active = one.field(FieldValue(staff.fields[active], staff))
    return sa.case((sa.func.coalesce(is_active, 1) == 1, key), else_=None)


def _here(lowering: Lowering, staff: Module, active: str, key: Sql) -> Sql:
    """The key, if there is such a colleague who has not left."""
    one = TableScope.of(lowering.tables, staff, "here")
    tests = [lowering.tables.is_key(staff, one.source, key)]
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
    is_it = lowering.tables.is_key(staff, one.source, key)
    return _scalar(sa.select(above).select_from(one.source).where(is_it), one)


def _scalar(statement: sa.Select[Any], one: TableScope) -> Sql:
    return statement.correlate_except(*one.aliases()).scalar_subquery()


def _name(scope: Scope, word: str) -> str:
    """Another alias than the scope's own: a colleague may be looked up from a colleague."""
    return f"{getattr(scope, 'name', 'outer')}_{word}"
