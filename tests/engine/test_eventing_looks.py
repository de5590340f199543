"""Looking at what is watched: which differences between two looks are told, to whom, and when."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.ledger.tables import remembered, runs
from tests.engine.eventing_world import MORNING, NOON, STOP, TOMORROW, Company, workflow
from tests.engine.small import BASE, begun, changed

pytestmark = pytest.mark.usefixtures("each_store")

# --- looking ------------------------------------------------------------------------------------------------


def test_first_look_remembers_and_tells_nothing() -> None:
    company = Company.of(workflow("[{when: created}, {when: changed, field: 客户层级}]"))

    assert company.look() == 0
    assert company.look(NOON) == 0
    assert company.events("record") == []


def test_a_change_since_the_last_look_is_told_once() -> None:
    company = Company.of(workflow("{when: changed, field: 客户层级}"))
    company.look()
    company.change("UPDATE customers SET tier = 'A' WHERE id = 'C1'")

    assert company.look(NOON) == 1
    assert company.look(NOON) == 0
    assert company.events("workflow", "record", "kind", "depth", "origins", "at", "state") == [
        ("wake", "C1", "changed", 0, "", "2026-03-31T04:00:00Z", "waiting")
    ]
    assert company.events("details") == [
        '{"module": "customers", "field": "tier", "before": "B", "after": "A"}'
    ]


def test_there_and_back_between_two_looks_is_no_change() -> None:
    company = Company.of(workflow("{when: changed, field: 客户层级}"))
    company.look()
    company.change("UPDATE customers SET tier = 'A' WHERE id = 'C1'")
    company.change("UPDATE customers SET tier = 'B' WHERE id = 'C1'")

    assert company.look(NOON) == 0


@pytest.mark.parametrize(
    "beside, told",
    [
        ("from: B", ["C1", "C3"]),
        ("from: [A, C]", ["C2"]),
        ("to: A", ["C1", "C2"]),
        ("from: B, to: A", ["C1"]),
        ("from: A", []),
        ("to: [B, C]", ["C3"]),
    ],
)
def test_from_and_to_choose_among_changes(beside: str, told: list[str]) -> None:
    company = Company.of(workflow(f"{{when: changed, field: 客户层级, {beside}}}"))
    company.look()
    company.change("UPDATE customers SET tier = CASE id WHEN 'C3' THEN 'C' ELSE 'A' END")

    company.look(NOON)

    assert company.events("record") == told


def test_from_nothing_and_to_nothing_are_changes_but_fit_no_value() -> None:
    company = Company.of(
        workflow("{when: changed, field: 唤醒次数}", id="any"),
        workflow("{when: changed, field: 唤醒次数, to: 2}", id="to-two"),
        workflow("{when: changed, field: 唤醒次数, from: 1}", id="from-one"),
        workflow("{when: changed, field: 唤醒次数, from: 1, to: [1, 3]}", id="to-three"),
    )
    company.look()
    company.change("UPDATE customers SET wakes = CASE id WHEN 'C1' THEN NULL WHEN 'C2' THEN 20000 END")

    company.look(NOON)

    assert sorted(company.events("workflow", "record")) == [
        ("any", "C1"),
        ("any", "C2"),
        ("from-one", "C1"),
        ("to-two", "C2"),
    ]


def test_a_date_is_compared_as_a_day() -> None:
    company = Company.of(workflow("{when: changed, field: 签约日期, to: today}"))
    company.look()
    company.change("UPDATE customers SET signed = CASE id WHEN 'C1' THEN '2026-03-31' ELSE '2026-03-30' END")

    company.look(NOON)

    assert company.events("record") == ["C1"]


def test_new_records_are_told_and_a_new_one_has_not_changed() -> None:
    company = Company.of(workflow("[{when: created}, {when: changed, field: 客户层级}]"))
    company.look()
    company.bring({"客户": {"C4": {"客户名称": "丁", "客户层级": "A"}}})

    assert company.look(NOON) == 1
    assert company.events("record", "kind", "about") == [("C4", "created", None)]
    company.change("UPDATE customers SET tier = 'B' WHERE id = 'C4'")
    assert company.look(NOON) == 1
    assert company.events("kind") == ["created", "changed"]


def test_the_first_record_of_an_empty_module_is_new() -> None:
    company = Company.of(workflow("{when: created, of: 订单}"))
    company.look()
    company.bring({"订单": {"O1": {"客户": "C1", "金额": "10"}}})

    assert company.look(NOON) == 1


def test_a_deleted_record_is_forgotten_and_new_when_it_comes_back() -> None:
    company = Company.of(workflow("[{when: created}, {when: changed, field: 客户层级}]"))
    company.look()
    company.change("DELETE FROM customers WHERE id = 'C1'")
    assert company.look(NOON) == 0
    with company.session() as session:
        kept = session.connection.execute(sa.select(remembered.c.record).distinct()).scalars().all()
    assert sorted(kept) == ["", "C2", "C3"]
    company.bring({"客户": {"C1": {"客户名称": "甲", "客户层级": "A"}}})

    company.look(NOON)

    assert company.events("record", "kind") == [("C1", "created")]


def test_related_records_start_what_they_point_to_where_they_fit() -> None:
    trigger = "{when: created, of: 订单, where: {field: 金额, at_least: 100, if_missing: no_match}}"
    company = Company.of(workflow(trigger))
    company.bring({"订单": {"O0": {"客户": "C1", "金额": "900"}}})
    company.look()
    company.bring(
        {
            "订单": {
                "O1": {"客户": "C1", "金额": "100"},
                "O2": {"客户": "C2", "金额": "99"},
                "O3": {"客户": "C2"},
                "O4": {"金额": "500"},
            }
        }
    )

    company.look(NOON)
    company.change("UPDATE orders SET amount = 9990000 WHERE id = 'O2'")
    company.look(NOON)

    assert company.events("record", "about", "kind") == [("C1", "O1", "created")]


def test_a_computed_field_is_looked_at_once_a_day() -> None:
    company = Company.of(workflow("{when: changed, field: 成交额}"))
    company.look()
    company.bring({"订单": {"O1": {"客户": "C1", "金额": "100"}}})

    assert company.look(NOON) == 0
    assert company.look(TOMORROW) == 1
    assert company.events("record") == ["C1"]
    details = '{"module": "customers", "field": "total", "before": "0", "after": "1000000"}'
    assert company.events("details") == [details]


def test_a_field_behind_a_link_is_looked_at_once_a_day() -> None:
    company = Company.of(workflow("{when: changed, field: 负责人.姓名, to: 王芳}"))
    company.bring({"员工": {"S1": {"姓名": "李雷"}}, "客户": {"C1": {"负责人": "S1"}}})
    company.look()
    company.bring({"员工": {"S1": {"姓名": "王芳"}}})

    assert company.look(NOON) == 0
    assert company.look(TOMORROW) == 1
    assert company.events("record") == ["C1"]


def test_only_records_changed_lately_are_compared_within_a_day() -> None:
    files = changed(
        BASE, "model.yaml", "    owner: 负责人\n", "    owner: 负责人\n    changed_on: 最近访问\n"
    )
    company = Company.of(workflow("{when: changed, field: 客户层级}"), files=files)
    company.look()  # 09:00 in Shanghai is 01:00 in UTC
    company.change(
        "UPDATE customers SET tier = 'A', seen = CASE id WHEN 'C1' THEN '2026-03-31T00:55:00Z'"
        " WHEN 'C2' THEN '2026-03-31T00:45:00Z' END"
    )

    assert company.look(NOON) == 2
    assert company.events("record") == ["C1", "C3"]  # C3 does not say when
    assert company.look(TOMORROW) == 1
    assert company.events("record") == ["C1", "C3", "C2"]


def test_what_nobody_watches_any_more_begins_anew() -> None:
    company = Company.of(workflow("{when: changed, field: 客户层级}"))
    company.look()
    everybody = company.workspace
    company.workspace = replace(everybody, workflows=())
    company.look()
    company.workspace = everybody
    company.change("UPDATE customers SET tier = 'A' WHERE id = 'C1'")

    assert company.look(NOON) == 0


def test_a_paused_workflow_is_told_nothing() -> None:
    company = Company.of(
        workflow("{when: changed, field: 客户层级}", f"status: paused\n{STOP}"),
        workflow("{when: changed, field: 客户层级}", id="other"),
    )
    company.look()
    company.change("UPDATE customers SET tier = 'A' WHERE id = 'C1'")

    company.look(NOON)

    assert company.events("workflow") == ["other"]


def test_nothing_is_looked_at_while_a_run_goes_on() -> None:
    company = Company.of(workflow("{when: changed, field: 客户层级}"))
    company.look()
    company.change("UPDATE customers SET tier = 'A' WHERE id = 'C1'")
    with company.session() as session, session.transaction():
        begun(session.connection, "other", MORNING, lease_until="2026-03-31T01:05:00Z")

    assert company.look(NOON) == 0
    with company.session() as session, session.transaction():
        session.connection.execute(sa.update(runs).values(state="done"))
    assert company.look(NOON) == 1
