"""The contract of the command line: keys, exit codes, a sentence for what the world does."""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import engine.front
from engine.cli import run_command
from tests.company import stories_in

AT = "2026-03-31T01:00"
GOOD = """
id: good
name: {name}
module: 客户
priority: 10
trigger: {{every: day, at: "01:00"}}
once_per: customer
conditions: {{field: 潜力, at_least: 100}}
actions:
  - update_field: {{沉默唤醒次数: {{add: 1}}}}
  - create_task: {{subject: "{{{{ 客户名称 }}}}{{{{ 行业 }}}}", to: owner}}
  - notify: {{to: owner, text: hello}}
"""
OTHER = """
id: other
name: other
module: 客户
priority: 20
trigger: {every: day, at: "01:00"}
actions: [{add_tag: 高潜}]
"""
PLAN = {
    "workflow", "version", "at", "checked", "matched", "not_matched", "undecided", "already",
    "deferred", "held", "funnel", "records", "messages", "warnings", "fingerprint",
}  # fmt: skip
RUN = {"run", "workflow", "version", "slot", "state", "matched", "started", "effects", "failed", "held"}
CHECK = {"file", "line", "column", "end_line", "end_column", "code", "severity", "message", "hint"}

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The company of the stories with two workflows and three customers; one of them fails in its text."""
    stories_in(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD.format(name="good"), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("编号,姓名\nS1,王一\n", encoding="utf-8")
    rows = "编号,客户名称,潜力,行业,负责人\nC1,甲,100,机械,S1\nC2,乙,99.99,机械,S1\nC3,丙,100,,S1\n"
    (tmp_path / "customers.csv").write_text(rows, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(root: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run_command([*arguments, "--workspace", str(root), "--at", AT])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def imported(root: Path, call: Call) -> Path:
    for module in ("staff", "customers"):
        assert call("import", module, str(root / f"{module}.csv"))[0] == 0
    return root


def answer(call: Call, *arguments: str) -> Any:
    code, out, err = call(*arguments, "--format", "json")
    assert code in {0, 1, 3}, err
    return json.loads(out)


# --- what is printed for machines ---------------------------------------------------------------------------


def test_check_gives_a_list_of_diagnostics(root: Path, call: Call) -> None:
    (root / "broken.yaml").write_text(
        "id: broken\nname: x\nmodule: 客戶\ntrigger: {when: by_hand}\nactions: []\n", "utf-8"
    )

    found = answer(call, "check")

    assert all(set(one) >= CHECK for one in found)
    assert {(one["file"], one["line"], one["column"], one["code"]) for one in found} >= {
        ("broken.yaml", 3, 9, "W201")
    }


def test_plan_has_the_keys_of_the_contract(imported: Path, call: Call) -> None:
    plan = answer(call, "plan", "good")

    assert set(plan) >= PLAN
    assert all(set(one) >= {"path", "condition", "passed", "only_this"} for one in plan["funnel"])
    assert [(one["id"], one["verdict"]) for one in plan["records"]] == [("C1", "match"), ("C3", "match")]
    kinds = {one["kind"]: one for one in plan["records"][0]["effects"]}
    assert set(kinds["update"]) >= {"kind", "module", "record", "changes", "path"}
    assert set(kinds["create"]) >= {"kind", "module", "values"}
    assert set(kinds["notice"]) >= {"kind", "to", "text"}


def test_plan_of_one_record_and_with_a_limit(imported: Path, call: Call) -> None:
    assert [one["verdict"] for one in answer(call, "plan", "good", "--record", "C2")["records"]] == [
        "no_match"
    ]
    assert len(answer(call, "plan", "good", "--limit", "1")["records"]) == 1
    assert [one["workflow"] for one in answer(call, "plan", "--night")] == ["good", "other"]


def test_explain_tells_every_condition(imported: Path, call: Call) -> None:
    told = answer(call, "explain", "good", "--record", "C2")

    (leaf,) = told["conditions"]
    assert (told["verdict"], leaf["verdict"], leaf["actual"], leaf["short"]) == (
        "no_match",
        "no",
        99.99,
        0.01,
    )
    assert (leaf["file"], leaf["line"], leaf["path"]) == ("good.yaml", 8, "conditions")


def test_run_and_the_lists_have_stable_keys(imported: Path, call: Call) -> None:
    runs = answer(call, "run")

    assert [(one["workflow"], one["state"], one["started"], one["failed"]) for one in runs] == [
        ("good", "done", 1, 1), ("other", "done", 3, 0),
    ]  # fmt: skip
    assert all(set(one) >= RUN for one in runs)
    wanted = {
        "runs": {"run", "workflow", "version", "state", "at", "started", "failed", "effects"},
        "enrollments": {"id", "workflow", "record", "once_key", "run", "started_on", "state", "reason"},
        "journal": {"enrollment", "workflow", "record", "run", "path", "kind", "details"},
        "outbox": {"id", "workflow", "record", "channel", "recipient", "body", "state"},
    }
    for name, keys in wanted.items():
        rows = answer(call, name)
        assert rows
        assert all(set(row) >= keys for row in rows), name
    assert [row["text"] for row in answer(call, "outbox", "--inbox")] == ["hello"]
    (failure,) = answer(call, "journal", "--failures")
    assert (failure["record"], failure["path"]) == ("C3", "actions/1")
    assert "W601" in json.dumps(failure)


def test_lists_can_be_narrowed(imported: Path, call: Call) -> None:
    answer(call, "run")

    assert {row["record"] for row in answer(call, "enrollments", "--record", "C2")} == {"C2"}
    assert {row["workflow"] for row in answer(call, "enrollments", "--workflow", "other")} == {"other"}
    assert len(answer(call, "enrollments", "--limit", "2")) == 2


def test_the_version_is_that_of_the_package(capfd: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]

    assert run_command(["--version"]) == 0
    assert capfd.readouterr().out == f"wakeline {project['version']}\n"


def test_schema_and_reference_say_something(call: Call) -> None:
    assert "workflow" in json.loads(call("schema")[1])
    assert "update_field" in call("reference", "update_field")[1]


# --- exit codes ---------------------------------------------------------------------------------------------


def test_a_broken_file_beside_good_ones_is_told_and_the_others_run(imported: Path, call: Call) -> None:
    (imported / "good.yaml").write_text("id: good\nname: [", encoding="utf-8")

    code, out, err = call("run", "--format", "json")

    assert code == 1
    assert "good.yaml:" in err
    assert [one["workflow"] for one in json.loads(out)] == ["other"]


def test_the_last_good_version_of_a_broken_file_still_runs(imported: Path, call: Call) -> None:
    answer(call, "run", "good")
    (imported / "good.yaml").write_text(GOOD.format(name="good").replace("潜力", "潛力"), encoding="utf-8")
    (imported / "customers.csv").write_text("编号,客户名称,潜力,行业\nC4,丁,500,机械\n", encoding="utf-8")
    call("import", "customers", str(imported / "customers.csv"))

    code, out, err = call("run", "--format", "json")

    assert (code, "good.yaml:" in err) == (1, True)
    assert [(one["workflow"], one["started"]) for one in json.loads(out)] == [("good", 1), ("other", 4)]


def test_by_hand_runs_only_what_was_published(imported: Path, call: Call) -> None:
    settings = (imported / "workspace.yaml").read_text(encoding="utf-8")
    (imported / "workspace.yaml").write_text(settings.replace("automatic", "by_hand"), encoding="utf-8")
    unpublished = call("run", "good")
    assert call("publish", "good")[0] == 0
    (imported / "good.yaml").write_text(GOOD.format(name="good").replace("100", "99"), encoding="utf-8")

    (ran,) = answer(call, "run", "good")

    assert unpublished[0] == 2
    assert (ran["matched"], ran["started"], ran["failed"]) == (2, 1, 1)


def test_a_held_run_and_refused_rows_end_with_1(imported: Path, call: Call) -> None:
    with (imported / "workspace.yaml").open("a", encoding="utf-8") as file:
        file.write("guards: {updates: {at_most: 1}}\n")
    (imported / "customers.csv").write_text("编号,客户名称,客户层级\nC9,戊,Z\n", encoding="utf-8")

    assert call("run", "other")[0] == 1
    assert call("import", "customers", str(imported / "customers.csv"))[0] == 1


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


@pytest.mark.parametrize(
    "command", ["test", "test broken.yaml", "plan broken", "explain broken --record C1", "run broken"]
)
def test_rejected_files_are_json_for_machines(imported: Path, call: Call, command: str) -> None:
    # given: W101 or the like, at the second line of the file
    (imported / "broken.yaml").write_text("id: broken\nmodul: 客户\n", encoding="utf-8")

    code, out, err = call(*command.split(), "--format", "json")

    told = json.loads(out)
    assert code == 1
    assert all(set(one) == CHECK for one in told)
    assert ("broken.yaml", 2) in {(one["file"], one["line"]) for one in told}
    assert "broken.yaml:2" in err


def test_an_example_with_a_mistake_is_json_for_machines(imported: Path, call: Call) -> None:
    tests = "tests: [{name: 一, today: 2026-03-31, given: {没有的: 1}, expect: nothing}]\n"
    (imported / "third.yaml").write_text(OTHER.replace("other", "third") + tests, encoding="utf-8")

    code, out, err = call("test", "third", "--format", "json")

    assert code == 1
    assert ("third.yaml", 8) in {(one["file"], one["line"]) for one in json.loads(out)}
    assert "third.yaml:8" in err


def test_an_impossible_moment_and_no_workspace_end_with_2(tmp_path: Path, capfd: Any) -> None:
    assert run_command(["plan", "x", "--workspace", str(tmp_path / "none")]) == 2
    assert run_command(["plan", "x", "--at", "yesterday"]) == 2
    assert "Traceback" not in capfd.readouterr().err


def test_a_bug_ends_with_70_and_looks_like_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine.front, "open_workspace", broken)

    code, out, err = call("run")

    assert (code, out) == (70, "")
    assert "ZeroDivisionError" in err
    assert "Python" in err


# --- a store that cannot be used ----------------------------------------------------------------------------


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all, only words " * 100)


@pytest.mark.parametrize("spoil", [garbage, Path.mkdir], ids=["garbage", "folder"])
@pytest.mark.parametrize("command", ["plan good", "run", "runs"])
def test_an_unreadable_store_is_one_sentence(
    root: Path, call: Call, spoil: Callable[[Path], None], command: str
) -> None:
    spoil(root / "store.db")

    code, out, err = call(*command.split(), "--store", str(root / "store.db"))

    assert (code, out) == (3, "")
    assert "store.db" in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) <= 2


@pytest.fixture
def foreign(root: Path) -> Path:
    """Orders sit on a table of the company."""
    model = (root / "model.yaml").read_text(encoding="utf-8")
    old, new = (
        "    label: 订单\n",
        "    label: 订单\n    table: erp_orders\n    columns: {amount: total_amount}\n",
    )
    (root / "model.yaml").write_text(model.replace(old, new), encoding="utf-8")
    (root / "good.yaml").write_text(
        GOOD.format(name="good").replace(
            "{field: 潜力, at_least: 100}", "{sum_of: 订单.金额, at_least: 100}"
        ),
        "utf-8",
    )
    return root


@pytest.mark.parametrize(
    "table, missing",
    [
        ("CREATE TABLE x (id TEXT)", "erp_orders"),
        ("CREATE TABLE erp_orders (id TEXT, customer TEXT, date TEXT, kind TEXT)", "total_amount"),
    ],
)
@pytest.mark.parametrize("command", ["plan good", "run good"])
def test_a_missing_table_or_column_is_named(
    foreign: Path, call: Call, table: str, missing: str, command: str
) -> None:
    for module in ("staff", "customers"):
        call("import", module, str(foreign / f"{module}.csv"))
    with closing(sqlite3.connect(foreign / ".wakeline" / "wakeline.db")) as connection:
        connection.execute(table)

    code, out, err = call(*command.split())

    assert (code, out) == (3, "")
    assert missing in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) <= 2
