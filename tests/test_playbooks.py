"""The playbooks that ship: complete, checked, at peace with each other, and named by requirement."""

from __future__ import annotations

import csv
import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.checking import check
from engine.cli import run_command
from engine.front import Desk
from engine.model.document import Scalar, Sequence
from engine.workspace import open_workspace
from tests.company import SHIPPED, shipped_in
from tests.stores import Place

_SPEC = importlib.util.spec_from_file_location("requirements", Path(__file__).parent / "requirements.py")
assert _SPEC is not None
assert _SPEC.loader is not None
table = importlib.util.module_from_spec(_SPEC)
sys.modules["requirements"] = table
_SPEC.loader.exec_module(table)

SAMPLES = SHIPPED / "samples"
NIGHT = datetime(2026, 4, 1, 1, 0)  # noqa: DTZ001 - the workspace's wall clock
WORKSPACE = open_workspace(SHIPPED)
IDS = sorted(one.id for one in WORKSPACE.workflows)
PRESETS = sorted(path.parent.name for path in SHIPPED.glob("presets/*/tables.yaml"))
INSTEAD_OF_OTHERS = {"tier-by-rank", "tier-by-amount-and-contact", "silent-sequence"}
"""These write what an active workflow writes too; a company takes one of them."""
ACTIVE = [
    "tier-by-amount", "came-back", "stop-rule", "explicit-refusal", "silent-last-touch", "silent-first-touch",
    "silent-second-touch", "wake-up-unanswered", "hot-lead", "unfinished-tasks",
]  # fmt: skip
"""What a night does as shipped: tiers, who is back or given up, the touches, then the rest."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

Row = dict[str, str]
Done = dict[str, Any]
Nights = tuple[Place, Done, Done]


def rows_of(name: str) -> list[Row]:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def source_of(name: str) -> str:
    workflow = WORKSPACE.workflow(name)
    assert workflow is not None
    return (SHIPPED / workflow.file).read_text(encoding="utf-8")


# --- each file ----------------------------------------------------------------------------------------------


def test_check_is_clean() -> None:
    """W529 tells that the holidays of the coming year are not published yet, which no file can help."""
    found = check(SHIPPED, [], NIGHT)

    assert [one for one in found.diagnostics if one.code != "W529"] == []


@pytest.mark.parametrize("name", IDS)
def test_playbook_says_in_chinese_what_it_is_for_and_which_requirements_it_covers(name: str) -> None:
    head = source_of(name).split("\nid: ")[0].splitlines()
    workflow = WORKSPACE.workflow(name)

    assert workflow is not None
    assert all(line.startswith("# ") for line in head)
    assert _CHINESE.search(head[0])
    assert any(line.startswith("# 需求：") for line in head)
    assert _CHINESE.search(workflow.names.zh)
    assert not _CHINESE.search(workflow.names.en)


@pytest.mark.parametrize("name", IDS)
def test_playbook_has_examples_of_a_match_a_boundary_and_a_miss(name: str) -> None:
    workflow = WORKSPACE.workflow(name)

    assert workflow is not None
    # That they hold is what `wakeline test` says of every file, in `make test`.
    expected = [one.expect for one in workflow.examples]
    assert len(expected) >= 3
    assert any(isinstance(one, Sequence) for one in expected)
    assert any(isinstance(one, Scalar) and one.text == "nothing" for one in expected)


def test_health_has_8_to_12_indicators_in_four_dimensions() -> None:
    scores = YAML(typ="safe", pure=True).load((SHIPPED / "scores.yaml").read_text(encoding="utf-8"))
    found = {one["name"]: len(one["indicators"]) for one in scores["健康度"]["dimensions"]}

    assert list(found) == ["交易活跃度", "互动参与度", "服务满意度", "财务健康度"]
    assert 8 <= sum(found.values()) <= 12


# --- the night ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nights(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """A copy with the samples, after every playbook has run twice; what each run did, by workflow."""
    root = shipped_in(tmp_path_factory.mktemp("nights"))
    with Place.lasting(root) as place:
        yield place, *ran_twice(Desk(root, place.url, at=NIGHT))


def ran_twice(desk: Desk) -> tuple[Done, Done]:
    for module in desk.workspace.model.modules.values():
        assert desk.import_file(module.key, SAMPLES / f"{module.key}.csv").refused_rows == 0
    ordered = sorted(desk.workspace.workflows, key=lambda one: (one.priority, one.id))
    names = [one.id for one in ordered if one.id not in INSTEAD_OF_OTHERS]
    first = {one.workflow.id: done for one, done, *_ in desk.run(names)}
    for because in ("the backlog of the first night", "others have seen to most of them by now"):
        for held in desk.duty.holds():
            approved = desk.duty.approve(held["run"], "Somebody", because)
            assert approved is not None
            first[held["workflow"]] = approved[1]
    again = {one.workflow.id: done for one, done, *_ in desk.run(names)}
    return first, again


def test_the_night_as_shipped_is_due_in_this_order() -> None:
    assert [one.id for one in Desk(SHIPPED, at=NIGHT).due()] == ACTIVE


def test_no_playbook_fails_and_what_is_held_runs_once_approved(nights: Nights) -> None:
    _, first, _ = nights

    assert {name: (one.state, one.failed) for name, one in first.items() if one.failed or one.error} == {}
    assert {first[name].state for name in ACTIVE} == {"done"}
    assert all(first[name].started > 0 for name in ACTIVE)


def test_a_second_run_of_the_same_day_finds_nothing(nights: Nights) -> None:
    _, _, again = nights

    assert {name: (one.started, one.effects) for name, one in again.items() if one.started} == {}


def test_closed_customers_are_left_alone(nights: Nights) -> None:
    place, _, _ = nights
    closed = {row["编号"] for row in rows_of("customers") if row["客户状态"] in {"已关闭", "无效客户"}}

    with place.look() as store:
        started = {one for (one,) in store.execute("SELECT record FROM wakeline_enrollments")}
        tasks = {one for (one,) in store.execute("SELECT customer FROM tasks WHERE id LIKE 'W%'")}

    assert len(closed) > 50
    assert closed & started == set()
    assert closed & tasks == set()


def test_given_up_customers_get_no_tasks(nights: Nights) -> None:
    place, _, _ = nights

    with place.look() as store:
        given_up = {one for (one,) in store.execute("SELECT id FROM customers WHERE silent = '放弃维护'")}
        tasks = {one for (one,) in store.execute("SELECT customer FROM tasks WHERE id LIKE 'W%'")}

    assert len(given_up) > 10
    assert given_up & tasks == set()


def test_the_stop_rule_gives_up_whom_the_csv_files_name(nights: Nights) -> None:
    """000-32 by the csv module: three wake-ups, the last two weeks ago, no order in six months.

    Whoever has a wake-up task that is open and not yet due waits for it.
    """
    _, first, _ = nights
    ordered = {row["客户"] for row in rows_of("orders") if row["下单日期"] > "2025-10-01"}
    worked_on = {
        row["客户"]
        for row in rows_of("tasks")
        if row["类型"].startswith("沉默唤醒") and row["状态"] == "待办" and row["截止日期"] >= "2026-04-01"
    }
    wanted = [
        row
        for row in rows_of("customers")
        if row["客户状态"] == "正常"
        and row["沉默状态"] in {"即将沉默", "已沉默"}
        and int(row["沉默唤醒次数"] or 0) >= 3
        and row["编号"] not in ordered | worked_on
        and row["最近唤醒日期"] <= "2026-03-18"
    ]

    assert first["stop-rule"].started == len(wanted) > 0


def test_overdue_tasks_are_those_of_the_csv_files(nights: Nights) -> None:
    _, first, _ = nights
    closed = {row["编号"] for row in rows_of("customers") if row["客户状态"] in {"已关闭", "无效客户"}}
    late = [
        row
        for row in rows_of("tasks")
        if row["状态"] == "待办" and row["截止日期"] <= "2026-03-29" and row["客户"] not in closed
    ]

    assert first["unfinished-tasks"].started == len(late) > 0


def test_birthdays_are_those_of_the_csv_files(nights: Nights) -> None:
    _, first, _ = nights
    closed = {row["编号"] for row in rows_of("customers") if row["客户状态"] in {"已关闭", "无效客户"}}
    wanted = [
        row
        for row in rows_of("contacts")
        if row["在职"] == "是"
        and row["生日"][5:] in {"04-01", "04-02", "04-03"}
        and row["客户"] not in closed
    ]

    assert first["birthday"].started == len(wanted) > 0


# --- presets ------------------------------------------------------------------------------------------------


def shape_of(text: str) -> dict[str, Any]:
    """The tables with their columns, without the numbers."""
    found = YAML(typ="safe", pure=True).load(text)
    return {name: (one["by"], one["columns"]) for name, one in found.items()}


@pytest.mark.parametrize("name", PRESETS)
def test_preset_has_the_tables_of_the_shipped_workspace_and_fits_its_workflows(
    name: str, tmp_path: Path
) -> None:
    shutil.copytree(
        SHIPPED, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("samples", ".wakeline")
    )
    text = (SHIPPED / "presets" / name / "tables.yaml").read_text(encoding="utf-8")
    (tmp_path / "tables.yaml").write_text(text, encoding="utf-8")

    found = check(tmp_path, [], NIGHT)

    assert shape_of(text) == shape_of((SHIPPED / "tables.yaml").read_text(encoding="utf-8"))
    assert [one for one in found.diagnostics if one.code != "W529"] == []


@pytest.mark.parametrize(
    "preset, table_name, row, wanted",
    [
        # 000-11: A 60/30, B 90/60, C 180/90
        ("matrix", "沉默门槛", {"客户层级": "A"}, {"无订单": "60 days", "无跟进": "30 days"}),
        ("matrix", "沉默门槛", {"客户层级": "B"}, {"无订单": "90 days", "无跟进": "60 days"}),
        ("matrix", "沉默门槛", {"客户层级": "C"}, {"无订单": "180 days", "无跟进": "90 days"}),
        # 000-12: fast-moving goods 30/60/90, projects 180/365
        ("fast-moving", "沉默门槛", {"客户层级": "C"}, {"首触": "30 days", "无订单": "90 days"}),
        ("fast-moving", "唤醒节奏", {"客户层级": "C"}, {"复跟": "30 days"}),
        ("project", "沉默门槛", {"客户层级": "C"}, {"首触": "180 days", "无订单": "365 days"}),
        # 001-06, 001-07: 90 days dormant, 120 days without an order
        ("ninety-days", "沉默门槛", {"客户层级": "B"}, {"首触": "90 days", "无订单": "120 days"}),
        # 003-01: SaaS 14/30, fast-moving 7/14, machinery 30/60
        ("by-industry", "联系周期", {"行业": "软件服务", "客户分层": "重点"}, {"周期": "14 days"}),
        ("by-industry", "联系周期", {"行业": "软件服务", "客户分层": "普通"}, {"周期": "30 days"}),
        ("by-industry", "联系周期", {"行业": "快消品", "客户分层": "重点"}, {"周期": "7 days"}),
        ("by-industry", "联系周期", {"行业": "快消品", "客户分层": "普通"}, {"周期": "14 days"}),
        ("by-industry", "联系周期", {"行业": "机械制造", "客户分层": "重点"}, {"周期": "30 days"}),
        ("by-industry", "联系周期", {"行业": "机械制造", "客户分层": "普通"}, {"周期": "60 days"}),
        # 003-02: A 15, B 30, C 60
        ("contact-15-30-60", "联系节奏", {"客户层级": "A"}, {"周期": "15 days"}),
        ("contact-15-30-60", "联系节奏", {"客户层级": "B"}, {"周期": "30 days"}),
        ("contact-15-30-60", "联系节奏", {"客户层级": "C"}, {"周期": "60 days"}),
        # 004-08: A 15 without interaction, B 30 without order, C 45 without contact
        ("alarm-15-30-45", "警戒线", {"客户层级": "A"}, {"无互动": "15 days", "无订单": "none"}),
        ("alarm-15-30-45", "警戒线", {"客户层级": "B"}, {"无互动": "none", "无订单": "30 days"}),
        ("alarm-15-30-45", "警戒线", {"客户层级": "C"}, {"无互动": "45 days", "无订单": "none"}),
        # 004-18: clothing 30, industrial equipment 180
        ("clothing", "警戒线", {"客户层级": "B"}, {"无订单": "30 days"}),
        ("industrial", "警戒线", {"客户层级": "B"}, {"无订单": "180 days"}),
    ],
)
def test_presets_hold_the_numbers_of_the_documents(
    preset: str, table_name: str, row: Row, wanted: Row
) -> None:
    text = (SHIPPED / "presets" / preset / "tables.yaml").read_text(encoding="utf-8")
    rows = YAML(typ="safe", pure=True).load(text)[table_name]["rows"]

    (found,) = [one for one in rows if row.items() <= one.items()]

    assert {key: found[key] for key in wanted} == wanted


def test_a_workspace_begins_with_a_preset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "mine"

    made = run_command(["init", str(root), "--preset", "fast-moving"])
    checked = run_command(["check", "--workspace", str(root)])
    refused = run_command(["init", str(tmp_path / "other"), "--preset", "fast"])

    assert (made, checked, refused) == (0, 0, 2)
    preset = SHIPPED / "presets" / "fast-moving" / "tables.yaml"
    assert (root / "tables.yaml").read_bytes() == preset.read_bytes()
    assert not (tmp_path / "other").exists()
    assert "fast-moving" in capsys.readouterr().err


# --- requirements -------------------------------------------------------------------------------------------


def test_every_number_has_a_title_in_both_languages() -> None:
    found = table.written()["numbers"]

    assert list(found) == table.all_numbers()
    assert all(one["zh"] and one["en"] and not _CHINESE.search(one["en"]) for one in found.values())


def test_comments_name_only_numbers_that_there_are() -> None:
    assert {number for number, *_ in table.named_in_files()} <= set(table.all_numbers())


def test_every_number_is_covered_or_says_what_it_waits_for() -> None:
    found = table.requirements()

    assert [one.number for one in found if not (one.covered or one.commands or one.waits)] == []
    assert {key for one in found for key in one.waits} == set(table.written()["waits"])


def test_everything_that_the_table_names_exists() -> None:
    assert table.missing_names(WORKSPACE) == []


def test_the_table_is_up_to_date() -> None:
    assert table.TABLE.read_text(encoding="utf-8") == table.render(), "run: make docs"
