"""Edits of a file's text: `cases.txt` by hand, what is refused, and what is told of comments."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine import Edit, Fragment, Rewritten, rewritten


@dataclass
class Case:
    name: str
    edits: list[list[Any]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    @property
    def manner(self) -> set[str]:
        return set(re.findall(r"\[(\w+)\]$", self.name))

    def text(self, lines: list[str]) -> str:
        shown = (line.replace("·", " ").replace("→", "\t") for line in lines)
        eol = "\r\n" if "crlf" in self.manner else "\n"
        text = "".join(f"{line}{eol}" for line in shown)
        text = text.removesuffix(eol) if "open" in self.manner else text
        return "\ufeff" + text if "bom" in self.manner else text


def read_cases() -> list[Case]:
    found: list[Case] = []
    for line in (Path(__file__).parent / "cases.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found.append(Case(line[3:]))
        elif line.startswith("["):
            found[-1].edits.append(json.loads(line))
        elif line.startswith(("<", ">")):
            (found[-1].before if line[0] == "<" else found[-1].after).append(line[1:].removeprefix(" "))
    return found


def edit_of(operation: str, path: Any, value: Any = None, at: Any = None) -> Edit:
    path = tuple(path) if isinstance(path, list) else path
    if isinstance(value, dict) and "fragment" in value:
        value = Fragment(value["fragment"])
    if operation == "move":
        return Edit(operation, path, to=at)
    return Edit(operation, path, value, at=at)


CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: Case) -> None:
    found = rewritten(case.text(case.before), [edit_of(*edit) for edit in case.edits])

    assert isinstance(found, Rewritten), found
    assert found.text == case.text(case.after)
    assert found.anew == ()


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
