"""Few files taken for many: what a check tells of them, cold and from what it remembers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import engine.check_cache
import engine.checking
import engine.file_by_file
from benchmarks.many import write_many
from engine.check_cache import Told
from engine.checking import Checked, check
from engine.file_by_file import tell_each
from engine.report.diagnostics import render_diagnostics
from engine.workspace import file_names, is_workflow_file

AT = datetime(2026, 3, 31, 1, tzinfo=UTC)
LATER = datetime(2040, 3, 31, 1, tzinfo=UTC)
FILES = 24
BROKEN = "workflow-00005.yaml"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    write_many(folder, FILES)
    broken = next(folder.rglob(BROKEN))
    broken.write_text(broken.read_text("utf-8").replace("actions:", "acitons:"), encoding="utf-8")
    return folder


@pytest.fixture
def root(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Few files, taken for many."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(engine.checking, "MANY", 1)
    monkeypatch.setattr(engine.file_by_file, "MANY", 1)
    return tmp_path


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all files that are read again."""
    names: list[str] = []

    def noted(base: Any, asked: Any, processes: int = 1) -> list[Told]:
        names.extend(asked)
        return tell_each(base, asked, processes)

    monkeypatch.setattr(engine.checking, "tell_each", noted)
    return names


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is too young to be known by its look."""
    monkeypatch.setattr(engine.check_cache, "_YOUNG", 0)


def rendered(checked: Checked) -> str:
    return render_diagnostics(checked.diagnostics, checked.documents, "zh")


def cold(root: Path, at: datetime = AT) -> str:
    return rendered(check(root, at=at))


def remembered(root: Path, at: datetime = AT) -> str:
    return rendered(check(root, at=at, remember=True))


def workflows(root: Path) -> list[Path]:
    return [root / name for name in file_names(root) if is_workflow_file(name)]
