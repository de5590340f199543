"""Files with mistakes and what people read about them: `tests/cases/check`, one folder a case.

`places.txt` is written by hand: where which code is expected. `expected.*.txt` is the whole output, rewritten
by `--update-cases`. A case brings only the files that differ from the small workspace in `_base`.

Folders `slip_…` hold what an office user does wrong. Their `remedy.txt`, and that of some other cases, does
what the hints say, a line of it being `file:line:text` (two of one line make two lines of it); afterwards
there is nothing left to say.
"""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from engine.load import load_file
from engine.model.diagnostics import Problems
from engine.report.diagnostics import display_width, render_diagnostics
from engine.texts import LANGUAGES, Texts
from engine.workspace import Workspace, open_workspace

ROOT = Path(__file__).parent / "cases" / "check"
CASES = sorted(path.name for path in ROOT.iterdir() if path.name != "_base")
SLIPS = [name for name in CASES if name.startswith("slip_")]
REMEDIED = [name for name in CASES if (ROOT / name / "remedy.txt").exists()]
NOT_INPUT = ("places.txt", "expected.*", "remedy.txt")


@pytest.fixture
def workspace(tmp_path: Path, request: pytest.FixtureRequest) -> Workspace:
    shutil.copytree(ROOT / "_base", tmp_path, dirs_exist_ok=True)
    shutil.copytree(
        ROOT / request.param, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_INPUT)
    )
    return open_workspace(tmp_path)


@pytest.mark.parametrize(
    "workspace, name", [(name, name) for name in CASES], indirect=["workspace"], ids=CASES
)
def test_check_case(workspace: Workspace, name: str, pytestconfig: pytest.Config) -> None:
    found = [f"{one.at.file}:{one.at.line}:{one.at.column} {one.code}" for one in workspace.diagnostics]

    for language in LANGUAGES:
        told = render_diagnostics(workspace.diagnostics, workspace.documents, language) + "\n"
        expected = ROOT / name / f"expected.{language}.txt"
        if pytestconfig.getoption("--update-cases"):
            expected.write_text(told, encoding="utf-8", newline="\n")
        assert told == expected.read_text(encoding="utf-8")
    assert sorted(found) == sorted((ROOT / name / "places.txt").read_text(encoding="utf-8").splitlines())


def remedies(name: str) -> dict[str, dict[int, list[str]]]:
    """For each file the lines that are written anew."""
    found: dict[str, dict[int, list[str]]] = {}
    for line in (ROOT / name / "remedy.txt").read_text(encoding="utf-8").splitlines():
        file, number, text = line.split(":", maxsplit=2)
        found.setdefault(file, {}).setdefault(int(number), []).append(text)
    return found


@pytest.mark.parametrize(
    "workspace, name", [(name, name) for name in REMEDIED], indirect=["workspace"], ids=REMEDIED
)
def test_the_remedy_makes_the_file_valid(workspace: Workspace, name: str, tmp_path: Path) -> None:
    told = {one.code: dict(one.facts).get("nearest", "") for one in workspace.diagnostics}
    if "W121" in told:
        told["W121"] = told["W121"].partition(":")[0]  # what follows the word is an example

    for file, lines in remedies(name).items():
        path = tmp_path / file
        written = path.read_text(encoding="utf-8").splitlines()
        written = [one for n, text in enumerate(written, start=1) for one in lines.get(n, [text])]
        path.write_text("\n".join(written) + "\n", encoding="utf-8")

    pasted = " ".join(text for lines in remedies(name).values() for one in lines.values() for text in one)
    assert [
        quoted for quoted in told.values() if " ".join(quoted.split()) not in " ".join(pasted.split())
    ] == []
    assert open_workspace(tmp_path).diagnostics == ()


def test_there_are_enough_slips_each_with_its_remedy() -> None:
    assert len(SLIPS) >= 60
    assert set(SLIPS) <= set(REMEDIED)


LOADED = ("W101", "W102")
"""A missing, locked or endless file is no case folder: see below and tests/engine/test_texts.py."""


def test_every_code_of_a_check_has_a_case() -> None:
    places = "".join((ROOT / name / "places.txt").read_text(encoding="utf-8") for name in CASES)
    codes = {code for code in Texts.of("en").codes() if code[1] in "12"}

    assert sorted(code for code in codes.difference(LOADED) if code not in places) == []


HOSTILE = {
    "bomb": (
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefghij")),
        "W105",
    ),
    "alias_of_itself": ("a: &a [*a]\n", "W105"),
    "tag": ("id: !!python/object/apply:os.system ['true']\n", "W105"),
    "directive": ("%TAG ! tag:example.com,2026:\n---\nid: a\n", "W105"),
    "merge_keys": ("id: a\n" + "".join(f"k{n}: {{<<: {{a: 1}}}}\n" for n in range(500)), "W105"),
    "deep_brackets": ("id: " + "[" * 100_000 + "\n", "W106"),
    "deep_braces": ("id: " + "{a: " * 5_000 + "\n", "W106"),
    "deep_dashes": ("id:\n  " + "- " * 50_000 + "x\n", "W106"),
    "deep_indent": ("".join(f"{' ' * n}k{n}:\n" for n in range(400)), "W106"),
    "deep_questions": ("? " * 50_000 + "\n", "W106"),
    "large": ("id: a\n" + "# " + "x" * 300 * 1024 + "\n", "W102"),
    "large_in_characters_of_three_bytes": ("id: " + "客" * 100 * 1024 + "\n", "W102"),
    "endless_quote": ('id: "' + "x\n" * 60_000, "W104"),
    "zero_bytes": ("id: a\0b\n", "W104"),
    "many_documents": ("---\nid: a\n" * 5_000, "W108"),
}


@pytest.mark.parametrize("text, code", HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused(text: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "hostile.yaml").write_text(text, encoding="utf-8")
    problems = Problems()

    document = load_file(tmp_path / "hostile.yaml", "hostile.yaml", problems)

    assert {one.code for one in problems.found} == {code}
    told = render_diagnostics(problems.sorted()[:3], {"hostile.yaml": document}, "zh")
    assert max(map(display_width, told.splitlines())) < 130
