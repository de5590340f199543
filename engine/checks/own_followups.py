"""Sees a workflow that makes follow-up records itself: they would count as people's (Meaning 6)."""

from __future__ import annotations

from engine.actions.create_record import CreateRecord
from engine.actions.update_field import UpdateField
from engine.checks.dealings import is_about, is_of_the_last
from engine.model.document import Document
from engine.model.workflow import Step, Workflow, all_steps
from engine.shapes.reading import Reading


def note_own_followups(workflow: Workflow, document: Document, reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """A `create_record` of dated contacts with the record; a day of the last contact that is set."""
    related = {one.module.key: one for one in reading.model.relations(workflow.module)}
    for step in all_steps(workflow.steps):
        relation = related.get(step.action.module.key) if isinstance(step.action, CreateRecord) else None
        if relation is not None and relation.module.happens_on and is_about(relation, "contact"):
            module = relation.module
            facts = {"module": module.labels.told, "place": reading.place(module.at)}
            reading.problems.error(step.at, "W585", **facts)
        elif isinstance(step.action, UpdateField):
            _note_dates(step, step.action, reading)


def _note_dates(step: Step, action: UpdateField, reading: Reading) -> None:
    for field, _ in action.changes:
        if field.type.is_moment and is_about(field, "contact") and is_of_the_last(field):
            reading.problems.warning(step.at, "W585", kind="field", field=field.labels.told)
