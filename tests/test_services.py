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
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from engine.cli import run_command
from engine.model.diagnostics import EngineError, WrongUsage
from engine.services import Beside, beside, open_services, running
from engine.services.http import MetricsService, address_of
from tests.doctor.house import change, instant
from tests.served_night import NOW, Night, furnish, parsed

ROOT = Path(__file__).parent.parent

Get = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(furnish(tmp_path))


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
    from engine.services import health

    monkeypatch.setattr(health, "FRESH", 0.0)
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
    first._server.server_close()  # type: ignore[attr-defined]  # the metrics' own
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


def test_start_gives_numbers_until_it_is_stopped(tmp_path: Path) -> None:
    root = furnish(tmp_path)
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
