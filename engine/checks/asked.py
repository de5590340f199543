"""The conditions that stand in steps, beside those that choose between branches."""

from __future__ import annotations

from collections.abc import Iterator

from engine.actions.create_task import CreateTask
from engine.actions.send_template import SendTemplate
from engine.actions.wait_until import WaitUntil
from engine.checks.places import Places
from engine.checks.steps import steps_of
from engine.model.predicates import Predicate
from engine.model.workflow import Step, Workflow


def conditions_of_steps(workflow: Workflow, places: Places) -> Iterator[tuple[Predicate, Places]]:
    """What is waited for, what makes a task done, which related records are written to; with their places."""
    for step in steps_of(workflow):
        yield from _conditions(step, places)


def _conditions(step: Step, places: Places) -> Iterator[tuple[Predicate, Places]]:
    action = step.action
    if isinstance(action, WaitUntil):
        yield action.predicate, places
    elif isinstance(action, CreateTask) and action.done_when is not None:
        node = places.node(f"{step.path}/{CreateTask.name}/done_when")
        if node is not None:
            yield action.done_when, Places(((f"{step.path}/done_when", node),))
    elif isinstance(action, SendTemplate):
        where = None if action.related is None else action.related.where
        if where is not None:
            yield where, places.below(f"{step.path}/{SendTemplate.name}/to")
