"""What the checks ask of steps: their branches, what they write, whether anything comes after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.actions.add_tag import AddTag
from engine.actions.ask import Ask
from engine.actions.assign import Assign
from engine.actions.choose import Choose
from engine.actions.if_then import IfThen
from engine.actions.remove_tag import RemoveTag
from engine.actions.send_template import SendTemplate
from engine.actions.split import Split
from engine.actions.stop import Stop
from engine.actions.update_field import UpdateField
from engine.actions.wait import Wait
from engine.actions.wait_until import WaitUntil
from engine.checks.answers import NOT_YES, YES
from engine.checks.possible import Wanted
from engine.model.entities import Field
from engine.model.workflow import Step, Workflow, all_steps


@dataclass(frozen=True)
class Branch:
    """Steps for some records, and what these have answered; `path` and `kind` say which of the branches."""

    kind: str
    path: str
    steps: tuple[Step, ...]
    asked: tuple[Wanted, ...] = ()

    @property
    def is_asked_here(self) -> bool:
        """Whether the branch has a condition of its own."""
        return self.kind in {"then", "case"}


def branches_of(step: Step) -> Iterator[Branch]:
    """The lists of steps inside a step, in file order."""
    action, path = step.action, step.path
    if isinstance(action, IfThen):
        yield Branch("then", f"{path}/if", action.then, ((action.predicate, YES),))
        if action.otherwise:
            yield Branch("else", f"{path}/else", action.otherwise, ((action.predicate, NOT_YES),))
    elif isinstance(action, Choose):
        before: tuple[Wanted, ...] = ()
        for number, case in enumerate(action.cases):
            asked = (*before, (case.predicate, YES))
            yield Branch("case", f"{path}/choose/{number}/if", case.then, asked)
            before = (*before, (case.predicate, NOT_YES))
        if action.otherwise:
            yield Branch("otherwise", f"{path}/otherwise", action.otherwise, before)
    elif isinstance(action, Split | Ask):
        for part in action.cases:
            yield Branch("", path, part.then)
    if isinstance(action, Ask | WaitUntil | SendTemplate):
        yield Branch("", path, action.otherwise)


def ends(step: Step) -> bool:
    """Whether the enrollment is over behind a step, whatever happens in it."""
    action = step.action
    if isinstance(action, Stop):
        return True
    if isinstance(action, IfThen):
        return _end(action.then) and _end(action.otherwise)
    if isinstance(action, Choose | Ask):
        return all(_end(one.then) for one in action.cases) and _end(action.otherwise)
    return isinstance(action, Split) and all(_end(one.then) for one in action.cases)


def may_end(step: Step) -> bool:
    """Whether the enrollment is over behind a step for some of the records."""
    return any(isinstance(one.action, Stop) for one in all_steps((step,)))


def _end(steps: tuple[Step, ...]) -> bool:
    return any(ends(one) for one in steps)


def takes_time(step: Step, *, inside: bool) -> bool:
    """Whether the record may have changed behind a step, or (`inside`) behind one of those within it."""
    steps = all_steps((step,)) if inside else (step,)
    return any(isinstance(one.action, Wait | WaitUntil | Ask) for one in steps)


def steps_of(workflow: Workflow) -> Iterator[Step]:
    """Every step of a workflow, with those that are done when the goal is reached."""
    yield from all_steps(workflow.steps)
    if workflow.goal is not None:
        yield from all_steps(workflow.goal.then)


def fields_written(steps: Iterable[Step]) -> Iterator[Field]:
    """The fields of the record that steps set, those within them too."""
    for step in all_steps(steps):
        action = step.action
        if isinstance(action, UpdateField):
            yield from (field for field, _ in action.changes)
        elif isinstance(action, AddTag | RemoveTag):
            yield action.field
        elif isinstance(action, Assign):
            yield action.owner
