"""`wakeline doctor`: workers, schedules, runs, enrollments and letters, every finding once."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.texts import Texts
from tests.contract import OTHER
from tests.doctor.house import NOW, WAITING, Find, change, due, instant, letter, run, state
from tests.stores import Place

# --- workers ----------------------------------------------------------------------------------------


def worker(store: Place, seen: datetime, version: str = "1.0", name: str = "elsewhere/1:7:ab") -> None:
    at = instant(seen)
    change(store, f"INSERT INTO wakeline_workers VALUES ('{name}', '{at}', '{at}', '{version}')")


def test_workers_are_told(store: Place, find: Find) -> None:
    assert state(find()["workers/alive"]) == ("note", "W823", "nobody")

    worker(store, NOW - timedelta(seconds=30), "0.9")
    found = find()
    assert state(found["workers/alive"]) == ("ok", "W823", "alive")
    assert (state(found["workers/version"]), found["workers/version"].facts["known"]) == (
        ("note", "W823", "other_version"),
        "0.9",
    )
    assert state(find("2026-03-31T01:05")["workers/alive"]) == ("problem", "W823", "gone")
    assert state(find("2026-04-08T01:05")["workers/alive"]) == ("note", "W823", "nobody")


def test_a_worker_that_died_on_this_machine_is_gone_at_once(store: Place, find: Find) -> None:
    from engine.shift import new_name

    machine = new_name().rsplit(":", 2)[0]
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    worker(store, NOW, name=f"{machine}:{child}:00ff00ff")

    assert state(find()["workers/alive"]) == ("problem", "W823", "gone")


def test_a_worker_that_selects_for_long_is_there(store: Place, find: Find) -> None:
    """Nobody can renew a lease within one statement; the lease says that it is at it."""
    worker(store, NOW - timedelta(minutes=12))
    lease = instant(NOW + timedelta(minutes=3))
    change(
        store,
        f"UPDATE wakeline_runs SET state = 'running', worker = 'elsewhere/1:7:ab', lease_until = '{lease}'"
        " WHERE id = 1",
    )

    assert state(find()["workers/alive"]) == ("ok", "W823", "alive")


# --- schedules --------------------------------------------------------------------------------------


def test_a_night_that_nobody_ran_is_overdue(root: Path, store: Place, find: Find) -> None:
    """Also where no worker ever came, and the system's scheduler calls `run`."""
    assert state(find()["schedules/overdue"]) == ("ok", "W824", "overdue")
    assert state(find("2026-04-01T01:09")["schedules/overdue"]) == ("ok", "W824", "overdue")

    found = find("2026-04-01T01:11")["schedules/overdue"]

    assert state(found) == ("problem", "W824", "late")
    assert (found.facts["known"], found.facts["at"]) == ("good、other", "2026-04-01 01:00")
    run(root, "run", at="2026-04-01T01:12")
    assert state(find("2026-04-01T01:13")["schedules/overdue"]) == ("ok", "W824", "overdue")


def test_what_a_worker_has_looked_at_is_not_overdue(store: Place, find: Find) -> None:
    seen = instant(NOW + timedelta(hours=24, minutes=1))
    change(
        store,
        "INSERT INTO wakeline_schedules (workflow, seen_until)"
        f" VALUES ('good', '{seen}'), ('other', '{seen}')",
    )

    assert state(find("2026-04-01T12:00")["schedules/overdue"]) == ("ok", "W824", "overdue")
    assert state(find("2026-04-02T01:11")["schedules/overdue"]) == ("problem", "W824", "late")


def test_nothing_is_overdue_where_nothing_has_ever_run(root: Path, find: Find) -> None:
    assert run(root, "import", "staff", str(root / "staff.csv")) == 0

    assert state(find("2026-04-01T01:11")["schedules/overdue"]) == ("note", "W824", "unwatched")


def test_a_run_that_nobody_takes_up_is_late_unless_somebody_is_at_work(store: Place, find: Find) -> None:
    due(store)
    assert state(find("2026-03-31T01:11")["schedules/overdue"]) == ("problem", "W824", "late")

    lease = instant(NOW + timedelta(minutes=20))
    due(store, "running", "other", worker="elsewhere/1:7:ab", lease_until=lease)
    assert state(find("2026-03-31T01:11")["schedules/overdue"]) == ("note", "W824", "queue")


def test_what_waits_behind_a_hold_is_not_late(store: Place, find: Find) -> None:
    due(store, "held", slot="a", due_at=instant(NOW - timedelta(hours=1)))
    due(store, "due", slot="b")

    assert state(find("2026-03-31T01:11")["schedules/overdue"]) == ("ok", "W824", "overdue")


