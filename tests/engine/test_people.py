"""Whom a step is for: what is drawn, who stands in, what later steps see of a new owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.by_hand import run_workflow
from engine.model.colleagues import Drawn
from engine.model.diagnostics import Problems
from engine.model.effects import Draft, Effect, Undone, Wanted
from engine.pipeline import prepare
from engine.plan import plan_effects
from engine.records.directory import members
from engine.shapes.people import Related, Who, read_people
from tests.engine.small import BASE, HEAD, NIGHT, Place, changed, clock_at, node_of, workspace_with

FILES = changed(
    changed(BASE, "model.yaml", "      boss:", "      duty: {label: 岗位, type: text}\n      boss:"),
    "workspace.yaml",
    "time_zone",
    "roles: {运营: {field: 岗位, is: 运营}, 空: {field: 岗位, is: 没有}}\ntime_zone",
)
STAFF = {
    "S1": {"姓名": "王一", "岗位": "运营"},
    "S2": {"姓名": "李二", "岗位": "运营"},
    "S3": {"姓名": "走三", "岗位": "运营", "在职": "否"},
    "S8": {"姓名": "主管八"},
}
Records = Mapping[str, Mapping[str, Mapping[str, str]]]


def customers(count: int, **values: str) -> dict[str, dict[str, str]]:
    return {f"C{n}": {"客户名称": f"客{n}", "客户层级": "A", **values} for n in range(1, count + 1)}


def place(actions: str, records: Records, files: Mapping[str, str] = FILES) -> Place:
    workspace = workspace_with("", {**files, "wake.yaml": f"{HEAD}actions:\n{actions}"})
    return Place.make(workspace, {"员工": STAFF, **records})


def told(found: Place, record: str, day: str = "2026-03-31T01:00") -> list[Any]:
    """What happens to a record, in short."""
    return [_short(one) for one in found.effects(record, clock_at(day))]


def _short(one: Effect | Undone) -> Any:
    if isinstance(one, Undone):
        return one.reason
    details = one.details
    return details.get("to") or details.get("changes") or details["values"]


def draft_with(actions: str, people: tuple[str, ...]) -> Draft:
    workspace = workspace_with("", {**FILES, "wake.yaml": f"{HEAD}actions:\n{actions}"})
    return plan_effects(workspace.workflows[0], workspace.model, NIGHT, lambda _: people)


def test_members_of_a_role_are_those_who_are_there() -> None:
    found = place("  - stop: x\n", {})
    staff = found.workspace.model.modules["staff"]
    reading = found.workspace.reading(staff, Problems())
    (recipient,) = read_people(node_of("{role: 运营}"), reading)

    with found.session() as session:
        assert members(session, recipient.roles[0].members) == ("S1", "S2")


@pytest.mark.parametrize("pick", ["least_loaded", "in_turn"])
def test_no_two_of_a_role_differ_by_more_than_one(pick: str) -> None:
    actions = f"  - assign: {{first_of: [{{role: 运营}}], pick: {pick}}}\n"
    found = place(actions, {"客户": customers(7)})

    owners = [told(found, f"C{n}")[0]["owner"][1] for n in range(1, 8)]

    assert sorted((owners.count("S1"), owners.count("S2"))) == [3, 4]


def test_another_one_begins_the_round_the_next_day() -> None:
    found = place("  - assign: {first_of: [{role: 运营}], pick: in_turn}\n", {"客户": customers(1)})

    first = [told(found, "C1", f"2026-03-{day}T01:00")[0]["owner"][1] for day in (28, 29, 30, 31)]

    assert first in (["S1", "S2"] * 2, ["S2", "S1"] * 2)


def test_second_draw_of_a_night_counts_the_first() -> None:
    task = "  - create_task: {subject: 回访, to: {role: 运营}}\n"
    found = place(task * 2, {"客户": customers(1)})

    assert [one["assignee"] for one in told(found, "C1")] == ["S1", "S2"]


def test_load_is_of_open_tasks() -> None:
    tasks = {"T1": {"主题": "旧", "负责人": "S1"}, "T2": {"主题": "旧", "负责人": "S1"}}
    found = place(
        "  - create_task: {subject: 回访, to: {role: 运营}}\n", {"客户": customers(3), "任务": tasks}
    )

    assert [told(found, f"C{n}")[0]["assignee"] for n in (1, 2, 3)] == ["S2", "S2", "S1"]


def test_condition_after_an_assign_sees_the_new_owner() -> None:
    found = place(
        "  - assign: {first_of: [{role: 运营}]}\n"
        "  - if: {field: 负责人, is: S1, if_missing: no_match}\n"
        "    then: [{notify: {to: owner, text: 给一}}]\n"
        "    else: [{create_task: {subject: 给二, to: supervisor}}]\n",
        {"客户": customers(2, 负责人="S8")},
    )

    assert told(found, "C1") == [{"owner": ["S8", "S1"]}, "S1"]
    assert told(found, "C2") == [{"owner": ["S8", "S2"]}, "W613"]


def test_text_of_a_task_knows_who_was_drawn() -> None:
    actions = '  - create_task: {subject: "{{ to.姓名 }}，请回访", to: {role: 运营}}\n'
    found = place(actions, {"客户": customers(2)})

    assert [told(found, f"C{n}")[0]["subject"] for n in (1, 2)] == ["王一，请回访", "李二，请回访"]


def test_who_is_there_goes_before_a_draw() -> None:
    actions = "  - assign: {first_of: [{field: 协办人}, {role: 运营}, supervisor]}\n"
    rows = customers(3)
    rows["C1"]["协办人"], rows["C2"]["协办人"] = "S8", "S3"
    found = place(actions, {"客户": rows})

    assert [told(found, f"C{n}")[0]["owner"][1] for n in (1, 2, 3)] == ["S8", "S1", "S2"]


def test_what_is_drawn_is_what_the_run_writes() -> None:
    found = place("  - assign: {first_of: [{role: 运营}]}\n", {"客户": customers(3)})
    planned = {f"C{n}": told(found, f"C{n}")[0]["owner"][1] for n in (1, 2, 3)}

    with found.session() as session:
        run_workflow(session, found.workspace, found.workflow)
        rows = session.connection.exec_driver_sql("SELECT id, owner FROM customers").fetchall()

    assert {row[0]: row[1] for row in rows} == planned


def test_deferred_records_take_no_turn() -> None:
    limit = "limit: {per_owner_per_day: 1}\n"
    files = {**FILES, "wake.yaml": f"{HEAD}{limit}actions:\n  - assign: {{first_of: [{{role: 运营}}]}}\n"}
    found = Place.make(workspace_with("", files), {"员工": STAFF, "客户": customers(3, 负责人="S8")})

    with found.session() as session:
        matched = prepare(session, found.workspace, found.workflow).matched
        column = matched.draft.late[0]
        assert isinstance(column, Wanted)
        names = matched.connection.exec_driver_sql(f"SELECT {column.name} FROM wakeline_matched ORDER BY seq")
        drawn = [name for (name,) in names]

    assert drawn == ["S1", None, None]


def test_empty_role_draws_nobody() -> None:
    draft = draft_with("  - create_task: {subject: x, to: {role: 空}}\n", ())

    assert not any(isinstance(one.operand, Drawn) for one in draft.wanted)
    assert draft.late == ()


def test_draft_with_a_draw_starts_unchanged_records_too() -> None:
    draft = draft_with("  - assign: {first_of: [{role: 运营}]}\n", ("S1",))

    assert not draft.only_updates


def test_related_records_are_read_with_their_condition() -> None:
    workspace = workspace_with("", {**FILES, "wake.yaml": f"{HEAD}actions: [{{stop: x}}]\n"})
    reading = workspace.reading(workspace.model.modules["customers"], Problems())
    node = node_of("{records: 订单, where: {field: 金额, at_least: 5, if_missing: no_match}}")

    (found,) = read_people(node, reading)

    assert found.who is Who.RECORDS
    assert not found.is_colleague
    assert isinstance(found.related, Related)
    assert (found.related.relation.name, found.related.where is None) == ("订单", False)
