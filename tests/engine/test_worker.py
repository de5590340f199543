"""A worker looks at clock and files again and again, and does not die of what it finds."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine import lifecycle, log
from engine.front import Desk
from engine.model.diagnostics import StoreAway
from engine.model.nights import Cause
from engine.runners import Local
from engine.shift import Clocks, is_dead, new_name
from engine.worker import BIG_JUMP, Habits, Worker, clock_jump
from tests.company import nightly, stories_in
from tests.stores import Place, asked_by, plan_of

WAKE = nightly("""\
actions: [{add_tag: 高潜}]
""")
MONDAY = datetime(2026, 3, 29, 17, 0, tzinfo=UTC)
"""01:00 on 30 March 2026 in Shanghai."""
DAY = timedelta(days=1)


class Watch:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now, self.seconds = MONDAY, 0.0

    def pass_by(self, length: timedelta) -> None:
        self.now += length
        self.seconds += length.total_seconds()

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.now, lambda: MONDAY, lambda: self.seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def root(each_store: str, tmp_path: Path) -> Path:
    stories_in(tmp_path)
    (tmp_path / "wake.yaml").write_text(WAKE, encoding="utf-8")
    Place.of_workspace(tmp_path)
    desk = Desk(tmp_path, at=MONDAY)
    customers = desk.workspace.model.modules["customers"]
    with desk.store.write(desk.clock) as session, session.transaction():
        session.upsert(
            customers, [customers.fields["name"], customers.fields["silent"]], [("C1", "甲", None)]
        )
    return tmp_path


@pytest.fixture
def said() -> Any:
    """What was logged, one dictionary a line."""
    stream = io.StringIO()
    log.configure(as_json=True, stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    log.silence()


@pytest.fixture
def worker(root: Path, watch: Watch, said: Any) -> Worker:
    return Worker(Desk(root).workspace, "", watch.clocks, Habits(version="test"))


def runs(root: Path) -> list[tuple[str, str]]:
    with Desk(root).rows("runs", limit=99) as (_, rows):
        return sorted((row["slot"], row["state"]) for row in rows)


def go(worker: Worker, leaves: Callable[[], bool] = lambda: False) -> list[str]:
    return [result.state for _, result, _ in worker.round(leaves)]


def test_a_round_runs_what_is_due_and_the_next_one_nothing(worker: Worker, root: Path, said: Any) -> None:
    assert go(worker) == ["done"]
    assert go(worker) == []
    assert [one["event"] for one in said()] == ["tick", "run_begins", "run_ends"]
    assert runs(root) == [("2026-03-30T01:00", "done")]


def test_a_round_after_being_asked_to_leave_begins_nothing(worker: Worker, root: Path) -> None:
    assert go(worker, lambda: True) == []
    assert runs(root) == [("2026-03-30T01:00", "due")]


def test_a_changed_file_is_published_and_run_at_the_next_time(
    worker: Worker, root: Path, watch: Watch
) -> None:
    go(worker)
    (root / "wake.yaml").write_text(
        WAKE.replace("高潜", "低价值").replace("once_per: customer", "once_per: day")
    )
    watch.pass_by(DAY)

    ((one, result, _),) = worker.round(lambda: False)

    assert result.started == 1
    assert one.workflow.version == result.workflow.version == Desk(root).workspace.workflows[0].version


def test_a_broken_file_leaves_its_last_good_version_running(
    worker: Worker, root: Path, watch: Watch, said: Any
) -> None:
    go(worker)
    (root / "wake.yaml").write_text(WAKE.replace("module: 客户", "module: 客戶"), encoding="utf-8")
    watch.pass_by(DAY)

    assert go(worker) == ["done"]
    assert [one["failed"] for one in said() if one["event"] == "files_read"] == [1]


@pytest.mark.parametrize("text", ["modules: [", "modules: {}"])
def test_a_broken_model_leaves_everything_as_it_was(
    worker: Worker, root: Path, watch: Watch, said: Any, text: str
) -> None:
    go(worker)
    (root / "model.yaml").write_text(text, encoding="utf-8")
    for _ in range(2):
        watch.pass_by(DAY)
        assert go(worker) == ["done"]

    assert [one["event"] for one in said()].count("base_broken") == 1


def test_a_bug_in_one_run_does_not_keep_the_others(
    worker: Worker, root: Path, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "abc.yaml").write_text(WAKE.replace("id: wake", "id: abc"), encoding="utf-8")
    good = lifecycle.PREPARE[Cause.CLOCK]

    def prepare(session: Any, workspace: Any, workflow: Any, run: Any) -> Any:
        return 1 / 0 if workflow.id == "abc" else good(session, workspace, workflow, run)

    monkeypatch.setattr(lifecycle, "PREPARE", {**lifecycle.PREPARE, Cause.CLOCK: prepare})

    assert go(worker) == ["done"]
    assert runs(root) == [("2026-03-30T01:00", "done"), ("2026-03-30T01:00", "failed")]
    (told,) = [one for one in said() if one["event"] == "run_broke"]
    assert "ZeroDivisionError" in told["exception"]


# --- clocks -------------------------------------------------------------------------------------------------


def test_time_that_passes_is_no_jump() -> None:
    before, after = (MONDAY, 0.0), (MONDAY + 9 * DAY, 9 * DAY.total_seconds())

    assert clock_jump(before, after) == timedelta()
    assert clock_jump(before, (MONDAY + BIG_JUMP, 20.0)) == BIG_JUMP - timedelta(seconds=20)
    assert clock_jump(before, (MONDAY - DAY, 20.0)) == -DAY - timedelta(seconds=20)


def test_a_clock_that_jumps_by_a_day_stops_what_is_scheduled_until_it_is_confirmed(
    worker: Worker, root: Path, watch: Watch, said: Any
) -> None:
    go(worker)
    watch.now += 30 * DAY
    for _ in range(2):
        watch.pass_by(timedelta(seconds=20))
        assert go(worker) == []
    assert [one["event"] for one in said()].count("clock_jumped") == 1

    assert Desk(root).duty.confirm_time("王一")
    assert go(worker) == ["done"]
    assert runs(root)[-1] == ("2026-04-29T01:00", "done")


def test_a_worker_that_was_down_for_long_has_seen_no_jump(worker: Worker, root: Path, watch: Watch) -> None:
    go(worker)
    watch.now += 30 * DAY
    again = Worker(worker.workspace, "", watch.clocks, Habits(version="test"))

    assert go(again) == ["done"]


def test_a_clock_set_back_is_told(worker: Worker, watch: Watch, said: Any) -> None:
    go(worker)
    watch.now -= timedelta(hours=2)

    assert go(worker) == []
    assert [one["event"] for one in said()][-2:] == ["clock_went_back", "slots_of_the_future"]


# --- the loop -----------------------------------------------------------------------------------------------


def test_a_store_that_is_away_is_told_once_and_waited_for_ever_longer(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, said: Any
) -> None:
    away = StoreAway("W403", reason="x.db (unable to open database file)")
    pauses: list[float] = []
    monkeypatch.setattr(Local, "_rest", lambda _self, seconds, _stop: pauses.append(seconds))
    tries = iter([True] * 9 + [False])

    def round_(_self: Worker, _leaves: Any) -> Any:
        if next(tries):
            raise away
        return iter(())

    monkeypatch.setattr(Worker, "round", round_)
    local = Local(worker)
    local.run_worker(lambda: len(pauses) == 9)
    assert not local.health()["is_well"]
    local.run_worker(lambda: len(pauses) == 10)

    assert local.health()["is_well"]
    assert all(pause <= 60 for pause in pauses)
    assert pauses[0] <= 2
    assert pauses[5] >= 16
    assert pauses[9] == 20
    told = [one["event"] for one in said()]
    assert (told.count("store_away"), told.count("store_back")) == (1, 1)


def test_to_submit_wakes_the_loop(worker: Worker) -> None:
    local = Local(worker)
    local.submit_run(1)
    began = datetime.now(UTC)

    local._rest(30, lambda: False)

    assert datetime.now(UTC) - began < timedelta(seconds=5)


def test_a_worker_knows_who_of_its_machine_is_dead() -> None:
    name = new_name()
    machine, pid, _ = name.rsplit(":", 2)

    assert not is_dead(name)
    assert is_dead(f"{machine}:{pid}:other")  # an earlier process of the same number
    assert is_dead(f"{machine}:4194305:cafe")  # above the largest number a process can have
    assert not is_dead(f"{machine}:1:cafe")
    assert not is_dead("elsewhere:4194305:cafe")
    assert not is_dead("odd")


def test_a_line_of_the_log_tells_only_what_is_allowed(said: Any) -> None:
    log.log_of("w").info("run_ends", run=7, subject="甲，您好", recipient="a@example.com", state="done")

    (line,) = said()
    assert {name: line[name] for name in line if name not in {"timestamp", "level"}} == {
        "worker": "w", "event": "run_ends", "run": 7, "state": "done",
    }  # fmt: skip


# --- a round with nothing to do ----------------------------------------------------------------

WAIT = nightly(
    """\