def test_a_festival_without_days_has_no_next_time(root: Path, store: Place, find: Find) -> None:
    (root / "calendar.yaml").write_text("festivals: {春节: [2026-02-17]}\n", "utf-8")
    feast = OTHER.replace("id: other", "id: feast").replace("every: day,", "every: festival, names: [春节],")
    (root / "feast.yaml").write_text(feast, "utf-8")

    found = find()

    assert state(found["files/workflows"]) == ("ok", "W828", "workflows")
    assert (state(found["schedules/next"]), found["schedules/next"].facts["known"]) == (
        ("note", "W824", "never"),
        "feast",
    )
    assert "schedules/next" not in find("2026-02-01T01:00")


def test_pauses_are_told_by_whom_they_are_of(root: Path, store: Place, find: Find) -> None:
    assert run(root, "pause", "good", "--by", "王一") == 0
    reason = json.dumps({"code": "W648", "count": "3"})
    change(store, f"INSERT INTO wakeline_pauses VALUES ('other', 'wakeline', '{instant(NOW)}', '{reason}')")

    found = find("2026-04-01T01:11")

    assert (state(found["schedules/paused"]), found["schedules/paused"].facts["known"]) == (
        ("note", "W824", "paused_by_people"),
        "good",
    )
    assert state(found["schedules/failing"]) == ("problem", "W824", "paused_by_failures")
    assert found["schedules/overdue"].status == "ok"  # what is paused is not late


# --- runs -------------------------------------------------------------------------------------------


def test_a_held_run_is_told_with_its_end(store: Place, find: Find) -> None:
    held = json.dumps({"guard": "messages", "count": 9, "limit": 1, "since": instant(NOW)})
    due(store, "held", held=held)

    found = find("2026-03-31T03:30")["runs/held"]

    assert state(found) == ("note", "W825", "waiting")
    assert (found.facts["known"], found.facts["hours"], found.facts["at"]) == ("3", "21", "2026-04-01 01:00")


@pytest.mark.parametrize(
    "minutes, expected",
    [
        (-1, ("ok", "W825", "running")),
        (5, ("note", "W825", "left")),
        (11, ("problem", "W825", "stuck")),
    ],
)
def test_a_run_that_broke_off_is_told(
    store: Place, find: Find, minutes: int, expected: tuple[str, str, str]
) -> None:
    lease = instant(NOW - timedelta(minutes=minutes))
    due(store, "running", worker="elsewhere/1:7:ab", lease_until=lease)

    assert state(find()["runs/running"]) == expected


def ended(store: Place, state: str, hour: int, workflow: str = "good", cause: str = "clock") -> None:
    at = instant(NOW + timedelta(hours=hour))
    due(store, state, workflow, slot=f"{workflow}{hour}", cause=cause, due_at=at, ended_at=at)


def test_failures_in_a_row_are_counted(store: Place, find: Find) -> None:
    later = "2026-03-31T09:00"
    ended(store, "failed", 1)
    assert state(find(later)["runs/failed"]) == ("note", "W825", "once")
    ended(store, "failed", 2, cause="hand")  # a person saw it
    assert state(find(later)["runs/failed"]) == ("note", "W825", "once")
    ended(store, "stopped", 3)
    assert state(find(later)["runs/failed"]) == ("problem", "W825", "again")
    ended(store, "done", 4)
    assert state(find(later)["runs/failed"]) == ("ok", "W825", "failed")
    ended(store, "failed", 5, "other")
    found = find(later)["runs/failed"]
    assert (state(found), found.facts["known"]) == (("note", "W825", "once"), "other")


def refused(store: Place, number: int, at: datetime, workflow: str = "good", state: str = "refused") -> None:
    names = "key, workflow, record, kind, depth, origins, at, state, reason"
    row = (f"e{number}", workflow, "C1", "started", 2, "good other", instant(at), state, "W663")
    change(store, f"INSERT INTO wakeline_events ({names}) VALUES {row}")


def test_workflows_that_were_not_let_follow_one_another_are_told(store: Place, find: Find) -> None:
    refused(store, 1, NOW - timedelta(days=8))
    refused(store, 2, NOW, state="started")
    assert "runs/events" not in find()
    for number in (3, 4):
        refused(store, number, NOW - timedelta(days=number), "other")

    found = find()["runs/events"]

    assert state(found) == ("note", "W825", "refused")
    assert (found.facts["known"], found.facts["count"]) == ("other", "2")


# --- enrollments ------------------------------------------------------------------------------------


@pytest.fixture
def waiting(root: Path, store: Place) -> Path:
    """Three customers wait until 3 April 2026, 01:00."""
    (root / "waits.yaml").write_text(WAITING, "utf-8")
    assert run(root, "run", "waits") == 0
    return root / "waits.yaml"


