"""Whatever a command prints is in one language, from the first word to the last."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from tests.contract import AT
from tests.stores import Place

HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff01-\uff60]")
ENGLISH_MODEL = """
people: {module: staff, supervisor: boss, active: active}
tasks: {module: tasks, record: customer, subject: subject, to: assignee}
modules:
  staff:
    label: Staff
    fields:
      name: {label: Name, type: text}
      boss: {label: Boss, type: link, to: staff}
      active: {label: Active, type: yes_no}
  customers:
    label: Customer
    owner: owner
    fields:
      name: {label: Name, type: text}
      tier: {label: Tier, type: choice, options: [A, B]}
      owner: {label: Owner, type: link, to: staff}
      signed: {label: Signed, type: date}
  tasks:
    label: Task
    fields:
      customer: {label: Customer, type: link, to: customers}
      subject: {label: Subject, type: text}
      assignee: {label: Assignee, type: link, to: staff}
"""
ENGLISH = """
id: good
name: Good
module: customers
trigger: {every: day, at: "01:00"}
once_per: customer
conditions:
  all:
    - {field: Tier, is_not: B}
    - {time_since: Signed, at_least: 90 days}
actions:
  - update_field: {tier: B}
  - create_task: {subject: "{{ Name }}{{ Tier }}", to: owner}
  - notify: {to: supervisor, text: "See {{ Name }} {{ Signed }}"}
tests:
  - {name: signed long ago, today: 2026-03-31, given: {tier: A, signed: 91 days ago}, expect: started}
  - {name: wrong, today: 2026-03-31, given: {tier: A}, expect: nothing}
"""
COMMANDS = """
check
plan good
plan --night
explain good --record C1
explain good --record C2
test
run
run
runs
enrollments
journal
journal --failures
outbox
outbox --inbox
publish
export customers
import customers customers.csv
import customers wrong.csv
plan nothing
explain good --record C9
export x
check broken.yaml
plan
frobnicate
run --frobnicate
--help
plan --help
reference
reference notify
schema
plan good --store .
init new
init new
""".strip().splitlines()
PEOPLE = ((1, "One", "A"), (2, "Two", "B"), (3, "", "A"))
BROKEN = "id: Broken\nmodul: customer\nmodule: custmer\ntrigger: {evry: day}\nactions: [{updat: x}]\n"


@pytest.fixture
def english(each_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A company without a Chinese word."""
    texts = {
        "model.yaml": ENGLISH_MODEL, "good.yaml": ENGLISH,
        "workspace.yaml": "language: en\ntime_zone: Europe/London\ncurrency: GBP\nfallback_person: S1\n",
        "staff.csv": "id,name\nS1,Ann\n", "customers.csv": "id,name,tier,signed\n" + "".join(
            f"C{n},{name},{tier},2025-01-01\n" for n, name, tier in PEOPLE
        ),
        "wrong.csv": "id,name,tier,signed,what\nC7,One,Z,someday,1\n",
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    Place.of_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capfd: Any, root: Path, language: str) -> dict[str, str]:
    """What every command prints in a language, in the order of COMMANDS."""
    found = {}
    for module in ("staff", "customers"):
        run_command(["import", module, str(root / f"{module}.csv"), "--workspace", str(root), "--at", AT])
    for command in COMMANDS:
        if "broken" in command:
            (root / "broken.yaml").write_text(BROKEN, encoding="utf-8")
        capfd.readouterr()
        options = (
            []
            if command in {"--help", "frobnicate"}
            else ["--workspace", str(root), "--at", AT, "--lang", language]
        )
        run_command([*command.split(), *options])
        found[command] = "\n".join(capfd.readouterr())
    return found


def test_english_messages_hold_no_chinese(english: Path, capfd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKELINE_LANG", "en")

    found = told(capfd, english, "en")

    # The reference shows the language itself, whose examples are Chinese; `schema` offers them too.
    shown = {name: text for name, text in found.items() if name.split()[0] not in {"reference", "schema"}}
    assert {name: HAN.findall(text) for name, text in shown.items() if HAN.search(text)} == {}


def test_chinese_messages_hold_no_english_sentence(
    english: Path, capfd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKELINE_LANG", "zh")

    found = told(capfd, english, "zh")

    # click's own words around the help (`Usage:`, `--help`) are not translated yet.
    sentence = re.compile(
        r"\b(?:the|is|not|no such|does|cannot|must|this|Show|Usage|Error|Try|Missing|Got|unexpected)\b"
    )
    shown = {name: text for name, text in found.items() if not re.search("reference|schema|--help", name)}
    wrong = {
        name: [line for line in text.splitlines() if sentence.search(line)] for name, text in shown.items()
    }
    assert {name: lines for name, lines in wrong.items() if lines} == {}
