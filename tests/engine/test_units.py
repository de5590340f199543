"""A run's life: claimed under a fence, held or carried out, broken off and gone on with, ended once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from engine import apply, lifecycle
from engine.ledger.claims import MOST_BREAKS
from engine.lifecycle import begin_by_hand, carry_out, claim_run, open_claimed
from engine.model.diagnostics import StaleFence
from engine.model.nights import RunState
from engine.pipeline import RunResult
from engine.publishing import Runnable
from engine.units import (
    deliver_all,
    deliver_batch,
    execute_run,
    execute_shard,
    finalise,
    open_run,
    reconcile,
    run_all,
    tick,
)
from tests.engine.nights import (
    LAPSED,
    NIGHT,
    WAKE,
    company,
    dump,
    notices,
    rows,
    shift_at,
    started,
    ticked,
    workspace_of,
)
from tests.engine.small import HEAD, Place

pytestmark = pytest.mark.usefixtures("each_store")

SECOND = HEAD.replace("id: wake", "id: abc").replace("name: 唤醒", "name: 先") + "priority: 90\n" + WAKE
HOLDS = "guard: {at_most: 2, share: 100 %}\n" + WAKE.replace("add_tag: 高潜", "update_field: {唤醒次数: 1}")
LIMITS = """\
guards: {updates: {at_most: 2, share: 100 %}}
"""


@pytest.fixture
def place() -> Place:
    return ticked(NIGHT)


# --- the units, one after the other -------------------------------------------------------------------------


def test_every_unit_can_be_repeated_and_changes_nothing(place: Place) -> None:
    with shift_at(place, NIGHT) as shift:
        opened = open_run(shift, 1)
        assert isinstance(opened, lifecycle.Opened)
        fence = opened.work.fence

        assert open_run(replace(shift, name="berta"), 1) is None
        assert finalise(shift, 1, fence) is None
        assert execute_shard(shift, 1, 0, fence=fence, opened=opened).started == 3
        before = dump(shift)
        assert execute_shard(shift, 1, 0, fence=fence).started == 0
        assert dump(shift) == before

        assert finalise(shift, 1, fence) is RunState.DONE
        before = dump(shift)
        assert finalise(shift, 1, fence) is RunState.DONE
        assert execute_run(shift, 1) is None
        assert reconcile(shift) is None
        with pytest.raises(StaleFence):
            execute_shard(shift, 1, 0, fence=fence)
        assert dump(shift) == before
        assert rows(
            shift, "state", "started", "matched", "checked", "effects", "fence", "worker", "cleared"
        ) == [("done", 3, 3, 3, {"update": 3}, 1, None, 1)]


def test_a_part_can_be_carried_out_by_a_process_that_did_not_open_the_run(place: Place) -> None:
    with shift_at(place, NIGHT) as shift:
        opened = open_run(shift, 1)
        assert isinstance(opened, lifecycle.Opened)
        opened.prepared.close()

        assert execute_shard(shift, 1, 0, fence=opened.work.fence).started == 3


def test_the_clock_of_a_late_run_is_that_of_its_slot() -> None:
    found = company(WAKE.replace("add_tag: 高潜", "update_field: {签约日期: today}"))
    for moment in ("2026-03-30T23:50", "2026-03-31T09:00"):
        with shift_at(found, moment) as shift:
            tick(shift)
    with shift_at(found, "2026-04-01T00:30") as shift:
        ((_, result),) = run_all(shift)
        assert (result.slot, result.at) == (NIGHT, "2026-03-31T01:00:00+08:00")
        with shift.session.transaction():
            days = shift.session.connection.exec_driver_sql("SELECT DISTINCT signed FROM customers").all()
    assert days == [("2026-03-31",)]


def test_the_runs_of_a_night_go_in_order() -> None:
    found = company(second=SECOND)
    with shift_at(found, NIGHT) as shift:
        tick(shift)
        ids = {workflow: number for number, workflow in rows(shift, "id", "workflow")}
        assert {one.workflow.id: one.workflow.priority for one in shift.roster.all(shift.session)} == {
            "wake": 100, "abc": 90,
        }  # fmt: skip

        # `abc` has the lower priority number, so it goes first.
        assert claim_run(shift, ids["wake"]) is None
        work = claim_run(shift, ids["abc"])
        assert work is not None
    with shift_at(found, NIGHT, "berta") as shift:
        assert reconcile(shift) is None
        assert claim_run(shift, ids["wake"]) is None


def test_a_held_run_does_not_keep_the_others_back() -> None:
    from tests.engine.small import files_with, workspace_with

    files = files_with(WAKE.replace("add_tag: 高潜", "update_field: {唤醒次数: 1}"))
    files["workspace.yaml"] += LIMITS
    files["second.yaml"] = SECOND.replace("priority: 90", "priority: 300")
    customers = {f"C{n}": {"客户名称": f"客户{n}", "客户层级": "A"} for n in range(2)}
    found = Place.make(
        workspace_with("", files), {"客户": {**customers, "C9": {"客户名称": "九", "客户层级": "A"}}}
    )
    with shift_at(found, NIGHT) as shift:
        tick(shift)

        assert [(one.workflow.id, result.state) for one, result in run_all(shift)] == [
            ("wake", "held"), ("abc", "held"),
        ]  # fmt: skip


def test_letters_are_handed_over_a_batch_at_a_time_by_whoever_is_asked() -> None:
    found = company(WAKE.replace("add_tag: 高潜", 'notify: {to: owner, text: "{{ 客户名称 }}"}'), customers=5)
    with shift_at(found, NIGHT) as shift:
        tick(shift)
        assert [result.started for _, result in run_all(shift)] == [5]

        batches = [
            deliver_batch(replace(shift, name=name), "inbox", 2)
            for name in ("anna", "berta", "anna", "berta", "anna")
        ]

        assert [(one.sent, one.is_over) for one in batches] == [
            (2, False), (2, False), (1, False), (0, True), (0, True),
        ]  # fmt: skip
        assert deliver_all(shift).sent == 0
        told = Counter(line for _, text in notices(shift) for line in text.splitlines())
        assert told == Counter(f"客户{n}" for n in range(1, 6))


# --- leases and fences --------------------------------------------------------------------------------------


def test_a_worker_that_was_stopped_past_its_lease_writes_nothing(place: Place) -> None:
    with shift_at(place, NIGHT, "anna") as anna:
        stopped = claim_run(anna, 1)
        assert stopped is not None
        opened = open_claimed(anna, stopped)
        assert isinstance(opened, lifecycle.Opened)
    with shift_at(place, NIGHT, "berta", timedelta(seconds=59)) as berta:
        assert claim_run(berta, 1) is None
    with shift_at(place, NIGHT, "berta", LAPSED) as berta:
        taken = claim_run(berta, 1)
        assert taken is not None
        assert taken.fence == 2
        before = dump(berta)
    with shift_at(place, NIGHT, "anna", LAPSED) as anna:
        with pytest.raises(StaleFence):
            execute_shard(anna, 1, 0, fence=1)
        work = lifecycle.Work(stopped.run, 1, stopped.one, anna.session)
        assert carry_out(anna, work) is None
        assert dump(anna) == before
        assert started(anna) == 0
    with shift_at(place, NIGHT, "berta", LAPSED) as berta:
        result = carry_out(berta, lifecycle.Work(taken.run, 2, taken.one, berta.session))
        assert result is not None
        assert (result.state, result.started) == ("done", 3)


def test_a_chunk_under_an_old_fence_is_taken_back_whole(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody takes the run over between two chunks."""
    monkeypatch.setattr(apply, "CHUNK_RECORDS", 1)

    def goes_on(keeping: lifecycle.Keeping) -> bool:
        with keeping.shift.session.transaction():
            connection = keeping.shift.session.connection
            connection.exec_driver_sql("UPDATE wakeline_runs SET fence = fence + 1 WHERE started = 1")
        return True

    monkeypatch.setattr(lifecycle.Keeping, "goes_on", goes_on)
    with shift_at(place, NIGHT) as shift:
        assert execute_run(shift, 1) is None
        assert started(shift) == 1
        assert rows(shift, "state", "started") == [("running", 1)]


