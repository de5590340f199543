"""Where the things in a list have a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from editor.rights import Right, may
from engine import Desk


def workflow_url(desk: Desk, workflow: str) -> str:
    """The page of a workflow; empty where it has no file, or is not theirs to see."""
    found = desk.workspace.workflow(workflow)
    if found is None or not may(Right.READ):
        return ""
    return url_for("workflows.workflow", file=found.file)


def version_url(desk: Desk, workflow: str, version: str) -> str:
    """The text of a version."""
    found, number = desk.workspace.workflow(workflow), version_number(desk, workflow, version)
    if found is None or not number or not may(Right.READ):
        return ""
    return url_for("workflows.version", file=found.file, number=number)


def version_number(desk: Desk, workflow: str, version: str) -> int:
    """Which of the versions it is, from 1; 0 where nobody knows."""
    known = desk.releases.versions(workflow)
    return next((one.number for one in known if one.version == version), 0)


def run_url(run: int | None) -> str:
    """The page of a run; one of events has the number 0 where there is none."""
    return url_for("workflows.run", run=run) if run and may(Right.READ) else ""


def record_url(run: int | None, record: str | None) -> str:
    """What a run did for a record, and why."""
    return url_for("workflows.record", run=run, key=record) if run and record else ""


def cell_url(desk: Desk, column: str, row: Mapping[str, Any]) -> str:
    """Where a cell of a list leads to; empty: nowhere."""
    if column == "run":
        return run_url(row["run"])
    if column == "record" or (column == "text" and "recipient" in row):  # a letter is read there
        return record_url(row.get("run"), row["record"])
    if column == "workflow":
        return workflow_url(desk, row["workflow"])
    return ""


def back_url(usual: str) -> str:
    """Where a form came from, as it says itself: a page of ours, or the usual one."""
    asked = request.form.get("back", "")
    is_ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if is_ours else usual


def here_with(**changes: object) -> str:
    """The present address with other parameters; None takes one away."""
    wanted = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in wanted.items() if value not in {None, ""}}
    return url_for(request.endpoint or "", **{**(request.view_args or {}), **kept})
