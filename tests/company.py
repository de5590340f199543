"""A company to try the commands on: files that a test chooses, a database, and people who give commands.

Nothing here needs a fixture of one test, so that the tests of a whole module can share what some nights left.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from engine.cli import run_command
from tests.stores import Place

BASE = Path(__file__).parent / "cases" / "run" / "_base"
SHIPPED = Path(__file__).parent.parent / "workflows"
AT = "2026-03-31T01:00"

Row: TypeAlias = Mapping[str, object]


class Said(NamedTuple):
    """What a command leaves: its exit code, its output, and what it tells people beside it."""

    code: int
    out: str
    err: str


def command(*arguments: str) -> Said:
    """A command given in this process; none of those that are tried here meets a bug."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run_command(list(arguments))
    assert "Traceback" not in err.getvalue(), err.getvalue()
    return Said(code, out.getvalue(), err.getvalue())


# --- files: what a folder is furnished with -----------------------------------------------------------------


def stories_in(root: Path) -> Path:
    """The company of the stories: a model, settings and templates, no workflow and no records."""
    ignored = shutil.ignore_patterns("before*.yaml")
    return Path(shutil.copytree(BASE, root, dirs_exist_ok=True, ignore=ignored))


def shipped_in(root: Path, *without: str) -> Path:
    """What ships, but for its samples and for files and folders of some names."""
    ignored = shutil.ignore_patterns("samples", ".wakeline", *without)
    return Path(shutil.copytree(SHIPPED, root, dirs_exist_ok=True, ignore=ignored))


def nightly(rest: str = "", *, key: str = "wake", name: str = "唤醒", at: str = "01:00") -> str:
    """A file that looks at the customers every night, once at each; `rest` is what it asks and does."""
    head = f'id: {key}\nname: {name}\nmodule: 客户\ntrigger: {{every: day, at: "{at}"}}\n'
    return f"{head}once_per: customer\n{rest}"


def activated(text: str) -> str:
    """A playbook that ships paused, as a company that takes it has it."""
    return text.replace("status: paused", "status: active")


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Files of a workspace; `+` before a name adds to what is there."""
    for name, text in files.items():
        path = root / name.removeprefix("+")
        old = path.read_text(encoding="utf-8") if name.startswith("+") else ""
        path.write_text(old + text, encoding="utf-8")


def write_rows(root: Path, rows: Sequence[Row]) -> Path:
    """Records in a file as people bring them: columns by label, empty where a record has none."""
    path = root / "bring.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_rows(path: Path) -> dict[str, dict[str, str]]:
    """Records of a file that was exported, by what stands in their first column: the key."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {next(iter(row.values())): row for row in csv.DictReader(file)}


# --- people, who give commands ------------------------------------------------------------------------------


class Company:
    """A furnished folder and its database, which commands find by themselves."""

    def __init__(self, root: Path, place: Place | None = None, *, at: str = AT) -> None:
        """On a new database for one test, unless it is told another; `at` is when nothing else is said."""
        self.root, self.place, self.at = root, place or Place.make(root), at
        self.place.name_in(root)

    @classmethod
    @contextmanager
    def lasting(cls, root: Path, *, at: str = AT) -> Iterator[Company]:
        """One that several tests share."""
        with Place.lasting(root) as place:
            yield cls(root, place, at=at)

    def write(self, files: Mapping[str, str]) -> None:
        write_files(self.root, files)

    def call(self, *arguments: str, at: str = "") -> Said:
        """A command, whatever comes of it."""
        return command(*arguments, "--workspace", str(self.root), "--at", at or self.at)

    def done(self, *arguments: str, at: str = "", codes: Container[int] = (0,)) -> str:
        """The output of a command that goes well, or ends as is expected."""
        code, out, err = self.call(*arguments, at=at)
        assert code in codes, out + err
        return out

    def answer(self, *arguments: str, at: str = "", codes: Container[int] = (0,)) -> Any:
        """The JSON of such a command."""
        return json.loads(self.done(*arguments, "--format", "json", at=at, codes=codes))

    def rows(self, name: str, *arguments: str, at: str = "") -> list[dict[str, Any]]:
        """A whole list of the ledger, the oldest first."""
        return list(reversed(self.answer(name, *arguments, "--limit", "10000", at=at)))

    def bring(self, module: str, rows: Sequence[Row], at: str = "") -> None:
        """Records as a person brings them."""
        self.done("import", module, str(write_rows(self.root, rows)), at=at)

    def exported(self, module: str, at: str = "") -> dict[str, dict[str, str]]:
        """Records as a person takes them away, by their key."""
        path = self.root / "out.csv"
        self.done("export", module, "--out", str(path), at=at)
        return read_rows(path)
