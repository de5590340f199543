"""The workspace that ships: in the installed package, else beside the code in a checkout."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

STARTER_WORKFLOW = "silent-first-touch.yaml"
STARTER_CUSTOMERS = 100
_SKIPPED = (".wakeline", "__pycache__")


def shipped_workspace() -> Path:
    """The folder with model, playbooks, templates and samples."""
    inside = Path(__file__).parent / "_data" / "workflows"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "workflows"


def copy_workspace(target: Path) -> None:
    """All of it, without the data of earlier runs."""
    shutil.copytree(shipped_workspace(), target, ignore=shutil.ignore_patterns(*_SKIPPED), dirs_exist_ok=True)


def write_starter(target: Path) -> None:
    """A small workspace to begin with: settings, model, table, one workflow, its templates, a few samples.

    Raises FileExistsError when a workspace is there already.
    """
    source = shipped_workspace()
    if (target / "model.yaml").exists():
        raise FileExistsError(str(target))
    (target / "templates").mkdir(parents=True, exist_ok=True)
    (target / "samples").mkdir(exist_ok=True)
    for name in ("workspace.yaml", "model.yaml", "tables.yaml", STARTER_WORKFLOW):
        shutil.copy(source / name, target / name)
    for template in (source / "templates").glob("*.yaml"):
        if template.stem in (source / STARTER_WORKFLOW).read_text(encoding="utf-8"):
            shutil.copy(template, target / "templates" / template.name)
    _write_samples(source / "samples", target / "samples")


def _write_samples(source: Path, target: Path) -> None:
    """The first customers with everything that belongs to them, and all staff."""
    shutil.copy(source / "staff.csv", target / "staff.csv")
    kept = _copy_rows(source / "customers.csv", target / "customers.csv", key=0, kept=None)
    for name in ("orders", "followups", "tasks"):
        _copy_rows(source / f"{name}.csv", target / f"{name}.csv", key=1, kept=kept)


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
