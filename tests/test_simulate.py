"""`simulate`: many nights on a copy, counted by hand in the company of tests/simulated.py, on every store."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.cli import simulating
from engine.front import Desk
from tests.company import Company, command, shipped_in
from tests.simulated import (
    AT,
    CUSTOMERS,
    OTHERS,
    REFUSES,
    STAFF,
    assume,
    by_owner,
    customers,
    furnished,
    orders,
    played,
)

# --- nobody answers ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, Any, Any]]:
    """100 nights in which nobody does anything, and what was in the database before."""
    root = shipped_in(tmp_path_factory.mktemp("alone"), *OTHERS)
    with Company.lasting(root, at=AT) as company:
        assume(company, "")
        for module, rows in (("员工", STAFF), ("客户", customers()), ("订单", orders())):
            company.bring(module, rows)
        before = company.place.dump()
        found = played(company)
        yield company, found, before


def test_nothing_is_written_and_nothing_leaves(alone: tuple[Company, Any, Any]) -> None:
    company, _, before = alone

    assert company.place.dump() == before
    assert company.rows("runs") == []
    left = {one.name.partition("-")[0] for one in (company.root / ".wakeline").glob("*")}
    assert left <= {"wakeline.db"}  # no log of what was sent, no folder of letters


def test_every_touch_lands_on_the_day_that_was_worked_out(alone: tuple[Company, Any, Any]) -> None:
    _, found, _ = alone

    assert by_owner(found, "task") == {
        "S1": ["2026-03-31", "2026-04-07"],
        "S2": ["2026-04-01", "2026-04-08"],
        "S3": ["2026-03-31", "2026-04-07", "2026-06-29"],
    }
    assert by_owner(found, "message") == by_owner(found, "task")  # a letter goes with each
    assert by_owner(found, "ask") == {"S9": ["2026-06-29"]}
    notices = by_owner(found, "notice")
    assert notices["S5"] == ["2026-07-06"]  # five working days after the question
    nobody_followed = ["2026-04-07", "2026-04-07", "2026-04-08", "2026-04-14", "2026-04-14", "2026-04-15"]
    assert notices["S9"] == nobody_followed
    assert (found["totals"], found["lived"]) == ({"task": 7, "message": 7, "notice": 10, "ask": 1}, 100)


def test_touches_by_customer_and_when_the_last_one_lands(alone: tuple[Company, Any, Any]) -> None:
    _, found, _ = alone
    steps = {(one["step"], one["kind"]): one["nights"] for one in found["landings"]}

    assert (found["customers"], found["touches"]) == (4, {"4": 2, "6": 1})
    assert steps["180 天最后挽回", "message"] == {"2026-06-29": 1}
    assert steps["沉默唤醒-最后挽回", "task"] == {"2026-06-29": 1}
    assert steps["首触", "task"] == {"2026-03-31": 2, "2026-04-01": 1}
    assert found["ended"] == [{"workflow": "silent-sequence", "state": "done", "reason": "", "count": 3}]


def test_a_person_reads_the_same_and_that_nobody_answers(alone: tuple[Company, Any, Any]) -> None:
    company, _, _ = alone
    told = company.done("simulate", "silent-sequence", "--nights", "8")

    assert "没有写：没有人完成任务、回信、下单或回答问题" in told
    assert "还在路上 3" in told
    (total,) = (line.split() for line in told.splitlines() if line.startswith("  合计"))
    assert total == ["合计", "5", "5", "5", "0"]  # until 7 April


# --- people answer ----------------------------------------------------------------------------------

BUYS = (
    "    - {to: message, share: 100 %, within: 1 day, create_record: {module: 订单, fields: {金额: 3000}}}\n"
)
GIVES_UP = "    - {to: ask, share: 100 %, within: 1 day, answer: 放弃}\n"


def test_an_assumed_order_is_the_goal_of_the_next_night(tmp_path: Path) -> None:
    found = played(furnished(tmp_path, BUYS), 5)

    assert by_owner(found, "message") == {"S1": ["2026-03-31"], "S2": ["2026-04-01"], "S3": ["2026-03-31"]}
    assert found["ended"] == [{"workflow": "silent-sequence", "state": "goal", "reason": "goal", "count": 3}]
    assert (found["responses"][0]["happened"], found["touches"]) == (3, {"2": 3})


def test_an_assumed_refusal_stops_the_sequence(tmp_path: Path) -> None:
    found = played(furnished(tmp_path, REFUSES), 10)

    assert found["ended"] == [
        {"workflow": "silent-sequence", "state": "stopped", "reason": "客户已明确拒绝", "count": 3}
    ]
    assert (found["totals"]["task"], found["responses"][0]["happened"]) == (3, 3)


def test_an_assumed_answer_is_taken_and_nobody_else_is_told(tmp_path: Path) -> None:
    company = furnished(tmp_path, GIVES_UP)
    # Already 180 days on 31 March: the last letter goes two weeks later, when nobody has followed up twice.
    company.bring("订单", [{"编号": "OK4", "客户": "K4", "下单日期": "2025-10-02", "金额": "100"}])
    found = played(company, 22)

    assert by_owner(found, "ask") == {"S9": ["2026-04-14"]}
    assert "S5" not in by_owner(found, "notice")  # who is told on 21 April, when nobody has decided
    assert found["responses"][0]["happened"] == 1


CALLS = """\
id: calls
name: 十天没跟进就打电话
module: 客户
status: active
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {count_of: 跟进记录, during: last 10 days, is: 0}
    - {count_of: 订单, during: last 5 days, is: 0}
