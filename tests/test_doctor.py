"""`wakeline doctor`: every finding once by a store that has it, and nothing changed by the look."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from engine.doctor import Check, Doctor, Mark
from engine.doctor.check import listed
from engine.doctor.store import check_vitals, name_of
from engine.model.diagnostics import StoreError
from engine.pipeline import store_of
from engine.records.vitals import Vitals
from engine.report.doctor import checkup_json, render_checkup
from engine.texts import LANGUAGES, Texts
from engine.workspace import open_workspace
from tests.engine.small import clock_at
from tests.test_commands import BASE, GOOD, OTHER

AT = "2026-03-31T01:00"
NOW = datetime(2026, 3, 30, 17, tzinfo=UTC)
"""The same moment in Shanghai."""
WAITING = """
id: waits
name: 等
module: 客户
trigger: {when: by_hand}
actions:
  - {wait: 3 days, name: 等一等}
  - add_tag: 高潜
"""

Find = Callable[..., dict[str, Check]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The company of the stories with two nightly workflows and three customers, nothing run yet."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before.yaml"))
    (tmp_path / "good.yaml").write_text(GOOD.format(name="good"), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("编号,姓名\nS1,王一\n", encoding="utf-8")
    rows = "编号,客户名称,潜力,行业,负责人\nC1,甲,100,机械,S1\nC2,乙,99.99,机械,S1\nC3,丙,100,机械,S1\n"
    (tmp_path / "customers.csv").write_text(rows, encoding="utf-8")
    return tmp_path


def run(root: Path, *arguments: str, at: str = AT) -> int:
    return run_command([*arguments, "--workspace", str(root), "--at", at, "--lang", "en"])


@pytest.fixture
def store(root: Path) -> Path:
    """The store after its first night."""
    for module in ("staff", "customers"):
        assert run(root, "import", module, str(root / f"{module}.csv")) == 0
    assert run(root, "run") == 0
    return root / ".wakeline" / "wakeline.db"


@pytest.fixture
def find(root: Path) -> Find:
    """What the doctor sees: `group/name` -> check. The machine's clock stands at the same moment."""

    def look(at: str = AT, *, deep: bool = False, **changes: Any) -> dict[str, Check]:
        workspace = open_workspace(root)
        changes = {"machine": lambda: clock_at(at).now, **changes}
        doctor = Doctor(workspace, lambda: store_of(workspace), "1.0", **changes)
        found = doctor.look(clock_at(at, workspace.settings.zone), deep=deep)
        for language in LANGUAGES:  # whatever is seen can be told
            assert render_checkup(found, language)
        return {f"{one.group}/{one.name}": one for one in found.checks}

    return look


def change(store: Path, *statements: str) -> None:
    with closing(sqlite3.connect(store)) as connection:
        for one in statements:
            connection.execute(one)
        connection.commit()


def state(one: Check) -> tuple[str, str, str]:
    return one.status, one.code, one.facts["kind"]


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the command ------------------------------------------------------------------------------------


