"""What a simulated month shows of workflows that cross, as warnings at both places."""

from __future__ import annotations

from collections.abc import Iterable

from engine.ledger.crossings import CONTACT, RING, WRITE, Crossing, Step
from engine.model.diagnostics import Diagnostic, Problems
from engine.model.document import Span
from engine.workspace import Workspace

_CODES = {CONTACT: "W695", WRITE: "W696", RING: "W697"}


def note_crossings(workspace: Workspace, found: Iterable[Crossing]) -> tuple[Diagnostic, ...]:
    """A warning for each, where the second step stands, with the place of the first."""
    problems = Problems()
    for one in found:
        here, there = _place(workspace, one.second), _place(workspace, one.first)
        if here is not None and there is not None:
            facts = {"count": str(one.count), "record": one.record, "day": one.day}
            facts |= {"place": f"{there.file}:{there.line}", "field": _label(workspace, one.field)}
            problems.warning(here, _CODES[one.kind], **facts)
    return problems.sorted()


def _place(workspace: Workspace, step: Step) -> Span | None:
    """Where a step stands; a path goes on below it for each of several whom it is for."""
    workflow, path = workspace.workflow(step[0]), step[1]
    if workflow is None:
        return None
    while path:
        node = workspace.node_at(workflow.file, path)
        if node is not None:
            return node.span
        path = path.rpartition("/")[0]
    return None


def _label(workspace: Workspace, name: str) -> str:
    module, _, key = name.partition(".")
    found = workspace.model.modules.get(module)
    field = None if found is None else found.fields.get(key)
    return key if field is None else field.labels.told
