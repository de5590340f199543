"""Runs that take events, and what becomes of the events: on a small company."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine.examples import try_examples
from engine.ledger.tables import enrollments, pauses, runs
from engine.model.diagnostics import Problems
from engine.report.effects import EffectWords
from engine.report.lists import render_rows, row_json
from engine.texts import Texts
from engine.workspace import workspace_of_sources
from tests.engine.eventing_world import COUNT, NOON, TOMORROW, Company, event, tasks, wakes, workflow
from tests.engine.small import BASE, ROOT, clock_at

pytestmark = pytest.mark.usefixtures("each_store")

# --- runs of events -----------------------------------------------------------------------------------------


def test_an_event_run_is_about_its_records_alone_and_each_event_is_a_start() -> None:
    company = Company.of(workflow("{when: changed, field: 额度}", COUNT))
    company.look()
    company.change("UPDATE customers SET \"limit\" = 10000 WHERE id IN ('C1', 'C3')")

    company.night()

    with company.session() as session:
        wanted = sa.select(enrollments.c.record, enrollments.c.once_key)
        started = sorted(map(tuple, session.connection.execute(wanted)))
    assert started == [("C1", "event:1"), ("C3", "event:2")]
    assert company.events("state", "reason") == [("started", None)] * 2

    company.change("UPDATE customers SET \"limit\" = 20000 WHERE id = 'C1'")
    company.night()  # on the same day

    assert wakes(company) == {"C1": 3, "C2": None, "C3": 1}
    with company.session() as session:
        noted = sa.select(runs.c.cause, runs.c.state, runs.c.started, runs.c.matched).order_by(runs.c.id)
        assert [tuple(row) for row in session.connection.execute(noted)] == [
            ("event", "done", 2, 2),
            ("event", "done", 1, 1),
        ]


def test_what_does_not_meet_the_conditions_has_not_started() -> None:
    body = f"conditions: {{field: 客户层级, is: A}}\n{COUNT}"
    company = Company.of(workflow("{when: changed, field: 额度}", body))
    company.look()
    company.change('UPDATE customers SET "limit" = 10000')

    company.night()

    assert set(company.events("state", "reason")) == {("not_started", "W662")}


def test_of_several_events_of_one_record_each_has_a_run() -> None:
    text = 'actions: [{create_task: {subject: "{{ event.金额 | or(0) }}", to: owner}}]\n'
    company = Company.of(workflow("{when: created, of: 订单}", text))
    company.bring(
        {"员工": {"S1": {"姓名": "李雷"}}, "客户": {"C1": {"负责人": "S1"}, "C2": {"负责人": "S1"}}}
    )
    company.look()
    company.bring(
        {
            "订单": {
                "O1": {"客户": "C1", "金额": "100"},
                "O2": {"客户": "C1", "金额": "200"},
                "O3": {"客户": "C2", "金额": "300"},
            }
        }
    )
    company.look()
    with company.queue() as queue:
        assert [(one.workflow, one.depth, one.count) for one in queue.waiting(NOON.now)] == [("wake", 0, 2)]

    company.night()

    assert tasks(company) == [("C1", "¥100.00"), ("C1", "¥200.00"), ("C2", "¥300.00")]
    first, second, third = company.events("run")
    assert first == third != second
    with company.queue() as queue:
        assert queue.waiting(NOON.now) == []


def test_conditions_may_ask_the_related_record_that_came() -> None:
    body = f"conditions: {{field: event.金额, at_least: 150}}\n{COUNT}"
    company = Company.of(workflow("{when: created, of: 订单}", body))
    company.look()
    company.bring({"订单": {"O1": {"客户": "C1", "金额": "200"}, "O2": {"客户": "C2", "金额": "100"}}})

    company.night()

    assert company.events("record", "state") == [("C1", "started"), ("C2", "not_started")]


def test_after_a_wait_event_is_still_the_record_that_came_then() -> None:
    body = """\
stop_when: [{if: {field: 客户层级, is: A}, because: x}]
actions:
  - wait: 3 days
  - create_task: {subject: "{{ event.金额 | or(0) }}", to: owner}
