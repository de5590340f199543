"""`wakeline event` and `wakeline events`: what is told from outside, once, and listed in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.company import Company, Said, activated, shipped_in, stories_in

WORKFLOW = """
id: richer
name: richer
module: 客户
trigger: {when: changed, field: 潜力}
actions: [{update_field: {潜力: {add: 1}}}]
"""

Call = Callable[..., Said]


@pytest.fixture
def company(each_store: str, tmp_path: Path) -> Company:
    """Two customers of the same potential."""
    found = Company(stories_in(tmp_path))
    found.write({"richer.yaml": WORKFLOW})
    found.bring("客户", [{"编号": key, "客户名称": key, "潜力": 100} for key in ("C1", "C2")])
    return found


@pytest.fixture
def call(company: Company) -> Call:
    return company.call


def test_an_event_of_one_key_is_noted_once(call: Call) -> None:
    first = call("event", "richer", "C1", "--key", "a1", "--data", '{"金额": 3}', "--format", "json")
    second = call("event", "richer", "C1", "--key", "a1", "--format", "json")
    call("event", "richer", "C1")
    call("event", "richer", "C1")

    told = [json.loads(out)["new"] for _, out, _ in (first, second)]
    assert told == [True, False]
    listed = json.loads(call("events", "--format", "json")[1])
    assert [(one["record"], one["kind"], one["state"]) for one in listed] == [
        ("C1", "outside", "waiting")
    ] * 3
    assert listed[-1]["details"] == {"data": {"金额": 3}}


@pytest.mark.parametrize(
    "language, noted, known, listed",
    [
        ("zh", "已记下：流程 richer，记录 C1。", "以前已经记下", "外部送来"),
        ("en", "Noted: workflow richer, record C1.", "was noted before", "from outside"),
    ],
)
def test_people_read_it_in_their_language(
    call: Call, language: str, noted: str, known: str, listed: str
) -> None:
    arguments = ("event", "richer", "C1", "--key", "a1", "--lang", language)

    assert noted in call(*arguments)[1]
    assert known in call(*arguments)[1]
    assert listed in call("events", "--lang", language)[1]


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("richer", "C9"), "W915"),
        (("poorer", "C1"), "W912"),
        (("richer", "C1", "--data", "[1]"), "W924"),
        (("richer", "C1", "--data", "{"), "W924"),
        (("richer", "C1", "--data", '{"a": 1e400}'), "W924"),
        (("richer", "C1", "--data", "[" * 9_000), "W924"),
        (("richer", "C1", "--data", '{"a": "%s"}' % ("x" * 10_000)), "W924"),
    ],
)
def test_what_is_no_event_is_refused_in_one_sentence(
    call: Call, arguments: tuple[str, ...], told: str
) -> None:
    code, _, error = call("event", *arguments)

    assert code == 2
    assert told in error
    assert json.loads(call("events", "--format", "json")[1]) == []


def started(out: str) -> list[tuple[str, str, int]]:
    return [(one["workflow"], one["cause"], one["started"]) for one in json.loads(out)]


def test_run_by_name_takes_what_has_happened_and_nothing_else(call: Call) -> None:
    assert started(call("run", "richer", "--format", "json")[1]) == []
    for record in ("C1", "C1", "C2"):
        call("event", "richer", record)

    code, out, _ = call("run", "richer", "--format", "json")

    assert code == 0
    assert started(out) == [("richer", "event", 2), ("richer", "event", 1)]  # each event is a start
    events = json.loads(call("events", "--format", "json")[1])
    assert [(one["record"], one["state"]) for one in events] == [
        ("C2", "started"),
        ("C1", "started"),
        ("C1", "started"),
    ]
    assert started(call("run", "richer", "--format", "json")[1]) == []


def test_a_workflow_that_is_run_by_name_need_not_wait_for_others_that_something_starts(
    company: Company, call: Call
) -> None:
    # given: the same change starts another workflow, which goes first in a night
    company.write({"first.yaml": WORKFLOW.replace("richer", "first") + "priority: 1\n"})
    call("run", "richer")
    company.bring("客户", [{"编号": "C1", "客户名称": "甲", "潜力": 200}])

    # when, then: the one that was named runs, the other waits for whoever runs it
    assert started(call("run", "richer", "--format", "json")[1]) == [("richer", "event", 1)]
    assert started(call("run", "first", "--format", "json")[1])[0] == ("first", "event", 1)


def test_a_change_since_the_last_look_is_among_it(company: Company, call: Call) -> None:
    call("run", "richer")  # the first look
    company.bring("客户", [{"编号": "C1", "客户名称": "甲", "潜力": 200}])

    assert started(call("run", "richer", "--format", "json")[1]) == [("richer", "event", 1)]


@pytest.mark.parametrize(
    "language, told", [("zh", "wakeline event richer 编号"), ("en", "wakeline event richer ID")]
)
def test_run_by_name_says_how_to_tell_it_what_happens(call: Call, language: str, told: str) -> None:
    code, out, _ = call("run", "richer", "--lang", language)

    assert code == 0
    assert told in out


@pytest.mark.parametrize("language, told", [("zh", "有事发生时才启动"), ("en", "what happens to a record")])
def test_plan_says_that_it_shows_what_would_happen_to_each(call: Call, language: str, told: str) -> None:
    assert told in call("plan", "richer", "--lang", language)[1]


def test_a_paused_workflow_is_not_run_by_name_and_its_events_wait(call: Call) -> None:
    call("event", "richer", "C1")
    call("pause", "richer", "--by", "王一")

    assert started(call("run", "richer", "--format", "json")[1]) == []

    call("pause", "richer", "--by", "王一", "--resume")
    assert started(call("run", "richer", "--format", "json")[1]) == [("richer", "event", 1)]


def test_a_silent_customer_that_orders_is_back_at_once(each_store: str, tmp_path: Path) -> None:
    # given: the shipped workspace with its playbook of orders, two silent customers, and a first look
    company = Company(shipped_in(tmp_path), at="2026-03-31T09:00")
    playbook = company.root / "silence" / "order-at-last.yaml"
    playbook.write_text(activated(playbook.read_text("utf-8")), "utf-8")
    company.bring("员工", [{"编号": "S1", "姓名": "王一"}])
    silent = {"客户层级": "B", "负责人": "S1"}
    one, other = {"编号": "C1", "客户名称": "甲", "沉默状态": "即将沉默"}, {"编号": "C2", "客户名称": "乙"}
    company.bring("客户", [one | silent, other | silent | {"沉默状态": "已沉默"}])
    company.done("run", "order-at-last")

    # when: one of them orders
    company.bring("订单", [{"编号": "O1", "客户": "C1", "下单日期": "2026-03-31", "金额": 3000}])
    told = company.answer("run", "order-at-last", at="2026-03-31T10:00")

    # then
    assert [(one["cause"], one["started"], one["checked"]) for one in told] == [("event", 1, 2)]
    (notice,) = company.answer("outbox", "--inbox")
    assert (notice["person"], notice["text"].startswith("甲 下单 ¥3,000.00，")) == ("S1", True)
    rows = company.exported("客户")
    assert [rows[key]["沉默状态"] for key in ("C1", "C2")] == ["正常跟进", "已沉默"]
