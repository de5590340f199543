"""Validate: what no single word can see: files that contradict each other, workflows that cannot be meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from engine.cron import cron_warnings
from engine.model.diagnostics import Problems
from engine.model.document import Document, Scalar, Span
from engine.model.workflow import Workflow
from engine.shapes.reading import Reading

_LOOKED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Oddities of a schedule do not depend on the day a file is checked, so neither do their warnings."""


def validate_workflow(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Note what a workflow that reads well can still get wrong."""
    _warn_without_tests(workflow, document, reading)
    _warn_of_schedules(workflow, document, reading)


def validate_workspace(
    workflows: tuple[Workflow, ...], documents: Mapping[str, Document], problems: Problems
) -> None:
    """Note what files say against each other: two workflows of one id."""
    seen: dict[str, Workflow] = {}
    for workflow in workflows:
        if workflow.id in seen:
            at = _key_span(documents[workflow.file], "id")
            problems.error(at, "W259", id=workflow.id, file=seen[workflow.id].file)
        seen.setdefault(workflow.id, workflow)


def _key_span(document: Document, key: str) -> Span:
    assert document.root is not None
    node = document.root.get(key)
    return node.span if isinstance(node, Scalar) else document.root.span.start()


def _warn_without_tests(workflow: Workflow, document: Document, reading: Reading) -> None:
    if workflow.active and not workflow.examples:
        reading.problems.warning(_key_span(document, "id"), "W257", id=workflow.id)


def _warn_of_schedules(workflow: Workflow, document: Document, reading: Reading) -> None:
    assert document.root is not None
    trigger = document.root.get("trigger")
    for one in workflow.triggers:
        expression = one.cron()
        if expression is None or trigger is None:
            continue
        zone = one.zone or str(reading.settings.zone)
        for odd in cron_warnings(expression, zone, _LOOKED_AT):
            facts = dict(odd.facts)
            facts["next"] = facts.get("next", "")[: len("2026-03-31")]
            kind = f"{odd.kind}_{facts.get('means', '')}".rstrip("_")
            reading.problems.warning(trigger.span, "W258", **{**facts, "kind": kind})
