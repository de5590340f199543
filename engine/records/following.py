"""What is watched of enrollments day by day: goals reached later, tasks that are done by themselves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import enrollments, journal
from engine.model.effects import EffectKind
from engine.model.entities import FieldType
from engine.model.nights import Walking
from engine.model.predicates import Predicate
from engine.model.values import stored_instant
from engine.model.workflow import Workflow
from engine.records.enrolled import is_done_in, of_step
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.session import Session
from engine.records.tables import Sql, binding
from engine.records.waking import EnrolledScope, record_key_of


def watched_versions(session: Session, workflow: str = "") -> list[tuple[str, str]]:
    """Workflow and version of enrollments that are over, with a goal that still counts or open tasks."""
    mine = [enrollments.c.workflow == workflow] if workflow else []
    pair = (enrollments.c.workflow, enrollments.c.version)
    tests = [sa.and_(*_watched(enrollments, session))]
    if (open_ones := _with_open_tasks(session)) is not None:
        tests.append(enrollments.c.id.in_(open_ones))
    statement = sa.select(*pair).where(sa.or_(*tests), *mine).distinct().order_by(*pair)
    return [(one.workflow, one.version) for one in session.connection.execute(statement)]


def watch_goal(session: Session, workflow: Workflow, goal: Predicate) -> int:
    """Note the goal of enrollments of this version that are over, and have reached it by now (Meaning 8)."""
    lowering, scope = Lowering(session.tables, session.clock), enrolled_scope(session, workflow)
    assert scope.enrollment is not None
    reached = lowering.predicate(goal, scope)
    tests = (*_watched(scope.enrollment, session), reached)
    found = sa.select(scope.enrollment.c.id).select_from(scope.from_clause()).where(*tests)
    now = stored_instant(session.clock.now)
    statement = sa.update(enrollments).values(goal_at=now).where(enrollments.c.id.in_(found))
    return session.connection.execute(statement).rowcount


def finish_tasks(session: Session, workflow: Workflow, path: str, done_when: Predicate) -> int:
    """Mark the open tasks of a step as done where that is so by now; how many they were."""
    tasks = session.tables.model.tasks
    if tasks is None or not tasks.done:
        return 0
    module = session.tables.model.modules[tasks.module]
    lowering, scope = Lowering(session.tables, session.clock), enrolled_scope(session, workflow)
    row = journal.alias("made")
    assert scope.enrollment is not None
    is_so = lowering.predicate(done_when, scope)
    created = (*of_step(row, scope.enrollment.c.id, path), row.c.kind == EffectKind.CREATE.value)
    made = sa.select(sa.func.json_extract(row.c.details, "$.id"))
    made = made.select_from(scope.from_clause(), row).where(*created, is_so)
    task = TableScope.of(session.tables, module, "open_task")
    is_open = sa.select(task.own_key).where(sa.not_(is_done_in(lowering, task)), task.own_key.in_(made))
    target, fields = session.tables.of(module), [module.fields[key] for key in tasks.done]
    values = {
        one.column: session.tables.written(module, one, binding(number)) for number, one in enumerate(fields)
    }
    statement = sa.update(target).values(values).where(target.c[module.record_key.column].in_(is_open))
    first = {f"wakeline_p{number}": tasks.done[one.key][0] for number, one in enumerate(fields)}
    return session.connection.execute(statement, first).rowcount


def enrolled_scope(session: Session, workflow: Workflow) -> EnrolledScope:
    """The enrollments of a version beside their records."""
    module, table = workflow.module, enrollments.alias("enrolled")
    source = session.tables.of(module).alias("base")
    is_one_of = (
        table.c.workflow == workflow.id,
        table.c.version == workflow.version,
        record_key_of(session.tables, module, table.c.record) == source.c[module.record_key.column],
    )
    return EnrolledScope(session.tables, module, source, "base", enrollment=table, is_one_of=is_one_of)


def _watched(table: Any, session: Session) -> tuple[Sql, ...]:
    """Over, the goal not seen yet, and still in time."""
    now = stored_instant(session.clock.now)
    return (table.c.state != Walking.WAITING.value, table.c.goal_at.is_(None), table.c.goal_by >= now)


def _with_open_tasks(session: Session) -> sa.Select[Any] | None:
    """The enrollments of which a task is open, from the key of the task (`created_key`)."""
    tasks = session.tables.model.tasks
    if tasks is None or not tasks.done:
        return None
    module = session.tables.model.modules[tasks.module]
    if module.record_key.type is FieldType.NUMBER:
        return None
    task = TableScope.of(session.tables, module, "open_task")
    key, is_open = task.own_key, sa.not_(is_done_in(Lowering(session.tables, session.clock), task))
    number = sa.cast(sa.func.substr(key, 2, sa.func.instr(key, "-") - 2), sa.Integer)
    return sa.select(number).where(is_open, key.like("W%-%"))
