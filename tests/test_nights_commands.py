"""start --once, holds, approve, refuse, pause, confirm: what is printed, and the exit codes."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.front import Desk
from engine.ledger.claims import Hand
from engine.log import log_of
from engine.shift import machine_now, new_name
from tests.company import Company, Said, nightly, stories_in
from tests.contract import Call, call, root

WAKE = nightly(
    """\
actions: [{update_field: {沉默唤醒次数: {add: 1}}}]
""",
    name="{zh: 唤醒, en: Wake up}",
)
GUARDS = "\nguards: {updates: {at_most: 1, share: 100 %}}\n"
HOLD = {"run", "workflow", "version", "slot", "at", "held", "matched", "since", "expires", "is_expired"}

__all__ = ["call", "root"]  # fixtures of any company, asked for by name


@pytest.fixture
def company(each_store: str, tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"wake.yaml": WAKE, "+workspace.yaml": GUARDS})
    desk = Desk(tmp_path)
    customers = desk.workspace.model.modules["customers"]
    with desk.store.write(desk.clock) as session, session.transaction():
        fields = [customers.fields[name] for name in ("name", "silent")]
        session.upsert(customers, fields, [("C1", "甲", None), ("C2", "乙", None)])
    return found


@pytest.fixture
def held(call: Call) -> None:
    """The night's run is held."""
    assert call("run")[0] == 1


def data(answer: Said) -> Any:
    return json.loads(answer.out)


def states(call: Call) -> list[str]:
    return [one["state"] for one in data(call("runs", "--format", "json"))]


def test_start_once_tells_what_run_tells(call: Call) -> None:
    code, out, _ = call("start", "--once", "--format", "json")

    (one,) = json.loads(out)
    assert (code, one["state"], one["slot"], one["run"]) == (1, "held", "2026-03-31T01:00", 1)
    assert data(call("start", "--once", "--format", "json")) == []
    assert call("start", "--once")[0] == 0


def test_start_leaves_neither_its_log_nor_its_signals_behind(
    call: Call, capfd: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    assert "run_ends" in call("start", "--once")[2]
    log_of().info("run_ends", run=9)

    assert capfd.readouterr() == ("", "")
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_start_needs_files_that_can_be_read(call: Call, root: Path) -> None:
    (root / "model.yaml").write_text("modules: [", encoding="utf-8")

    assert call("start", "--once")[0] == 1


def test_holds_lists_what_waits_and_what_can_be_done(call: Call, held: None) -> None:
    (one,) = data(call("holds", "--format", "json"))

    assert set(one) == HOLD
    assert (one["run"], one["workflow"], one["matched"], one["expires"]) == (
        1,
        "wake",
        2,
        "2026-03-31T17:00:00Z",
    )
    assert one["held"] == {"guard": "updates", "count": 2, "limit": 1, "since": "2026-03-30T17:00:00Z"}
    told = call("holds", "--lang", "en")[1]
    assert "Run 1: Wake up, 2026-03-31 01:00" in told
    assert "2026-04-01 01:00" in told
    assert "wakeline approve RUN" in told


def test_without_holds_one_sentence(call: Call) -> None:
    assert call("holds")[:2] == (0, "没有停下等人确认的运行。\n")


def test_approve_runs_at_once_where_nobody_watches(call: Call, held: None) -> None:
    code, out, _ = call("approve", "1", "--by", "王一", "--because", "看过了", at="2026-03-31T09:00")

    assert (code, "唤醒：启动 2 条" in out) == (0, True)
    (row,) = data(call("runs", "--format", "json"))
    assert (row["state"], row["started"], row["decided_by"], row["decided_because"], row["at"]) == (
        "done", 2, "王一", "看过了", "2026-03-30T17:00:00Z",
    )  # fmt: skip
    assert call("holds")[0] == 0


def test_approve_leaves_it_to_a_worker_that_is_there(call: Call, root: Path, held: None) -> None:
    desk = Desk(root)
    with desk.store.write(desk.clock) as session, session.transaction():
        from engine.ledger.claims import Claims

        Claims(session.connection).beat(Hand(new_name(), machine_now()), "test")

    answer = call("approve", "1", "--by", "王一", "--because", "看过了", "--format", "json")

    assert (answer[0], data(answer)) == (0, {"run": 1, "state": "due"})
    assert states(call) == ["due"]


def test_refuse_ends_it(call: Call, held: None) -> None:
    assert call("refuse", "1", "--by", "王一", "--because", "条件写反了")[:2] == (0, "已拒绝第 1 次运行。\n")
    assert states(call) == ["refused"]
    code, _, err = call("approve", "1", "--by", "王一", "--because", "还是要")
    assert (code, "W645" in err) == (2, True)


@pytest.mark.parametrize("command", ["approve", "refuse"])
def test_a_decision_has_a_name_and_a_reason(call: Call, held: None, command: str) -> None:
    assert call(command, "1", "--by", "王一")[0] == 2
    assert call(command, "1", "--because", "x")[0] == 2
    assert call(command, "9", "--by", "王一", "--because", "x")[0] == 2
    assert states(call) == ["held"]


def test_a_paused_workflow_is_skipped_with_the_reason_and_runs_when_resumed(call: Call) -> None:
    assert call("pause", "wake", "--by", "王一", "--because", "促销期间")[:2] == (0, "已暂停 wake。\n")
    assert call("pause", "wake", "--by", "王一")[1] == "wake 已经是暂停的。\n"
    assert data(call("run", "--format", "json")) == []
    assert "流程已由 王一 暂停：促销期间" in call("runs")[1]
    assert states(call) == ["skipped"]

    answer = call("pause", "wake", "--by", "王一", "--resume", "--format", "json")
    assert data(answer) == {"workflow": "wake", "paused": False}
    assert [one["state"] for one in data(call("run", "--format", "json", at="2026-04-01T01:00"))] == ["held"]
    assert call("pause", "wake", "--by", "王一", "--resume")[0] == 2
    assert call("pause", "nobody", "--by", "王一")[0] == 2


def test_confirm_without_a_doubt(call: Call) -> None:
    assert call("confirm", "--by", "王一")[:2] == (0, "时钟没有问题，不用确认。\n")
