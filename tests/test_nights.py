"""Workers as processes: they race, are stopped, killed and told to leave; every slot is run once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.front import Desk
from tests.company import stories_in
from tests.stores import SQLITE, Place

ROOT = Path(__file__).parent.parent
EVENING = "2026-03-30T12:00"
CUSTOMERS = 300
WAKE = """
id: wake
name: 唤醒
module: 客户
trigger: {every: 30 minutes}
once_per: customer
conditions: {field: 沉默唤醒次数, at_least: 0, if_missing: match}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - notify: {to: owner, text: "{{ 客户名称 }}"}
"""
GUARDS = """
guards:
  updates: {at_most: 100000, share: 100 %}
"""

WORKER = """
# `start`, with habits that fit into a test. The extra code runs first and may change anything.
import os, signal, sys, time
from datetime import datetime, timedelta
from pathlib import Path

from engine import apply, lifecycle
from engine.front import Desk
from engine.log import configure
from engine.runners import Local
from engine.shift import Clocks
from engine.worker import Habits, Worker

root, at, speed, lease = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
apply.CHUNK_RECORDS = 20
{extra}
configure(as_json=True)
desk = Desk(root, at=datetime.fromisoformat(at))
began, length = float(sys.argv[5]), timedelta(seconds=lease)
def now():
    return desk.clock.now + timedelta(seconds=(time.time() - began) * speed)  # one clock for all workers