def test_those_who_wait_past_their_time_are_told(root: Path, waiting: Path, find: Find) -> None:
    assert find()["enrollments/waiting"].facts["count"] == "3"
    assert state(find("2026-04-04T00:59")["enrollments/late"]) == ("ok", "W826", "late")

    found = find("2026-04-04T01:01")["enrollments/late"]

    assert state(found) == ("problem", "W826", "overdue")
    assert (found.facts["known"], found.facts["count"], found.facts["at"]) == (
        "waits",
        "3",
        "2026-04-03 01:00",
    )
    assert run(root, "pause", "waits", "--by", "王一") == 0
    assert state(find("2026-04-04T01:01")["enrollments/late"]) == ("ok", "W826", "late")


def test_those_who_wait_for_a_file_that_is_gone_are_told(waiting: Path, find: Find) -> None:
    waiting.unlink()

    found = find()

    assert (state(found["enrollments/file"]), found["enrollments/file"].facts["known"]) == (
        ("note", "W826", "no_file"),
        "waits",
    )
    assert "enrollments/version" not in found


def test_those_who_wait_on_a_version_that_cannot_be_read_are_told(
    store: Place, waiting: Path, find: Find
) -> None:
    waiting.write_text(WAITING.replace("3 days", "4 days"), "utf-8")
    assert "enrollments/version" not in find()  # the recorded one is valid

    change(store, "DELETE FROM wakeline_versions WHERE workflow = 'waits'")

    found = find()["enrollments/version"]
    assert (state(found), found.facts["count"]) == (("problem", "W826", "no_version"), "3")


# --- outbox -----------------------------------------------------------------------------------------


def test_letters_that_wait_for_long_are_told(store: Place, find: Find) -> None:
    letter(store, 1, "waiting")
    letter(store, 2, "waiting")
    letter(store, 3, "waiting", not_before=instant(NOW + timedelta(hours=9)))

    assert state(find("2026-03-31T01:59")["outbox/waiting"]) == ("ok", "W827", "waiting")
    found = find("2026-03-31T02:01")["outbox/waiting"]
    assert (state(found), found.facts["known"]) == (("problem", "W827", "late"), "sms (2)")


def test_letters_in_doubt_given_up_or_without_a_channel_are_told(store: Place, find: Find) -> None:
    letter(store, 1, "in_doubt")
    letter(store, 2, "failed")
    letter(store, 3, "failed")
    letter(store, 4, "waiting", "pigeon")
    letter(store, 5, "sent", "pigeon")
    letter(store, 6, "suppressed")

    found = find()

    assert (state(found["outbox/doubt"]), found["outbox/doubt"].facts["known"]) == (
        ("note", "W827", "in_doubt"),
        "sms (1)",
    )
    assert found["outbox/failed"].facts["known"] == "sms (2)"
    assert (state(found["outbox/address"]), found["outbox/address"].facts["known"]) == (
        ("note", "W827", "bounced"),
        "sms (1)",
    )
    assert (state(found["outbox/channel"]), found["outbox/channel"].facts["known"]) == (
        ("problem", "W827", "no_channel"),
        "pigeon (1)",
    )


def test_that_sending_is_stopped_is_told(root: Path, store: Place, find: Find) -> None:
    assert run(root, "stop-sending", "--by", "王一", "--because", "核对名单") == 0
    letter(store, 1, "waiting")

    found = find("2026-03-31T09:00")

    assert state(found["outbox/sending"]) == ("note", "W827", "stopped")
    assert "王一" in Texts.of("en").message("W827", dict(found["outbox/sending"].facts))
    assert found["outbox/waiting"].status == "ok"  # one thing is told once
    assert run(root, "resume-sending", "--by", "王一") == 0
    assert state(find("2026-03-31T09:00")["outbox/sending"]) == ("ok", "W827", "sending")


def test_a_copied_database_is_told(store: Place, find: Find) -> None:
    """It has a number, and this is not the place that goes with it."""
    assert "outbox/place" not in find()

    change(store, "INSERT INTO wakeline_facts VALUES ('instance', '0123456789abcdef')")

    assert (find()["outbox/place"].status, find()["outbox/place"].code) == ("problem", "W720")


# --- records that could not be processed -------------------------------------------------------------


def test_a_run_that_is_done_and_has_processed_nobody_is_told(store: Place, find: Find) -> None:
    assert state(find()["runs/records"]) == ("ok", "W825", "records")

    change(store, "UPDATE wakeline_runs SET failed = 2 WHERE workflow = 'good'")
    some = find()["runs/records"]
    assert state(some) == ("note", "W825", "some_records")
    assert (some.facts["known"], some.facts["count"]) == ("good", "2")

    change(store, "UPDATE wakeline_runs SET started = 0 WHERE workflow = 'good'")
    assert state(find()["runs/records"]) == ("problem", "W825", "no_record")