once_per: day
actions:
  - create_task: {subject: 打电话, type: 拜访, to: owner}
"""
HALF = (
    "    - {to: task, share: 30 %, within: 5 days,"
    " create_record: {module: 跟进记录, fields: {结果: 待跟进}}}\n"
    "    - {every: 10 days, share: 50 %, create_record: {module: 订单, fields: {金额: 10}}}\n"
)


def test_chance_is_the_same_for_one_seed_and_for_each_customer_its_own(tmp_path: Path) -> None:
    company = furnished(tmp_path, HALF)
    (company.root / "calls.yaml").write_text(CALLS, "utf-8")
    asked = ("simulate", "calls", "--nights", "20", "--seed")
    first, again, other = (company.answer(*asked, seed) for seed in ("1", "1", "2"))
    more = {f"M{n}": ("C", "2026-01-05", "S4") for n in range(5)}
    company.bring("客户", customers(**more))
    company.bring("订单", orders(**more))
    grown = company.answer(*asked, "1")

    assert first == again
    assert first["rows"] != other["rows"]
    before, after = by_owner(first, "task"), by_owner(grown, "task")
    # Each of three colleagues has one customer; those that came later are the fourth's.
    assert all(after[owner] == before[owner] for owner in ("S1", "S2", "S3"))
    assert len(after["S4"]) > len(before["S4"])


# --- the first night is the night that runs --------------------------------------------------------


def test_the_first_night_does_what_a_run_does(tmp_path: Path) -> None:
    company = furnished(tmp_path)
    path = company.root / "silent-sequence.yaml"
    path.write_text(path.read_text("utf-8").replace("status: paused", "status: active"), "utf-8")
    found = company.answer("simulate", "--nights", "1", at="2026-03-31T01:00")
    company.done("run", at="2026-03-31T01:00")

    tasks = Counter(row["负责人"] for row in company.exported("任务").values())
    letters = company.rows("outbox")
    notices = Counter(one["recipient"] for one in letters if one["kind"] == "notice")
    owners = {key: owner for key, (_, _, owner) in CUSTOMERS.items()}
    messages = Counter(owners[one["record"]] for one in letters if one["kind"] == "message")
    for kind, done in (("task", tasks), ("notice", notices), ("message", messages)):
        assert {owner: len(nights) for owner, nights in by_owner(found, kind).items()} == done


# --- weeks that are too full --------------------------------------------------------------------------

DAILY = """\
id: daily
name: 每天一个
module: 客户
status: active
trigger: {every: day, at: "01:00"}
once_per: customer
actions:
  - create_task: {subject: 拜访, type: 拜访, to: owner}
