"""Who has a role: the colleagues present that fit its condition."""

from __future__ import annotations

import sqlalchemy as sa

from engine.model.operands import FieldValue
from engine.model.predicates import Predicate
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.session import Session


def members(session: Session, role: Predicate) -> tuple[str, ...]:
    """Their keys in order; nobody where the model names no module of people."""
    people = session.tables.model.people
    if people is None:
        return ()
    staff = session.tables.model.modules[people.module]
    base = TableScope.of(session.tables, staff, "base")
    tests = [Lowering(session.tables, session.clock).predicate(role, base)]
    if people.active:
        is_active = base.field(FieldValue(staff.fields[people.active], staff))
        tests.append(sa.func.coalesce(is_active, 1) == 1)
    statement = sa.select(base.own_key).select_from(base.from_clause()).where(*tests).order_by(base.own_key)
    return tuple(str(key) for key in session.connection.execute(statement).scalars())
