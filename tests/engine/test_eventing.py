"""Looking for changes, telling those of runs, and the runs that take events: on a small company in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from engine.by_hand import run_workflow
from engine.eventing import look_for_events
from engine.examples import try_examples
from engine.ledger.events import Event, Events
from engine.ledger.tables import enrollments, events, pauses, remembered, runs
from engine.model.diagnostics import Problems
from engine.model.moments import Clock
from engine.publishing import Runnable
from engine.report.effects import EffectWords
from engine.report.lists import render_rows, row_json
from engine.shift import Clocks, Roster, Shift
from engine.texts import Texts
from engine.units import run_all, tick
from engine.workspace import workspace_of_sources
from tests.engine.small import BASE, ROOT, Place, changed, clock_at

MORNING, NOON, TOMORROW = (
    clock_at("2026-03-31T09:00"),
    clock_at("2026-03-31T12:00"),
    clock_at("2026-04-01T02:00"),
)
STOP = "actions: [{stop: x}]\n"
RECORDS = {
    "客户": {
        "C1": {"客户名称": "甲", "客户层级": "B", "唤醒次数": "1"},
        "C2": {"客户名称": "乙", "客户层级": "C"},
        "C3": {"客户名称": "丙", "客户层级": "B"},
    },
}


def workflow(trigger: str, body: str = STOP, id: str = "wake") -> str:  # noqa: A002 - as files say it
    return f"id: {id}\nname: {id}\nmodule: 客户\ntrigger: {trigger}\n{body}"


class Company(Place):
    """The small company with some workflows, as a tick sees it."""

    @classmethod
    def of(cls, *texts: str, files: dict[str, str] = BASE) -> Company:
        named = {f"w{number}.yaml": text for number, text in enumerate(texts)}
        workspace = workspace_of_sources(ROOT, {**files, **named})
        assert not workspace.has_errors, workspace.diagnostics
        made = cls.make(workspace, RECORDS)
        assert isinstance(made, Company)
        return made

    @property
    def runnables(self) -> list[Runnable]:
        return [Runnable(self.workspace, one) for one in self.workspace.workflows]

    def look(self, clock: Clock = MORNING) -> int:
        with self.session(clock) as session, session.transaction():
            return look_for_events(session, self.runnables)

    def change(self, sql: str) -> None:
        with self.session() as session, session.transaction():
            session.connection.exec_driver_sql(sql)

    def events(self, *columns: str) -> list[Any]:
        with self.session() as session:
            wanted = [events.c[one] for one in columns]
            rows = session.connection.execute(sa.select(*wanted).order_by(events.c.id)).all()
            return [row[0] if len(columns) == 1 else tuple(row) for row in rows]

    def night(self, clock: Clock = NOON) -> None:
        """A tick, and everything that it puts, with what follows from that."""
        with self.session(clock) as session:
            shift = Shift(session, Roster(self.workspace), clocks=Clocks.standing(clock.now))
            tick(shift)
            for _ in run_all(shift):
                pass

    def by_hand(self, workflow: str, clock: Clock = NOON) -> None:
        """A run that a person starts, and nothing else."""
        chosen = self.workspace.workflow(workflow)
        assert chosen is not None
        with self.session(clock) as session:
            run_workflow(session, self.workspace, chosen)

    @contextmanager
    def queue(self) -> Iterator[Events]:
        with self.session() as session, session.transaction():
            yield Events(session.connection)


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
        run = session.book.begin_run("other", "v", MORNING)
        session.book.note_run(run, lease_until="2026-03-31T01:05:00Z")

    assert company.look(NOON) == 0
    with company.session() as session, session.transaction():
        session.connection.execute(sa.update(runs).values(state="done"))
    assert company.look(NOON) == 1


# --- runs of events -----------------------------------------------------------------------------------------

TO_A = "actions: [{update_field: {客户层级: A}}]\n"
COUNT = "actions: [{update_field: {唤醒次数: {add: 1}}}]\n"


def wakes(company: Company) -> dict[str, int | None]:
    with company.session() as session:
        rows = session.connection.exec_driver_sql("SELECT id, wakes / 10000 FROM customers")
        return {row[0]: row[1] for row in rows}


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
        assert [(one.workflow, one.depth, one.count) for one in queue.waiting()] == [("wake", 0, 2)]

    company.night()

    assert tasks(company) == [("C1", "¥100.00"), ("C1", "¥200.00"), ("C2", "¥300.00")]
    first, second, third = company.events("run")
    assert first == third != second
    with company.queue() as queue:
        assert queue.waiting() == []


def tasks(company: Company) -> list[tuple[str, str]]:
    with company.session() as session:
        rows = session.connection.exec_driver_sql("SELECT customer, subject FROM tasks ORDER BY 1, 2")
        return [(row[0], row[1]) for row in rows]


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


def test_events_of_a_run_that_is_refused_are_settled() -> None:
    company = Company.of(workflow("{when: by_hand}"))
    with company.queue() as queue:
        queue.put([event("a")])
        queue.take("wake", 0, 7)
    with company.session() as session, session.transaction():
        row = {"id": 7, "workflow": "wake", "version": "v", "state": "refused", "at": "x", "on_day": "x"}
        session.connection.execute(runs.insert().values(row))

    company.night()

    assert company.events("state", "reason") == [("not_started", "W662")]


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


# --- changes by workflows -----------------------------------------------------------------------------------


def chain(*fields: str) -> list[str]:
    """Workflows each of which is started by the field that the one before it counts up."""
    return [
        workflow(
            f"{{when: changed, field: {before}}}",
            f"actions: [{{update_field: {{{after}: {{add: 1}}}}}}]\n",
            f"w-{n}",
        )
        for n, (before, after) in enumerate(pairwise(fields))
    ]


def test_what_a_run_changes_is_told_to_others_with_its_origin_and_never_twice() -> None:
    company = Company.of(
        workflow("{when: by_hand}", TO_A, "first"),
        workflow("{when: changed, field: 客户层级, to: A}", COUNT, "second"),
    )
    company.look()

    company.by_hand("first")

    assert company.events("workflow", "depth", "origins") == [("second", 1, "first")] * 3
    company.night()
    company.night(TOMORROW)
    assert company.events("state") == ["started"] * 3
    assert wakes(company) == {"C1": 2, "C2": 1, "C3": 1}


def test_a_workflow_never_starts_itself_nor_one_that_led_to_it() -> None:
    company = Company.of(
        workflow("{when: changed, field: 客户层级}", COUNT, "first"),
        workflow("{when: changed, field: 唤醒次数}", TO_A, "second"),
        workflow("{when: changed, field: 唤醒次数}", COUNT, "itself"),
    )
    company.look()
    company.change("UPDATE customers SET tier = 'C' WHERE id = 'C1'")

    company.night()

    # What `second` sets would start `first`, and what `itself` counts would start `second` and itself.
    assert sorted(company.events("workflow", "depth", "origins")) == [
        ("first", 0, ""),
        ("itself", 1, "first"),
        ("second", 1, "first"),
        ("second", 2, "first itself"),
    ]


def test_the_fifth_in_a_row_is_refused() -> None:
    files = dict(BASE)
    more = "".join(f"      n{n}: {{label: 数{n}, type: number}}\n" for n in range(6))
    files["model.yaml"] = files["model.yaml"].replace("      unused:", f"{more}      unused:", 1)
    company = Company.of(*chain("数0", "数1", "数2", "数3", "数4", "数5"), files=files)
    company.look()
    company.change("UPDATE customers SET n0 = 10000 WHERE id = 'C1'")

    company.night()

    assert company.events("workflow", "depth", "state", "reason") == [
        ("w-0", 0, "started", None),
        ("w-1", 1, "started", None),
        ("w-2", 2, "started", None),
        ("w-3", 3, "started", None),
        ("w-4", 4, "refused", "W660"),
    ]
    assert company.events("origins")[-1] == "w-0 w-1 w-2 w-3"


def test_a_record_that_a_run_creates_is_told_too() -> None:
    company = Company.of(
        workflow("{when: by_hand}", "actions: [{create_task: {subject: x, to: owner}}]\n", "first"),
        workflow("{when: created, of: 任务}", COUNT, "second"),
    )
    company.bring({"员工": {"S1": {"姓名": "李雷"}}, "客户": {"C1": {"负责人": "S1"}}})
    company.look()

    company.by_hand("first")

    told = company.events("workflow", "record", "depth", "origins")
    assert ("second", "C1", 1, "first") in told
    assert {one[0] for one in told} == {"second"}
    assert company.look(TOMORROW) == 0


def test_to_and_fro_ends_after_three_times_in_a_week() -> None:
    company = Company.of(
        workflow('{every: day, at: "01:00"}', "once_per: day\n" + TO_A, "up"),
        workflow(
            "{when: changed, field: 客户层级, to: A}",
            "actions: [{update_field: {客户层级: B}}]\n",
            "down",
        ),
    )
    company.change("DELETE FROM customers WHERE id <> 'C1'")

    for day in range(1, 7):
        company.night(clock_at(f"2026-04-0{day}T01:00"))

    assert company.events("state", "reason") == [
        *[("started", None)] * 3,
        ("refused", "W661"),
    ]


# --- the queue ----------------------------------------------------------------------------------------------


def event(key: str, record: str = "C1", **more: Any) -> Event:
    return Event(key, "wake", record, "outside", "2026-03-31T01:00:00Z", **more)


def test_an_event_comes_in_once() -> None:
    company = Company.of(workflow("{when: by_hand}"))

    with company.queue() as queue:
        assert queue.put([event("a"), event("b"), event("a")]) == 2
        assert queue.put([event("b"), event("c", "C2")]) == 1

    assert company.events("key", "record") == [("a", "C1"), ("b", "C1"), ("c", "C2")]


def test_a_run_that_never_began_gives_its_events_back() -> None:
    company = Company.of(workflow("{when: by_hand}"))
    with company.queue() as queue:
        queue.put([event("a"), event("b", "C2", depth=1)])
        assert queue.take("wake", 0, 7) == 1
        queue.give_back(7)

        assert [(one.depth, one.count) for one in queue.waiting()] == [(0, 1), (1, 1)]
