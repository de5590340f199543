"""Waking: the enrollments of one version that wait and go on, or end, now.

Before the next step, goal, stop rules, exclusions and consent are looked at again on the records as they are
now (LANGUAGE, Meaning 8 and 9).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.actions.create_task import CreateTask
from engine.guards import Counted, Held, count_by_kind, held_by
from engine.ledger.waits import Waits
from engine.model.effects import EffectKind
from engine.model.predicates import Family, Fate, Leaf, Predicate
from engine.model.values import Show
from engine.model.workflow import Workflow
from engine.passed import Passed
from engine.pipeline import Prepared, Selected, members_in
from engine.plan import plan_waking
from engine.records.following import finish_tasks, watch_goal
from engine.records.session import Session
from engine.rows import RowReader
from engine.workspace import Workspace


def prepare_waking(
    session: Session, workspace: Workspace, workflow: Workflow, *, everything: bool, first_place: int = 1
) -> Selected:
    """Plan and select those that go on; `first_place` numbers the first of the temporary tables.

    `everything` asks all that wait whether what they wait for, their goal or a stop rule is there; else
    only those whose time is over, or whose question is answered.
    """
    waits = Waits(session.connection)
    found = waits.all(workflow.id) if everything else waits.due(session.clock, workflow.id)
    mine = [one for one in found if one.version == workflow.version]
    parts = tuple(
        _prepare_at(session, workspace, workflow, one.path, place=place, everything=everything)
        for place, one in enumerate(mine, start=first_place)
    )
    held = _held(session, workspace, workflow, parts)
    return Selected(parts, sum(one.count for one in mine), held)


def look_after(session: Session, workflow: Workflow) -> None:
    """Goals that count past the end of an enrollment, tasks that are done when something is so."""
    passed = Passed.of(workflow, session.clock)
    if workflow.goal is not None:
        watch_goal(session, workflow, passed.in_hindsight(workflow.goal.predicate))
    for _, step in passed.steps.values():
        if isinstance(step.action, CreateTask) and step.action.done_when is not None:
            finish_tasks(session, workflow, step.path, passed.in_hindsight(step.action.done_when))


def _prepare_at(
    session: Session, workspace: Workspace, workflow: Workflow, path: str, *, place: int, everything: bool
) -> Prepared:
    draft = plan_waking(workflow, path, workspace.model, session.clock, members=members_in(session))
    over = draft.over if everything else tuple(one for one in draft.over if _is_answer(one))
    matched = session.select_waking(workflow, draft, path, over=over, place=place)
    show = Show(workspace.settings.language, workspace.settings.currency, session.clock.zone)
    reader = RowReader(draft, matched.positions(), show, session.clock)
    counts = count_by_kind(draft, matched.effects)
    return Prepared(workflow, draft, matched, reader, matched.starts, counts, None)


def _is_answer(predicate: Predicate) -> bool:
    """Whether something has come in from a colleague, which is cheap to ask at any time."""
    return isinstance(predicate, Leaf) and any(
        isinstance(one, Fate) and one.family is Family.ASK and one.step == one.path for one in predicate.tests
    )


def _held(
    session: Session, workspace: Workspace, workflow: Workflow, parts: Sequence[Prepared]
) -> Held | None:
    """The guard that all parts together are above."""
    effects: dict[EffectKind, int] = {}
    for one in parts:
        for kind, count in one.counts.items():
            effects[kind] = effects.get(kind, 0) + count
    counted = Counted(
        starts=0,
        effects=effects,
        module_size=session.count(workflow.module),
        messages_today=session.book.messages_on(session.clock.today),
    )
    return held_by(counted, workspace.settings.guards, workflow.guard) if parts else None
