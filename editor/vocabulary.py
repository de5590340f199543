"""What may stand in a file of a workspace: which kinds of files there are pages for, and their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import PARTIALS, SETTINGS, TEMPLATES, Workspace, is_workflow_file, schemas

SHARED = {"tables.yaml": "tables", "segments.yaml": "segments"}
"""The files that workflows share and that people change, each with its kind."""
NAMED = {*SHARED.values(), "workspace"}
"""Kinds of which a workspace has one file: it is called as its kind is."""
WITHOUT_STEPS = {"tables", "partial"}
"""Kinds in which neither steps nor conditions are written."""
_KEPT: dict[str, tuple[object, Mapping[str, Any]]] = {}
"""By language: what the newest schemas stand on, and the schemas."""


def kind_of(file: str) -> str:
    """The kind of a file by its name inside the workspace; empty where there is no page for it."""
    if file.startswith(PARTIALS):
        return "partial"
    if file.startswith(f"{TEMPLATES}/"):
        return "template"
    known = {**SHARED, SETTINGS: "workspace"}
    return known.get(file, "workflow" if is_workflow_file(file) else "")


def schema_of(workspace: Workspace, file: str, language: str) -> Mapping[str, Any]:
    """With the workspace's own names; the same as long as the files stay that every workflow stands on."""
    known = _KEPT.get(language)
    if known is None or known[0] is not workspace.foundation:
        known = (workspace.foundation, schemas(language, workspace))
        _KEPT[language] = known
    found: Mapping[str, Any] = known[1][kind_of(file)]
    return found
