"""`tasks: done:` of the model: of whatever type its field is, a task that is done is seen, and made, so."""

from __future__ import annotations

import pytest

from tests.engine.eventing_world import Company, wakes, workflow
from tests.engine.small import BASE, changed, clock_at

pytestmark = pytest.mark.usefixtures("each_store")

FIELDS = [
    # type of the field, `done:` of the model, what is open, what is done
    ("{type: yes_no}", "是", "否", "是"),
    ("{type: choice, options: [待办, 已完成], also_options: {完成: 已完成}}", "完成", "待办", "已完成"),
    ("{type: choice, options: [待办, 已完成, 取消]}", "[已完成, 取消]", "待办", "取消"),
    ("{type: number}", "100", "99", "100"),
]
CALL = "{name: 电话, create_task: {subject: 打电话, to: owner%s}}"
DUE = "      due: {label: 截止日期, type: date}"


def company(kind: str, done: str, body: str) -> Company:
    files = changed(BASE, "model.yaml", "text: 说明}", f"text: 说明, done: {{情况: {done}}}}}")
    field = kind.replace("{", "{label: 情况, ", 1)
    files = changed(files, "model.yaml", DUE, f"{DUE}\n      status: {field}")
    made = Company.of(workflow('{every: day, at: "01:00"}', f"once_per: customer\n{body}"), files=files)
    made.bring(
        {"员工": {"S1": {"姓名": "李雷"}}, "客户": {one: {"负责人": "S1"} for one in ("C1", "C2", "C3")}}
    )
    made.night(clock_at("2026-03-31T01:00"))
    return made


def keys(place: Company) -> dict[str, str]:
    """Customer -> the task that was made for it."""
    with place.session() as session:
        rows = session.connection.exec_driver_sql("SELECT customer, id FROM tasks")
        return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("kind, done, is_open, is_done", FIELDS)
def test_a_step_sees_whether_its_task_is_done(kind: str, done: str, is_open: str, is_done: str) -> None:
    go_on = "{if: {step: 电话, is: done}, then: [{update_field: {唤醒次数: {add: 1}}}]}"
    place = company(kind, done, f"actions: [{CALL % ''}, {{wait: 1 day}}, {go_on}]\n")
    made = keys(place)
    place.bring({"任务": {made["C1"]: {"情况": is_done}, made["C2"]: {"情况": is_open}}})

    place.night(clock_at("2026-04-01T01:00"))

    assert wakes(place) == {"C1": 2, "C2": None, "C3": None}  # nothing is known of the third, so it is open


@pytest.mark.parametrize("kind, done, is_open, is_done", FIELDS)
def test_a_task_is_made_done_by_itself_once(kind: str, done: str, is_open: str, is_done: str) -> None:
    when = ", done_when: {field: 客户层级, is: A}"
    place = company(kind, done, f"actions: [{CALL % when}]\n")
    made = keys(place)
    place.bring({"任务": {made["C3"]: {"情况": is_open}}})
    place.change("UPDATE customers SET tier = 'A' WHERE id IN ('C1', 'C3')")

    place.night(clock_at("2026-04-01T01:00"))
    place.night(clock_at("2026-04-02T01:00"))

    first = is_done if "取消" not in done else "已完成"  # of several, the first is what Wakeline writes
    place.bring({"任务": {"expected": {"情况": first}}})
    with place.session() as session:
        rows = dict(map(tuple, session.connection.exec_driver_sql("SELECT id, status FROM tasks").all()))
    assert rows[made["C1"]] == rows[made["C3"]] == rows["expected"] is not None
    assert rows[made["C2"]] is None
