"""`undo`: what nobody touched goes back, the rest is listed; itself a run, however often it is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, nightly
from tests.stores import SQLITE
from tests.undoing import MORNING, SILENT, furnished, records, run, sql

pytestmark = pytest.mark.usefixtures("each_store")

EVERYTHING = nightly(
    """\
actions:
  - update_field: {沉默状态: 即将沉默, 沉默唤醒次数: {add: 1}, 潜力: 12.5, 签约日期: today}
  - update_field: {沉默唤醒次数: {add: 1}, 协办人: S9}
  - add_tag: 高潜
  - create_task: {subject: "回访 {{ 客户名称 }}", to: owner, due: in 3 days}
  - create_record: {module: 联系人, fields: {客户: {field: 编号}, 姓名: 新来的}}
  - send_template: {template: 问候, to: customer, via: email}
  - notify: {to: owner, text: "看看 {{ 客户名称 }}"}
  - start_workflow: other
  - ask: {to: owner, question: 继续吗, within: 3 days}
    answers: [{answer: 是, then: [{update_field: {是否继续维护: 是}}]}]
    otherwise: [{notify: {to: owner, text: 没有答复}}]
stop_when: [{if: {field: 是否继续维护, is: 否, if_missing: no_match}, because: 不再维护}]
"""
).replace("{客户: {field: 编号}, 姓名: 新来的}", "{姓名: 新来的}")
OTHER = "id: other\nname: 另一条\nmodule: 客户\ntrigger: {when: by_hand}\nactions: [{add_tag: 决策慢}]\n"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return furnished(tmp_path)


def reasons(undone: dict[str, Any]) -> dict[str, str]:
    """What was left: the reason by record and path."""
    return {f"{one['record']} {one['path']}": one["reason"] for one in undone["items"] if not one["undone"]}


def test_a_night_that_nobody_touched_goes_back_whole(company: Company) -> None:
    company.write({"wake.yaml": EVERYTHING, "other.yaml": OTHER})
    company.done("stop-sending", "--by", "王一")
    before = records(company)
    number = run(company)
    assert records(company) != before

    planned = company.answer("undo", str(number), "--dry-run", at=MORNING)
    middle = company.place.dump()
    undone = company.answer("undo", str(number), "--by", "李四", at=MORNING)

    assert records(company) == before
    # The notice and the one beside the question stand on a colleague's page.
    assert (undone["state"], undone["left"]) == ("done", {"W689": 10})
    # Six fields, two records, a letter, the start of another workflow, the question, a wait.
    kinds = {"update": 6, "create": 2, "message": 1, "start": 1, "ask": 1, "wait": 1}
    assert undone["undone"] == {kind: 5 * count for kind, count in kinds.items()}
    assert planned["items"] == undone["items"]
    assert planned["state"] == "planned"
    assert middle != company.place.dump()
    letters = [one for one in company.rows("outbox") if one["kind"] == "message"]
    assert {(one["state"], one["answer"]["code"]) for one in letters} == {("dropped", "W682")}
    assert {one["state"] for one in company.rows("asks")} == {"withdrawn"}
    assert {(one["state"], one["reason"]) for one in company.rows("enrollments")} == {("cancelled", "W682")}
    assert {one["state"] for one in company.rows("events") if one["kind"] == "started"} == {"not_started"}


def test_what_somebody_touched_stays_and_is_listed(company: Company) -> None:
    company.write({"wake.yaml": EVERYTHING, "other.yaml": OTHER})
    company.done("stop-sending", "--by", "王一")
    number = run(company)
    tasks = {one["客户"]: key for key, one in company.exported("任务").items()}
    sql(company, "UPDATE customers SET silent = '已沉默' WHERE id = 'C1'")
    sql(company, f"UPDATE tasks SET text = '打过电话' WHERE id = '{tasks['C2']}'")
    sql(
        company,
        "UPDATE wakeline_outbox SET state = 'sent', sent_at = '2026-03-30T20:00:00Z' WHERE record = 'C3'",
    )
    sql(company, "DELETE FROM customers WHERE id = 'C4'")
    (ask,) = [one["id"] for one in company.rows("asks") if one["record"] == "C5"]
    company.done("decide", str(ask), "是", "--by", "S1", at=MORNING)

    undone = company.answer("undo", str(number), at=MORNING)

    found = reasons(undone)
    assert found["C1 actions/0/silent"] == "W684"
    assert found["C2 actions/3"] == "W687"
    assert [code for key, code in found.items() if key.startswith("C3 ")] == ["W689"] * 3
    assert {code for key, code in found.items() if key.startswith("C4 ")} == {"W685", "W689"}
    assert found["C5 actions/8"] == "W690"
    held = company.exported("客户")
    assert (held["C1"]["沉默状态"], held["C1"]["沉默唤醒次数"]) == ("已沉默", "1")
    assert set(company.exported("任务")) == {tasks["C2"]}


def test_a_field_that_the_model_gains_touches_no_task(company: Company) -> None:
    company.write({"wake.yaml": nightly("actions: [{create_task: {subject: 回访, to: owner}}]\n")})
    number = run(company)
    text = (company.root / "model.yaml").read_text("utf-8")
    company.write({"model.yaml": text.rstrip() + "\n      weight: {label: 份量, type: number}\n"})

    undone = company.answer("undo", str(number), at=MORNING)

    assert (undone["undone"], undone["left"]) == ({"create": 5}, {})


def test_tasks_are_cancelled_where_the_model_says_how(company: Company) -> None:
    """Whoever had the task on their list finds out what became of it."""
    text = (company.root / "model.yaml").read_text("utf-8")
    text = text.replace("done: {状态: 已完成}}", "cancelled: {状态: 已取消}}")
    company.write({"model.yaml": text.replace("[待办, 已完成]", "[待办, 已取消]")})
    company.write({"wake.yaml": nightly("actions: [{create_task: {subject: 回访, to: owner}}]\n")})
    number = run(company)
    tasks = {one["客户"]: key for key, one in company.exported("任务").items()}
    sql(company, f"UPDATE tasks SET text = '打过电话' WHERE id = '{tasks['C2']}'")

    planned = company.call("undo", str(number), "--dry-run", at=MORNING)
    undone = company.answer("undo", str(number), at=MORNING)
    again = company.answer("undo", str(number), at=MORNING)

    assert "取消没人动过的任务 4 条\n" in planned.out
    assert (undone["undone"], undone["left"]) == ({"cancel": 4}, {"W687": 1})
    states = {one["客户"]: one["状态"] for one in company.exported("任务").values()}
    assert states == {"C2": "待办"} | dict.fromkeys(("C1", "C3", "C4", "C5"), "已取消")
    (row,) = company.rows("journal", "--record", "C1", "--run", str(undone["run"]))
    assert (row["kind"], row["details"]["changes"]) == ("cancel", {"status": ["待办", "已取消"]})
    assert (again["state"], again["undone"]) == ("already", {})


@pytest.mark.parametrize(
    "most", ["capacity: {tasks_per_person_per_day: 3}\n", "limit: {per_owner_per_day: 3}\n"]
)
def test_what_was_taken_back_takes_nobodys_place_the_same_day(company: Company, most: str) -> None:
    text = (company.root / "model.yaml").read_text("utf-8")
    text = text.replace("done: {状态: 已完成}}", "cancelled: {状态: 已取消}}")
    company.write({"model.yaml": text.replace("[待办, 已完成]", "[待办, 已取消]")})
    is_own = most.startswith("limit")
    steps = "actions: [{create_task: {subject: 回访, to: owner}}]\n"
    company.write({"wake.yaml": nightly((most if is_own else "") + steps)})
    company.write({"+workspace.yaml": "" if is_own else most})
    number = run(company)
    first = {row["record"] for row in company.rows("enrollments")}
    company.done("undo", str(number), "--again", at=MORNING)

    (again,) = company.answer("run", "wake", at=MORNING)

    assert len(first) == 3
    second = {row["record"] for row in company.rows("enrollments") if row["run"] == again["run"]}
    assert second == first


def test_a_task_that_other_records_point_to_stays(company: Company) -> None:
    text = (company.root / "model.yaml").read_text("utf-8")
    answered = "      answered: {label: 有回应, type: yes_no}\n"
    points = "      about: {label: 任务单, type: link, to: 任务, as: 结果}\n"
    company.write({"model.yaml": text.replace(answered, answered + points)})
    company.write({"wake.yaml": nightly("actions: [{create_task: {subject: 回访, to: owner}}]\n")})
    number = run(company)
    task = min(company.exported("任务"))
    company.bring("跟进记录", [{"编号": "F1", "客户": "C1", "任务单": task}])

    undone = company.answer("undo", str(number), at=MORNING)

    assert (undone["undone"], undone["left"]) == ({"create": 4}, {"W693": 1})
    assert set(company.exported("任务")) == {task}


def test_of_two_runs_on_one_field_the_later_is_undone_first(company: Company) -> None:
    company.write(
        {
            "a.yaml": nightly("actions: [{update_field: {沉默唤醒次数: {add: 1}}}]\n", key="a"),
            "b.yaml": nightly("actions: [{update_field: {沉默唤醒次数: {add: 10}}}]\n", key="b"),
        }
    )
    before = records(company)
    first, second = run(company, "a"), run(company, "b")

    early = company.answer("undo", str(first), at=MORNING)

    assert set(reasons(early).values()) == {"W684"}
    assert {one["facts"]["by"] for one in early["items"]} == {str(second)}
    assert company.answer("undo", str(second), at=MORNING)["left"] == {}
    again = company.answer("undo", str(first), at=MORNING)
    assert (again["state"], again["undone"], again["run"]) == ("done", {"update": 5}, early["run"])
    assert records(company) == before


OWN_TASKS = """\
  tasks:
    label: 任务
    title: 主题
    table: crm_task
    key: 序号
    columns: {no: id, customer: acc, subject: title, assignee: emp, due: due_on, cost: cost}
    fields:
      no: {label: 序号, type: number}
      customer: {label: 客户, type: link, to: 客户, as: 任务}
      subject: {label: 主题, type: text}
      assignee: {label: 负责人, type: link, to: 员工, as: 任务}
      due: {label: 截止日期, type: date}
      cost: {label: 费用, type: money}