"""
    company = Company.of(workflow("{when: created, of: 订单}", body))
    company.bring({"员工": {"S1": {"姓名": "李雷"}}, "客户": {"C1": {"负责人": "S1"}}})
    company.look()
    company.bring({"订单": {"O1": {"客户": "C1", "金额": "100"}}})
    company.night()
    company.bring({"订单": {"O2": {"客户": "C1", "金额": "200"}}})

    company.night(clock_at("2026-04-03T13:00"))

    assert ("C1", "¥100.00") in tasks(company)


def test_events_of_a_workflow_that_rests_wait() -> None:
    company = Company.of(workflow("{when: changed, field: 额度}", COUNT))
    company.look()
    company.change("UPDATE customers SET \"limit\" = 10000 WHERE id = 'C1'")
    with company.session() as session, session.transaction():
        session.connection.execute(pauses.insert().values(workflow="wake", by="a", at="2026-03-31T01:00:00Z"))
    company.night()
    assert company.events("state") == ["waiting"]

    with company.session() as session, session.transaction():
        session.connection.execute(pauses.delete())
    company.night()

    assert company.events("state") == ["started"]


def ended(company: Company, state: str, reason: str | None = None) -> list[Any]:
    """What becomes of an event whose run, the first, has ended without being carried out."""
    with company.queue() as queue:
        queue.put([event("a")])
        queue.take("wake", 0, 1, NOON.now)
    row = {"workflow": "wake", "version": "v", "state": state, "at": "x", "on_day": "x"}
    with company.session() as session, session.transaction():
        session.connection.execute(runs.insert().values(row | {"reason": reason}))
    company.night()
    return company.events("state", "reason", "run")


@pytest.mark.parametrize("state", ["refused", "skipped", "failed", "stopped"])
def test_events_of_a_run_that_was_not_carried_out_are_settled(state: str) -> None:
    assert ended(Company.of(workflow("{when: by_hand}")), state) == [("not_started", "W665", 1)]


@pytest.mark.parametrize("code", ["W643", "W647", "W648"])
def test_events_that_a_pause_or_a_new_version_came_before_go_to_the_next_run(code: str) -> None:
    told = ended(Company.of(workflow("{when: by_hand}")), "skipped", f'{{"code": "{code}"}}')

    assert told == [("started", None, 2)]


def test_before_anything_has_come_event_is_the_newest_that_would() -> None:
    trigger = "{when: created, of: 订单, where: {field: 金额, at_least: 100, if_missing: no_match}}"
    text = 'actions: [{create_task: {subject: "{{ event.下单日期 | or(today) }}", to: owner}}]\n'
    company = Company.of(workflow(trigger, text))
    company.bring({"员工": {"S1": {"姓名": "李雷"}}, "客户": {"C1": {"负责人": "S1"}}})
    company.bring(
        {
            "订单": {
                "O1": {"客户": "C1", "金额": "100", "下单日期": "2026-03-01"},
                "O2": {"客户": "C1", "金额": "100", "下单日期": "2026-03-05"},
                "O3": {"客户": "C1", "金额": "99", "下单日期": "2026-03-09"},
            }
        }
    )

    [task] = company.effects("C1")

    assert "2026年3月5日" in str(task)


def test_an_example_is_tried_with_the_newest_related_record_as_event() -> None:
    body = """\
conditions: {field: event.金额, at_least: 100}
actions: [{update_field: {额度: {field: event.金额}}}]
tests:
  - {name: a, today: 2026-03-31, given: {客户层级: A, 订单: [{金额: 300}]}, expect: [update_field]}
  - {name: b, today: 2026-03-31, given: {客户层级: A, 订单: [{金额: 30}]}, expect: nothing}
  - {name: c, today: 2026-03-31, given: {客户层级: A}, expect: undecided}
