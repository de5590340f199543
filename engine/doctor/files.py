"""The installation and the files: versions, and workflows that are not valid."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from engine.doctor.check import Check, Group, listed
from engine.model.diagnostics import Severity
from engine.register import broken_ids
from engine.workspace import Workspace

FILES = Group("files", code="W828")


def check_files(workspace: Workspace, version: str) -> Iterator[Check]:
    """What runs here, and whether the files that it goes by are valid."""
    yield FILES.ok("version", version=version, python=platform.python_version())
    if workspace.broken_base:
        files = dict.fromkeys(one.at.file for one in workspace.broken_base)
        yield FILES.problem("base", "broken_base", known=listed(files))
        return
    broken = broken_ids(workspace)
    if broken:
        yield FILES.note("workflows", "broken", known=listed(broken), count=len(broken))
    elif any(one.severity is Severity.ERROR for one in workspace.diagnostics):
        yield FILES.note("workflows", "errors")
    else:
        yield FILES.ok("workflows", count=len(workspace.workflows))