"""
OWN = (
    "tasks: {module: 任务, record: 客户, subject: 主题, to: 负责人, due: 截止日期, defaults: {费用: 12.5}}\n"
)


def keep_own_tasks(company: Company) -> None:
    """The company's tasks stand in a table of its own, which numbers them."""
    text = (company.root / "model.yaml").read_text("utf-8")
    head, rest = text[: text.index("tasks: {")], text[text.index("modules:\n") :]
    company.write({"model.yaml": head + OWN + rest[: rest.index("  tasks:\n")] + OWN_TASKS})
    is_file = company.place.path is not None
    key, number = ("INTEGER", "REAL") if is_file else ("SERIAL", "NUMERIC")
    columns = f"id {key} PRIMARY KEY, acc TEXT, title TEXT, emp TEXT, due_on TEXT, cost {number}"
    sql(company, f"CREATE TABLE crm_task ({columns}, done TEXT DEFAULT 'no')")
    sql(company, "INSERT INTO crm_task (acc, title) VALUES ('C1', '老任务')")


def test_tasks_in_a_table_of_the_company_that_counts_them_itself(company: Company) -> None:
    keep_own_tasks(company)
    task = '  - create_task: {subject: "回访 {{ 客户名称 }}", to: owner, due: in 3 days}\n'
    company.write({"wake.yaml": nightly(f"actions:\n{task}")})
    before = records(company)
    number = run(company)
    with company.place.look() as connection:
        rows = connection.execute("SELECT acc, id FROM crm_task WHERE cost = 12.5").fetchall()
    made = dict(rows)
    assert sorted(made) == ["C1", "C2", "C3", "C4", "C5"]
    sql(company, f"UPDATE crm_task SET cost = 13 WHERE id = {made['C2']}")

    undone = company.answer("undo", str(number), at=MORNING)

    assert (undone["undone"], undone["left"]) == ({"create": 4}, {"W687": 1})
    sql(company, f"DELETE FROM crm_task WHERE id = {made['C2']}")
    assert records(company) == before