"""
    workspace = workspace_of_sources(ROOT, {**BASE, "w.yaml": workflow("{when: created, of: 订单}", body)})

    outcomes = list(try_examples(workspace, workspace.workflows[0], Problems()))

    assert [(one.example.name, one.passed) for one in outcomes] == [("a", True), ("b", True), ("c", True)]


def test_the_list_tells_what_happened_and_why_nothing_came_of_it() -> None:
    company = Company.of(workflow("[{when: changed, field: 唤醒次数}, {when: created, of: 订单}]", COUNT))
    company.look()
    company.change("UPDATE customers SET wakes = 20000 WHERE id = 'C1'")
    company.bring({"订单": {"O1": {"客户": "C2", "金额": "1"}}})
    company.look(NOON)
    with company.session(NOON) as session:
        rows = [row_json(one, company.workspace.model) for one in session.book.rows_of("events", limit=9)]
        told = render_rows("events", rows, EffectWords(Texts.of("zh"), company.workspace, session))
        refused = [{**rows[0], "state": "refused", "reason": "W660"}]
        english = render_rows("events", refused, EffectWords(Texts.of("en"), company.workspace, session))

    by_record = {one["record"]: one["details"] for one in rows}
    assert by_record == {
        "C1": {"module": "customers", "field": "wakes", "before": 1, "after": 2},
        "C2": {"module": "orders"},
    }
    assert "唤醒次数：1 → 2" in told
    assert "新的订单 O1" in told
    assert "refused" in english
    assert "followed one another" in english


# --- the queue ----------------------------------------------------------------------------------------------


def test_an_event_comes_in_once() -> None:
    company = Company.of(workflow("{when: by_hand}"))

    with company.queue() as queue:
        assert queue.put([event("a"), event("b"), event("a")]) == 2
        assert queue.put([event("b"), event("c", "C2")]) == 1

    assert company.events("key", "record") == [("a", "C1"), ("b", "C1"), ("c", "C2")]


# --- limits -------------------------------------------------------------------------------------------------


def test_what_finds_no_place_today_is_taken_up_tomorrow() -> None:
    company = Company.of(
        workflow("{when: changed, field: 额度}", f"limit: {{per_owner_per_day: 1}}\n{COUNT}")
    )
    company.look()
    company.change('UPDATE customers SET "limit" = 10000')

    company.night(NOON)
    company.night(clock_at("2026-03-31T23:59"))

    put_off = ("waiting", "W664", "2026-03-31T16:00:00Z")
    started = ("started", None, None)
    assert company.events("record", "state", "reason", "not_before") == [
        ("C1", *started),
        ("C2", *put_off),
        ("C3", *put_off),
    ]
    with company.session() as session:
        counted = sa.select(runs.c.started, runs.c.deferred)
        assert [tuple(row) for row in session.connection.execute(counted)] == [(1, 2)]

    company.night(clock_at("2026-04-01T00:00"))
    company.night(clock_at("2026-04-02T09:00"))

    assert company.events("record", "state", "reason", "not_before") == [
        ("C1", *started),
        ("C2", *started),
        ("C3", *started),
    ]
    assert wakes(company) == {"C1": 2, "C2": 1, "C3": 1}


def test_what_is_put_off_need_not_fit_any_more_when_its_day_comes() -> None:
    body = f"limit: {{per_owner_per_day: 1}}\nconditions: {{field: 客户层级, is: [B, C]}}\n{COUNT}"
    company = Company.of(workflow("{when: changed, field: 额度}", body))
    company.look()
    company.change("UPDATE customers SET \"limit\" = 10000 WHERE id IN ('C1', 'C2')")
    company.night()

    company.change("UPDATE customers SET tier = 'A' WHERE id = 'C2'")
    company.night(TOMORROW)

    assert company.events("record", "state", "reason") == [
        ("C1", "started", None),
        ("C2", "not_started", "W662"),
    ]


def test_a_second_event_of_the_same_day_waits_beside_the_one_that_is_put_off() -> None:
    company = Company.of(
        workflow("{when: changed, field: 额度}", f"limit: {{per_owner_per_day: 1}}\n{COUNT}")
    )
    company.look()
    company.change("UPDATE customers SET \"limit\" = 10000 WHERE id IN ('C1', 'C2')")
    company.night()
    company.change("UPDATE customers SET \"limit\" = 20000 WHERE id = 'C2'")
    company.night(clock_at("2026-03-31T13:00"))
    assert company.events("state") == ["started", "waiting", "waiting"]

    company.night(TOMORROW)
    company.night(clock_at("2026-04-02T02:00"))

    assert company.events("state") == ["started"] * 3
    assert wakes(company)["C2"] == 2
