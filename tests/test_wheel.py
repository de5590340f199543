"""The wheel: what a person installs is complete and runs without the checkout, on the runtime packages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.lacks import lacks

ROOT = Path(__file__).parent.parent


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program as a person would: without the variables that could lead it back to this checkout."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "WAKELINE_", "VIRTUAL_ENV"))
    }
    environment = kept | {"PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("wakeline-*.whl"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and the packages of requirements.lock, and nothing else."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    made = run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    assert made.returncode == 0, made.stderr
    pip = [sys.executable, "-m", "pip", "--python", home / "bin" / "python", "--disable-pip-version-check"]
    done = run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=home.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    link_runtime_packages(next((home / "lib").glob("python3*/site-packages")))
    return home


def link_runtime_packages(site: Path) -> None:
    """Lend the new environment our packages one by one: no download, and no test tool slips in."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for line in re.findall(r"^(\w[^\\\n]*)", lock, re.MULTILINE):
        wanted = Requirement(line)
        try:
            found = distribution(wanted.name)
        except PackageNotFoundError:
            assert wanted.marker is not None, f"{wanted.name} is not installed here"
            assert not wanted.marker.evaluate(), f"{wanted.name} is not installed here"
            continue
        for top in {path.parts[0] for path in found.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(found.locate_file(top))))


def test_wheel_holds_the_shipped_workspace_and_the_schemas(names: list[str]) -> None:
    assert "engine/_data/workflows/model.yaml" in names
    assert [name for name in names if re.fullmatch(r"engine/_data/schemas/[\w.-]+\.json", name)]


def test_wheel_holds_every_file_of_the_shipped_workspace(names: list[str]) -> None:
    leftovers = {".wakeline", "__pycache__"}
    shipped = [path.relative_to(ROOT) for path in (ROOT / "workflows").rglob("*") if path.is_file()]

    expected = {f"engine/_data/{path.as_posix()}" for path in shipped if leftovers.isdisjoint(path.parts)}

    assert expected - set(names) == set()


def test_wheel_holds_nothing_else(names: list[str]) -> None:
    roots = {name.split("/")[0] for name in names}

    assert {root for root in roots if not root.startswith("wakeline-")} <= {"engine", "editor"}
    assert [name for name in names if ".wakeline" in name or "__pycache__" in name] == []


def test_wheel_holds_the_browser_code_and_its_notices_and_no_sources(wheel: Path, names: list[str]) -> None:
    dist = "editor/static/dist/"
    if f"{dist}manifest.json" not in names:
        lacks("the web editor is not built: make editor (node)")
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read(f"{dist}manifest.json"))

    linked = {name for each in manifest.values() for name in (each["file"], *each["chunks"])}
    expected = {f"{dist}{name}{end}" for name in linked for end in ("", ".gz")}
    expected |= {dist + name for name in ("manifest.json", "strings.json", "third-party.txt")}

    assert {name for name in names if name.startswith("editor/static/")} == expected
    assert [name for name in names if name.startswith("editor/frontend") or "node_modules" in name] == []


def test_demo_runs_from_the_wheel_alone(home: Path, tmp_path: Path) -> None:
    done = run(home / "bin" / "wakeline", "demo", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_installed_engine_is_not_the_checkout(home: Path, tmp_path: Path) -> None:
    done = run(home / "bin" / "python", "-c", "import engine; print(engine.__file__)", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(home)


def test_no_test_tool_is_within_reach(home: Path, tmp_path: Path) -> None:
    """Otherwise the demo could pass here on a package that nobody declared."""
    done = run(home / "bin" / "python", "-c", "import pytest", cwd=tmp_path)

    assert "ModuleNotFoundError" in done.stderr