def test_a_worker_known_to_be_dead_is_not_waited_for(place: Place) -> None:
    with shift_at(place, NIGHT, "anna") as anna:
        assert claim_run(anna, 1) is not None
    with shift_at(place, NIGHT, "berta") as berta:
        assert reconcile(berta) is None
        knowing = replace(berta, is_dead=lambda name: name == "anna")
        assert [result.state for _, result in run_all(knowing)] == ["done"]


def test_a_run_goes_on_where_its_worker_left_and_counts_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "CHUNK_RECORDS", 2)
    asked: list[int] = []

    def leaves() -> bool:
        asked.append(1)
        return len(asked) > 2  # before the loop, before the first chunk

    with shift_at(place, NIGHT, leaves=leaves) as shift:
        assert list(run_all(shift)) == []
        assert rows(shift, "state", "started", "worker", "lease_until") == [("due", 2, None, None)]
    with shift_at(place, "2026-04-02T05:00", "berta") as shift:
        ((_, result),) = run_all(shift)

        assert (result.run, result.state, result.matched, result.started) == (1, "done", 3, 3)
        assert rows(shift, "state", "started", "effects", "fence") == [("done", 3, {"update": 3}, 2)]
        assert started(shift) == 3


def test_records_that_fail_are_counted_once_by_a_run_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    body = WAKE.replace("{add_tag: 高潜}", '{create_task: {subject: "{{ 邮箱 }}", to: {person: S1}}}')
    found = company(body, customers=0)
    found.bring({"员工": {"S1": {"姓名": "王一"}}})
    found.bring(
        {
            "客户": {
                f"C{n}": {"客户名称": "x", "客户层级": "A"} | ({"邮箱": "a@b.cn"} if n > 1 else {})
                for n in range(6)
            }
        }
    )
    monkeypatch.setattr(apply, "CHUNK_RECORDS", 3)
    asked: list[int] = []
    with shift_at(found, NIGHT, leaves=lambda: bool(asked.append(1)) or len(asked) > 2) as shift:
        tick(shift)
        list(run_all(shift))
        assert rows(shift, "state", "started", "failed") == [("due", 1, 2)]
    with shift_at(found, NIGHT, "berta") as shift:
        list(run_all(shift))
        assert rows(shift, "state", "started", "failed") == [("done", 4, 2)]


