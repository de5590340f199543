"""Validate: what no single word can see: files that contradict each other, workflows that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from engine.actions.ask import Ask
from engine.actions.start_workflow import StartWorkflow
from engine.actions.wait import Wait
from engine.actions.wait_until import WaitUntil
from engine.checks import BASE_CHECKS, WORKFLOW_CHECKS, WORKSPACE_CHECKS
from engine.cron import cron_warnings
from engine.model.diagnostics import Problems
from engine.model.document import Document, Scalar, Span
from engine.model.workflow import Step, Workflow, all_steps
from engine.shapes.reading import Reading
from engine.steps import note_starts, note_steps
from engine.summary import Summary

_LOOKED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Oddities of a schedule do not depend on the day a file is checked, so neither do their warnings."""


def validate_workflow(workflow: Workflow, document: Document, reading: Reading) -> None:
    """Note what a workflow that reads well can still get wrong."""
    _warn_without_tests(workflow, document, reading)
    _warn_of_schedules(workflow, document, reading)
    _warn_without_end(workflow, _waiting(workflow.steps), document, reading)
    if workflow.goal is not None:
        for step in _waiting(workflow.goal.then):
            reading.problems.error(step.at, "W544")
    note_steps(workflow, document, reading)
    for check in WORKFLOW_CHECKS:
        check(workflow, document, reading)


def validate_workspace(summaries: Iterable[Summary], problems: Problems, *, whole: bool = False) -> None:
    """Note what files say against each other: two workflows of one id, starts in a ring or of none.

    `whole` when these are all the files there are, so that what is not among them is nowhere.
    """
    files = tuple(summaries)
    seen: dict[str, Summary] = {}
    for one in files:
        if one.is_sound and one.id in seen:
            problems.error(one.at, "W259", id=one.id, file=seen[one.id].file)
        elif one.is_sound:
            seen[one.id] = one
    starts = {name: dict(one.starts) for name, one in seen.items()}
    note_starts(starts, {one.id for one in files if one.id} if whole else None, problems)
    facts = [one.facts for one in seen.values() if one.facts is not None]
    for check in WORKSPACE_CHECKS if whole else ():
        check(facts, problems)


def validate_base(documents: Mapping[str, Document], reading: Reading) -> None:
    """Note what the files that every workflow stands on can still get wrong."""
    for check in BASE_CHECKS:
        check(documents, reading)


def _waiting(steps: Iterable[Step]) -> list[Step]:
    """The steps that take more than a night."""
    return [one for one in all_steps(steps) if isinstance(one.action, Wait | WaitUntil | Ask | StartWorkflow)]


def _warn_without_end(
    workflow: Workflow, waiting: Sequence[Step], document: Document, reading: Reading
) -> None:
    """Who waits for weeks may meanwhile have bought, or be gone: something must end it."""
    if waiting and workflow.goal is None and not workflow.stops:
        reading.problems.warning(_key_span(document, "id"), "W543", line=waiting[0].at.line)


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
