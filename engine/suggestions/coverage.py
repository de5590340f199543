"""What the examples of a workflow have tried: its conditions answered each way, its branches and steps.

An answer counts where something hangs on it: with another answer of this one condition the whole would be
answered otherwise. And it counts only if the example holds, for then somebody has said what is to happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.example_shapes import GOAL
from engine.examples import Outcome
from engine.model.diagnostics import Problems
from engine.model.document import Span
from engine.model.predicates import Empty, leaves, operands_of, whole_answer
from engine.model.workflow import Step, Workflow, all_steps, inner_lists
from engine.shapes.fields import may_be_missing
from engine.shapes.reading import Reading
from engine.workspace import Workspace


class Aim(StrEnum):
    """What an example can try."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    BRANCH = "branch"
    STEP = "step"
    GOAL = "goal"
    STOP = "stop"


_ANSWERS = {True: Aim.YES, False: Aim.NO, None: Aim.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to try: an answer of a condition, a branch, a step, the goal, a stop rule, by its path."""

    aim: Aim
    path: str
    at: Span


@dataclass(frozen=True)
class Coverage:
    """Everything there is to try in a workflow, and what its examples have tried.

    `whys`: of what is missing, why no example can be suggested for it; None where that was not asked.
    """

    workflow: Workflow
    points: tuple[Point, ...]
    tried: frozenset[tuple[Aim, str]]
    whys: Mapping[tuple[Aim, str], str] | None = None

    @property
    def missing(self) -> tuple[Point, ...]:
        """What no example has tried, in the order of the file."""
        return tuple(one for one in self.points if (one.aim, one.path) not in self.tried)

    @property
    def percent(self) -> int:
        """How much has been tried, rounded down: only all of it is a hundred."""
        count = len(self.points)
        return 100 * (count - len(self.missing)) // count if count else 100


def coverage_of(workspace: Workspace, workflow: Workflow, outcomes: Iterable[Outcome]) -> Coverage:
    """What the examples of a workflow cover, tried with what its conditions answered."""
    reading = workspace.reading(workflow.module, Problems())
    found = [
        Point(aim, path, node.span)
        for aim, path in _aims(workflow, reading)
        if (node := workspace.node_at(workflow.file, path)) is not None
    ]
    tried = {pair for one in outcomes if one.passed for pair in _tried(workflow, one)}
    found.sort(key=lambda one: (one.at.file, one.at.line, one.at.column))
    return Coverage(workflow, tuple(found), frozenset(tried))


# --- what there is to try -----------------------------------------------------------------------------------


def _aims(workflow: Workflow, reading: Reading) -> Iterator[tuple[Aim, str]]:
    for leaf in [] if workflow.condition is None else leaves(workflow.condition):
        yield from ((aim, leaf.path) for aim in (Aim.YES, Aim.NO))
        is_open = leaf.if_missing is None and not isinstance(leaf.tests[0], Empty)
        if is_open and may_be_missing(operands_of(leaf.tests[0])[0], reading):
            yield Aim.UNKNOWN, leaf.path
    goal = workflow.goal
    if goal is not None:
        yield Aim.GOAL, "goal/if"
    yield from ((Aim.STOP, f"stop_when/{number}/if") for number in range(len(workflow.stops)))
    for step in all_steps((*workflow.steps, *(goal.then if goal is not None else ()))):
        branches = [_place(one) for one in inner_lists(step) if one]
        yield from ((Aim.BRANCH, path) for path in branches)
        if not branches or _acts(step):
            yield Aim.STEP, step.path


def _acts(step: Step) -> bool:
    """Whether a step with others inside does something of its own: it asks, waits or writes."""
    return not hasattr(step.action, "predicate") and step.action.name not in {"choose", "split"}


def _place(steps: Sequence[Step]) -> str:
    """Where a list of steps stands."""
    return steps[0].path.rpartition("/")[0]


# --- what an example has tried ------------------------------------------------------------------------------


def _tried(workflow: Workflow, outcome: Outcome) -> Iterator[tuple[Aim, str]]:
    yield from _answered(workflow, outcome)
    done = {one.effect.path: one.word for day in (outcome, *outcome.later) for one in day.happened}
    paths = set(done)
    if outcome.bar is not None:
        paths.add(outcome.bar.path)
    if GOAL in done.values():
        paths.add("goal/if")
    yield from ((aim, path) for path in paths for aim in (Aim.GOAL, Aim.STOP))
    steps = {one.path for one in all_steps((*workflow.steps, *(workflow.goal.then if workflow.goal else ())))}
    for path in paths:
        own = _around(path)
        step = next((one for one in own if one in steps), None)
        if step is not None:
            yield Aim.STEP, step
        yield from ((Aim.BRANCH, one) for one in own)


def _around(path: str) -> list[str]:
    """The path, and all that it lies in: `actions/6/then/0`, `actions/6/then`, …"""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _answered(workflow: Workflow, outcome: Outcome) -> Iterator[tuple[Aim, str]]:
    """The answers that something hung on."""
    condition, answers = workflow.condition, outcome.answers
    if condition is None or outcome.bar is not None:
        return
    whole = whole_answer(condition, answers)
    for number, leaf in enumerate(leaves(condition)):
        before, answer, after = answers[:number], answers[number], answers[number + 1 :]
        others = ((*before, other, *after) for other in _ANSWERS if other is not answer)
        if any(whole_answer(condition, one) is not whole for one in others):
            yield _ANSWERS[answer], leaf.path
