"""The log of a worker: ids and numbers in every line of a run, and nobody's name, address or words."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from engine.front import Desk
from engine.log import configure, log_of, silence
from engine.worker import Worker
from tests.company import Company, nightly, stories_in
from tests.stores import refuse

AT = "2026-03-31T01:00"
CANARIES = ("钱百川", "王小一", "13812345678", "canary@example.com", "机密备注", "近来可好", "提醒四七一一")
GREET = nightly(
    """\
guard: {at_most: 100, share: 100 %}
actions:
  - update_field: {行业: "提醒四七一一"}
  - create_task: {subject: "{{ 客户名称 }} 提醒四七一一", to: owner}
  - send_template: {template: 问候, to: customer, via: sms}
  - notify: {to: owner, text: "{{ 客户名称 }}"}
""",
    key="greet",
    name="问候",
)
HELD = """
id: held
name: 停下
module: 客户
trigger: {every: day, at: "01:00"}
actions: [{add_tag: 高潜}]
"""
BROKEN = "id: broken\nname: 王小一\nmodule: 客护\ntrigger: {when: by_hand}\nactions: [{add_tag: 高潜}]\n"


@pytest.fixture(autouse=True)
def quiet_after() -> Iterator[None]:
    yield
    silence()


@pytest.fixture
def root(each_store: str, tmp_path: Path) -> Path:
    """A customer whose every field would be known again; one whose record the database refuses."""
    stories_in(tmp_path)
    for name, text in (("greet", GREET), ("held", HELD), ("broken", BROKEN)):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    found = Company(tmp_path)
    found.write({"+workspace.yaml": "guards: {updates: {at_most: 1, share: 100 %}}\n"})
    found.bring("员工", [{"编号": "S1", "姓名": "王小一"}])
    reached = {"电话": "13812345678", "邮箱": "canary@example.com"}
    first = {"编号": "C1", "客户名称": "钱百川", "负责人": "S1", "行业": "机密备注", **reached}
    second = {"编号": "C2", "客户名称": "赵二", "负责人": "S1", "电话": "13800000002"}
    found.bring("客户", [first, second])
    desk = Desk(tmp_path)
    with desk.store.write(desk.clock) as session, session.transaction():
        refuse(session, "customers", "UPDATE", "new.id = 'C2'", "refused 13812345678 canary@example.com")
    return tmp_path


def night(root: Path, capfd: pytest.CaptureFixture[str], *more: str) -> str:
    """The log of one round."""
    capfd.readouterr()
    run_command(["start", "--once", "--workspace", str(root), "--at", AT, *more])
    return capfd.readouterr().err


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_is_named_in_the_log_of_a_night(
    root: Path, capfd: pytest.CaptureFixture[str], form: str
) -> None:
    log = night(root, capfd, "--format", form)

    assert "run_ends" in log
    # What the broken file says is told to whoever calls, before the log begins.
    told = "\n".join(line for line in log.splitlines() if "broken.yaml" not in line)
    assert [one for one in CANARIES if one in told] == []
    assert str(root) not in told
    desk = Desk(root)
    with desk.rows("outbox", limit=10) as (_, rows):
        body = "".join(one["body"] + one["recipient"] for one in rows)
    assert "钱百川" in body  # there was something to give away
    assert "13812345678" in body


def test_every_line_of_a_run_says_which(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = lines(night(root, capfd, "--format", "json"))

    of_runs = [one for one in found if one["event"] in {"run_begins", "run_ends"} or "run" in one]
    assert {one["event"] for one in of_runs} == {"run_begins", "run_ends", "delivered"}
    assert all(
        {"run", "workflow", "slot", "cause", "worker", "timestamp", "level"} <= set(one) for one in of_runs
    )
    (end,) = [one for one in of_runs if one["event"] == "run_ends" and one["workflow"] == "greet"]
    numbers = {
        name: end[name] for name in ("state", "slot", "checked", "matched", "started", "failed", "effects")
    }
    assert numbers == {
        "state": "done", "slot": AT, "checked": 2, "matched": 2, "started": 1, "failed": 1,
        "effects": {"update": 1, "create": 1, "message": 1, "notice": 1},
    }  # fmt: skip
    assert 0 < end["seconds"] < 60
    (held,) = [one for one in of_runs if one["event"] == "run_ends" and one["workflow"] == "held"]
    assert (held["state"], held["guard"]) == ("held", "updates")


def test_lines_are_plain_for_people(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    log = night(root, capfd)

    (line,) = [one for one in log.splitlines() if "run_ends" in one and "workflow=greet" in one]
    assert "\x1b" not in log
    assert "started=1" in line
    assert f"slot={AT}" in line


def test_a_failure_is_told_by_its_kind_and_place_alone() -> None:
    """Databases and mail servers repeat in their answers what they were given."""
    for as_json in (True, False):
        stream = io.StringIO()
        configure(as_json=as_json, stream=stream)
        try:
            try:
                raise ValueError("canary@example.com")
            except ValueError as first:
                raise RuntimeError("钱百川 13812345678") from first
        except RuntimeError:
            log_of("w").exception("run_broke", run=7)

        told = stream.getvalue()

        assert [one for one in CANARIES if one in told] == []
        assert all(one in told for one in ("RuntimeError", "ValueError", "tests/test_logs.py:", "run_broke"))
        assert str(Path(__file__).parent.parent) not in told


def test_what_is_not_foreseen_is_left_out() -> None:
    stream = io.StringIO()
    configure(as_json=True, stream=stream)

    log_of().bind(run=1, name="钱百川").info(
        "run_ends", to="canary@example.com", state="", effects={"update": 0}
    )

    found = json.loads(stream.getvalue())
    assert set(found) == {"event", "level", "timestamp", "run", "effects"}


def test_a_line_is_written_at_once_with_its_end() -> None:
    """Several workers may share one stream, which the environment may have made unbuffered."""

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return super().write(text)

    written: list[str] = []
    for as_json in (True, False):
        configure(as_json=as_json, stream=Stream())
        log_of("w").info("run_begins", run=7)

    assert len(written) == 2
    assert all(one.endswith("\n") for one in written)


def test_why_nothing_leaves_is_told_once_until_it_is_over(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    night(root, capfd, "--format", "json")
    desk = Desk(root, at=datetime.fromisoformat(AT))
    with desk.store.write(desk.clock) as session, session.transaction():
        session.connection.exec_driver_sql("UPDATE wakeline_outbox SET state = 'waiting', sent_at = NULL")
    stream = io.StringIO()
    configure(as_json=True, stream=stream)
    worker = Worker(desk.workspace, clocks=desk.clocks)

    for is_stopped in (True, True, False, True):
        with desk.post_office() as (office, now):
            office.stop("王小一", "canary", now) if is_stopped else office.resume()
        with desk.store.write(desk.clock) as session, session.transaction():
            session.connection.exec_driver_sql("UPDATE wakeline_outbox SET state = 'waiting'")
        list(worker.round(lambda: False))

    told = [one["code"] for one in lines(stream.getvalue()) if one["event"] == "sending_rests"]
    assert told == ["W722", "W722"]
    assert "canary" not in stream.getvalue()
