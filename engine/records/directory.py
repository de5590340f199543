"""Whom files mean: the colleagues present that have a role, the records that bear a name."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from engine.model.diagnostics import Problems
from engine.model.named import RecordName
from engine.model.operands import FieldValue
from engine.model.predicates import Predicate
from engine.records.bearers import bearers
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


def note_names(session: Session, names: Collection[RecordName], problems: Problems) -> None:
    """Note the names that no record bears, or several, at every place where they stand; a key goes first."""
    for key in dict.fromkeys(one.module for one in names):
        module, asked = session.tables.model.modules[key], [one for one in names if one.module == key]
        keys = {name for name in {one.name for one in asked} if session.record_key(module, name) is not None}
        borne = bearers(session, module, {one.name for one in asked} - keys)
        for one in asked:
            found = () if one.is_key else borne.get(one.name, ())
            facts = {"value": one.name, "module": module.labels.told, "known": "、".join(map(str, found))}
            if one.name in keys or len(found) == 1:
                continue
            if found:
                problems.warning(one.at, "W631", **facts)
            else:
                problems.warning(one.at, "W630", kind="key" if one.is_key else "", **facts)