clocks = Clocks(now, passed=lambda: (time.time() - began) * speed) if speed else desk.clocks
worker = Worker(desk.workspace, "", clocks, Habits(timedelta(seconds=0.1), length, length, "test"))
asked = []
signal.signal(signal.SIGTERM, lambda *_: asked.append(1))
print("ready", flush=True)
Local(worker).run_worker(lambda: bool(asked))
"""


@dataclass(frozen=True)
class House:
    """A workspace with its database."""

    root: Path
    place: Place


@pytest.fixture
def house(each_store: str, tmp_path: Path) -> House:
    stories_in(tmp_path)
    (tmp_path / "wake.yaml").write_text(WAKE, encoding="utf-8")
    with (tmp_path / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write(GUARDS)
    place = Place.of_workspace(tmp_path)
    desk = Desk(tmp_path, at=datetime.fromisoformat(EVENING))
    modules = desk.workspace.model.modules
    with desk.store.write(desk.clock) as session, session.transaction():
        staff, customers = modules["staff"], modules["customers"]
        session.upsert(staff, [staff.fields["name"]], [("S1", "王一")])
        fields = [customers.fields[name] for name in ("name", "silent", "owner")]
        session.upsert(customers, fields, ((f"C{n}", f"客户{n}", "正常跟进", "S1") for n in range(CUSTOMERS)))
    return House(tmp_path, place)


@contextmanager
def worker(
    house: House, *, began: float = 0, speed: float = 0, lease: float = 60, extra: str = ""
) -> Iterator[subprocess.Popen[str]]:
    numbers = [str(one) for one in (speed, lease, began)]
    command = [sys.executable, "-c", WORKER.replace("{extra}", extra), str(house.root), EVENING, *numbers]
    with (house.root / "log.txt").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def rows(house: House, sql: str) -> list[tuple[Any, ...]]:
    with house.place.look() as connection:
        return list(connection.execute(sql))


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.05)


def count(house: House, what: str) -> int:
    return int(rows(house, f"SELECT count(*) FROM {what}")[0][0])


def is_over(house: House) -> bool:
    """The run is done, and what it wrote has left: a worker that is asked to leave stops in the middle."""
    done = count(house, "wakeline_runs WHERE state = 'done'")
    return done == 1 and not count(house, "wakeline_outbox WHERE state IN ('waiting', 'sending')")


def leave(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=30)


def check_done(house: House) -> None:
    """Every customer was woken once, by one run, and told of once."""
    if house.place.path is not None:
        assert rows(house, "PRAGMA integrity_check") == [("ok",)]
    assert count(house, "wakeline_enrollments") == CUSTOMERS
    assert rows(house, "SELECT DISTINCT wakes FROM customers") == [(10_000,)]  # once, to four places
    told = sum(len(text.splitlines()) for (text,) in rows(house, "SELECT text FROM wakeline_inbox"))
    assert told == CUSTOMERS


def logged(house: House) -> list[dict[str, Any]]:
    lines = (house.root / "log.txt").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.mark.parametrize("each_store", [SQLITE], indirect=True)
def test_eight_workers_run_every_slot_once(house: House) -> None:
    """RELIABILITY, check 4 in short: one worker is killed on the way, and the others go on.

    Eight on PostgreSQL: test_house_of_letters.
    """
    began = time.time()
    with ExitStack() as stack:
        workers = [stack.enter_context(worker(house, began=began, speed=1800)) for _ in range(8)]
        until(lambda: count(house, "wakeline_runs WHERE state = 'done'") > 2, 120)
        workers[0].kill()
        until(lambda: count(house, "wakeline_runs") > 20, 120)
        assert {leave(one) for one in workers[1:]} == {0}

    found = rows(house, "SELECT slot, last_slot, slots, state FROM wakeline_runs ORDER BY due_at")
    assert {state for *_, state in found} <= {"done", "missed", "skipped", "due"}
    names = [slot for slot, *_ in found]
    assert len(names) == len(set(names))
    assert count(house, "wakeline_workers") <= 1  # all but the killed one said goodbye
    check_done(house)
    assert [one for one in logged(house) if one["event"] in {"round_broke", "run_broke"}] == []
    accounted = sum(slots for _, _, slots, _ in found)
    first_at, last_at = (datetime.fromisoformat(one) for one in (names[0], found[-1][1] or names[-1]))
    assert accounted == (last_at - first_at).total_seconds() // 1800 + 1


def test_a_worker_that_is_asked_to_leave_finishes_its_chunk_and_gives_the_run_back(house: House) -> None:
    slow = "import time; keep = lifecycle.Keeping.note\n"
    slow += "lifecycle.Keeping.note = lambda self, so_far: (keep(self, so_far), time.sleep(0.3))[0]"
    with worker(house, extra=slow) as process:
        until(lambda: 0 < count(house, "wakeline_enrollments") < CUSTOMERS)
        asked = time.monotonic()
        assert leave(process) == 0
        assert time.monotonic() - asked < 15
    ((state, started, lease),) = rows(house, "SELECT state, started, lease_until FROM wakeline_runs")
    assert (state, lease) == ("due", None)
    assert 0 < started < CUSTOMERS
    assert started == count(house, "wakeline_enrollments")
    assert count(house, "wakeline_workers") == 0

    with worker(house) as process:
        until(lambda: is_over(house))
        assert leave(process) == 0
    check_done(house)
    assert rows(house, "SELECT id, started, fence FROM wakeline_runs") == [(1, CUSTOMERS, 2)]


def test_a_killed_worker_is_followed_by_one_that_goes_on_with_the_same_run(house: House) -> None:
    dies = "keep, seen = lifecycle.Keeping.note, []\n"
    dies += "def note(self, so_far):\n    keep(self, so_far); seen.append(1)\n"
    dies += "    len(seen) < 5 or os.kill(os.getpid(), signal.SIGKILL)\nlifecycle.Keeping.note = note"
    with worker(house, extra=dies) as process:
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert 0 < count(house, "wakeline_enrollments") < CUSTOMERS
    assert rows(house, "SELECT id, state FROM wakeline_runs") == [(1, "running")]

    began = time.monotonic()
    with worker(house) as process:
        until(lambda: is_over(house))
        assert time.monotonic() - began < 30  # its lease has not run out: it is known to be dead
        assert leave(process) == 0
    check_done(house)
    assert rows(house, "SELECT id, started, fence FROM wakeline_runs") == [(1, CUSTOMERS, 2)]


def test_a_worker_stopped_past_its_lease_writes_nothing_when_it_wakes(house: House) -> None:
    """RELIABILITY F8: it is stopped between two chunks, as a machine is suspended."""
    stops = "keep, seen = lifecycle.Keeping.goes_on, []\n"
    stops += "def goes_on(self):\n    seen.append(1)\n"
    stops += "    len(seen) != 3 or os.kill(os.getpid(), signal.SIGSTOP)\n    return keep(self)\n"
    stops += "lifecycle.Keeping.goes_on = goes_on"
    with worker(house, lease=2, extra=stops) as stopped:
        until(lambda: count(house, "wakeline_enrollments") == 40)
        with worker(house, lease=2) as other:
            until(lambda: is_over(house))
            until(lambda: count(house, "wakeline_outbox WHERE state <> 'sent'") == 0)
            before = [rows(house, f"SELECT * FROM wakeline_{name}") for name in ("runs", "journal", "outbox")]
            stopped.send_signal(signal.SIGCONT)
            time.sleep(2)
            after = [rows(house, f"SELECT * FROM wakeline_{name}") for name in ("runs", "journal", "outbox")]
            assert after == before
            assert (leave(stopped), leave(other)) == (0, 0)
    check_done(house)
    assert rows(house, "SELECT id, started, fence FROM wakeline_runs") == [(1, CUSTOMERS, 2)]


@pytest.mark.parametrize("each_store", [SQLITE], indirect=True)
def test_a_file_that_is_away_is_told_once_and_come_back_to(house: House) -> None:
    """A server that is away: test_server_restarts."""
    database = house.place.path
    assert database is not None
    with worker(house) as process:
        until(lambda: is_over(house))
        away = house.root / "away.db"
        database.rename(away)
        database.mkdir()  # nothing that could be opened stands there now
        until(lambda: any(one["event"] == "store_away" for one in logged(house)))
        time.sleep(3)
        database.rmdir()
        away.rename(database)
        until(lambda: any(one["event"] == "store_back" for one in logged(house)), 90)
        assert leave(process) == 0
    told = [one["event"] for one in logged(house)]
    assert (told.count("store_away"), told.count("store_back")) == (1, 1)


def test_a_log_names_no_record_and_no_person(house: House) -> None:
    with worker(house) as process:
        until(lambda: is_over(house))
        assert leave(process) == 0

    text = (house.root / "log.txt").read_text(encoding="utf-8")
    assert '"run_ends"' in text
    assert "客户" not in text
    assert "王一" not in text
    assert os.environ.get("HOME", "/nowhere") not in text
