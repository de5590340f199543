"""Every word of the vocabulary is edited in the form by a control of its kind, and the text differs by
exactly that: `formed/cases.txt`, by hand. A new word fails here until it has a case.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from engine.actions import ACTIONS
from engine.conditions import CONDITIONS
from engine.triggers import TRIGGERS
from tests.company import shipped_in
from tests.editor.formed.offered import Control, Offered, filled
from tests.editor.served import client_of, posted

NAME = "silent-first-touch.yaml"
PLACES = {"trigger": "{trigger}", "conditions": "{condition}", "actions": "{action}"}
USUAL = {"{trigger}": "trigger: {when: by_hand}", "{condition}": "- {}", "{action}": "- stop: 完"}
FILE = """\
# 这个文件的说明

id: silent-first-touch
name: 首触  # 名称
module: 客户
{trigger}
conditions:
  all:
    # 先看状态
    - {field: 客户状态, is: 正常}  # 正常的
    {condition}
once_per: customer
actions:
  - name: 首触
    create_task: {subject: x, to: owner}  # 第一步
  {action}
  # 最后
  - wait: 1 day
"""


@dataclass
class Case:
    word: str
    control: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def text(self, lines: list[str]) -> str:
        own = PLACES[self.control.partition("/")[0]]
        found = FILE
        for place, usual in USUAL.items():
            indent = FILE[: FILE.index(place)].rpartition("\n")[2]
            found = found.replace(place, f"\n{indent}".join(lines if place == own else [usual]))
        return found


def read_cases() -> dict[str, Case]:
    found: list[Case] = []
    for line in (Path(__file__).parent / "formed" / "cases.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            found.append(Case(line[3:]))
        elif line.startswith(("< ", "> ")):
            (found[-1].before if line[0] == "<" else found[-1].after).append(line[2:])
        elif line and found:
            found[-1].control = line
    assert len({one.word for one in found}) == len(found)
    return {one.word: one for one in found}


CASES = read_cases()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    without = ("care", "contact", "silence", "signals", "tiers", "warnings", "presets")
    return client_of(shipped_in(tmp_path_factory.mktemp("shipped"), *without))


@pytest.mark.parametrize("word", CASES)
def test_an_edit_of_a_word_changes_what_it_must(client: FlaskClient, word: str) -> None:
    case = CASES[word]
    path, kind, value = case.control.split(" ", 2)
    before, chosen = case.text(case.before), json.loads(value)
    form = Offered(posted(client, f"/analyse/{NAME}", source=before, seq=1).json["regions"]["form"])

    (control,) = [
        one for one in form.controls if one.is_filled and "/".join(map(str, one.edits[-1]["path"])) == path
    ]
    assert control.about.get("data-as", control.tag) == kind
    assert is_offered(control, chosen)
    operation = filled(control.edits[-1], chosen)
    done = posted(client, f"/edit/{NAME}", source=before, seq=1, ops=[operation])

    assert done.status_code == 200, done.text
    assert done.json["source"] == case.text(case.after)


def is_offered(control: Control, value: Any) -> bool:
    """Whether somebody can choose it there; what is typed, they can."""
    read = control.about.get("data-as")
    if read == "json":
        return value in [json.loads(one) for one in control.options if one]
    if read == "list":
        return set(value) <= {json.loads(one["data-value"]) for one in control.boxes}
    return read != "unit" or re.sub(r"\d+", "{}", value) in control.options


def test_every_word_has_a_case() -> None:
    families = {
        "trigger": TRIGGERS,
        "condition": [*CONDITIONS, "segment", "all", "any", "none"],
        "action": ACTIONS,
    }
    words = {f"{family} {name}" for family, names in families.items() for name in names}

    assert {word.partition(",")[0] for word in CASES} == words
