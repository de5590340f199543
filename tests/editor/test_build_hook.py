"""The wheel's hook builds the browser code where it is missing, and only there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hatch_build import BrowserCode


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def hook(tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """In an empty checkout, with an npm that only writes down what it is asked."""
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\necho \"$*\" >>'{tmp_path}/asked'\n", encoding="utf-8")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent))
    app: Any = SimpleNamespace(display_warning=told.append)
    none: Any = None
    return BrowserCode(str(tmp_path), {}, none, none, str(tmp_path), "wheel", app)


def asked(tmp_path: Path) -> list[str]:
    path = tmp_path / "asked"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_what_is_missing_is_built(hook: Any, tmp_path: Path) -> None:
    hook.initialize("standard", {})

    frontend = tmp_path / "editor" / "frontend"
    assert asked(tmp_path) == [
        f"--prefix {frontend} ci --loglevel=error",
        f"--prefix {frontend} run build",
    ]


def test_what_is_there_is_taken(hook: Any, tmp_path: Path) -> None:
    dist = tmp_path / "editor" / "static" / "dist"
    dist.mkdir(parents=True)
    (dist / "manifest.json").write_text("{}", encoding="utf-8")

    hook.initialize("standard", {})

    assert asked(tmp_path) == []


def test_an_editable_install_builds_nothing(hook: Any, tmp_path: Path) -> None:
    hook.initialize("editable", {})

    assert asked(tmp_path) == []


def test_without_npm_it_is_left_out_and_said(hook: Any, tmp_path: Path, told: list[str]) -> None:
    (tmp_path / "bin" / "npm").unlink()

    hook.initialize("standard", {})

    assert told == ["The web editor is left out: it needs Node 20 or newer with npm."]
