"""PostgreSQL goes away while a night is at work: workers and commands go on when it is back (F14)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine.cli import run_command
from engine.front import Desk
from tests.company import nightly, stories_in
from tests.lacks import lacks
from tests.postgres import Server, binaries
from tests.stores import NO_SERVER

ROOT = Path(__file__).parent.parent
AT = "2026-03-31T01:00"
CUSTOMERS = 140
WORKFLOW = nightly("""\
guard: {at_most: 1000, share: 100 %}
actions:
  - update_field: {沉默唤醒次数: {add: 1}}
  - create_task: {subject: "{{ 客户名称 }}", to: owner}
  - notify: {to: owner, text: "{{ 客户名称 }}"}
""")
PROGRAM = """
# A command in chunks of 20; each takes a while, so that the server can go away in the middle.
import sys, time
from engine import apply, lifecycle
from engine.cli import run_command
apply.CHUNK_RECORDS = 20
note = lifecycle.Keeping.note
{extra}
lifecycle.Keeping.note = slow
sys.exit(run_command(sys.argv[1:]))
"""
SLOW = "def slow(self, so_far):\n    note(self, so_far); time.sleep(0.2)\n"


@dataclass
class House:
    """A workspace and its database on a server that may be restarted."""

    root: Path
    server: Server
    database: str

    @contextmanager
    def program(self, *arguments: str, extra: str = SLOW) -> Iterator[subprocess.Popen[str]]:
        """A command of its own process; what it prints goes to files beside the workspace."""
        place = ["--workspace", str(self.root), "--store", self.server.url(self.database), "--lang", "en"]
        command = [sys.executable, "-c", PROGRAM.replace("{extra}", extra), *arguments, *place]
        with self.out.open("a", encoding="utf-8") as out, self.log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=log, text=True)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGCONT)
                    process.kill()
                process.wait()

    @property
    def out(self) -> Path:
        return self.root / "out.txt"

    @property
    def log(self) -> Path:
        return self.root / "log.txt"

    def logged(self) -> list[str]:
        lines = self.log.read_text("utf-8").splitlines()
        return [json.loads(line)["event"] for line in lines if line.startswith("{")]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            with self.server.connect(self.database) as connection:
                return connection.execute(sql).fetchall()
        except psycopg.OperationalError:  # just away
            return []

    def enrolled(self) -> int:
        return next((int(count) for (count,) in self.rows("SELECT count(*) FROM wakeline_enrollments")), 0)

    def hang_up(self) -> None:
        """The administrator ends every connection of ours, and lets new ones in."""
        self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wakeline'"
        )

    def check(self) -> None:
        """Every customer was looked after once, by one run."""
        assert self.rows("SELECT id, state, started, failed FROM wakeline_runs") == [
            (1, "done", CUSTOMERS, 0)
        ]
        assert self.rows("SELECT wakes, count(*) FROM customers GROUP BY wakes") == [(10_000, CUSTOMERS)]
        assert self.rows("SELECT count(*), count(DISTINCT customer) FROM tasks") == [(CUSTOMERS, CUSTOMERS)]
        assert self.enrolled() == CUSTOMERS
        assert self.rows("SELECT DISTINCT state FROM wakeline_outbox") == [("sent",)]
        told = sum(len(text.splitlines()) for (text,) in self.rows("SELECT text FROM wakeline_inbox"))
        assert told == CUSTOMERS


@pytest.fixture(scope="module")
def own() -> Iterator[Server]:
    """A server that no other test uses."""
    programs = binaries()
    if programs is None:
        lacks(NO_SERVER)
    server = Server(programs)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def house(own: Server, tmp_path: Path) -> Iterator[House]:
    stories_in(tmp_path)
    (tmp_path / "wake.yaml").write_text(WORKFLOW, "utf-8")
    with own.database() as name:
        desk = Desk(tmp_path, own.url(name), at=datetime.fromisoformat(AT))
        modules = desk.workspace.model.modules
        with desk.store.write(desk.clock) as session, session.transaction():
            staff, customers = modules["staff"], modules["customers"]
            session.upsert(staff, [staff.fields["name"]], [("S1", "王一")])
            fields = [customers.fields[one] for one in ("name", "owner")]
            session.upsert(customers, fields, ((f"C{n}", f"客户{n}", "S1") for n in range(CUSTOMERS)))
        yield House(tmp_path, own, name)


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.05)


def restart(house: House) -> None:
    house.server.crash()
    house.server.wake()


@pytest.mark.parametrize("trouble", [House.hang_up, restart], ids=["connections ended", "server restarted"])
def test_a_worker_goes_on_where_the_server_went_away(house: House, trouble: Callable[[House], None]) -> None:
    with house.program("start", "--every", "0.2", "--at", AT, "--format", "json") as process:
        until(lambda: house.enrolled() >= 60)
        trouble(house)
        until(lambda: house.rows("SELECT state FROM wakeline_runs") == [("done",)])
        until(lambda: house.rows("SELECT DISTINCT state FROM wakeline_outbox") == [("sent",)])
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    house.check()
    told = house.logged()
    assert (told.count("store_away"), told.count("store_back")) == (1, 1)
    assert "Traceback" not in house.log.read_text("utf-8")
    assert {"round_broke", "run_broke"}.isdisjoint(told)


@pytest.mark.parametrize(
    "names, trouble", [((), restart), (("wake",), House.hang_up)], ids=["night", "by hand"]
)
def test_a_command_goes_on_by_itself_and_tells_of_its_run_once(
    house: House, trouble: Callable[[House], None], names: tuple[str, ...]
) -> None:
    with house.program("run", *names, "--at", AT, "--format", "json") as process:
        until(lambda: house.enrolled() >= 60)
        trouble(house)
        assert process.wait(120) == 0

    house.check()
    (told,) = json.loads(house.out.read_text("utf-8"))
    assert (told["run"], told["state"], told["started"]) == (1, "done", CUSTOMERS)
    assert "Traceback" not in house.log.read_text("utf-8")


def test_a_command_gives_up_on_a_server_that_stays_away_and_the_same_command_goes_on(house: House) -> None:
    impatient = "from engine import duty\nduty.MOST_TRIES = 1\n" + SLOW
    with house.program("run", "--at", AT, "--format", "json", extra=impatient) as process:
        until(lambda: house.enrolled() >= 60)
        house.server.crash()
        assert process.wait(120) == 3
    (told,) = json.loads(house.out.read_text("utf-8"))
    said = house.log.read_text("utf-8")
    house.server.wake()

    assert (told["state"], told["error"]["code"]) == ("failed", "W411")
    assert said.startswith("error W411 The PostgreSQL database")
    assert "Traceback" not in said
    assert 0 < house.enrolled() < CUSTOMERS

    house.out.unlink()
    with house.program("run", "--at", AT, "--format", "json") as process:
        assert process.wait(120) == 0
    house.check()


def test_a_worker_stopped_past_its_lease_writes_nothing_when_it_wakes(house: House) -> None:
    """RELIABILITY F8, as in tests/test_nights.py, on a server that lets both write at once."""
    quick = "from datetime import timedelta\nfrom engine import worker\n"
    quick += (
        "worker.Habits.__init__.__defaults__ = (timedelta(seconds=0.2), *[timedelta(seconds=2)] * 2, '0')\n"
    )
    stops = "import os, signal\nkeeps, seen = lifecycle.Keeping.goes_on, []\n"
    stops += "def goes_on(self):\n    seen.append(1)\n"
    stops += "    len(seen) != 3 or os.kill(os.getpid(), signal.SIGSTOP)\n    return keeps(self)\n"
    stops += "lifecycle.Keeping.goes_on = goes_on\n"
    tables = ("runs", "journal", "outbox", "enrollments")

    def seen() -> list[list[tuple[Any, ...]]]:
        return [sorted(house.rows(f"SELECT * FROM wakeline_{one}")) for one in tables]

    started = ("start", "--at", AT, "--format", "json")
    with house.program(*started, extra=quick + stops + SLOW) as stopped:
        until(lambda: house.enrolled() == 40)
        with house.program(*started, extra=quick + SLOW) as other:
            until(lambda: house.rows("SELECT state FROM wakeline_runs") == [("done",)])
            until(lambda: house.rows("SELECT DISTINCT state FROM wakeline_outbox") == [("sent",)])
            before = seen()
            stopped.send_signal(signal.SIGCONT)
            time.sleep(2)
            assert seen() == before
            for one in (stopped, other):
                one.send_signal(signal.SIGTERM)
                assert one.wait(30) == 0
    house.check()
    assert house.rows("SELECT fence FROM wakeline_runs") == [(2,)]


def test_the_doctor_tells_that_the_server_is_away(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.server.crash()
    try:
        place = ["--workspace", str(house.root), "--store", house.server.url(house.database), "--lang", "en"]
        code = run_command(["doctor", *place])
        out, err = capsys.readouterr()
        as_json = run_command(["doctor", *place, "--format", "json"])
        found = json.loads(capsys.readouterr().out)
    finally:
        house.server.wake()

    assert (code, as_json, err) == (3, 3, "")
    assert "cannot be reached" in out
    assert [one["code"] for one in found["checks"] if one["status"] == "problem"] != []
