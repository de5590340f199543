"""The workspace that ships: in the installed package, else beside the code in a checkout."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

STARTER_WORKFLOW = "silent-first-touch.yaml"
STARTER_CUSTOMERS = 100
PRESETS = "presets"
_TABLES = "tables.yaml"
_EXAMPLES = ".tests.yaml"
"""Beside the tables of a preset: the examples that a workflow has with its numbers, where they differ."""
_STARTER_FILES = (
    "workspace.yaml", "model.yaml", _TABLES, "scores.yaml", "segments.yaml", STARTER_WORKFLOW,
    "silence/came-back.yaml",  # the way back, without which nobody would be woken twice
)  # fmt: skip
_SKIPPED = (".wakeline", "__pycache__")


def shipped_workspace() -> Path:
    """The folder with model, playbooks, templates and samples."""
    inside = Path(__file__).parent / "_data" / "workflows"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "workflows"


def copy_workspace(target: Path) -> None:
    """All of it, without the data of earlier runs."""
    shutil.copytree(shipped_workspace(), target, ignore=shutil.ignore_patterns(*_SKIPPED), dirs_exist_ok=True)


def presets() -> tuple[str, ...]:
    """The names of the sets of periods that a workspace can begin with."""
    return tuple(sorted(path.parent.name for path in (shipped_workspace() / PRESETS).glob(f"*/{_TABLES}")))


def write_starter(target: Path, preset: str = "") -> None:
    """A small workspace to begin with: settings, model, tables, a workflow and its way back, some samples.

    With a preset, its tables take the place of the usual ones, and the examples that go with its numbers the
    place of those that do not hold any more. Raises FileExistsError when a workspace is there already.
    """
    source = shipped_workspace()
    if (target / "model.yaml").exists():
        raise FileExistsError(str(target))
    (target / "templates").mkdir(parents=True, exist_ok=True)
    (target / "samples").mkdir(exist_ok=True)
    for name in _STARTER_FILES:
        shutil.copy(source / name, target / Path(name).name)
    if preset:
        _take_preset(source / PRESETS / preset, target)
    for template in (source / "templates").glob("*.yaml"):
        if template.stem in (source / STARTER_WORKFLOW).read_text(encoding="utf-8"):
            shutil.copy(template, target / "templates" / template.name)
    shutil.copytree(source / "templates" / "partials", target / "templates" / "partials", dirs_exist_ok=True)
    _write_samples(source / "samples", target / "samples")


def _take_preset(preset: Path, target: Path) -> None:
    shutil.copy(preset / _TABLES, target / _TABLES)
    for examples in preset.glob(f"*{_EXAMPLES}"):
        workflow = target / f"{examples.name.removesuffix(_EXAMPLES)}.yaml"
        rules, key, _ = workflow.read_text(encoding="utf-8").partition("\ntests:\n")
        _, _, own = examples.read_text(encoding="utf-8").partition("\ntests:\n")
        workflow.write_text(f"{rules}{key}{own}", encoding="utf-8", newline="\n")


def _write_samples(source: Path, target: Path) -> None:
    """The first customers with everything that belongs to them, and all staff."""
    for name in ("staff.csv", "now.txt"):
        shutil.copy(source / name, target / name)
    kept = _copy_rows(source / "customers.csv", target / "customers.csv", key=0, kept=None)
    for path in sorted(source.glob("*.csv")):
        if path.stem not in {"staff", "customers"}:
            _copy_rows(path, target / path.name, key=_customer_column(path), kept=kept)


def _customer_column(path: Path) -> int:
    """Where the rows of a file say whose they are."""
    with path.open(encoding="utf-8", newline="") as rows:
        return next(csv.reader(rows)).index("客户")


def _copy_rows(source: Path, target: Path, *, key: int, kept: set[str] | None) -> set[str]:
    found: set[str] = set()
    with (
        source.open(encoding="utf-8", newline="") as rows,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        reader, writer = csv.reader(rows), csv.writer(out, lineterminator="\n")
        writer.writerow(next(reader))
        for number, row in enumerate(reader):
            if number < STARTER_CUSTOMERS if kept is None else row[key] in kept:
                found.add(row[key])
                writer.writerow(row)
    return found
