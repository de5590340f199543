"""The command `wakeline describe`: which workflows, in which language, as text and as JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command

SHIPPED = Path(__file__).parent.parent / "workflows"
EXPECTED = Path(__file__).parent / "cases" / "describe_shipped"
NIGHT = "2026-03-31T01:00"
DAILY = """\
id: {id}
name: {{zh: 每天, en: Daily}}
module: 客户
status: {status}
priority: {priority}
trigger: {{every: day, at: "01:00"}}
conditions: {{field: 客户层级, is: A}}
actions: [{{add_tag: 高潜}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace of three files: one active, one active and earlier, one paused."""
    for name in ("model.yaml", "tables.yaml"):
        shutil.copy(SHIPPED / name, tmp_path)
    (tmp_path / "workspace.yaml").write_text("language: zh\ntime_zone: Asia/Shanghai\n", encoding="utf-8")
    for id_, status, priority in (("late", "active", 90), ("early", "active", 10), ("never", "paused", 1)):
        text = DAILY.format(id=id_, status=status, priority=priority)
        (tmp_path / f"{id_}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(capfd: Any, folder: Path, *words: str) -> tuple[int, str, str]:
    code = run_command(["describe", *words, "--workspace", str(folder), "--at", NIGHT])
    out, err = capfd.readouterr()
    return code, out, err


def test_one_workflow_is_told_by_id_and_by_file(capfd: Any, folder: Path) -> None:
    by_id, by_file = run(capfd, folder, "late"), run(capfd, folder, "late.yaml")

    assert by_id == by_file
    assert by_id[0] == 0
    assert by_id[1] == (
        "「每天」每天 01:00 对“客户”运行。\n"
        "凡是客户层级是 A 的客户，每次变得符合时启动一次。\n"
        "启动后依次：\n"
        "  1. 加上标签“高潜”。\n"
        "接下来五次：2026年4月1日 01:00、4月2日 01:00、4月3日 01:00、4月4日 01:00、4月5日 01:00。\n"
    )


def test_the_language_is_that_of_the_reader(capfd: Any, folder: Path) -> None:
    code, out, _ = run(capfd, folder, "late", "--lang", "en")

    assert code == 0
    assert out == (
        '"Daily" runs on Customer records every day at 01:00.\n'
        "A Customer record starts once each time it comes to match, if Tier is A.\n"
        "Then, one after the other:\n"
        '  1. Add the tag "高潜".\n'
        "The next five times: 1 April 2026 at 01:00, 2 April at 01:00, 3 April at 01:00, 4 April at 01:00, "
        "5 April at 01:00.\n"
    )


def test_without_a_name_all_active_ones_are_told_in_the_order_of_a_night(capfd: Any, folder: Path) -> None:
    _, out, _ = run(capfd, folder, "--format", "json")

    assert [one["id"] for one in json.loads(out)] == ["early", "late"]


def test_json_holds_the_text_its_parts_and_the_times(capfd: Any, folder: Path) -> None:
    _, text, _ = run(capfd, folder, "late")

    _, out, _ = run(capfd, folder, "late", "--format", "json")

    [found] = json.loads(out)
    assert found["text"] + "\n" == text
    assert (found["id"], found["name"], found["remarks"]) == ("late", "每天", [])
    assert found["steps"] == [{"number": "1", "depth": 0, "text": "加上标签“高潜”。"}]
    assert found["next_times"][0] == "2026-04-01T01:00:00+08:00"
    assert len(found["next_times"]) == 5


def test_a_paused_one_is_told_when_it_is_named(capfd: Any, folder: Path) -> None:
    _, out, _ = run(capfd, folder, "never")

    assert out.splitlines()[1] == "（这个流程已暂停，不会运行。）"
    assert "接下来" not in out


def test_a_file_with_a_mistake_is_told_with_a_remark(capfd: Any, folder: Path) -> None:
    (folder / "late.yaml").write_text(
        DAILY.format(id="late", status="active", priority=1).replace("高潜", "高浅"), encoding="utf-8"
    )

    code, out, _ = run(capfd, folder, "late")

    assert code == 0
    assert out.splitlines()[1] == "（文件里有错误，现在不能运行：wakeline check）"
    assert "加上标签“高浅”" in out


def test_an_unknown_name_and_an_unreadable_file_are_refused(capfd: Any, folder: Path) -> None:
    (folder / "torn.yaml").write_text("id: [", encoding="utf-8")

    unknown, torn = run(capfd, folder, "daily"), run(capfd, folder, "torn.yaml")

    assert (unknown[0], torn[0]) == (2, 1)
    assert "W912" in unknown[2]
    assert "torn.yaml" in torn[2]


def test_a_workspace_without_an_active_workflow_says_so(capfd: Any, folder: Path) -> None:
    for name in ("late.yaml", "early.yaml"):
        (folder / name).unlink()

    assert run(capfd, folder)[1] == "没有启用的流程。\n"
    assert json.loads(run(capfd, folder, "--format", "json")[1]) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["silent-first-touch", "silent-last-touch", "tier-by-amount"])
def test_shipped_workflow_is_told(name: str, language: str, capfd: Any, pytestconfig: pytest.Config) -> None:
    expected = EXPECTED / f"{name}.{language}.txt"

    code, out, err = run(capfd, SHIPPED, name, "--lang", language)

    assert (code, err) == (0, "")
    if pytestconfig.getoption("--update-cases"):
        expected.write_text(out, encoding="utf-8", newline="\n")
    assert out == expected.read_text(encoding="utf-8")


def test_a_list_of_all_names_the_ids_by_which_commands_take_them(capfd: Any, folder: Path) -> None:
    out = run(capfd, folder)[1]

    assert [line for line in out.splitlines() if line.startswith("[")] == ["[early]", "[late]"]
    assert not run(capfd, folder, "early")[1].startswith("[")
