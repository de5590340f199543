"""`wakeline event` and `wakeline events`: what is told from outside, once, and listed in both languages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli import run_command

BASE = Path(__file__).parent / "cases" / "run" / "_base"
WORKFLOW = """
id: richer
name: richer
module: 客户
trigger: {when: changed, field: 潜力}
actions: [{add_tag: 高潜}]
"""

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    """Commands on a workspace with one customer."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before.yaml"))
    (tmp_path / "richer.yaml").write_text(WORKFLOW, encoding="utf-8")
    rows = "编号,客户名称,潜力\nC1,甲,100\n"
    (tmp_path / "customers.csv").write_text(rows, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run_command([*arguments, "--workspace", str(tmp_path), "--at", "2026-03-31T01:00"])
        return code, *capfd.readouterr()

    assert run("import", "customers", str(tmp_path / "customers.csv"))[0] == 0
    return run


def test_an_event_of_one_key_is_noted_once(call: Call) -> None:
    first = call("event", "richer", "C1", "--key", "a1", "--data", '{"金额": 3}', "--format", "json")
    second = call("event", "richer", "C1", "--key", "a1", "--format", "json")
    call("event", "richer", "C1")
    call("event", "richer", "C1")

    told = [json.loads(out)["new"] for _, out, _ in (first, second)]
    assert told == [True, False]
    listed = json.loads(call("events", "--format", "json")[1])
    assert [(one["record"], one["kind"], one["state"]) for one in listed] == [
        ("C1", "outside", "waiting")
    ] * 3
    assert listed[-1]["details"] == {"data": {"金额": 3}}


@pytest.mark.parametrize(
    "language, noted, known, listed",
    [
        ("zh", "已记下：流程 richer，记录 C1。", "以前已经记下", "外部送来"),
        ("en", "Noted: workflow richer, record C1.", "was noted before", "from outside"),
    ],
)
def test_people_read_it_in_their_language(
    call: Call, language: str, noted: str, known: str, listed: str
) -> None:
    arguments = ("event", "richer", "C1", "--key", "a1", "--lang", language)

    assert noted in call(*arguments)[1]
    assert known in call(*arguments)[1]
    assert listed in call("events", "--lang", language)[1]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("richer", "C9"), "W915"),
        (("poorer", "C1"), "W912"),
        (("richer", "C1", "--data", "[1]"), "W924"),
        (("richer", "C1", "--data", "{"), "W924"),
        (("richer", "C1", "--data", "[" * 9_000), "W924"),
        (("richer", "C1", "--data", '{"a": "%s"}' % ("x" * 10_000)), "W924"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(
    call: Call, arguments: tuple[str, ...], told: str
) -> None:
    code, _, error = call("event", *arguments)

    assert code == 2
    assert told in error
    assert json.loads(call("events", "--format", "json")[1]) == []
