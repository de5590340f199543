"""A word that is nearly right: wherever only some words may stand, the fix puts the one that was meant."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.assist.fixes import edited, find_fixes
from engine.catalogue import schemas
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.shapes.shape import fits
from engine.workspace import open_workspace

BASE = Path(__file__).parents[2] / "cases" / "check" / "_base"
FILE = """\
id: wake
name: 唤醒
module: 客户
trigger: {every: day, at: "01:00"}
conditions: {field: 客户层级, is: A}
once_per: customer
actions:
  - add_tag: 高潜
tests:
  - {name: x, today: 2026-03-31, given: {客户层级: A}, expect: started}
"""


def near(word: str) -> str:
    """Two letters in the wrong order; of a short word one too many."""
    place = next((n for n in range(2, len(word) - 1) if word[n] != word[n + 1]), 0)
    return (
        f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}" if place else f"{word}{word[-1]}"
    )


def closed_sets(schema: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(schema, dict):
        if "enum" in schema and all(isinstance(one, str) for one in schema["enum"]):
            yield tuple(map(str, schema["enum"]))
        for one in schema.values():
            yield from closed_sets(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from closed_sets(one)


SETS = sorted(set(closed_sets(schemas("en"))))


def test_the_catalogue_has_many_sets() -> None:
    assert len(SETS) > 20


@pytest.mark.parametrize("known", SETS, ids="-".join)
def test_a_near_miss_of_every_word_of_the_catalogue_is_put_right(known: tuple[str, ...]) -> None:
    for word in known:
        text = f"key: {near(word)}\n"
        document, problems = load_document(text, "wake.yaml", Problems()), Problems()
        assert document.root is not None

        assert not fits(
            document.root, {"properties": {"key": {"type": "string", "enum": list(known)}}}, problems
        )

        fixes = [fix for one in problems.found for fix in find_fixes(one, text)]
        assert [edited(text, fix.edit) for fix in fixes] == [f"key: {word}\n"]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(BASE, tmp_path_factory.mktemp("near") / "base"))


def repairs(base: Path, text: str) -> set[str]:
    """What the first fixes of each mistake make of a text."""
    (base / "wake.yaml").write_text(text, encoding="utf-8")
    wrong = [one for one in open_workspace(base).diagnostics if one.at.file == "wake.yaml"]
    return {edited(text, fix.edit) for one in wrong for fix in find_fixes(one, text)[:2]}


TRIGGER, CONDITION, STEP = 'every: day, at: "01:00"', "field: 客户层级, is: A", "add_tag: 高潜"
OPEN = [
    (TRIGGER, 'every: {}, at: "01:00"', ["day", "working day", "monday"]),
    (TRIGGER, 'every: {}, day: 1, at: "01:00"', ["month", "quarter"]),
    (TRIGGER, 'every: {}, names: [春节], at: "01:00"', ["festival"]),
    (TRIGGER, 'every: [{}, friday], at: "01:00"', ["tuesday"]),
    (TRIGGER, 'every: month, day: {}, at: "01:00"', ["last"]),
    (TRIGGER, "every: {}", ["30 minutes", "2 hours"]),
    (TRIGGER, "{}: by_hand", ["when"]),
    (TRIGGER, 'every: day, at: "01:00", {}: once', ["catch_up"]),
    ("once_per: customer", "once_per: {}", ["episode", "90 days"]),
    (CONDITION, "{}: 最近下单日期, at_least: 30 days", ["time_since"]),
    (CONDITION, "{}: 订单, is: 0", ["count_of"]),
    (CONDITION, "field: 最近下单日期, {}: today", ["on_or_after", "before"]),
    (
        CONDITION,
        "field: 最近下单日期, after: {}",
        ["today", "start of year", "in 3 days", "in 3 working days"],
    ),
    (CONDITION, "time_since: 最近下单日期, at_least: {}", ["3 weeks", "3 working days", "90 days"]),
    (CONDITION, "count_of: 订单, during: {}, is: 0", ["last 90 days", "this month", "previous year"]),
    (CONDITION, "{}: [{{field: 客户层级, is: A}}, {{field: 客户层级, is: B}}]", ["any", "all"]),
    (STEP, "{}: 高潜", ["remove_tag", "stop"]),
    (STEP, "wait: {}", ["3 hours", "5 working days"]),
    (STEP, "notify: {{to: {}, text: x}}", ["owner", "supervisor"]),
    (STEP, "{{name: 一, wait_until: {{step: 一, is: {}}}, within: 3 days}}", ["done", "overdue"]),
    ("expect: started", "expect: [{}]", ["create_task"]),
    ("expect: started", "expect: started, later: [{{after: {}, expect: nothing}}]", ["7 days"]),
]


@pytest.mark.parametrize(
    "before, after, word", [(before, after, word) for before, after, words in OPEN for word in words]
)
def test_a_near_miss_of_what_is_written_freely_is_put_right(
    base: Path, before: str, after: str, word: str
) -> None:
    right, wrong = (FILE.replace(before, after.format(one)) for one in (word, near(word)))

    assert right in repairs(base, wrong)


@pytest.mark.parametrize("after", ["3 days later", "客户", "很久以前"])
def test_what_is_like_nothing_is_not_guessed(base: Path, after: str) -> None:
    text = FILE.replace(CONDITION, f"field: 最近下单日期, after: {after}")

    assert not repairs(base, text)
