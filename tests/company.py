"""A company to try the commands on: the one of the stories, with other files and records of a test."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from tests.stores import Place

BASE = Path(__file__).parent / "cases" / "run" / "_base"


class Company:
    """A workspace of its own for one test, on the database that the test is to run on."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        shutil.copytree(BASE, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before*.yaml"))
        self.place = Place.of_workspace(root)

    def write(self, files: Mapping[str, str]) -> None:
        """Files of the workspace; `+` before a name adds to what the base has."""
        for name, text in files.items():
            path = self.root / name.removeprefix("+")
            old = path.read_text(encoding="utf-8") if name.startswith("+") else ""
            path.write_text(old + text, encoding="utf-8")

    def call(self, *arguments: str, at: str = "2026-03-31T01:00") -> tuple[int, str]:
        """A command: its exit code, and what it says."""
        self.capsys.readouterr()
        code = run_command([*arguments, "--workspace", str(self.root), "--at", at])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in err, err
        return code, out or err

    def answer(self, *arguments: str, at: str = "2026-03-31T01:00") -> Any:
        """The JSON of a command that goes well."""
        code, out = self.call(*arguments, "--format", "json", at=at)
        assert code == 0, out
        return json.loads(out)

    def bring(self, module: str, rows: Sequence[Mapping[str, object]], at: str = "2026-03-31T01:00") -> None:
        """Records as a person brings them."""
        path = self.root / "bring.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            names = list(dict.fromkeys(name for row in rows for name in row))
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
        code, out = self.call("import", module, str(path), at=at)
        assert code == 0, out
