"""Every slot ends as a row: due, or why it is not run; and a tick repeated changes nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from engine.decisions import confirm_time, pause, resume
from engine.lifecycle import claim_run
from engine.model.diagnostics import WrongUsage
from engine.posting.switch import CLOCK_JUMP
from engine.units import put_tonight, run_all, tick
from tests.engine.nights import WAKE, company, dump, rows, shift_at, workspace_of
from tests.engine.small import HEAD, Place

pytestmark = pytest.mark.usefixtures("each_store")

PAUSED = f"status: paused\n{HEAD}"


def seen(place: Place, *moments: str) -> None:
    """Ticks at these moments, with nobody to carry anything out."""
    for moment in moments:
        with shift_at(place, moment) as shift:
            tick(shift)


def test_times_before_a_workflow_was_first_seen_are_not_caught_up() -> None:
    place = company()
    with shift_at(place, "2026-03-31T10:00") as shift:
        tick(shift)

        assert rows(shift, "slot") == []


def test_the_times_since_a_night_that_a_person_ran_are_accounted_for() -> None:
    """Whoever ran the nights by hand, and starts a worker then, has promised them."""
    place = company()
    with shift_at(place, "2026-03-28T01:10") as shift:
        put_tonight(shift)
        list(run_all(shift))
    with shift_at(place, "2026-03-31T01:30") as shift:
        tick(shift)

        assert rows(shift, "slot", "state") == [
            ("2026-03-28T01:00", "done"),
            ("2026-03-29T01:00", "missed"),
            ("2026-03-30T01:00", "missed"),
            ("2026-03-31T01:00", "due"),
        ]


def test_a_workflow_first_seen_within_its_minute_runs() -> None:
    place = company()
    with shift_at(place, "2026-03-31T01:00:40") as shift:
        tick(shift)

        assert rows(shift, "slot", "state") == [("2026-03-31T01:00", "due")]


def test_a_slot_is_due_once_however_often_the_clock_is_looked_at() -> None:
    place = company()
    seen(place, "2026-03-31T00:59", "2026-03-31T01:00", "2026-03-31T01:00:20")
    with shift_at(place, "2026-03-31T01:00:20") as shift:
        before = dump(shift, without=())
        tick(shift)

        assert dump(shift, without=()) == before
        assert rows(shift, "slot", "state", "cause", "due_at", "at", "on_day", "version", "priority") == [
            (
                "2026-03-31T01:00", "due", "clock", "2026-03-30T17:00:00Z", "2026-03-30T17:00:00Z",
                "2026-03-31", place.workflow.version, place.workflow.priority,
            )
        ]  # fmt: skip


def test_a_tick_publishes_a_changed_file_and_the_next_slot_runs_it() -> None:
    place = company()
    seen(place, "2026-03-31T01:00")
    changed = workspace_of(WAKE.replace("高潜", "低价值"))
    place.workspace = changed
    seen(place, "2026-03-31T02:00")
    with shift_at(place, "2026-03-31T02:00") as shift:
        done = [(one.workflow.version, result.slot) for one, result in run_all(shift)]

    # The run that was due goes its way on the version it was put with.
    assert done != [(changed.workflows[0].version, "2026-03-31T01:00")]
    assert len(done) == 1
    with shift_at(place, "2026-04-01T01:00") as shift:
        tick(shift)
        versions = [version for (version,) in rows(shift, "version")]
    assert versions[1] == changed.workflows[0].version != versions[0] == done[0][0]


def test_after_400_days_every_slot_is_accounted_for(record_property: pytest.RecordProperty) -> None:
    place = company()
    seen(place, "2026-03-31T00:30")
    began = time.perf_counter()
    with shift_at(place, "2027-05-05T03:00") as shift:
        tick(shift)
        record_property("seconds", time.perf_counter() - began)
        found = rows(shift, "slot", "state", "slots", "last_slot")

    days = (datetime(2027, 5, 5, tzinfo=UTC) - datetime(2026, 3, 31, tzinfo=UTC)).days + 1
    assert sum(count for *_, count, _ in found) == days
    assert ("2027-05-05T01:00", "due", 1, None) in found
    assert {state for slot, state, *_ in found if slot != "2027-05-05T01:00"} == {"missed"}


# --- overlap ------------------------------------------------------------------------------------------------


QUEUEING = HEAD.replace('at: "01:00"', 'at: "01:00", overlap: queue')


def test_a_slot_that_falls_due_while_the_one_before_waits_is_skipped() -> None:
    place = company()
    seen(place, "2026-03-29T00:59", "2026-03-29T01:00", "2026-03-30T01:00")
    with shift_at(place, "2026-03-30T01:00") as shift:
        assert rows(shift, "slot", "state", "reason") == [
            ("2026-03-29T01:00", "due", None),
            ("2026-03-30T01:00", "skipped", {"code": "W640", "run": "1"}),
        ]


def test_with_queue_one_slot_waits_and_the_next_is_skipped() -> None:
    place = company(head=QUEUEING)
    seen(place, *(f"2026-03-{day}T01:00" for day in (28, 29, 30, 31)))
    with shift_at(place, "2026-03-31T01:00") as shift:
        assert [state for (state,) in rows(shift, "state")] == ["due", "skipped", "skipped", "skipped"]
    place = company(head=QUEUEING)
    seen(place, "2026-03-28T00:59", "2026-03-28T01:00")
    with shift_at(place, "2026-03-28T01:00") as shift:
        assert claim_run(shift, 1) is not None
    seen(place, *(f"2026-03-{day}T01:00" for day in (29, 30)))
    with shift_at(place, "2026-03-30T01:00") as shift:
        assert [state for (state,) in rows(shift, "state")] == ["running", "due", "skipped"]


def test_a_run_that_was_over_only_after_the_slot_was_in_its_way() -> None:
    """A worker that is busy ticks late: what overlapped is skipped then too."""
    place = company()
    seen(place, "2026-03-29T01:00")
    with shift_at(place, "2026-03-30T01:30") as shift:
        assert [result.state for _, result in run_all(shift)] == ["done"]
        tick(shift)
        assert [state for (state,) in rows(shift, "state")] == ["done", "skipped"]
    seen(place, "2026-03-31T01:00")
    with shift_at(place, "2026-03-31T01:00") as shift:
        assert [state for (state,) in rows(shift, "state")] == ["done", "skipped", "due"]


# --- pauses -------------------------------------------------------------------------------------------------


def test_slots_of_a_paused_file_are_skipped() -> None:
    place = company(head=PAUSED)
    seen(place, "2026-03-29T00:00", "2026-03-30T02:00", "2026-03-31T01:00")  # one row for all of them
    with shift_at(place, "2026-03-31T02:00") as shift:
        assert rows(shift, "slot", "last_slot", "slots", "state", "reason") == [
            ("2026-03-29T01:00", "2026-03-31T01:00", 3, "skipped", {"code": "W643", "kind": "file"})
        ]


def test_a_stretch_of_skipped_slots_ends_where_the_reason_changes() -> None:
    place = company(head=PAUSED)
    seen(place, "2026-03-28T00:00", "2026-03-28T01:00", "2026-03-29T01:00")
    with shift_at(place, "2026-03-29T02:00") as shift:
        pause(shift, "wake", "王一", "")
    seen(place, "2026-03-30T01:00", "2026-03-31T01:00", "2026-03-31T01:00:20")
    with shift_at(place, "2026-03-31T01:00:20") as shift:
        assert rows(shift, "slot", "last_slot", "slots") == [
            ("2026-03-28T01:00", "2026-03-29T01:00", 2),
            ("2026-03-30T01:00", "2026-03-31T01:00", 2),
        ]


def test_a_person_pauses_and_resumes() -> None:
    place = company()
    seen(place, "2026-03-29T00:00")
    with shift_at(place, "2026-03-29T00:10") as shift:
        assert pause(shift, "wake", "王一", "促销期间")
        assert not pause(shift, "wake", "王一", "再一次")
    seen(place, "2026-03-29T01:00")
    with shift_at(place, "2026-03-29T09:00") as shift:
        assert resume(shift, "wake")
        assert not resume(shift, "wake")
        tick(shift)
        (row,) = rows(shift, "state", "reason")
    seen(place, "2026-03-30T01:00")
    with shift_at(place, "2026-03-30T01:00") as shift:
        assert rows(shift, "state") == [("skipped",), ("due",)]
    assert row == ("skipped", {"code": "W643", "because": "促销期间", "by": "王一"})


def test_a_run_that_is_due_when_its_workflow_is_paused_is_skipped() -> None:
    place = company()
    seen(place, "2026-03-31T01:00")
    with shift_at(place, "2026-03-31T01:00:10") as shift:
        pause(shift, "wake", "王一", "")

        assert list(run_all(shift)) == []
        assert rows(shift, "state") == [("skipped",)]


def test_only_what_is_known_can_be_paused() -> None:
    with shift_at(company(), "2026-03-31T01:00") as shift, pytest.raises(WrongUsage) as told:
        pause(shift, "nobody", "王一", "")

    assert told.value.code == "W912"


# --- clocks -------------------------------------------------------------------------------------------------


def test_a_clock_set_back_runs_nothing_twice() -> None:
    place = company()
    seen(place, "2026-03-31T01:00")
    with shift_at(place, "2026-03-31T01:00") as shift:
        assert len(list(run_all(shift))) == 1
    with shift_at(place, "2026-03-31T00:30") as shift:
        assert tick(shift).back_from == ["wake"]
    with shift_at(place, "2026-03-31T01:00:10") as shift:
        tick(shift)

        assert rows(shift, "slot", "state") == [("2026-03-31T01:00", "done")]


def test_a_clock_set_back_tells_of_no_night_before_the_workflow_was_known() -> None:
    place = company()
    seen(place, "2026-03-29T10:00", "2026-03-01T10:00")
    with shift_at(place, "2026-03-31T01:30") as shift:
        tick(shift)

        assert rows(shift, "slot", "state") == [
            ("2026-03-30T01:00", "missed"),
            ("2026-03-31T01:00", "due"),
        ]


def test_a_clock_that_first_stood_ahead_hides_no_night_after_it_was_put_right() -> None:
    place = company()
    seen(place, "2026-03-29T10:00", "2026-03-01T10:00", "2026-03-02T01:30")
    with shift_at(place, "2026-03-31T01:30") as shift:
        tick(shift)

        states = dict(rows(shift, "slot", "state"))
    assert states.pop("2026-03-02T01:00") == "due"
    assert sorted(states) == [f"2026-03-{day:02}T01:00" for day in range(3, 32)]


def test_nothing_is_put_until_a_person_has_confirmed_a_jump_of_the_clock() -> None:
    place = company()
    seen(place, "2026-03-31T00:00")
    with shift_at(place, "2026-04-02T02:00") as shift:
        with shift.session.transaction():
            shift.facts.put(CLOCK_JUMP, "2026-04-02T02:00")
        assert tick(shift).is_waiting
        assert rows(shift, "slot") == []

        assert confirm_time(shift, "王一")
        assert not confirm_time(shift, "王一")
        tick(shift)

        assert sorted(rows(shift, "slot", "state")) == [
            ("2026-03-31T01:00", "missed"),
            ("2026-04-01T01:00", "missed"),
            ("2026-04-02T01:00", "due"),
        ]


# --- run without a clock of its own -------------------------------------------------------------------------


def test_without_a_memory_the_latest_slot_of_the_last_day_is_due_once() -> None:
    place = company()
    for moment in ("2026-03-31T22:00", "2026-04-01T00:30"):
        with shift_at(place, moment) as shift:
            put_tonight(shift)
            assert rows(shift, "slot", "state") == [("2026-03-31T01:00", "due")]
    with shift_at(place, "2026-04-01T00:30") as shift:
        tick(shift)
        assert len(rows(shift, "slot")) == 1


def test_a_slot_within_a_stretch_has_its_row() -> None:
    place = company()
    seen(place, "2026-03-27T00:00")
    with shift_at(place, "2026-03-27T00:10") as shift:
        pause(shift, "wake", "王一", "")
    seen(place, "2026-03-31T20:00")
    with shift_at(place, "2026-03-31T20:00") as shift:
        resume(shift, "wake")
        assert rows(shift, "state", "slots") == [("skipped", 5)]
        put_tonight(shift)

        assert rows(shift, "state", "slots") == [("skipped", 5)]