def test_a_run_that_breaks_its_worker_again_and_again_is_given_up(place: Place) -> None:
    for number in range(MOST_BREAKS + 2):
        with shift_at(place, NIGHT, f"worker {number}", number * LAPSED) as shift:
            list(run_all(shift)) if number > MOST_BREAKS else claim_run(shift, 1)
    with shift_at(place, NIGHT) as shift:
        ((state, reason),) = rows(shift, "state", "reason")
        assert (state, reason["code"]) == ("failed", "W646")


# --- by hand ------------------------------------------------------------------------------------------------


def test_a_run_by_hand_waits_for_nobody_and_has_no_slot(place: Place) -> None:
    with shift_at(place, NIGHT) as shift:
        result = carry_out(shift, begin_by_hand(shift, Runnable(place.workspace, place.workflow)))

        assert isinstance(result, RunResult)
        assert (result.state, result.started, result.slot) == ("done", 3, None)
        assert [result.started for _, result in run_all(shift)] == [0]


def test_a_run_by_hand_that_broke_off_has_failed_when_it_is_started_anew(place: Place) -> None:
    one = Runnable(place.workspace, place.workflow)
    with shift_at(place, NIGHT, "anna") as shift:
        begin_by_hand(shift, one)
    with shift_at(place, NIGHT, "berta", LAPSED) as shift:
        carry_out(shift, begin_by_hand(shift, one))

        found = [row for row in rows(shift, "cause", "state", "reason") if row[0] == "hand"]
    assert found == [("hand", "failed", {"code": "W651"}), ("hand", "done", None)]


def test_a_run_by_hand_that_broke_off_is_gone_on_with_when_all_that_is_due_runs() -> None:
    found = company()
    one = Runnable(found.workspace, found.workflow)
    with shift_at(found, "2026-03-31T12:00", "anna") as shift:
        tick(shift)
        begin_by_hand(shift, one)
    with shift_at(found, "2026-03-31T12:30", "berta", LAPSED) as shift:
        ((_, result),) = run_all(shift)
    assert (result.run, result.state, result.started) == (1, "done", 3)
    assert result.at == "2026-03-31T12:00:00+08:00"


def test_a_version_that_is_gone_fails_its_run(place: Place) -> None:
    place.workspace = workspace_of(WAKE.replace("高潜", "低价值"))
    with shift_at(place, NIGHT) as shift:
        with shift.session.transaction():
            shift.session.connection.exec_driver_sql("DELETE FROM wakeline_versions")

        assert list(run_all(shift)) == []
        ((state, reason),) = rows(shift, "state", "reason")
    assert (state, reason["code"]) == ("failed", "W647")
