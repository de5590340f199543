"""Plan: the steps of a workflow become batches of effects, before any record is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from engine.drafting import Draftsman, Members
from engine.model.effects import Draft
from engine.model.entities import Model
from engine.model.kinds import Waiting
from engine.model.moments import Clock
from engine.model.operands import Gate
from engine.model.predicates import Predicate
from engine.model.workflow import Step, Workflow, inner_lists
from engine.passed import Passed

EXCLUDED = "W666"
"""Why an enrollment ended that an exclusion of the workspace holds for: these give no reason of their own."""


def nobody(_: Predicate) -> tuple[str, ...]:
    """The members of any role, where no records are at hand."""
    return ()


def plan_effects(workflow: Workflow, model: Model, clock: Clock, members: Members = nobody) -> Draft:
    """All that the workflow may do at this moment: branches, columns to compute, batches, final values.

    `members` gives the colleagues of a role who are present, by key.
    """
    drafting = _begin(workflow, Draftsman(workflow, model, clock, members))
    drafting.within(Gate(), workflow.steps)
    if workflow.goal is not None:
        drafting.watch_goal(workflow.goal.within)
    return drafting.finish()


def plan_waking(
    workflow: Workflow, path: str, model: Model, clock: Clock, *, members: Members = nobody
) -> Draft:
    """All that may happen to the enrollments that wait at a step and go on, or end, at this moment.

    Goal, stop rules and exclusions are looked at before anything else is done (Meaning 8).
    """
    step, rest = following(workflow.steps, path)
    drafting = _begin(workflow, Draftsman(workflow, model, clock, members, goes_on=True))
    if workflow.goal is not None:
        drafting.end_where("goal/if", workflow.goal.predicate, reason="goal", then=workflow.goal.then)
    for bar in workflow.bars:
        if bar.path != "goal/if":
            drafting.end_where(bar.path, bar.predicate, reason=bar.reason or EXCLUDED, then=None)
    drafting.resume(step)
    drafting.within(Gate(), rest)
    return drafting.finish()


def over_at(workflow: Workflow, path: str, clock: Clock) -> tuple[Predicate, ...]:
    """What ends a wait at a step before its time: the goal, stop rules, exclusions, what is waited for."""
    step, _ = following(workflow.steps, path)
    awaited = cast("Waiting", step.action).over(path)
    asked = [*(bar.predicate for bar in workflow.bars), *([] if awaited is None else [awaited])]
    return tuple(map(Passed.of(workflow, clock).in_hindsight, asked))


def following(steps: Sequence[Step], path: str) -> tuple[Step, tuple[Step, ...]]:
    """The step of a path, and all that is done after it once it is over: the rest of its own list, then that
    of the list around it, and so on. Raises KeyError for a path that is none.
    """
    for number, step in enumerate(steps):
        rest = tuple(steps[number + 1 :])
        if step.path == path:
            return step, rest
        if path.startswith(f"{step.path}/"):
            for inner in inner_lists(step):
                if any(path == one.path or path.startswith(f"{one.path}/") for one in inner):
                    found, own = following(inner, path)
                    return found, (*own, *rest)
    raise KeyError(path)


def _begin(workflow: Workflow, drafting: Draftsman) -> Draftsman:
    if workflow.control is not None:
        drafting.leave_alone(workflow.control)
    for one in workflow.exclusions:
        if not one.is_whole:
            drafting.keep_out(one)
    return drafting
