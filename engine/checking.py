"""Checking files without touching any record: quick to load, for the command line, editors and hooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.model.diagnostics import Diagnostic, WrongUsage, has_errors
from engine.model.document import Document
from engine.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Checked:
    """What a check found: diagnostics of the files asked for, and the loaded files."""

    diagnostics: tuple[Diagnostic, ...]
    documents: Mapping[str, Document]
    workspace: Workspace

    @property
    def has_errors(self) -> bool:
        """Whether a file cannot be used."""
        return has_errors(self.diagnostics)


def check(root: Path, paths: Sequence[Path] = ()) -> Checked:
    """Check a workspace, or only some of its files; files outside of it are checked against its model."""
    inside, outside = _split(root, paths)
    workspace = open_workspace(root, outside, only=inside if paths else None)
    asked = {*inside, *(str(path) for path in outside)}
    wanted = [one for one in workspace.diagnostics if not paths or one.at.file in asked]
    documents = {name: one for name, one in workspace.documents.items() if not paths or name in asked}
    return Checked(tuple(wanted), documents, workspace)


def _split(root: Path, paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    inside: list[str] = []
    outside: list[Path] = []
    for path in paths:
        resolved = path if path.exists() else root / path
        if not resolved.exists():
            raise WrongUsage("W914", path=path)
        if resolved.resolve().is_relative_to(root.resolve()):
            name = resolved.resolve().relative_to(root.resolve())
            found = sorted(resolved.rglob("*.yaml")) if resolved.is_dir() else [resolved]
            inside += [one.resolve().relative_to(root.resolve()).as_posix() for one in found] or [
                name.as_posix()
            ]
        else:
            outside += sorted(resolved.rglob("*.yaml")) if resolved.is_dir() else [resolved]
    return inside, outside
