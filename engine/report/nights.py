"""What waits for a person, told to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.guards import Held
from engine.report.runs import drift_lines
from engine.texts import Texts
from engine.workspace import Workspace


def render_holds(rows: Sequence[Mapping[str, Any]], workspace: Workspace, language: str) -> str:
    """Every held run with the guard that holds it, and what can be done."""
    texts = Texts.of(language)
    if not rows:
        return texts.say("night.no_holds")
    return "\n".join([*(_hold(row, workspace, texts) for row in rows), texts.say("night.hold_next")])


def _hold(row: Mapping[str, Any], workspace: Workspace, texts: Texts) -> str:
    workflow, held = workspace.workflow(row["workflow"]), Held.of(row["held"])
    told = texts.say(
        "night.hold_expired" if row["is_expired"] else "night.hold",
        run=row["run"],
        name=row["workflow"] if workflow is None else workflow.names.of(texts.language),
        workflow=row["workflow"],
        at=_wall(row["at"], workspace),
        when=_wall(row["at"], workspace).replace(" ", "T"),
        reason=held.told(texts),
        matched=row["matched"],
        expires=_wall(row["expires"], workspace),
    )
    return "\n".join([told, *drift_lines(held.drift, texts)])


def _wall(instant: str, workspace: Workspace) -> str:
    """On the wall clock of the workspace."""
    local = datetime.fromisoformat(instant).astimezone(workspace.settings.zone)
    return f"{local:%Y-%m-%d %H:%M}"
