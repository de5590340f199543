"""Beside the worker: the numbers and the health that `wakeline start` gives over HTTP, and other services."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.cli import run_command
from engine.ledger.counts import LetterCounts
from engine.model.diagnostics import EngineError, WrongUsage
from engine.runners import Local
from engine.services import Beside, beside, open_services, running
from engine.services.http import MetricsService, address_of
from engine.shift import Clocks
from engine.tally import BOUNDS, Spread, Tally
from engine.worker import Worker
from engine.workspace import open_workspace
from tests.company import stories_in
from tests.doctor.house import change, due, instant, letter
from tests.stores import Place
from tests.test_commands import OTHER

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 30, 17, tzinfo=UTC)
"""01:00 on 31 March 2026 in Shanghai."""
GREET = """
id: greet
name: 问候
module: 客户
trigger: {every: day, at: "01:00"}
once_per: customer
conditions: {field: 潜力, at_least: 100}
actions:
  - send_template: {template: 问候, to: customer, via: sms}
  - {wait: 3 days}
  - add_tag: 高潜
"""

Get = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two nightly workflows: one tags all three customers, one writes to two of them and waits."""
    stories_in(tmp_path)
    (tmp_path / "greet.yaml").write_text(GREET, "utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, "utf-8")
    (tmp_path / "staff.csv").write_text("编号,姓名\nS1,王一\n", "utf-8")
    people = (("甲", 100), ("乙", 99), ("丙", 100))
    rows = [f"C{n},{name},{worth},S1,1380000000{n}" for n, (name, worth) in enumerate(people, 1)]
    table = "\n".join(["编号,客户名称,潜力,负责人,电话", *rows, ""])
    (tmp_path / "customers.csv").write_text(table, "utf-8")
    for module in ("staff", "customers"):
        file = str(tmp_path / f"{module}.csv")
        assert run_command(["import", module, file, "--workspace", str(tmp_path)]) == 0
    return tmp_path


class Night:
    """A worker on the workspace, at a clock of its own, and a service beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.now = root, NOW
        clocks = Clocks(self.look, self.look, self.passed)
        self.worker = Worker(open_workspace(root), "", clocks)
        self.runner = Local(self.worker)
        self.beside = Beside(
            workspace=lambda: self.worker.workspace,
            open_store=lambda: self.worker.store,
            clock=self.worker.clock,
            health=self.runner.health,
            tally=self.worker.tally,
            version="1.0",
            options={"metrics": "127.0.0.1:0"},
        )

    def look(self) -> datetime:
        return self.now

    def passed(self) -> float:
        return (self.now - NOW).total_seconds()

    @property
    def store(self) -> Place:
        return Place.at(str(self.root / ".wakeline" / "wakeline.db"))

    def round(self) -> None:
        self.runner._round(lambda: False)

    def numbers(self) -> dict[str, float]:
        """`name{label=value,…}` -> value, as Prometheus reads them."""
        service = MetricsService(self.beside, "127.0.0.1", 0)
        service._server.server_close()
        return parsed(service.metrics.text().decode())


def parsed(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            name = sample.name.removeprefix("wakeline_")
            found[f"{name}{{{labels}}}" if labels else name] = sample.value
    return found


@pytest.fixture
def night(root: Path) -> Night:
    return Night(root)


# --- numbers ----------------------------------------------------------------------------------------------


def test_the_numbers_of_a_night(night: Night) -> None:
    """Counted by hand: three customers get a tag, two of them a letter, and wait."""
    night.round()

    found = night.numbers()

    expected = {
        "runs{done,greet}": 1, "runs{done,other}": 1, "records_started_total{greet}": 2,
        "records_started_total{other}": 3, "records_failed_total{other}": 0, "records_woken_total{greet}": 0,
        "effects_total{message}": 2, "effects_total{update}": 3, "effects_total{wait}": 2,
        "letters{sms,sent}": 2, "enrollments_waiting{greet}": 2, "overdue_runs": 0, "store_up": 1,
        "worker_up": 1, "last_tick_timestamp_seconds": NOW.timestamp(), "build_info{1.0}": 1,
        "worker_runs_total{done,greet}": 1, "worker_runs_total{done,other}": 1,
        "worker_letters_total{handed_over}": 2, "run_seconds_count{greet}": 1,
    }  # fmt: skip
    assert {name: found.get(name) for name in expected} == expected
    assert 0 < found["run_seconds_sum{greet}"] < 60

    night.now += timedelta(days=3)
    night.round()
    later = night.numbers()
    assert later["records_woken_total{greet}"] == 2
    assert "enrollments_waiting{greet}" not in later


def test_what_did_not_run_is_counted_by_its_reason(night: Night) -> None:
    with night.worker.store.write(night.worker.clock()):
        pass  # makes the ledger
    for number, (state, code, slots) in enumerate(
        (("missed", "W340", "5"), ("missed", "W340", "1"), ("skipped", "W643", "1"))
    ):
        due(night.store, state, slot=f"{number}", slots=slots, reason=json.dumps({"code": code}))
    due(night.store, "due", slot="d", due_at=instant(NOW - timedelta(minutes=11)))

    found = night.numbers()

    assert found["slots_not_run_total{W340,missed}"] == 6
    assert found["slots_not_run_total{W643,skipped}"] == 1
    assert found["overdue_runs"] == 1


def test_letters_are_counted_by_channel_and_state(night: Night) -> None:
    night.round()
    for number, state in enumerate(("waiting", "in_doubt", "failed", "failed", "sent")):
        letter(night.store, 100 + number, state)
    letter(night.store, 200, "sent", "email")

    found = night.numbers()

    assert {name: count for name, count in found.items() if name.startswith("letters{")} == {
        "letters{sms,waiting}": 1, "letters{sms,in_doubt}": 1, "letters{sms,failed}": 2,
        "letters{sms,sent}": 3, "letters{email,sent}": 1,
    }  # fmt: skip


def test_letters_are_counted_right_however_often_they_are_asked_for(night: Night) -> None:
    """Each is counted once when it is written; what becomes of it later is counted too."""
    night.round()
    counts, at = LetterCounts(), NOW
    with night.worker.store.read(night.worker.clock()) as session:
        assert counts.count(session.connection, at) == {("sms", "sent"): 2}
    for number in range(6):
        letter(night.store, 100 + number, "waiting" if number % 2 else "sent")
        at += timedelta(seconds=40)
        with night.worker.store.read(night.worker.clock()) as session:
            waiting, sent = (number + 1) // 2, 2 + (number + 2) // 2
            expected = {("sms", "waiting"): waiting, ("sms", "sent"): sent}
            assert counts.count(session.connection, at) == {key: n for key, n in expected.items() if n}
    assert counts._up_to > 0
    change(night.store, "UPDATE wakeline_outbox SET state = 'sent'")
    with night.worker.store.read(night.worker.clock()) as session:
        assert counts.count(session.connection, at) == {("sms", "sent"): 8}


def test_without_a_store_the_process_still_tells_of_itself(night: Night) -> None:
    Path(night.store.url).unlink()

    found = night.numbers()

    assert found["store_up"] == 0
    assert found["build_info{1.0}"] == 1
    assert not any(name.startswith("runs{") for name in found)


def test_no_label_holds_a_person_or_a_record(night: Night) -> None:
    night.round()
    service = MetricsService(night.beside, "127.0.0.1", 0)
    service._server.server_close()

    told = service.metrics.text().decode() + json.dumps(service.health.look()[1], ensure_ascii=False)

    for canary in ("甲", "王一", "13800000001", "C1", "S1", str(night.root)):
        assert canary not in told


def test_seconds_are_spread_over_the_bounds() -> None:
    spread = Spread()
    for seconds in (0.05, 0.1, 0.2, 4000):
        spread = spread.with_one(seconds)

    assert spread.counts == (2, 1, *[0] * (len(BOUNDS) - 2), 1)
    assert spread.seconds == pytest.approx(4000.35)


def test_a_tally_may_be_read_while_it_is_written() -> None:
    tally = Tally()

    def write(name: str) -> None:
        for number in range(2000):
            tally.end(f"{name}{number % 50}", "done", 0.1)
            tally.deliver(1, 0)

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        assert sum(tally.ended().values()) <= 4000
    assert (sum(tally.ended().values()), tally.sent) == (4000, 4000)
    assert sum(sum(one.counts) for one in tally.took().values()) == 4000


# --- over HTTP --------------------------------------------------------------------------------------------


@pytest.fixture
def service(night: Night) -> Iterator[MetricsService]:
    """The service, running."""
    (found,) = open_services(night.beside)
    assert isinstance(found, MetricsService)
    with running([found]):
        yield found


@pytest.fixture
def serve(service: MetricsService) -> Get:
    """A page of the service: status, kind, text."""

    def get(path: str) -> tuple[int, str, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{service.port}{path}", timeout=20) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers["Content-Type"], refused.read().decode()

    return get


def test_metrics_are_served(night: Night, serve: Get) -> None:
    night.round()

    status, kind, text = serve("/metrics?x=1")

    assert (status, kind.partition(";")[0]) == (200, "text/plain")
    assert parsed(text)["runs{done,greet}"] == 1
    assert serve("/")[0] == 404
    assert serve("/metrics/../secret")[0] == 404


def test_health_is_served_and_names_nobody(night: Night, serve: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.services import http

    monkeypatch.setattr(http, "FRESH", 0.0)
    night.round()
    status, kind, text = serve("/healthz")
    found = json.loads(text)
    assert (status, kind, found["status"]) == (200, "application/json", "note"), text
    assert {"group": "store", "name": "reachable", "status": "ok", "code": "W820"} in found["checks"]

    reason = json.dumps({"by": "王一", "at": instant(NOW), "because": "客户甲投诉"}, ensure_ascii=False)
    change(night.store, f"INSERT INTO wakeline_facts VALUES ('sending_stopped', '{reason}')")
    change(night.store, f"INSERT INTO wakeline_facts VALUES ('clock_jumped', '{instant(NOW)}')")
    status, _, text = serve("/healthz")
    assert (status, json.loads(text)["status"]) == (503, "problem")
    assert "王一" not in text
    assert "甲" not in text.encode().decode("unicode_escape")


def test_a_worker_that_is_not_well_is_not_healthy(night: Night, serve: Get) -> None:
    night.round()
    night.runner._failures = 1

    status, _, text = serve("/healthz")

    assert (status, json.loads(text)["worker"]["is_well"]) == (503, False)


def test_somebody_who_says_nothing_does_not_keep_others_waiting(service: MetricsService, serve: Get) -> None:
    with closing(socket.create_connection(("127.0.0.1", service.port))):
        began = time.monotonic()
        assert serve("/metrics")[0] == 200
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "written, expected",
    [
        ("127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("9464", ("127.0.0.1", 9464)),
        ("[::1]:80", ("::1", 80)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),  # noqa: S104 - whoever writes that means it
    ],
)
def test_addresses_are_read(written: str, expected: tuple[str, int]) -> None:
    """A port alone is one of this machine: nobody else reads it by mistake."""
    assert address_of(written) == expected


@pytest.mark.parametrize("written", ["here", "a b:80", ":80:", "127.0.0.1:99999", "http://x:80", "x:-1"])
def test_what_is_no_address_is_wrong_usage(written: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        address_of(written)

    assert (raised.value.code, raised.value.facts["kind"]) == ("W829", "address")


def test_a_port_that_is_taken_is_told(night: Night, capfd: pytest.CaptureFixture[str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"

        code = run_command(["start", "--metrics", address, "--workspace", str(night.root), "--lang", "en"])

    assert code == 3
    assert f"W829 The service metrics cannot listen on {address}" in capfd.readouterr().err


def test_a_missing_extra_is_told(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)

    with pytest.raises(EngineError) as raised:
        open_services(night.beside)

    assert (raised.value.code, raised.value.facts["kind"]) == ("W829", "extra")


# --- services of others -----------------------------------------------------------------------------------


class Counting:
    """A service of another package."""

    name = "counting"
    ended = threading.Event()

    def run(self, stop: threading.Event) -> None:
        stop.wait(20)
        self.ended.set()


class Breaking:
    name = "breaking"

    def run(self, stop: threading.Event) -> None:
        raise RuntimeError("13800000001")


def open_both(beside: Beside) -> Counting | None:
    return Counting() if beside.options.get("metrics") else None


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, beside.GROUP)


def test_services_of_other_packages_are_found(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [entry("counting", f"{__name__}:open_both")]
    monkeypatch.setitem(sys.modules, __name__, sys.modules[open_both.__module__])
    monkeypatch.setattr(beside, "entry_points", lambda group: found if group == "wakeline.services" else [])

    first, second = open_services(night.beside)

    assert (first.name, second.name) == ("metrics", "counting")
    first._server.server_close()  # type: ignore[attr-defined]
    with running([Breaking(), second]):
        assert not Counting.ended.is_set()
    assert Counting.ended.is_set()


def test_a_service_that_cannot_be_loaded_is_named(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "entry_points", lambda group: [entry("lost", "no.such.module:open")])

    with pytest.raises(EngineError) as raised:
        open_services(night.beside)

    assert raised.value.facts == {"kind": "broken", "name": "lost", "reason": "ModuleNotFoundError"}


def test_nothing_is_opened_that_nobody_asked_for(night: Night) -> None:
    from dataclasses import replace

    assert open_services(replace(night.beside, options={"metrics": ""})) == []


# --- the whole --------------------------------------------------------------------------------------------


def test_start_gives_numbers_until_it_is_stopped(root: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "engine", "start", "--workspace", str(root), "--every", "0.2", "--speed", "1",
        "--at", "2026-03-31T00:59:58", "--metrics", f"127.0.0.1:{port}", "--format", "json",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        found: Mapping[str, float] = {}
        until = time.monotonic() + 60
        while time.monotonic() < until and found.get("runs{done,greet}") != 1:
            time.sleep(0.2)
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
                    found = parsed(answer.read().decode())
            except (OSError, urllib.error.URLError):
                continue
        assert found["runs{done,greet}"] == 1
    finally:
        process.terminate()
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0, log
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert {"service_begins", "worker_begins", "run_ends", "worker_leaves", "service_ends"} <= set(events), (
        log
    )
    with closing(sqlite3.connect(root / ".wakeline" / "wakeline.db")) as connection:
        assert connection.execute("SELECT count(*) FROM wakeline_workers").fetchone() == (0,)
