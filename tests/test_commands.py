"""The contract of the command line: keys and exit codes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

import engine.lookout
from engine.cli import run_command
from tests.contract import AT, GOOD, OTHER, Call, answer, call, company, imported, root

__all__ = ["call", "company", "imported", "root"]  # fixtures, asked for by name

pytestmark = pytest.mark.usefixtures("each_store")


PLAN = {
    "workflow", "version", "at", "checked", "matched", "not_matched", "undecided", "already",
    "deferred", "held", "funnel", "records", "messages", "warnings", "fingerprint",
}  # fmt: skip
RUN = {"run", "workflow", "version", "slot", "state", "matched", "started", "effects", "failed", "held"}
PLACE = {"line", "column", "end_line", "end_column"}
CHECK = {"file", *PLACE, "code", "severity", "message", "hint", "fixes"}


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


def test_a_bug_ends_with_70_and_looks_like_one(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine.lookout, "open_workspace", broken)

    code = run_command(["run", "--workspace", str(root), "--at", AT])

    out, err = capfd.readouterr()
    assert (code, out) == (70, "")
    assert "ZeroDivisionError" in err
    assert "Python" in err
