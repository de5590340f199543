"""Sees a workflow that makes follow-up records itself: they would count as people's (Meaning 6)."""

from __future__ import annotations

from engine.actions.create_record import CreateRecord
from engine.checks.dealings import is_about
from engine.model.document import Document
from engine.model.workflow import Workflow, all_steps
from engine.shapes.reading import Reading


def note_own_followups(workflow: Workflow, document: Document, reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """A `create_record` of dated contacts with the record."""
    related = {one.module.key: one for one in reading.model.relations(workflow.module)}
    for step in all_steps(workflow.steps):
        relation = related.get(step.action.module.key) if isinstance(step.action, CreateRecord) else None
        if relation is not None and relation.module.happens_on and is_about(relation, "contact"):
            reading.problems.warning(step.at, "W585", module=relation.module.labels.told)