KILLED = """
import os, signal, sys
from engine import undo
from engine.cli import run_command

undo.CHUNK, left = 2, [int(sys.argv[1])]
carried = undo.Undoing._carried

def carry(self, *rest):
    found = carried(self, *rest)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

undo.Undoing._carried = carry
run_command(sys.argv[2:])
"""


def test_killed_between_chunks_it_goes_on(company: Company, each_store: str) -> None:
    company.write({"wake.yaml": EVERYTHING.replace("  - start_workflow: other\n", "")})
    company.done("stop-sending", "--by", "王一")
    before = records(company)
    number = run(company)
    place = ["--workspace", str(company.root), "--at", MORNING]

    killed = subprocess.run([sys.executable, "-c", KILLED, "2", "undo", str(number), *place], check=False)
    middle = records(company)
    if each_store == SQLITE:
        company.done("undo", str(number), at=MORNING)
    else:  # a worker, or whoever runs the night, goes on with it as with any other run
        company.done("run", at=MORNING, codes=(0, 3))

    assert killed.returncode < 0
    assert middle != before
    assert records(company) == before
    (undo,) = [one for one in company.rows("runs") if one["undoes"]]
    assert (undo["state"], undo["undoes"], undo["effects"]["update"]) == ("done", number, 30)
    journal = [(one["enrollment"], one["path"]) for one in company.rows("journal", "--run", str(undo["run"]))]
    assert len(journal) == len(set(journal)) == 5 * 13


def test_a_record_that_the_database_refuses_is_listed_and_the_others_go_back(company: Company) -> None:
    company.write({"wake.yaml": SILENT})
    number = run(company)
    with company.place.look() as connection:
        if company.place.path is None:
            body = "BEGIN IF new.id = 'C3' THEN RAISE EXCEPTION 'locked'; END IF; RETURN new; END"
            connection.execute(f"CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
            when = "BEFORE UPDATE ON customers FOR EACH ROW"
            connection.execute(f"CREATE TRIGGER no {when} EXECUTE FUNCTION no()")
        else:
            when = "BEFORE UPDATE ON customers WHEN new.id = 'C3'"
            connection.execute(f"CREATE TRIGGER no {when} BEGIN SELECT RAISE(ABORT, 'locked'); END")
        connection.commit()

    undone = company.answer("undo", str(number), at=MORNING)

    assert (undone["undone"], undone["left"]) == ({"update": 4}, {"W606": 1})
    assert {one["record"] for one in undone["items"] if not one["undone"]} == {"C3"}
