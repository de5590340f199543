"""How a run ends badly, or waits for a person; who is told, and when a workflow rests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import lifecycle
from engine.decisions import decide
from engine.model.diagnostics import EngineError, StoreAway, StoreError, WrongUsage
from engine.model.nights import Cause
from engine.shift import Shift
from engine.units import execute_run, run_all, tick
from engine.workspace import Workspace
from tests.engine.nights import NIGHT, WAKE, company, held_place, notices, rows, shift_at, started, ticked
from tests.engine.small import Place, files_with, workspace_with

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture
def place() -> Place:
    return ticked(NIGHT)


def paused_of(place: Place) -> Workspace:
    """The same files, of which the workflow's says that it is paused."""
    texts = {name: one.text for name, one in place.workspace.documents.items()}
    file = place.workspace.workflows[0].file
    return workspace_with("", texts | {file: texts[file] + "status: paused\n"})


# --- failures -----------------------------------------------------------------------------------------------


def failing(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def prepare(*_: Any) -> Any:
        raise failure

    monkeypatch.setattr(lifecycle, "PREPARE", {**lifecycle.PREPARE, Cause.CLOCK: prepare})


def test_a_database_that_is_away_for_a_time_leaves_the_run_due(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shift_at(place, NIGHT) as shift:
        with monkeypatch.context() as patch:
            failing(patch, StoreAway("W403", reason="x.db (database or disk is full)"))
            with pytest.raises(StoreError):
                execute_run(shift, 1)
        assert rows(shift, "state") == [("due",)]
        assert [result.state for _, result in run_all(shift)] == ["done"]


def test_a_failure_of_the_world_is_the_end_of_the_run_with_its_reason(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, EngineError("W406", name="tier"))
    with shift_at(place, NIGHT) as shift:
        ((_, result),) = run_all(shift)

        assert (result.state, result.run) == ("failed", 1)
        assert rows(shift, "state", "reason") == [("failed", {"code": "W406", "name": "tier"})]


def test_a_bug_fails_the_run_and_is_not_hidden(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, ZeroDivisionError())
    with shift_at(place, NIGHT) as shift:
        with pytest.raises(ZeroDivisionError):
            execute_run(shift, 1)
        assert rows(shift, "state", "reason") == [("failed", {"code": "W644", "bug": "ZeroDivisionError"})]


def test_after_three_failures_in_a_row_the_workflow_rests_and_somebody_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, EngineError("W406", name="tier"))
    for day in ("2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03"):
        with shift_at(place, f"{day}T01:00") as shift:
            tick(shift)
            list(run_all(shift))
    with shift_at(place, "2026-04-03T01:00") as shift:
        assert [state for (state,) in rows(shift, "state")] == ["failed", "failed", "failed", "skipped"]
        assert rows(shift, "reason")[-1] == ({"code": "W648", "count": "3", "by": "wakeline"},)
        first, last = notices(shift)
    assert {first[0], last[0]} == {"S9"}
    assert "没有成功" in first[1]
    assert "已自动暂停" in last[1]


def test_a_success_in_between_starts_the_count_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, fails in enumerate((True, True, False, True, True)):
        with monkeypatch.context() as patch, shift_at(place, f"2026-04-0{day + 1}T01:00") as shift:
            if fails:
                failing(patch, EngineError("W406", name="tier"))
            tick(shift)
            list(run_all(shift))
    with shift_at(place, "2026-04-05T09:00") as shift, shift.session.transaction():
        assert shift.agenda.paused() == {}


def test_somebody_is_told_the_first_time_that_every_record_fails() -> None:
    """Which pauses nothing: the record of the fourth day is a good one."""
    body = WAKE.replace("{add_tag: 高潜}", '{create_task: {subject: "{{ 邮箱 }}", to: {person: S1}}}')
    found = company(body, customers=0)
    found.bring({"员工": {"S1": {"姓名": "王一"}}, "客户": {"C1": {"客户名称": "x", "客户层级": "A"}}})
    told: list[list[str]] = []
    for day in range(1, 7):
        if day == 5:
            found.bring({"客户": {"C2": {"客户名称": "y", "客户层级": "A", "邮箱": "a@b.cn"}}})
        with shift_at(found, f"2026-04-0{day}T01:00") as shift:
            tick(shift)
            list(run_all(shift))
            told.append([text for _, text in notices(shift) if "没能处理" in text])
    with shift_at(found, "2026-04-06T09:00") as shift:
        assert rows(shift, "started", "failed") == [(0, 1)] * 4 + [(1, 1), (0, 1)]
        assert {state for (state,) in rows(shift, "state")} == {"done"}

    assert [len(one) for one in told] == [1, 1, 1, 1, 1, 2]
    assert told[0][0] == (
        "“唤醒”这次一条记录也没能处理（运行 1，出错 1 条）。"
        "原因见 wakeline journal --failures --workflow wake"
    )


# --- holds --------------------------------------------------------------------------------------------------


def test_a_held_run_has_done_nothing_and_somebody_is_told() -> None:
    with shift_at(held_place(), NIGHT) as shift:
        assert started(shift) == 0
        ((state, held, matched, cleared),) = rows(shift, "state", "held", "matched", "cleared")
        assert (state, matched, cleared) == ("held", 3, 0)
        assert held == {"guard": "updates", "count": 3, "limit": 2, "since": "2026-03-30T17:00:00Z"}
        ((person, text),) = notices(shift)
    assert person == "S9"
    assert "wakeline approve 1" in text


def test_an_approved_run_is_not_begun_once_its_file_says_that_it_is_paused() -> None:
    found = held_place()
    with shift_at(found, "2026-03-31T15:00") as shift:
        decide(shift, 1, "王一", "看过了", approved=True)
    with shift_at(replace(found, workspace=paused_of(found)), "2026-03-31T15:01") as shift:
        assert list(run_all(shift)) == []
        assert rows(shift, "state", "reason") == [("skipped", {"code": "W643", "kind": "file"})]
        assert started(shift) == 0


def test_a_refused_run_never_runs() -> None:
    with shift_at(held_place(), "2026-03-31T15:00") as shift:
        decide(shift, 1, "王一", "条件写反了", approved=False)

        assert list(run_all(shift)) == []
        assert rows(shift, "state", "decided_by") == [("refused", "王一")]
        with pytest.raises(WrongUsage) as told:
            decide(shift, 1, "王一", "还是要", approved=True)
    assert told.value.code == "W645"


def test_a_hold_that_nobody_decides_about_is_skipped_after_a_day() -> None:
    found = held_place()
    with shift_at(found, "2026-04-01T00:59") as shift:
        tick(shift)
        assert rows(shift, "state") == [("held",)]
    with shift_at(found, "2026-04-01T01:00") as shift:
        with pytest.raises(WrongUsage) as told:
            decide(shift, 1, "王一", "太晚了", approved=True)
        assert told.value.facts == {"run": "1", "workflow": "wake", "kind": "skipped"}
        tick(shift)
        assert rows(shift, "state", "reason")[0] == ("skipped", {"code": "W642", "hours": 24})


def test_nobody_can_decide_about_a_run_that_is_not_there() -> None:
    with shift_at(company(), NIGHT) as shift, pytest.raises(WrongUsage) as told:
        decide(shift, 7, "王一", "x", approved=True)

    assert told.value.code == "W621"


def test_check_2_a_turned_condition_reaches_nobody_until_it_is_approved() -> None:
    """RELIABILITY, check 2: 100 % of 10,000 match; no letter leaves; approved, exactly 10,000 do."""
    body = "once_per: customer\nconditions: {field: 客户层级, is_not: B}\nactions:\n"
    body += "  - send_template: {template: 唤醒, to: customer, via: [sms]}\n"
    files = files_with(body)
    files["workspace.yaml"] += "fallback_person: S9\n"
    found = Place.make(workspace_with("", files), {})
    customers = found.workspace.model.modules["customers"]
    with shift_at(found, NIGHT) as shift:
        fields = [customers.fields[name] for name in ("name", "tier", "phone")]
        people = ((f"C{n}", f"客户{n}", "A", f"138{n:08}") for n in range(10_000))
        with shift.session.transaction():
            shift.session.upsert(customers, fields, people)
        tick(shift)
        ((_, result),) = run_all(shift)
        assert result.state == "held"
        assert result.held is not None
        assert (result.held.guard, result.held.count) == ("messages", 10_000)
        assert letters(shift) == 0
        assert [person for person, _ in notices(shift)] == ["S9"]

        decide(shift, 1, "王一", "就是要发", approved=True)
        ((_, result),) = run_all(shift)
        assert (result.state, result.started, letters(shift)) == ("done", 10_000, 10_000)


def letters(shift: Shift) -> int:
    with shift.session.transaction():
        found = shift.session.connection.exec_driver_sql("SELECT count(*) FROM wakeline_outbox")
        return int(found.scalar_one())
