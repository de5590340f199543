"""The demo, and the first hour with a workspace of one's own."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli import run_command

AT = ["--at", "2026-04-01T01:00"]
WORKFLOWS = (
    "tier-by-amount", "came-back", "stop-rule", "explicit-refusal", "silent-last-touch", "silent-first-touch",
    "silent-second-touch", "wake-up-unanswered", "hot-lead", "unfinished-tasks",
)  # fmt: skip
SAMPLES = Path(__file__).parent.parent / "workflows" / "samples"
WORDS = {
    "zh": {
        "imported": r"客户 (\d+) 条",
        "line": r"：(\d+) 条符合，(\d+) 条不符合",
        "nothing": "：没有需要做的",
    },
    "en": {
        "imported": r"Customer: (\d+)",
        "line": r": (\d+) match, (\d+) do not",
        "nothing": ": nothing to do",
    },
}

Call = Callable[..., str]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command, which must succeed; what it printed."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def run(*arguments: str) -> str:
        capfd.readouterr()
        code = run_command(list(arguments))
        out, err = capfd.readouterr()
        assert (code, err) == (0, ""), out + err
        return out

    return run


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_demo_shows_a_night_and_that_a_second_one_does_nothing(call: Call, language: str) -> None:
    with (SAMPLES / "customers.csv").open(encoding="utf-8", newline="") as file:
        customers = sum(1 for _ in csv.DictReader(file))

    told = call("demo", "--lang", language)

    words = WORDS[language]
    assert str(customers) in told
    matches = [tuple(map(int, one)) for one in re.findall(words["line"], told)]
    assert len(matches) == len(WORKFLOWS)
    assert all(
        0 < matched < customers and matched + not_matched <= customers for matched, not_matched in matches
    )
    assert told.count(words["nothing"]) == len(WORKFLOWS)
    assert "C00005" in told
    assert "C00014" in told
    assert "Traceback" not in told


def test_the_demo_leaves_a_workspace_to_go_on_with(call: Call, tmp_path: Path) -> None:
    call("demo")
    (folder,) = tmp_path.glob("wakeline-demo-*")

    runs = json.loads(call("runs", "--workspace", str(folder), "--format", "json", *AT))

    night, again = ([one for one in runs if one["cause"] == cause] for cause in ("clock", "hand"))
    assert [one["workflow"] for one in reversed(night)] == list(WORKFLOWS)
    assert all(one["started"] > 0 and one["state"] == "done" for one in night)
    assert all(one["started"] == 0 and one["state"] == "done" for one in again)


def test_a_fresh_workspace_checks_tests_imports_plans_and_runs(call: Call, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    here = ("--workspace", str(root), *AT)
    call("init", str(root))

    assert json.loads(call("check", *here, "--format", "json")) == []
    assert all(one["passed"] for one in json.loads(call("test", *here, "--format", "json")))
    for module in ("staff", "customers", "orders", "followups", "tasks"):
        report = json.loads(
            call("import", module, str(root / "samples" / f"{module}.csv"), *here, "--format", "json")
        )
        assert report["added"] > 0
        assert report["refused"] == []
    plan = json.loads(call("plan", "silent-first-touch", *here, "--format", "json"))
    back, run = json.loads(call("run", *here, "--format", "json"))
    again_due = json.loads(call("run", *here, "--format", "json"))
    (again,) = json.loads(call("run", "silent-first-touch", *here, "--format", "json"))

    assert 0 < plan["matched"] < plan["checked"] == 100
    assert (run["state"], run["started"], run["effects"]["update"]) == (
        "done",
        plan["matched"],
        plan["matched"],
    )
    assert again_due == []
    assert (again["state"], again["started"], again["effects"]) == ("done", 0, {})
    letters = json.loads(call("outbox", *here, "--format", "json"))
    sent = [one["effects"].get(kind, 0) for one in (back, run) for kind in ("message", "notice")]
    assert len(letters) == sum(sent)
