"""The shape of the code: import contracts, sizes, and who may use the front door."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
FILES = sorted(path for folder in ("engine", "editor") for path in (ROOT / folder).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


def test_import_contracts_are_kept() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"

    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_import_contracts_cover_the_editor_as_soon_as_it_exists() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]

    existing = {folder for folder in ("engine", "editor") if (ROOT / folder / "__init__.py").exists()}

    assert existing <= set(contracts["root_packages"])
    assert ("editor" in existing) == any(each["id"] == "front-door" for each in contracts["contracts"])


def test_there_is_code_to_measure() -> None:
    assert len(FILES) > 10


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_files_of_tests_and_benchmarks_are_short() -> None:
    files = [path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_functions_are_short(path: Path) -> None:
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions(path)}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_imports_are_absolute(path: Path) -> None:
    """Relative imports would hide from a reader which floor a name comes from."""
    assert [name for name in imported(path) if name.startswith(".")] == []


ENGINE = [path for path in FILES if path.is_relative_to(ROOT / "engine")]
BELOW_THE_DOOR = [
    path
    for path in ENGINE
    if path.relative_to(ROOT / "engine").parts[0] not in {"cli", "cli.py", "__main__.py"}
]


@pytest.mark.parametrize("path", ENGINE, ids=map(str, ENGINE))
def test_engine_knows_no_flask(path: Path) -> None:
    """Also inside functions and under TYPE_CHECKING, where the import contracts do not look."""
    roots = {name.partition(".")[0] for name in imported(path)}

    assert roots.isdisjoint({"flask", "werkzeug", "editor"})


EXECUTION = {"temporalio", "procrastinate", "dbos", "celery", "dramatiq", "rq", "huey", "taskiq", "ray"}


@pytest.mark.parametrize("path", ENGINE, ids=map(str, ENGINE))
def test_no_execution_engine_is_imported_yet(path: Path) -> None:
    """Also lazily, inside a function: the ledger keeps the promises, an engine would only carry ids."""
    assert {name.partition(".")[0] for name in imported(path)}.isdisjoint(EXECUTION)


@pytest.mark.parametrize("path", BELOW_THE_DOOR, ids=map(str, BELOW_THE_DOOR))
def test_only_the_command_line_uses_the_front_door(path: Path) -> None:
    """What stands behind the door must not walk out and in again: that would be a circle."""
    assert "engine" not in imported(path)
