"""Whether anything can happen at a moment: cheap questions that come before the whole selection."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from engine.model.effects import Draft
from engine.model.nights import Walking
from engine.model.predicates import AnyOf, Predicate
from engine.model.workflow import Workflow
from engine.records.following import enrolled_scope
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.session import Session
from engine.records.waking import IS_DUE


def may_go_on(session: Session, workflow: Workflow, path: str, over: Sequence[Predicate]) -> bool:
    """Whether an enrollment that waits at a path is due, or one of the things is there that end the wait."""
    lowering, scope = Lowering(session.tables, session.clock), enrolled_scope(session, workflow)
    assert scope.enrollment is not None
    waits = (scope.enrollment.c.state == Walking.WAITING.value, scope.enrollment.c.path == path)
    is_over = lowering.predicate(AnyOf("", (IS_DUE, *over)), scope)
    found = sa.select(sa.literal(1)).select_from(scope.from_clause()).where(*waits, is_over)
    return session.connection.execute(found.limit(1)).first() is not None


def may_start(session: Session, workflow: Workflow, record: str | int | None = None) -> bool:
    """Whether a record that does not wait meets the conditions and has not started for its once-per key.

    Without a record: whether any does.
    """
    selection = session.selection(workflow, Draft((), (), (), ()))
    base = TableScope.of(session.tables, workflow.module, "base")
    tests = [] if record is None else [base.own_key == record]
    if workflow.condition is not None:
        tests.append(selection.lowering.predicate(workflow.condition, base))
    tests.append(sa.not_(selection.started(base.own_key, selection.once_key(base), base)))
    found = sa.select(sa.literal(1)).select_from(base.from_clause()).where(*tests)
    return session.connection.execute(found.limit(1)).first() is not None