goal: {if: {field: 沉默状态, is: 正常跟进}, within: 30 days}
actions:
  - ask: {to: owner, question: 还维护吗, within: 7 days}
    answers:
      - {answer: 是, then: [{add_tag: 高潜}]}
      - {answer: 否, then: [{stop: 放弃}]}
    otherwise: [{stop: 没有回答}]
  - wait: 3 days
  - notify: {to: owner, text: 到期}
""",
    key="wait",
    name="等",
)
WATCH = """
id: watch
name: 看
module: 客户
trigger: {when: changed, field: 沉默状态}
actions: [{notify: {to: owner, text: 变了}}]
"""
GROWING = {
    f"wakeline_{name}" for name in ("runs", "enrollments", "journal", "outbox", "asks", "events", "inbox")
}


def test_a_round_with_nothing_to_do_reads_no_table_of_the_ledger_that_grows(
    root: Path, watch: Watch, said: Any
) -> None:
    (root / "wait.yaml").write_text(WAIT, encoding="utf-8")
    (root / "watch.yaml").write_text(WATCH, encoding="utf-8")
    worker = Worker(Desk(root).workspace, "", watch.clocks)
    assert not worker.workspace.has_errors
    assert go(worker) != []
    watch.pass_by(timedelta(seconds=20))
    told: list[list[str]] = []
    asked = asked_by(lambda: told.append(go(worker)))

    looks = [
        one
        for one in asked
        if one.startswith(("SELECT", "UPDATE", "DELETE")) and "wakeline_seen" not in one and "pg_" not in one
    ]
    with worker.store.write(worker.clock()) as session:
        read = {one: _read_whole(plan_of(session.connection, one, asked[one])) for one in looks}
    assert told == [[]]
    assert len(read) > 15
    assert {one: tables for one, tables in read.items() if tables} == {}


def _read_whole(plan: list[str]) -> list[str]:
    """The growing tables that a statement goes through from end to end."""
    names = [re.match(r"(?:-> +)?(?:SCAN|(?:Parallel )?Seq Scan on) (\w+)", step) for step in plan]
    aliases = {"other", "before", "own_hold", "hold", "held"}
    return [one[1] for one in names if one and one[1] in GROWING | aliases]