def test_a_workspace_without_a_database_has_a_note(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = run(root, "doctor", "--format", "json")
    found = json.loads(capfd.readouterr().out)

    assert code == 0
    assert found["status"] == "note"
    by_name = {(one["group"], one["name"]): one for one in found["checks"]}
    assert by_name["store", "reachable"]["message"] == "There is no database yet (wakeline.db)."
    assert by_name["channels", "sms"]["status"] == "ok"
    assert not (root / ".wakeline" / "wakeline.db").exists()


def test_json_has_the_keys_of_the_contract(
    root: Path, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    assert run(root, "doctor", "--format", "json") == 0
    found = json.loads(capfd.readouterr().out)

    assert set(found) == {"status", "checks"}
    keys = {"group", "name", "status", "code", "message", "hint", "facts"}
    assert all(set(one) == keys for one in found["checks"])
    assert {one["status"] for one in found["checks"]} <= {"ok", "note", "problem"}


def test_a_store_that_cannot_be_reached_is_3_and_the_rest_is_looked_at(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    address = "postgresql://nobody:geheim@127.0.0.1:9/crm"

    assert run(root, "doctor", "--store", address) == 3

    told = capfd.readouterr().out
    assert "geheim" not in told
    assert "127.0.0.1:9/crm" in told
    assert "time zones" in told
    assert "The channel sms (file)" in told


def test_a_file_that_is_no_database_is_3(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (root / "broken.db").write_bytes(b"this is not a database, and long enough to tell" * 50)

    assert run(root, "doctor", "--store", f"sqlite:///{root / 'broken.db'}") == 3
    assert "not a database" in capfd.readouterr().out


def test_a_folder_that_is_no_workspace_is_wrong_usage(tmp_path: Path) -> None:
    assert run_command(["doctor", "--workspace", str(tmp_path / "nowhere")]) == 2


def test_a_problem_is_1_and_says_what_to_do(
    root: Path, store: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change(store, f"INSERT INTO wakeline_facts VALUES ('clock_jumped', '{instant(NOW)}')")

    assert run(root, "doctor") == 1
    told = capfd.readouterr().out
    assert "✗ W821 The clock jumped by more than a day, to 2026-03-31 01:00: scheduled runs wait." in told
    assert "what to do: If the time is right, confirm it: wakeline confirm --by NAME" in told


def test_the_look_changes_nothing(root: Path, store: Path, find: Find) -> None:
    """Neither the file nor what lies beside it."""

    def everything() -> dict[str, str]:
        return {
            one.name: hashlib.sha256(one.read_bytes()).hexdigest()
            for one in sorted((root / ".wakeline").rglob("*"))
            if one.is_file() and one.suffix not in {".db-shm", ".db-wal"}
        }

    before, wal = everything(), store.with_name("wakeline.db-wal")

    find(deep=True)

    assert everything() == before
    assert not wal.exists() or wal.stat().st_size == 0


# --- store ------------------------------------------------------------------------------------------


def test_a_store_that_is_well(store: Path, find: Find) -> None:
    found = find(deep=True)

    assert [one for one in found.values() if one.status is Mark.PROBLEM] == []
    assert {name for name, one in found.items() if name.startswith("store/") and one.status == "ok"} == {
        "store/reachable", "store/writable", "store/ledger", "store/version", "store/journal", "store/space",
        "store/whole",
    }  # fmt: skip


def test_damage_is_found_by_a_deep_look_alone(store: Path, find: Find) -> None:
    change(store, "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode=DELETE")
    with closing(sqlite3.connect(store)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_wakeline_runs_day'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x00" * size)

    assert "store/whole" not in find()
    assert state(find(deep=True)["store/whole"]) == ("problem", "W820", "damaged")


@pytest.mark.parametrize(
    "mark, expected, known",
    [("0002", ("note", "W820", "older"), "0003、0004"), ("0999", ("problem", "W820", "newer"), None)],
)
def test_a_ledger_in_another_form_is_told_and_not_read(
    store: Path, find: Find, mark: str, expected: tuple[str, str, str], known: str | None
) -> None:
    change(store, f"UPDATE wakeline_migrations SET version_num = '{mark}'")

    found = find()

    assert state(found["store/ledger"]) == expected
    assert found["store/ledger"].facts.get("known") == known
    assert "runs/held" not in found


def test_a_database_without_a_ledger_is_a_note(root: Path, find: Find) -> None:
    (root / ".wakeline").mkdir()
    change(root / ".wakeline" / "wakeline.db", "CREATE TABLE crm (id INTEGER)")

    assert state(find()["store/ledger"]) == ("note", "W820", "no_ledger")


def test_a_table_that_does_not_fit_the_model_is_told(root: Path, store: Path, find: Find) -> None:
    model = (root / "model.yaml").read_text("utf-8")
    assert "沉默唤醒次数: {label: 沉默唤醒次数, type: number" in model or "type: number" in model
    (root / "model.yaml").write_text(model.replace("type: number", "type: text"), "utf-8")

    found = find()

    assert (found["store/tables"].status, found["store/tables"].code) == ("problem", "W407")
    assert "runs/held" not in found


def vitals(**changes: Any) -> Vitals:
    found = {
        "kind": "sqlite", "version": "3.40.1", "driver": "sqlite3", "mark": "0004", "is_writable": True,
        "journal": "delete", "free": 10**12, **changes,
    }  # fmt: skip
    return Vitals(**found)


@pytest.mark.parametrize(
    "changes, name, expected",
    [
        ({"has_wal_bug": True}, "version", ("note", "W820", "wal_bug")),
        ({"has_wal_bug": True, "journal": "wal"}, "journal", ("problem", "W820", "unsafe")),
        ({"journal": "wal"}, "journal", ("ok", "W820", "journal")),
        ({"free": 99 * 1024**2}, "space", ("problem", "W820", "full")),
        ({"free": 500 * 1024**2}, "space", ("note", "W820", "little")),
        ({"is_writable": False}, "writable", ("problem", "W820", "only_read_sqlite")),
        (
            {"is_writable": False, "kind": "postgresql"},
            "writable",
            ("problem", "W820", "only_read_postgresql"),
        ),
        ({"kind": "postgresql", "encoding": "UTF8"}, "version", ("ok", "W820", "server")),
    ],
)
def test_what_is_seen_of_the_database(changes: dict[str, Any], name: str, expected: tuple[str, ...]) -> None:
    found = {one.name: one for one in check_vitals(vitals(**changes), "crm.db")}

    assert state(found[name]) == expected
    assert all(Texts.of(one).message("W820", dict(found[name].facts)) for one in LANGUAGES)


@pytest.mark.parametrize(
    "url, name",
    [
        ("/a/b/crm.db", "crm.db"),
        ("sqlite:////a/b/crm.db", "crm.db"),
        ("postgresql://me:geheim@db.example:5433/crm?sslmode=require", "db.example:5433/crm"),
    ],
)
def test_a_store_is_named_without_secrets(url: str, name: str) -> None:
    assert name_of(url) == name


# --- clock and zones --------------------------------------------------------------------------------


def test_the_clock_that_went_back_is_told(store: Path, find: Find) -> None:
    ahead = instant(NOW + timedelta(hours=5))
    change(store, f"INSERT INTO wakeline_schedules (workflow, seen_until) VALUES ('good', '{ahead}')")

    found = find()

    assert state(found["clock/back"]) == ("problem", "W821", "went_back")
    assert found["clock/back"].facts["at"] == "2026-03-31 06:00"
    assert "clock/back" not in find("2026-03-31T06:00")


def test_the_zone_of_the_machine_is_compared(root: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    for zone, expected in (("UTC", "other_zone"), ("Asia/Shanghai", "zone")):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert find()["clock/zone"].facts["kind"] == expected
    monkeypatch.undo()
    time.tzset()


def test_zones_that_cannot_be_read_are_named(root: Path, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.doctor import clocks

    monkeypatch.setattr(clocks, "_loads", lambda name: name != "Asia/Shanghai")

    found = find()["clock/zones"]

    assert (state(found), found.facts["known"]) == (("problem", "W821", "no_zone"), "Asia/Shanghai")


@pytest.mark.parametrize(
    "system, package, expected",
    [
        ("2025b", "2026.1", "data"),
        ("", "2026.1", "data"),
        ("2024a", "2026.1", "old_data"),
        ("", "", "no_data"),
    ],
)
def test_the_data_of_the_zones_is_dated(
    root: Path, find: Find, monkeypatch: pytest.MonkeyPatch, system: str, package: str, expected: str
) -> None:
    from engine.doctor import clocks

    monkeypatch.setattr(clocks, "_of_system", lambda: system)
    monkeypatch.setattr(clocks, "_of_package", lambda: package)

    assert find()["clock/data"].facts["kind"] == expected


def test_the_version_of_the_zones_is_read_as_the_system_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.doctor import clocks

    (tmp_path / "tzdata.zi").write_text("# version 2025b-dirty\nR A\n")
    monkeypatch.setattr(clocks, "TZPATH", (str(tmp_path / "absent"), str(tmp_path)))

    assert clocks._of_system() == "2025b"


def test_a_year_whose_holidays_are_unknown_is_told(root: Path, find: Find) -> None:
    settings = root / "workspace.yaml"
    settings.write_text(settings.read_text("utf-8") + "\ncalendar: CN\n", "utf-8")

    assert find()["clock/calendar"].status == "ok"
    assert state(find("2299-12-31T01:00")["clock/calendar"]) == ("note", "W821", "unknown_year")


# --- files and channels -----------------------------------------------------------------------------


def test_files_with_mistakes_are_told(root: Path, find: Find) -> None:
    assert state(find()["files/workflows"]) == ("ok", "W828", "workflows")

    (root / "other.yaml").write_text(OTHER.replace("客户", "顾客"), "utf-8")
    found = find()["files/workflows"]
    assert (state(found), found.facts["known"]) == (("note", "W828", "broken"), "other")

    (root / "workspace.yaml").write_text("time_zone: Asien/Shanghai\n", "utf-8")
    assert state(find()["files/base"]) == ("problem", "W828", "broken_base")


def channels(root: Path, text: str) -> None:
    (root / "workspace.yaml").write_text(f"time_zone: Asia/Shanghai\nchannels: {text}\n", "utf-8")


def test_a_file_that_cannot_be_written_is_told(root: Path, find: Find) -> None:
    (root / "taken").mkdir()
    channels(root, "{post: {kind: file, path: taken}, ready: {kind: file, path: new/folder/post.jsonl}}")

    found = find()

    assert state(found["channels/post"]) == ("problem", "W822", "unwritable")
    assert state(found["channels/ready"]) == ("ok", "W822", "ready")
    assert not (root / "new").exists()


def test_a_secret_is_only_asked_whether_it_is_set(root: Path, find: Find) -> None:
    """Whatever kind of channel names a variable: its value is nowhere in what is told."""
    channels(root, "{post: {kind: inbox, password_env: POST_SECRET}}")

    unset = find(environment={})["channels/post"]
    set_ = find(environment={"POST_SECRET": "geheim-4711"})

    assert (state(unset), unset.facts["known"]) == (("problem", "W822", "unset"), "POST_SECRET")
    assert state(set_["channels/post"]) == ("ok", "W822", "ready")
    assert "geheim-4711" not in repr(set_)


def test_a_kind_that_nobody_knows_is_told(root: Path, find: Find) -> None:
    channels(root, "{post: {kind: pigeon}}")

    assert state(find()["channels/post"]) == ("problem", "W822", "unknown_kind")


# --- workers ----------------------------------------------------------------------------------------


def worker(store: Path, seen: datetime, version: str = "1.0", name: str = "elsewhere/1:7:ab") -> None:
    at = instant(seen)
    change(store, f"INSERT INTO wakeline_workers VALUES ('{name}', '{at}', '{at}', '{version}')")


def test_workers_are_told(store: Path, find: Find) -> None:
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


def test_a_worker_that_died_on_this_machine_is_gone_at_once(store: Path, find: Find) -> None:
    from engine.shift import new_name

    machine = new_name().rsplit(":", 2)[0]
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    worker(store, NOW, name=f"{machine}:{child}:00ff00ff")

    assert state(find()["workers/alive"]) == ("problem", "W823", "gone")


def test_a_worker_that_selects_for_long_is_there(store: Path, find: Find) -> None:
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


def test_a_night_that_nobody_ran_is_overdue(root: Path, store: Path, find: Find) -> None:
    """Also where no worker ever came, and the system's scheduler calls `run`."""
    assert state(find()["schedules/overdue"]) == ("ok", "W824", "overdue")
    assert state(find("2026-04-01T01:09")["schedules/overdue"]) == ("ok", "W824", "overdue")

    found = find("2026-04-01T01:11")["schedules/overdue"]

    assert state(found) == ("problem", "W824", "late")
    assert (found.facts["known"], found.facts["at"]) == ("good、other", "2026-04-01 01:00")
    run(root, "run", at="2026-04-01T01:12")
    assert state(find("2026-04-01T01:13")["schedules/overdue"]) == ("ok", "W824", "overdue")


def test_what_a_worker_has_looked_at_is_not_overdue(store: Path, find: Find) -> None:
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


def due(store: Path, state: str = "due", workflow: str = "good", **columns: str) -> None:
    values = {
        "workflow": workflow, "version": "v", "slot": "x", "state": state, "cause": "clock",
        "at": instant(NOW), "due_at": instant(NOW), "on_day": "2026-03-31", **columns,
    }  # fmt: skip
    change(
        store,
        f"INSERT INTO wakeline_runs ({', '.join(values)}) VALUES ({', '.join(map(repr, values.values()))})",
    )


def test_a_run_that_nobody_takes_up_is_late_unless_somebody_is_at_work(store: Path, find: Find) -> None:
    due(store)
    assert state(find("2026-03-31T01:11")["schedules/overdue"]) == ("problem", "W824", "late")

    lease = instant(NOW + timedelta(minutes=20))
    due(store, "running", "other", worker="elsewhere/1:7:ab", lease_until=lease)
    assert state(find("2026-03-31T01:11")["schedules/overdue"]) == ("note", "W824", "queue")


def test_what_waits_behind_a_hold_is_not_late(store: Path, find: Find) -> None:
    due(store, "held", slot="a", due_at=instant(NOW - timedelta(hours=1)))
    due(store, "due", slot="b")

    assert state(find("2026-03-31T01:11")["schedules/overdue"]) == ("ok", "W824", "overdue")


def test_a_festival_without_days_has_no_next_time(root: Path, store: Path, find: Find) -> None:
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


def test_pauses_are_told_by_whom_they_are_of(root: Path, store: Path, find: Find) -> None:
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


def test_a_held_run_is_told_with_its_end(store: Path, find: Find) -> None:
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
    store: Path, find: Find, minutes: int, expected: tuple[str, str, str]
) -> None:
    lease = instant(NOW - timedelta(minutes=minutes))
    due(store, "running", worker="elsewhere/1:7:ab", lease_until=lease)

    assert state(find()["runs/running"]) == expected


def ended(store: Path, state: str, hour: int, workflow: str = "good", cause: str = "clock") -> None:
    at = instant(NOW + timedelta(hours=hour))
    due(store, state, workflow, slot=f"{workflow}{hour}", cause=cause, due_at=at, ended_at=at)


def test_failures_in_a_row_are_counted(store: Path, find: Find) -> None:
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


def refused(store: Path, number: int, at: datetime, workflow: str = "good", state: str = "refused") -> None:
    names = "key, workflow, record, kind, depth, origins, at, state, reason"
    row = (f"e{number}", workflow, "C1", "started", 2, "good other", instant(at), state, "W663")
    change(store, f"INSERT INTO wakeline_events ({names}) VALUES {row}")


def test_workflows_that_were_not_let_follow_one_another_are_told(store: Path, find: Find) -> None:
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
def waiting(root: Path, store: Path) -> Path:
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
    store: Path, waiting: Path, find: Find
) -> None:
    waiting.write_text(WAITING.replace("3 days", "4 days"), "utf-8")
    assert "enrollments/version" not in find()  # the recorded one is valid

    change(store, "DELETE FROM wakeline_versions WHERE workflow = 'waits'")

    found = find()["enrollments/version"]
    assert (state(found), found.facts["count"]) == (("problem", "W826", "no_version"), "3")


# --- outbox -----------------------------------------------------------------------------------------


def letter(store: Path, number: int, state: str, channel: str = "sms", **columns: str) -> None:
    values: dict[str, object] = {
        "enrollment": number, "path": "actions/9", "run": 1, "kind": "message", "record": "C1",
        "channel": channel, "recipient": "13800000000", "body": "text", "state": state, **columns,
    }  # fmt: skip
    change(
        store,
        f"INSERT INTO wakeline_outbox ({', '.join(values)}) VALUES ({', '.join(map(repr, values.values()))})",
    )


def test_letters_that_wait_for_long_are_told(store: Path, find: Find) -> None:
    letter(store, 1, "waiting")
    letter(store, 2, "waiting")
    letter(store, 3, "waiting", not_before=instant(NOW + timedelta(hours=9)))

    assert state(find("2026-03-31T01:59")["outbox/waiting"]) == ("ok", "W827", "waiting")
    found = find("2026-03-31T02:01")["outbox/waiting"]
    assert (state(found), found.facts["known"]) == (("problem", "W827", "late"), "sms (2)")


def test_letters_in_doubt_given_up_or_without_a_channel_are_told(store: Path, find: Find) -> None:
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


def test_that_sending_is_stopped_is_told(root: Path, store: Path, find: Find) -> None:
    assert run(root, "stop-sending", "--by", "王一", "--because", "核对名单") == 0
    letter(store, 1, "waiting")

    found = find("2026-03-31T09:00")

    assert state(found["outbox/sending"]) == ("note", "W827", "stopped")
    assert "王一" in Texts.of("en").message("W827", dict(found["outbox/sending"].facts))
    assert found["outbox/waiting"].status == "ok"  # one thing is told once
    assert run(root, "resume-sending", "--by", "王一") == 0
    assert state(find("2026-03-31T09:00")["outbox/sending"]) == ("ok", "W827", "sending")


def test_a_copied_database_is_told(store: Path, find: Find) -> None:
    """It has a number, and this is not the place that goes with it."""
    assert "outbox/place" not in find()

    change(store, "INSERT INTO wakeline_facts VALUES ('instance', '0123456789abcdef')")

    assert (find()["outbox/place"].status, find()["outbox/place"].code) == ("problem", "W720")


# --- small things -----------------------------------------------------------------------------------


def test_long_lists_are_cut() -> None:
    assert listed(range(3)) == "0、1、2"
    assert listed(range(8)) == "0、1、2、3、4、+3"


def test_every_text_of_the_doctor_is_used() -> None:
    """A kind in the texts that no check has would be a leftover."""
    source = "".join(
        path.read_text("utf-8") for path in (Path(__file__).parent.parent / "engine").rglob("*.py")
    )
    kinds = {
        kind: code
        for code in (f"W82{number}" for number in range(9))
        for kind in Texts.of("en")._tree[code]["kinds"]
    }

    unused = [kind for kind in kinds if f'"{kind}"' not in source and not kind.startswith("only_read_")]

    assert unused == []


def test_a_store_error_keeps_its_own_words(root: Path) -> None:
    def broken() -> Any:
        raise StoreError("W410")

    found = Doctor(open_workspace(root), broken, "1.0").look(clock_at(AT))

    assert not found.is_reachable
    assert found.status is Mark.PROBLEM
    told = next(one for one in checkup_json(found, "en")["checks"] if one["group"] == "store")
    assert told["hint"]
