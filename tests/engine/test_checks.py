"""What a check finds is found whatever the files are called; what is kept of a file holds all they need."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import guards
from engine.checks import WORKSPACE_CHECKS, limits
from engine.checks.facts import Facts, facts_of
from engine.checks.rings import note_rings
from engine.model.diagnostics import Diagnostic, Problems
from engine.plain import from_plain, to_plain
from engine.workspace import open_workspace, workspace_of_sources
from tests.engine.small import BASE, ROOT

SHIPPED = Path(__file__).parent.parent.parent / "workflows"
HEAD = 'name: 唤醒\nmodule: 客户\nstatus: active\ntrigger: {every: day, at: "01:00"}\n'
FIRST = f"""\
id: first
{HEAD}conditions:
  all:
    - {{field: 客户层级, is: A}}
    - {{field: 唤醒次数, at_least: 3}}
actions:
  - update_field: {{客户层级: B}}
"""
SECOND = f"""\
id: second
{HEAD}conditions: {{field: 客户层级, is: B}}
actions:
  - update_field: {{客户层级: A}}
"""


def facts(*texts: str) -> list[Facts]:
    """The facts of workflow files."""
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    workspace = workspace_of_sources(ROOT, {**BASE, **files})
    assert not workspace.has_errors, workspace.diagnostics
    return [facts_of(one, workspace.documents[one.file]) for one in workspace.workflows]


def found(files: Sequence[Facts]) -> list[Diagnostic]:
    problems = Problems()
    for check in WORKSPACE_CHECKS:
        check(files, problems)
    return list(problems.sorted())


def codes(files: Sequence[Facts]) -> set[str]:
    return {one.code for one in found(files)}


def test_facts_can_be_kept_as_plain_values() -> None:
    workspace = open_workspace(SHIPPED)
    known = [facts_of(one, workspace.documents[one.file]) for one in workspace.workflows]

    kept = json.loads(json.dumps([to_plain(one) for one in known]))

    assert [from_plain(Facts, one) for one in kept] == known


def test_a_ring_is_found_from_any_of_its_files() -> None:
    files = facts(FIRST, SECOND)

    assert codes(files) == codes(files[::-1]) == {"W588", "W589"}


@pytest.mark.parametrize(
    "changed",
    [
        {"nightly": False},
        {"once": "customer"},
        {"once": "field"},
        {"module": "orders"},
    ],
    ids=str,
)
def test_a_ring_needs_workflows_that_meet_every_night(changed: dict[str, Any]) -> None:
    first, second = facts(FIRST, SECOND)

    assert "W589" not in codes([first, replace(second, **changed)])


def test_another_condition_that_both_do_not_share_breaks_the_ring() -> None:
    other = SECOND.replace(
        "{field: 客户层级, is: B}", "{all: [{field: 客户层级, is: B}, {field: 额度, at_least: 1}]}"
    )

    assert "W589" not in codes(facts(FIRST, other))
    assert "W589" in codes(facts(FIRST, other.replace("额度, at_least: 1", "唤醒次数, at_least: 3")))


def test_a_stop_rule_may_keep_the_ring_from_closing() -> None:
    stopped = SECOND + "stop_when: [{if: {field: 额度, at_least: 9, if_missing: no_match}, because: 够了}]\n"

    assert "W589" not in codes(facts(FIRST, stopped))


def test_very_many_files_that_say_the_same_are_held_against_each_other_in_little_time() -> None:
    first, second = facts(FIRST, SECOND)
    many = [replace(one, id=f"{one.id}-{number}") for number in range(2000) for one in (first, second)]

    began = time.process_time()

    assert codes(many) == {"W588", "W589"}
    assert time.process_time() - began < 5


def test_of_many_rings_each_is_found_wherever_its_files_stand_in_the_list() -> None:
    pair, problems = facts(FIRST, SECOND), Problems()
    pairs = [
        replace(one, id=f"{one.id}-{number}", module=f"module-{number}")
        for number in range(300)
        for one in pair
    ]

    note_rings(sorted(pairs, key=lambda one: one.id), problems)

    known = [dict(one.facts)["known"] for one in problems.found]
    assert sorted(known) == sorted(
        f"first-{number} (0.yaml:11)、second-{number} (1.yaml:8)" for number in range(300)
    )


def test_a_small_guard_is_small_to_checks_and_runs_alike() -> None:
    assert limits.SMALL == guards.SMALL


def lines(files: Iterable[Diagnostic]) -> list[tuple[str, int]]:
    return [(one.at.file, one.at.line) for one in files]


def test_the_later_of_two_workflows_is_told_where_it_writes() -> None:
    early, late = facts(FIRST, SECOND)

    assert ("1.yaml", 8) in lines(one for one in found([early, late]) if one.code == "W588")
    both = [replace(early, priority=200), late]
    assert ("0.yaml", 11) in lines(one for one in found(both) if one.code == "W588")
