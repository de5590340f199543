"""The night that is measured: its moment, and the workspace of benchmarks/reference in a folder."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.model.moments import Clock
from engine.workspace import Workspace, open_workspace

REFERENCE = Path(__file__).parent / "reference"
NIGHT = datetime(2026, 4, 1, 1, 0)  # noqa: DTZ001 - the workspace's wall clock
STEADY = NIGHT + timedelta(days=1)
THIRD = NIGHT + timedelta(days=2)
OTHER_TEMPLATES, RECORDING = "other templates", "recording"
WORKFLOWS = ("retier", "overdue", "first-touch", "key-accounts", "quiet", "last-touch")

_SLOT = re.compile(r"\{\{ ([^|}]+?)(?: \| or\(('[^']*')\))? \}\}")
_BLOCK = re.compile(r"\{% if (\S+) %\}")


def write_workspace(folder: Path, kind: str = "") -> None:
    """The reference workspace; if asked with the same texts in words that are left to Python, or recording
    what every record answers, as a workspace does that says nothing of it.
    """
    shutil.copytree(REFERENCE, folder, ignore=shutil.ignore_patterns(".*"))
    if kind == OTHER_TEMPLATES:
        for path in folder.rglob("*.yaml"):
            path.write_text(in_other_words(path.read_text(encoding="utf-8")), encoding="utf-8")
    elif kind == RECORDING:
        path = folder / "workspace.yaml"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(one for one in lines if not one.startswith("recording:")), encoding="utf-8")


def in_other_words(text: str) -> str:
    """Every `{{ a | or('b') }}` as `{{ a | trim if a else 'b' }}`, every `{% if a %}` with `is defined`.

    That is left to Python: a database does not put it together by itself.
    """
    text = _SLOT.sub(lambda slot: f"{{{{ {slot[1]} | trim if {slot[1]} else {slot[2] or repr('')} }}}}", text)
    return _BLOCK.sub(r"{% if \1 is defined and \1 %}", text)


def reference_workspace(folder: Path) -> Workspace:
    """The workspace in a folder, without mistakes."""
    workspace = open_workspace(folder)
    assert not workspace.has_errors, workspace.diagnostics
    return workspace


def clock_of(workspace: Workspace, at: datetime = NIGHT) -> Clock:
    """A moment on the workspace's wall clock."""
    zone = workspace.settings.zone
    return Clock(at.replace(tzinfo=zone).astimezone(UTC), zone)
