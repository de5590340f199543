"""Sees versions of a template that are never said: nobody is meant, or an earlier version is for them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.actions.create_task import CreateTask
from engine.actions.send_template import SendTemplate
from engine.checks.places import Places, places_of
from engine.checks.steps import steps_of
from engine.checks.unreachable import note_unreachable_cases
from engine.model.document import Document, Scalar, plain_value
from engine.model.effects import Versioned
from engine.model.predicates import Predicate
from engine.model.workflow import Step, Workflow
from engine.shapes.reading import Reading, Template


def note_versions(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Every template that a step uses; a workflow's own conditions may leave out what another needs."""
    for step in steps_of(workflow):
        name, predicates = _said_by(step, document)
        template = reading.templates.get(name)
        if template is not None and len(predicates) == len(template.versions):
            _note(template, predicates, step.path, reading)


def _said_by(step: Step, document: Document) -> tuple[str, Sequence[Predicate | None]]:
    """The template of a step, and for whom each of its versions is."""
    action = step.action
    if isinstance(action, SendTemplate):
        return action.template, [one.predicate for one in action.versions]
    values = action.values.values() if isinstance(action, CreateTask) else ()
    texts = [one for one in values if isinstance(one, Versioned)]
    written = places_of(document).node(f"{step.path}/{CreateTask.name}/text_from")
    if not texts or not isinstance(written, Scalar):
        return "", ()
    return written.text, [predicate for predicate, _ in texts[0].texts]


def _note(template: Template, predicates: Sequence[Predicate | None], path: str, reading: Reading) -> None:
    asked = [one.condition for one in template.versions]
    written = [None if one is None else plain_value(one) for one in asked]
    # Of two versions with the very same condition it is told where the template is read.
    kept = [one for number, one in enumerate(predicates) if written[number] not in written[:number]]
    roots = ((f"{path}/versions/{number}/if", node) for number, node in enumerate(asked) if node is not None)
    last = template.versions[-1].at.start()
    note_unreachable_cases(kept, Places(tuple(roots)), reading.problems, last)
