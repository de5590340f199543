"""The list of workflows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import g, render_template, request

from editor.drafts import Drafts
from editor.pages.given import me, pages, studio_here
from editor.rights import Right, needs
from engine import Desk, Diagnostic, describe, is_workflow_file


@dataclass(frozen=True)
class Row:
    """A workflow in the list."""

    file: str
    id: str
    name: str
    summary: str
    state: str
    next_time: datetime | None
    errors: int
    has_draft: bool


@pages.get("/ping")
@needs(Right.OPEN)
def ping() -> tuple[str, int]:
    """Whether the server answers."""
    return "", 204


@pages.get("/")
@needs(Right.READ)
def index() -> str:
    """All workflows of the workspace."""
    desk = studio_here().desk()
    wanted = request.args.get("q", "").strip().lower()
    rows = [one for one in _rows(desk) if wanted in f"{one.name} {one.id} {one.summary}".lower()]
    return render_template("workflows.html", rows=rows, q=request.args.get("q", ""))


def _rows(desk: Desk) -> list[Row]:
    workspace, drafts = desk.workspace, Drafts(studio_here().root, me())
    found = []
    for file, document in workspace.documents.items():
        if not is_workflow_file(file):
            continue
        errors = sum(1 for one in workspace.diagnostics if one.at.file == file and _is_error(one))
        has_draft = drafts.get(file) is not None
        if document.root is None:
            found.append(Row(file, file, file, "", "broken", None, max(errors, 1), has_draft))
            continue
        outlook = next(iter(desk.outlooks([file])))
        (sentence,) = describe([outlook], workspace, g.language)
        state = "broken" if errors else "paused" if outlook.is_paused else "active"
        next_time = next(iter(sentence.next_times), None)
        name = sentence.name
        found.append(Row(file, outlook.id, name, sentence.when, state, next_time, errors, has_draft))
    return sorted(found, key=lambda one: (one.state == "paused", one.name))


def _is_error(one: Diagnostic) -> bool:
    return str(one.severity) == "error"
