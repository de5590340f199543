"""What the ledger knows of an enrollment that goes on: its start, its steps, and what became of them.

The fates of a step are those of LANGUAGE section 3 (`step: N`); they are unknown before it was reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from engine.ledger.tables import asks, enrollments, journal, outbox, runs
from engine.model.effects import EffectKind
from engine.model.entities import FieldType
from engine.model.nights import AskState, LetterState
from engine.model.operands import Enrolled, EnrollmentPart, FieldValue, ReachedAt
from engine.model.predicates import Family, Fate
from engine.model.values import stored_instant
from engine.records.scopes import Scope, TableScope, around
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering

_ID = Enrolled(EnrollmentPart.ID, FieldType.NUMBER)
_RECEIPTS = ("delivered", "opened", "clicked", "replied")
"""What a receiver tells of a letter; whoever has clicked has opened."""


def lower_enrolled(lowering: Lowering, operand: Enrolled, scope: Scope) -> Sql:
    """A column of the enrollment. Before one has begun there is only its start: now."""
    for one in around(scope):
        ready = one.atom(operand)
        if ready is not None:
            return ready
    enrollment = _enrollment(scope)
    if enrollment is None:
        if operand.part is not EnrollmentPart.STARTED_AT:
            return sa.null()
        return sa.literal(stored_instant(lowering.clock.start or lowering.clock.now))
    table = enrollments.alias("own_enrollment")
    statement = sa.select(table.c[operand.part.value]).where(table.c.id == enrollment)
    return statement.correlate_except(table).scalar_subquery()


def lower_reached_at(lowering: Lowering, operand: ReachedAt, scope: Scope) -> Sql:  # noqa: ARG001 - as all
    """The moment of the run that came to the step."""
    enrollment = _enrollment(scope)
    if enrollment is None:
        return sa.null()
    row, run = journal.alias("reached"), runs.alias("reached_run")
    statement = sa.select(sa.func.min(run.c.at)).select_from(row.join(run, run.c.id == row.c.run))
    statement = statement.where(*of_step(row, enrollment, operand.path))
    return statement.correlate_except(row, run).scalar_subquery()


def lower_fate(lowering: Lowering, test: Fate, scope: Scope) -> Sql:
    """Whether one of the fates is the step's; unknown before the step was reached."""
    enrollment = _enrollment(scope)
    if enrollment is None or test.family is None:
        return sa.null()
    found = [_fate(lowering, test, enrollment, fate) for fate in test.fates]
    answer: Sql = sa.not_(sa.or_(*found)) if test.negated else sa.or_(*found)
    row = journal.alias("step_row")
    reached = sa.select(sa.literal(1)).where(*of_step(row, enrollment, test.path))
    known = reached.correlate_except(row).exists()
    return sa.case((known, sa.cast(answer, sa.Integer)), else_=None) == 1


def _enrollment(scope: Scope) -> Sql | None:
    """The id of the enrollment that a scope is about."""
    return next((found for one in around(scope) if (found := one.atom(_ID)) is not None), None)


def of_step(row: Any, enrollment: Sql, path: str) -> tuple[Sql, ...]:
    """The rows of a step in journal or outbox: of its own path, or of one of those whom it concerned."""
    is_it = sa.or_(row.c.path == path, sa.and_(row.c.path >= f"{path}/", row.c.path < f"{path}0"))
    return row.c.enrollment == enrollment, is_it


def _fate(lowering: Lowering, test: Fate, enrollment: Sql, fate: str) -> Sql:
    assert test.family is not None
    return _FAMILIES[test.family](lowering, test.path, enrollment, fate)


def _of_task(lowering: Lowering, path: str, enrollment: Sql, fate: str) -> Sql:
    """A task is done when its record says so; one that is deleted is neither done nor open."""
    tasks = lowering.tables.model.tasks
    if tasks is None:
        return sa.false()
    module = lowering.tables.model.modules[tasks.module]
    row, task = journal.alias("task_row"), TableScope.of(lowering.tables, module, "fate_task")
    made = sa.func.json_extract(row.c.details, "$.id")
    is_created = row.c.kind == EffectKind.CREATE.value
    is_done = is_done_in(lowering, task)
    tests = [*of_step(row, enrollment, path), is_created, task.own_key == made]
    if fate == "done":
        tests.append(is_done)
    else:
        tests.append(sa.not_(is_done))
        due = module.fields.get(tasks.fields.get("due", ""))
        if fate == "overdue":
            today = lowering.clock.today.isoformat()
            tests.append(sa.false() if due is None else task.field(FieldValue(due, module)) < today)
    found = sa.select(sa.literal(1)).select_from(row, task.source).where(*tests)
    return found.correlate_except(row, task.source).exists()


def is_done_in(lowering: Lowering, task: TableScope) -> Sql:
    """Whether a task is done, as the model says (`tasks: done:`); a field that is empty says it is not."""
    tasks, module = lowering.tables.model.tasks, task.module
    assert tasks is not None
    tests = [
        task.field(FieldValue(module.fields[key], module)).in_([sa.literal(one) for one in values])
        for key, values in tasks.done.items()
    ]
    return sa.func.coalesce(sa.cast(sa.and_(*tests), sa.Integer), 0) == 1 if tests else sa.false()


def _of_letter(lowering: Lowering, path: str, enrollment: Sql, fate: str) -> Sql:  # noqa: ARG001 - as all
    if fate == "unreachable":
        row = journal.alias("letter_row")
        tests = [*of_step(row, enrollment, path), row.c.kind == EffectKind.SKIPPED.value]
        return sa.select(sa.literal(1)).where(*tests).correlate_except(row).exists()
    letter = outbox.alias("fate_letter")
    tests = list(of_step(letter, enrollment, path))
    if fate in _RECEIPTS:
        tests.append(letter.c.receipt.in_(_RECEIPTS[_RECEIPTS.index(fate) :]))
    else:
        failed = (LetterState.FAILED.value, LetterState.DROPPED.value, LetterState.SUPPRESSED.value)
        tests.append(letter.c.state.in_((LetterState.SENT.value,) if fate == "sent" else failed))
    return sa.select(sa.literal(1)).where(*tests).correlate_except(letter).exists()


def _of_ask(lowering: Lowering, path: str, enrollment: Sql, fate: str) -> Sql:  # noqa: ARG001 - as all
    """A question is done when it is answered; else the fate is one of its answers."""
    ask = asks.alias("fate_ask")
    tests = [ask.c.enrollment == enrollment, ask.c.step == path]
    states = {"open": AskState.OPEN, "done": AskState.ANSWERED, "overdue": AskState.EXPIRED}
    state = states.get(fate, AskState.ANSWERED)
    tests.append(ask.c.state == state.value)
    if fate not in states:
        tests.append(ask.c.answer == fate)
    return sa.select(sa.literal(1)).where(*tests).correlate_except(ask).exists()


_FAMILIES: Mapping[Family, Callable[[Lowering, str, Sql, str], Sql]] = {
    Family.TASK: _of_task,
    Family.LETTER: _of_letter,
    Family.ASK: _of_ask,
}
