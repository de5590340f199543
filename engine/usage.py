"""Who has to do with a field: workflows that look at it, or at what is made of it, or that write it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from engine.model.effects import Create, Draft
from engine.model.moments import Clock
from engine.model.operands import FieldValue
from engine.model.workflow import Workflow
from engine.plan import plan_effects
from engine.records.atoms import atoms_of
from engine.workspace import Workspace

Name = tuple[str, str]
"""The keys of a module and of a field in it."""


@dataclass(frozen=True)
class Usage:
    """The ids of workflows, each in the order of the files.

    `through` are those that only look at a list, a score or a computed field that is made of it.
    """

    read: list[str] = field(default_factory=list)
    through: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


def usage_of(workspace: Workspace, clock: Clock) -> Mapping[Name, Usage]:
    """By field. Workflows with errors are in none."""
    found: defaultdict[Name, Usage] = defaultdict(Usage)
    for workflow in workspace.workflows:
        named = workspace.uses[workflow.id]
        draft = plan_effects(workflow, workspace.model, clock)
        written = set(_written(workflow, draft))
        seen = set(_fields(named))
        looked_at = {name for name in seen if name not in written or name in _asked(workflow, draft)}
        for name in looked_at:
            found[name].read.append(workflow.id)
        for name in set(_fields(_made_of(workspace, named))) - seen:
            found[name].through.append(workflow.id)
        for name in written:
            found[name].written.append(workflow.id)
    return found


def _made_of(workspace: Workspace, named: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """What is named, and all that it is made of."""
    found, waiting = set(named), list(named)
    while waiting:
        more = set(workspace.made_of.get(waiting.pop(), ())) - found
        found |= more
        waiting += more
    return found


def _fields(named: Collection[tuple[str, str]]) -> Iterator[Name]:
    for kind, name in named:
        if kind == "field":
            module, _, key = name.partition(".")
            yield module, key


def _written(workflow: Workflow, draft: Draft) -> Iterator[Name]:
    for change in draft.writes:
        yield workflow.module.key, change.field.key
    for batch in draft.batches:
        if isinstance(batch, Create):
            yield from ((batch.module.key, key) for key in batch.values)


def _asked(workflow: Workflow, draft: Draft) -> set[Name]:
    """The fields that conditions ask about: of a field that is written the old value is always at hand."""
    goal = () if workflow.goal is None else (workflow.goal.predicate,)
    asked = (workflow.condition, draft.branches, *goal, *(one.predicate for one in workflow.stops))
    atoms = (atom for one in asked for atom in atoms_of(one))
    return {(one.module.key, one.field.key) for one in atoms if isinstance(one, FieldValue)}
