"""Sees texts in which nothing stands, so that somebody would get an empty message."""

from __future__ import annotations

from collections.abc import Mapping

from engine.checks.places import places_of
from engine.checks.steps import steps_of
from engine.model.document import Document, Scalar
from engine.model.workflow import Workflow
from engine.shapes.reading import Reading

_TEXTS = (
    "notify/text", "create_task/subject", "create_task/text", "create_task/personal",
    "send_template/personal", "ask/question", "stop",
)  # fmt: skip
"""What people read of a step, as paths below it."""


def note_texts(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Every text of a step, and the reasons of the stop rules."""
    places = places_of(document)
    below = [f"{step.path}/{one}" for step in steps_of(workflow) for one in _TEXTS]
    reasons = [f"stop_when/{number}/because" for number in range(len(workflow.stops))]
    for path in (*below, *reasons):
        node = places.node(path)
        if isinstance(node, Scalar) and not node.text.strip():
            reading.problems.error(node.span, "W210", key=path.rpartition("/")[2])


def note_template_texts(documents: Mapping[str, Document], reading: Reading) -> None:  # noqa: ARG001 - as all of its kind
    """Every form of every template."""
    for template in reading.templates.values():
        for form in template.forms:
            if not form.body.strip():
                reading.problems.error(form.body_at, "W210", key="html" if form.html else "text")
