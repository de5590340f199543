"""The events that a run has taken: which records it is about, and the related record behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.ledger.events import has_begun
from engine.ledger.tables import enrollments, events
from engine.model.entities import FieldType, Module
from engine.model.operands import Aggregate, Enrolled, EnrollmentPart, EventRecord, Function
from engine.records.dialect import Sql, exactly
from engine.records.related import related
from engine.records.scopes import Scope, around

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_ID = Enrolled(EnrollmentPart.ID, FieldType.NUMBER)


def of_run(run: int) -> sa.Subquery:
    """The events of a run, one a record: `record`, `about` and `id`. Resumed, a run has the same ones."""
    told = sa.select(events.c.record, events.c.about, events.c.id).where(events.c.run == run)
    return told.subquery("told")


def has_one(told: sa.Subquery, module: Module, key: Sql) -> Sql:
    """Whether a record is among those that something happened to; the index on its key is used."""
    return key.in_(sa.select(as_key(module, told.c.record)))


def once_key(told: sa.Subquery, module: Module, key: Sql) -> Sql:
    """The once-per key of a start: each event is one."""
    return sa.literal("event:") + sa.cast(_of_record(told, told.c.id, module, key), sa.Text)


def lower_event(lowering: Lowering, event: EventRecord, scope: Scope) -> Sql:
    """The key of the related record that started it; where nothing has, of the newest that would.

    An enrollment that goes on was started by the event that its own first run took.
    """
    enrollment = next((id_ for one in around(scope) if (id_ := one.atom(_ID)) is not None), None)
    if enrollment is not None:
        return _of_enrollment(event, enrollment)
    if lowering.told is not None:
        about = as_key(event.relation.module, lowering.told.c.about)
        return _of_record(lowering.told, about, event.relation.to, scope.own_key)
    fitting = Aggregate(Function.COUNT, event.relation, FieldType.NUMBER, where=event.where)
    newest = related(lowering, fitting, scope, lambda inner: inner.own_key, newest=1)
    return newest.scalar_subquery()


def _of_enrollment(event: EventRecord, enrollment: Sql) -> Sql:
    own, told = enrollments.alias("begun"), events.alias("begun_by")
    about = sa.select(as_key(event.relation.module, told.c.about))
    about = about.select_from(own.join(told, has_begun(told, own)))
    return about.where(own.c.id == enrollment).correlate_except(own, told).scalar_subquery()


def _of_record(told: sa.Subquery, value: Sql, module: Module, key: Sql) -> Sql:
    same = as_key(module, told.c.record) == key
    return sa.select(value).select_from(told).where(same).correlate_except(told).scalar_subquery()


def as_key(module: Module, text: Sql) -> Sql:
    """A key as the ledger holds it, back in the form of its own table."""
    is_number = module.record_key.type is FieldType.NUMBER
    return sa.cast(sa.func.nullif(text, ""), sa.BigInteger) if is_number else exactly(text)