"""


def test_a_week_holds_the_capacity_of_its_working_days(tmp_path: Path) -> None:
    company = furnished(tmp_path)
    (company.root / "daily.yaml").write_text(DAILY, "utf-8")
    path = company.root / "workspace.yaml"
    old = "capacity: {tasks_per_person_per_day: 20}"
    path.write_text(path.read_text("utf-8").replace(old, "capacity: {tasks_per_person_per_day: 1}"), "utf-8")
    company.bring("客户", customers(**{f"M{n}": ("A", "2026-01-05", "S1") for n in range(11)}))
    found = company.answer("simulate", "daily", "--nights", "30", at="2026-05-11T00:30")

    # S1 has twelve customers and gets one task a night, on Saturday and Sunday too; Monday 11 May to 22 May.
    mine = [(one["monday"], one["tasks"], one["capacity"], one["over"]) for one in found["weeks"]
            if one["person"] == "S1"]  # fmt: skip
    assert mine == [("2026-05-11", 7, 5, True), ("2026-05-18", 5, 5, False)]


def test_what_a_guard_would_hold_is_told_and_done(tmp_path: Path) -> None:
    company = furnished(tmp_path)
    (company.root / "daily.yaml").write_text(DAILY, "utf-8")
    path = company.root / "workspace.yaml"
    path.write_text(
        path.read_text("utf-8").replace("creates: {at_most: 5000,", "creates: {at_most: 3,"), "utf-8"
    )
    found = company.answer("simulate", "daily", "--nights", "2")

    assert found["held"] == [{"workflow": "daily", "guard": "creates", "nights": 1}]
    assert found["totals"]["task"] == 4
    assert "新建太多" in company.done("simulate", "daily", "--nights", "2")


# --- broken off, and asked for what cannot be ------------------------------------------------------


def test_one_that_is_broken_off_says_how_far_it_came_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = furnished(tmp_path / "w")
    (tmp_path / "scrap").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scrap"))
    asked = iter([False] * 40)

    @contextmanager
    def leaving() -> Iterator[Any]:
        yield lambda: next(asked, True)

    monkeypatch.setattr(simulating, "asked_to_leave", leaving)
    code, out, _ = company.call("simulate", "silent-sequence")
    data = json.loads(company.done("simulate", "silent-sequence", "--format", "json", codes=(130,)))

    assert code == 130
    assert "中途停下：180 晚只过了" in out
    assert data["lived"] == 0  # asked to leave before it began
    assert list((tmp_path / "scrap").iterdir()) == []


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("no-such",), "没有流程“no-such”"),
        (("silent-sequence", "--nights", "0"), "--nights"),
        (("silent-sequence", "--nights", "1101"), "最多 1100 晚"),
        ((), "没有启用的流程可以模拟"),
        (("monthly", "--nights", "3"), "monthly 在这 3 晚里一次也不会启动"),
    ],
)
def test_what_cannot_be_simulated_is_told_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    company = furnished(tmp_path)
    late = DAILY.replace("id: daily", "id: monthly").replace("every: day", "every: month, day: 20")
    (company.root / "monthly.yaml").write_text(late.replace("active", "paused"), "utf-8")
    code, out, err = company.call("simulate", *arguments)

    assert (code, out) == (2, "")
    assert said in err


def test_a_store_without_records_is_told(tmp_path: Path) -> None:
    company = Company(shipped_in(tmp_path, *OTHERS), at=AT)
    company.bring("员工", STAFF)

    assert "“客户”里还没有记录" in company.call("simulate", "silent-sequence").err


def test_a_response_to_a_workflow_that_is_nowhere_is_told(tmp_path: Path) -> None:
    company = furnished(tmp_path, BUYS.replace("to: message", "to: message, workflow: silent-sequense"))
    code, _, err = company.call("simulate", "silent-sequence")

    assert (code, "silent-sequense" in err, "silent-sequence”？" in err) == (2, True, True)


def test_the_shipped_assumptions_are_read_as_they_stand() -> None:
    desk = Desk(Path("workflows"), "sqlite://")

    assert [(one.to, round(one.share * 100)) for one in desk.workspace.responses] == [
        ("task", 70), ("message", 30), ("message", 3), ("ask", 80), ("", 30)
    ]  # fmt: skip


def test_help_tells_of_every_option() -> None:
    told = command("simulate", "--help").out

    assert all(option in told for option in ("--nights", "--seed", "--sample", "--csv", "--html"))
