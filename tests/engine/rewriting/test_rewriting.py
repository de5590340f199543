"""Edits of a file's text: `cases.txt` by hand, what is refused, and what is told of comments."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine import Edit, Fragment, Refused, Rewritten, rewritten
from engine.rewriting.rewrite import Carried
from engine.texts import LANGUAGES, Texts


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


# --- what is refused ----------------------------------------------------------------------------------------

FILE = "id: a\nactions:\n  - wait: 1 day\n  - notify: {to: owner}\nempty:\n"
REFUSED = [
    (FILE, Edit("unset", "name"), "missing", "name", 1),
    (FILE, Edit("unset", "actions/1/notify/text"), "missing", "actions/1/notify/text", 4),
    (FILE, Edit("remove", "actions/2"), "missing", "actions/2", 2),
    (FILE, Edit("remove", "actions"), "list", "actions", 2),
    (FILE, Edit("unset", "actions/0"), "mapping", "actions/0", 3),
    (FILE, Edit("unset", ()), "missing", "", 1),
    (FILE, Edit("set", "id/x", 1), "through", "id/x", 1),
    (FILE, Edit("set", "actions/3", 1), "missing", "actions/3", 2),
    (FILE, Edit("set", (), [1]), "mapping", "", 1),
    (FILE, Edit("insert", "id", 1), "list", "id", 1),
    (FILE, Edit("insert", "actions", 1, at=3), "missing", "actions/3", 2),
    (FILE, Edit("insert", "actions", 1, at=-1), "missing", "actions/-1", 2),
    (FILE, Edit("insert", "empty", 1, at=1), "missing", "empty/1", 5),
    (FILE, Edit("rename", "id", "actions"), "taken", "actions", 2),
    (FILE, Edit("rename", "id", ""), "value", "id", 1),
    (FILE, Edit("rename", "actions/0", "x"), "mapping", "actions/0", 3),
    (FILE, Edit("move", "actions/0", to="id"), "list", "id", 1),
    (FILE, Edit("move", "actions/0", to="actions/5"), "missing", "actions/5", 2),
    (FILE, Edit("move", "actions/1", to="actions/1/x/0"), "missing", "actions/1/x/0", 4),
    (FILE, Edit("set", "id", float("nan")), "value", "id", 1),
    (FILE, Edit("set", "id", {1: 2}), "value", "id", 1),
    (FILE, Edit("set", "id", {" a": 2}), "value", "id", 1),
    (FILE, Edit("set", "id", "\x00"), "value", "id", 1),
    (FILE, Edit("set", "id", {"a": ["\ud800"]}), "value", "id", 1),
    (FILE, Edit("insert", "actions", Fragment("a: [")), "value", "actions", 2),
    (FILE, Edit("set", "id", "{{ 客户名称 ｝}"), "", "id", 1),  # the loader puts it right, even in quotes
    (FILE, Edit("set", "id", "x" * 300_000), "", "id", 1),  # longer than a file may be
]


@pytest.mark.parametrize("text, edit, kind, path, line", REFUSED)
def test_what_cannot_be_done_is_refused_with_its_place(
    text: str, edit: Edit, kind: str, path: str, line: int
) -> None:
    found = rewritten(
        text, [Edit("set", "empty", "done"), edit] if kind != "missing" else [edit], "wake.yaml"
    )

    assert isinstance(found, Refused)
    (one,) = found.diagnostics
    facts = dict(one.facts)
    assert (one.code, facts["kind"], facts["path"]) == ("W945", kind, path)
    assert (one.at.file, one.at.line) == ("wake.yaml", line)
    for language in LANGUAGES:
        told = Texts.of(language)
        assert told.message("W945", facts)
        assert told.hint("W945", facts)


@pytest.mark.parametrize(
    "text, codes",
    [
        ("a: [1\n", ["W104"]),
        ("a: &x 1\nb: *x\n", ["W105"]),
        ("- a\n", ["W109"]),
        ("a: 1\n---\nb: 2\n", ["W108"]),
        ("id: 1\nid: 2\n", ["W107"]),  # which of the two is meant?
        ("id：x\n", ["W113"]),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_own_mistakes(text: str, codes: list[str]) -> None:
    found = rewritten(text, [Edit("set", "id", 5)])

    assert isinstance(found, Refused)
    assert [one.code for one in found.diagnostics] == codes


def test_mistakes_elsewhere_in_the_file_do_not_matter() -> None:
    text = "name: “甲”  # c\nid: 1\nid: 2\nb: 1\n"

    found = rewritten(text, [Edit("set", "b", 2), Edit("set", "name", "乙")])

    assert found == Rewritten("name: 乙  # c\nid: 1\nid: 2\nb: 2\n")


def test_all_edits_are_done_or_none() -> None:
    found = rewritten("a: 1\n", [Edit("set", "a", 2), Edit("set", "b", 2), Edit("unset", "c")])

    assert isinstance(found, Refused)
    assert found.number == 2


def test_an_unknown_operation_is_none() -> None:
    with pytest.raises(ValueError, match="delete"):
        Edit("delete", "a")


# --- what is told of comments, and the last resort ----------------------------------------------------------


def test_comments_that_went_or_moved_are_told_with_their_lines() -> None:
    text = "a:\n  # about x\n  - x  # x\n  # about y\n  - y\n  # about y\n  - z\n"

    gone = rewritten(text, [Edit("remove", "a/2")])
    moved = rewritten(text, [Edit("move", "a/0", to="a/2")])
    replaced = rewritten(text, [Edit("set", "a", ["y", "新"])])

    assert isinstance(gone, Rewritten)
    assert gone.carried == (Carried("# about y", 6, has_moved=False),)
    assert isinstance(moved, Rewritten)
    assert moved.carried == (Carried("# about x", 2, has_moved=True), Carried("# x", 3, has_moved=True))
    assert isinstance(replaced, Rewritten)
    assert [(one.text, one.line) for one in replaced.carried] == [
        ("# about x", 2), ("# x", 3), ("# about y", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "before, edit, after, anew",
    [
        ("? a  # c\n: b\nd: 1\n", Edit("set", "a", "x"), "# c\na: x\nd: 1\n", ("a",)),
        ("? a  # c\n: b\nd: 1\n", Edit("rename", "a", "x"), "# c\nx: b\nd: 1\n", ("a", "x")),
        ("? a  # c\n: b\n\nd: 1\n", Edit("unset", "a"), "\nd: 1\n", ("a",)),
        ("a: [b: 1, c]  # c\n", Edit("set", "a/0/d", 2), "# c\na:\n  - {b: 1, d: 2}\n  - c\n", ("a",)),
        (
            "# head\na:  # a\n  # one\n  - - x  # x\n    - b: 1\nd: 1\n",
            Edit("remove", "a/0/0"),
            "# head\n# a\n# one\n# x\na:\n  - [{b: 1}]\nd: 1\n",
            ("a",),
        ),
    ],
)
def test_where_no_patch_will_do_a_block_is_written_anew_and_said_to_be(
    before: str, edit: Edit, after: str, anew: tuple[str, ...]
) -> None:
    found = rewritten(before, [edit])

    assert isinstance(found, Rewritten)
    assert (found.text, found.anew) == (after, anew)
