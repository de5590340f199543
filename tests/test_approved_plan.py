"""A plan is approved by its fingerprint: exactly that is done, or nothing, and it is said what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

STAFF = [{"编号": "S1", "姓名": "王一"}]
ROWS = [
    {"编号": f"C{n}", "客户名称": f"客户{n}", "客户层级": "A", "沉默状态": "正常跟进", "负责人": "S1"}
    for n in range(1, 5)
]
FILE = nightly(
    """\
conditions: {field: 客户层级, is: A}
actions:
  - update_field: {处理时间: now, 沉默唤醒次数: {add: 1}}
  - create_task: {subject: "看 {{ 客户名称 }}", to: owner, due: in 3 days}
  - wait_until: {field: 沉默状态, is: 已沉默}
    within: 7 days
  - notify: {to: owner, text: "{{ 客户名称 }}"}
"""
)


@pytest.fixture
def found(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path / "company"))
    found.write({"wake.yaml": FILE})
    found.bring("员工", STAFF)
    found.bring("客户", ROWS)
    return found


def planned(found: Company, at: str = "2026-03-31T09:00:30") -> str:
    return str(found.answer("plan", "wake", at=at)["fingerprint"])


def approved(found: Company, fingerprint: str, at: str = "2026-03-31T11:15", codes: Any = (0,)) -> Any:
    return found.answer("run", "--approve", fingerprint, at=at, codes=codes)


def test_exactly_the_plan_is_done_at_its_own_moment(found: Company) -> None:
    wanted = found.answer("plan", "wake", at="2026-03-31T09:00:30")

    (run,) = approved(found, wanted["fingerprint"])

    assert (run["state"], run["started"], run["drift"]) == ("done", 4, None)
    touched = {row["处理时间"] for row in found.exported("客户").values()}
    assert touched == {"2026-03-31T09:00:30+08:00"}
    due = wanted["records"][0]["effects"][1]["values"]["due"]
    assert {row["截止日期"] for row in found.exported("任务").values()} == {due} == {"2026-04-03"}


def test_a_guard_does_not_hold_what_was_looked_at(found: Company) -> None:
    found.write({"+workspace.yaml": "guards: {creates: {at_most: 0}}\n"})
    assert found.answer("plan", "wake", at="2026-03-31T09:00")["held"] is not None

    (run,) = approved(found, planned(found))

    assert (run["state"], run["started"]) == ("done", 4)


def test_what_differs_is_told_and_nothing_is_done(found: Company) -> None:
    fingerprint = planned(found)
    found.bring("客户", [{**ROWS[0], "编号": "C9"}])
    found.bring("客户", [{"编号": "C2", "客户层级": "C"}])
    found.bring("客户", [{"编号": "C3", "沉默唤醒次数": "5"}])

    (run,) = approved(found, fingerprint, codes=(1,))
    said = found.call("run", "--approve", fingerprint, at="2026-03-31T11:16")

    assert (run["state"], run["started"]) == ("refused", 0)
    assert run["drift"] == {"added": ["C9"], "dropped": ["C2"], "changed": ["C3"]}
    assert found.rows("enrollments") == []
    assert said.code == 1
    assert "多 1 条，少 1 条，变 1 条" in said.err
    assert said.out.splitlines()[-3:] == ["    现在才有：C9", "    现在没有了：C2", "    内容变了：C3"]


def test_what_waits_is_part_of_the_plan(found: Company) -> None:
    found.call("run", "wake", at="2026-03-30T01:00")
    found.bring("客户", [{"编号": "C1", "沉默状态": "已沉默"}])
    fingerprint = planned(found)
    found.bring("客户", [{"编号": "C2", "沉默状态": "已沉默"}])

    look, *_ = approved(found, fingerprint, codes=(1,))

    assert (look["cause"], look["state"], look["drift"]["added"]) == ("look", "refused", ["C2"])
    again = approved(found, planned(found))
    assert [(one["state"], one["woken"]) for one in again][:1] == [("done", 2)]


@pytest.mark.parametrize(
    "at, code",
    [("2026-04-01T09:01", "W675"), ("2026-03-31T08:59", "W675")],
)
def test_a_plan_holds_for_a_day(found: Company, at: str, code: str) -> None:
    said = found.call("run", "--approve", planned(found), at=at)

    assert (said.code, said.err.split()[1]) == (2, code)


def test_a_changed_file_is_another_plan(found: Company) -> None:
    fingerprint = planned(found)
    found.write({"wake.yaml": FILE.replace("in 3 days", "in 4 days")})

    said = found.call("run", "--approve", fingerprint, at="2026-03-31T10:00")

    assert (said.code, said.err.split()[1]) == (2, "W676")


@pytest.mark.parametrize("fingerprint", ["0123456789abcdef", "..", "../../model.yaml", "x" * 300])
def test_a_fingerprint_that_nobody_knows_is_wrong_usage(found: Company, fingerprint: str) -> None:
    said = found.call("run", "--approve", fingerprint)

    assert (said.code, said.err.split()[1]) == (2, "W669")
    assert found.rows("runs") == []


def test_an_empty_fingerprint_is_none(found: Company) -> None:
    said = found.call("run", "--approve", "")

    assert (said.code, "选项 --approve 后面要写一个值" in said.err) == (2, True)
    assert found.rows("runs") == []


def test_a_plan_that_cannot_be_read_any_more_is_made_anew(found: Company) -> None:
    fingerprint = planned(found)
    (found.root / ".wakeline" / "plans" / fingerprint).write_bytes(b"garbage")

    said = found.call("run", "--approve", fingerprint)

    assert (said.code, said.err.split()[1]) == (2, "W669")
    assert "读不出来了" in said.err
    assert "wakeline plan" in said.err


def test_keys_with_tabs_and_line_ends_are_kept_apart(found: Company) -> None:
    with found.place.look() as database:
        for key in ("A\tB", "A\nB"):
            database.execute(f"INSERT INTO customers (id, name, tier) VALUES ('{key}', '奇', 'A')")

    (run,) = approved(found, planned(found))

    assert (run["state"], run["started"]) == ("done", 6)


def test_a_plan_of_sample_data_cannot_be_approved(found: Company, tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    plan = found.answer("plan", "wake", "--sample", str(tmp_path / "samples"))

    assert found.call("run", "--approve", plan["fingerprint"]).code == 2


def test_a_workflow_is_not_named_beside_a_plan(found: Company) -> None:
    assert found.call("run", "wake", "--approve", planned(found)).err.split()[1] == "W677"


def test_a_folder_that_takes_no_file_still_shows_the_plan(found: Company) -> None:
    (found.root / ".wakeline").mkdir(exist_ok=True)
    (found.root / ".wakeline" / "plans").write_text("in the way", encoding="utf-8")

    assert found.call("run", "--approve", planned(found)).err.split()[1] == "W669"
    assert "--approve" not in found.call("plan", "wake").out


def test_a_held_run_is_approved_for_exactly_what_was_shown(found: Company) -> None:
    found.write({"+workspace.yaml": "guards: {creates: {at_most: 0}}\n"})
    (held,) = found.answer("run", "wake", at="2026-03-31T09:00", codes=(1,))
    found.bring("客户", [{**ROWS[0], "编号": "C9"}])
    found.bring("客户", [{"编号": "C2", "客户层级": "C"}])
    approve = ("approve", str(held["run"]), "--by", "王一", "--because", "看过")

    said = found.call(*approve, at="2026-03-31T09:30")
    waits = found.call("holds", at="2026-03-31T09:31")

    assert said.code == 1
    assert "要做的事和上次停下时列出的不一样了，有 2 条不同" in said.out
    for told in (said.out, waits.out):
        assert "    现在才有：C9\n    现在没有了：C2\n" in told
    assert found.rows("enrollments") == []
    (done,) = found.answer(*approve, at="2026-03-31T09:32")
    assert (done["state"], done["started"]) == ("done", 4)
    assert {row["record"] for row in found.rows("enrollments")} == {"C1", "C3", "C4", "C9"}
