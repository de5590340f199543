"""Lots: who is left alone, and who gets which part of a split (LANGUAGE, Meaning 13)."""

from __future__ import annotations

import sqlalchemy as sa

from engine.by_hand import run_workflow
from engine.ledger.tables import enrollments
from engine.model.effects import EffectKind
from engine.pipeline import prepare
from tests.engine.small import HEAD, Place, files_with, workspace_with

COUNT = 200
CUSTOMERS = {
    "员工": {"S1": {"姓名": "王一"}},
    "客户": {f"C{n:03}": {"客户名称": f"客户{n}", "客户层级": "A", "负责人": "S1"} for n in range(COUNT)},
}
NOTIFY = "actions:\n  - update_field: {唤醒次数: {add: 1}}\n  - notify: {to: owner, text: 看看}\n"


def place(body: str, head: str = HEAD) -> Place:
    return Place.make(workspace_with("", files_with(body, head)), CUSTOMERS)


def kinds(found: Place) -> dict[str, list[str]]:
    """For each record what happens to it."""
    with found.session() as session:
        prepared = prepare(session, found.workspace, found.workflow)
        position = prepared.matched.positions()["id"]
        return {
            row[position]: [
                str(getattr(one, "kind", getattr(one, "reason", ""))) for one in prepared.reader.effects(row)
            ]
            for row in prepared.matched.all_rows()
        }


def left_alone(found: Place) -> set[str]:
    return {key for key, effects in kinds(found).items() if "W607" in effects}


def test_control_group_gets_field_updates_only() -> None:
    found = kinds(place(f"control_group: 25 %\n{NOTIFY}"))

    assert {tuple(effects) for effects in found.values()} == {("update", "notice"), ("update", "W607")}


def test_control_group_is_about_its_share() -> None:
    alone = left_alone(place(f"control_group: 25 %\n{NOTIFY}"))

    assert COUNT * 0.15 < len(alone) < COUNT * 0.35


def test_smaller_control_group_lies_within_a_larger_one() -> None:
    small, large = (left_alone(place(f"control_group: {share} %\n{NOTIFY}")) for share in (10, 30))

    assert small < large


def test_workflows_of_one_group_leave_the_same_records_alone() -> None:
    group = "control_group: {share: 25 %, group: 春季}\n" + NOTIFY
    own = f"control_group: 25 %\n{NOTIFY}"
    other = HEAD.replace("id: wake", "id: other")

    assert left_alone(place(group)) == left_alone(place(group, other))
    assert left_alone(place(own)) != left_alone(place(own, other))


def test_control_group_is_kept_in_the_ledger_and_told_in_the_journal() -> None:
    found = place(f"control_group: 25 %\nguard: {{at_most: 500, share: 100 %}}\n{NOTIFY}")
    alone = left_alone(found)

    with found.session() as session:
        result = run_workflow(session, found.workspace, found.workflow)
        chosen = sa.select(enrollments.c.record).where(enrollments.c.control == 1)
        kept = set(session.connection.execute(chosen).scalars())
        told = list(session.book.rows_of("journal", limit=10_000))

    assert result.state == "done"
    assert kept == alone
    assert {row["record"] for row in told if row["kind"] == "skipped"} == alone
    assert result.effects[str(EffectKind.NOTICE)] == COUNT - len(alone)


SPLIT = """\
actions:
  - split:
      - {share: 20 %, then: [{add_tag: 高潜}]}
      - {share: 30.5 %, then: [{add_tag: 低价值}]}
      - {share: 49.5 %, then: [{update_field: {沉默状态: 沉默}}]}
"""


def parts(found: Place) -> dict[str, str]:
    with found.session() as session:
        prepared = prepare(session, found.workspace, found.workflow)
        position = prepared.matched.positions()["id"]
        return {
            row[position]: next(one.path.split("/")[3] for one in prepared.reader.effects(row))
            for row in prepared.matched.all_rows()
        }


def test_every_record_falls_into_one_part_by_its_share() -> None:
    found = parts(place(SPLIT))

    assert len(found) == COUNT
    counts = [sum(part == number for part in found.values()) for number in "012"]
    for count, share in zip(counts, (0.2, 0.305, 0.495), strict=True):
        assert abs(count - COUNT * share) < COUNT * 0.1


def test_group_fixes_the_parts_for_every_workflow() -> None:
    named = SPLIT + "    group: 试验\n"
    other = HEAD.replace("id: wake", "id: other")

    assert parts(place(named)) == parts(place(named, other))
    assert parts(place(SPLIT)) != parts(place(SPLIT, other))


def test_named_step_keeps_its_parts_wherever_it_stands() -> None:
    named = SPLIT + "    name: 试验\n"
    later = named.replace("actions:\n", "actions:\n  - if: {field: 客户层级, is: B}\n    then: [{stop: x}]\n")

    assert parts(place(named)) == parts(place(later))
