"""What is not a command is told in a sentence that names what is near."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import run_command
from tests.company import Company
from tests.contract import Call, call, company, imported, root

__all__ = ["call", "company", "imported", "root"]  # fixtures, asked for by name


@pytest.mark.parametrize(
    "command, near",
    [
        (["plan", "goood"], "good"),
        (["run", "goood"], "good"),
        (["explain", "goood", "--record", "C1"], "good"),
        (["explain", "good", "--record", "C99"], "C99"),
        (["plan", "good", "--record", "C99"], "C99"),
        (["export", "custmers"], "customers"),
        (["import", "custmers", "x.csv"], "customers"),
        (["plan"], ""),
        (["plan", "good", "--night"], ""),
        (["frobnicate"], ""),
        (["run", "--frobnicate"], ""),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
        (["plan", ""], "WORKFLOW"),
        (["plan", "good", "--record", ""], "--record"),
        (["explain", "good", "--record", "  "], "--record"),
        (["diff", "good", "--from", ""], "--from"),
        (["diff", "good", "--to", ""], "--to"),
        (["advise", ""], "WORKFLOW|TABLE.COLUMN"),
        (["run", "good", ""], "WORKFLOW"),
        (["check", ""], "PATH"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_wrong_usage_ends_with_2_and_names_what_is_near(
    imported: Path, call: Call, command: list[str], near: str
) -> None:
    code, out, err = call(*command)

    assert (code, out) == (2, "")
    assert near in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "command, zh, en",
    [
        (
            "runs --run abc",
            "--run 要写一个不小于 1 的整数。",
            "--run must be a whole number of 1 or more.",
        ),
        (
            "runs --limit 0",
            "--limit 要写一个不小于 1 的整数。",
            "--limit must be a whole number of 1 or more.",
        ),
        (
            "check --format xml",
            "--format 只能是：text、json、github。",
            "--format can only be one of: text, json, github.",
        ),
        (
            "plan good --formt json",
            "没有选项 --formt。是否想写 --format？",
            "There is no option --formt. Did you mean --format?",
        ),
        ("plan good other", "多写了：other。", "This is too much: other."),
        ("explain good", "缺少 --record。", "--record is missing."),
        ("explain", "缺少 WORKFLOW。", "WORKFLOW is missing."),
        (
            f"runs --limit {2**63}",
            "--limit 最大只能是 9,223,372,036,854,775,807。",
            "--limit can be 9,223,372,036,854,775,807 at most.",
        ),
        ("plan --night=3", "选项 --night 后面不写值。", "The option --night takes no value."),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(call: Call, command: str, zh: str, en: str) -> None:
    told = [call(*command.split(), "--lang", language) for language in ("zh", "en")]

    assert [(code, out) for code, out, _ in told] == [(2, ""), (2, "")]
    assert told[0][2].splitlines()[0] == f"命令写法不对：{zh}"
    assert told[1][2].splitlines()[0] == f"The command is not right: {en}"


def test_an_option_at_the_end_without_its_value_is_told(capfd: Any) -> None:
    assert run_command(["plan", "good", "--record"]) == 2
    assert capfd.readouterr().err.startswith("命令写法不对：选项 --record 后面要写一个值。")


def test_an_impossible_moment_and_no_workspace_end_with_2(tmp_path: Path, capfd: Any) -> None:
    assert run_command(["plan", "x", "--workspace", str(tmp_path / "none")]) == 2
    assert run_command(["plan", "x", "--at", "yesterday"]) == 2
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "command, code",
    [
        ("undo 3", "W623"),
        ("undo 3 --dry-run", "W623"),
        (f"undo {10**30}", "W623"),
        ("approve 3 --by Li --because ok", "W621"),
        ("refuse 3 --by Li --because no", "W621"),
        ("decide 3 yes", "W670"),
        ("event silent-first-touch C1", "W402"),
        ("confirm --by Li", ""),
        ("resume-sending --by Li", ""),
        ("settle 3 --drop --by Li", "W735"),
        ("run --approve abc", "W669"),
        ("advise", "W402"),
    ],
)
def test_who_only_asks_makes_no_store(tmp_path: Path, capfd: Any, command: str, code: str) -> None:
    run_command(["init", str(tmp_path / "new")])
    capfd.readouterr()

    run_command([*command.split(), "--workspace", str(tmp_path / "new")])

    out, err = capfd.readouterr()
    assert code in err
    assert out if not code else not out
    assert ("还没有运行过" in err) == (code in {"W621", "W623"})
    assert not (tmp_path / "new" / ".wakeline" / "wakeline.db").exists()


@pytest.mark.parametrize(
    "moment, said",
    [
        ("0001-01-01", "“0001-01-01”太早或太晚，算不出以后的时间。"),
        ("2026-03-32", "“2026-03-32”不是时刻。"),
    ],
)
def test_a_moment_that_cannot_be_is_told(call: Call, moment: str, said: str) -> None:
    code, _, err = call("plan", "good", at=moment)

    assert (code, said in err) == (2, True)


@pytest.mark.parametrize(
    "command, said",
    [
        ("explain good --record C1 --run 2026-02-30", "日历上没有“2026-02-30”这一天。"),
        ("explain good --record C1 --run 2/30", "日历上没有“2/30”这一天。"),
        ("simulate good --nights 1 --csv /no-such-folder/x.csv", "没有文件夹 /no-such-folder：先建好它"),
        ("runs --store sqlite:////no-such-folder/x.db", "还没有数据库 x.db。"),
    ],
)
def test_a_day_or_a_place_that_is_not_there_is_told(
    imported: Path, call: Call, command: str, said: str
) -> None:
    code, _, err = call(*command.split())

    assert code in {2, 3}
    assert said in err


def test_a_store_in_no_folder_is_told_as_that(company: Company, call: Call) -> None:
    company.write({"x.csv": "编号,姓名\nS9,王九\n"})

    code, _, err = call("import", "员工", str(company.root / "x.csv"), "--store", "/no-such-folder/x.db")

    assert (code, "没有文件夹 /no-such-folder：先建好它" in err) == (3, True)


def test_a_run_of_a_number_that_none_can_have_is_told_with_the_nearest(imported: Path, call: Call) -> None:
    call("run", "good")

    code, _, err = call("undo", str(10**30))

    assert (code, f"没有第 {10**30} 次运行" in err) == (2, True)
    assert "离它最近的是第 1 次（good" in err


def test_a_fingerprint_is_told_with_the_nearest_plan(imported: Path, call: Call) -> None:
    kept = json.loads(call("plan", "good", "--format", "json")[1])["fingerprint"]

    near, far = (call("run", "--approve", one)[2] for one in (kept[:-1], "zzz"))

    assert f"是否想写“{kept}”" in near
    assert "不带 --record" in far
