"""Sees a workflow that changes the very field that lets each record start once."""

from __future__ import annotations

from engine.checks.facts import facts_of, root_of
from engine.model.document import Document
from engine.model.operands import FieldValue
from engine.model.workflow import Once, Workflow
from engine.shapes.reading import Reading


def note_own_key(workflow: Workflow, document: Document, reading: Reading) -> None:
    """A step that sets the field of `once_per`, unless the conditions ask for another value than it sets."""
    key = workflow.once_per.field
    if workflow.once_per.kind is not Once.FIELD or not isinstance(key, FieldValue) or key.links:
        return
    assert document.root is not None
    place = document.root.key("once_per").span
    facts = facts_of(workflow, document)
    own = root_of(key.field)
    options = [one.options for one in facts.demands if one.roots == {own} and one.options is not None]
    for write in facts.writes:
        is_left = write.value is not None and any(write.value not in one for one in options)
        if write.field == own and not is_left:
            reading.problems.warning(write.at, "W592", field=write.label, line=place.line)
            return
