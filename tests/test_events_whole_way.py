"""The playbooks that something starts, over three days of a small company, by the commands that people use.

Tuesday, 31 March 2026, 09:00 is the first look. At 10:00 orders, visits, tickets and changed customers are
there, at 17:00 another ticket, on Wednesday another visit. Working hours are 09:00 to 12:00 and 13:30 to
18:00; every expected moment is worked out by hand.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.company import SHIPPED, Company, Row, activated, write_files
from tests.stores import POSTGRES

pytestmark = pytest.mark.parametrize("each_store", [POSTGRES], indirect=True)
"""On the server alone: events on both databases are tried in test_events_command and test_eventing_*."""

PLAYBOOKS = {
    "tier-on-order": "tiers/tier-on-order.yaml",
    "tier-up-to-a": "tiers/tier-up-to-a.yaml",
    "stop-rule": "silence/stop-rule.yaml",
    "order-at-last": "silence/order-at-last.yaml",
    "hot-lead": "signals/hot-lead.yaml",
    "signal-alert": "signals/signal-alert.yaml",
    "first-response": "signals/first-response.yaml",
    "inquiry-follow-up": "signals/inquiry-follow-up.yaml",
    "first-order-sequence": "care/first-order-sequence.yaml",
    "risk-rising": "warnings/risk-rising.yaml",
}
FILES = ("workspace.yaml", "model.yaml", "scores.yaml", "tables.yaml", "calendar.yaml", "templates")
END = "2026-04-03T10:00"


class Office(Company):
    """A workspace in which somebody watches."""

    def watch(self, at: str) -> None:
        """One round of whoever watches."""
        self.done("start", "--once", at=at)


def playbooks_in(root: Path, *names: str) -> Path:
    """The shipped files of these playbooks, all active, and nothing else that would act."""
    for name in FILES:
        copy = shutil.copytree if (SHIPPED / name).is_dir() else shutil.copy
        copy(SHIPPED / name, root / name)
    shipped = {name: (SHIPPED / PLAYBOOKS[name]).read_text("utf-8") for name in names}
    write_files(root, {f"{name}.yaml": activated(text) for name, text in shipped.items()})
    return root


STAFF = [
    {"编号": "S001", "姓名": "总管", "岗位": "主管"},
    {"编号": "S9", "姓名": "主管", "岗位": "主管"},
    {"编号": "S1", "姓名": "业务员", "岗位": "业务员", "上级": "S9"},
    {"编号": "S5", "姓名": "客服", "岗位": "客服", "上级": "S9"},
    {"编号": "S8", "姓名": "总经理", "岗位": "管理层"},
]
CUSTOMERS: dict[str, Row] = {
    "K1": {"客户层级": "B"},  # 60,000 in January, 40,000 now: 100,000 is A
    "K2": {},  # comes on Tuesday, without a tier, with a first order of 100,000
    "K3": {"客户层级": "C"},  # 29,999.99 now: one cent is missing for B
    "K4": {"客户层级": "B", "沉默状态": "即将沉默", "沉默唤醒次数": "2", "最近唤醒日期": "2026-03-17"},
    "K5": {"客户层级": "B", "沉默状态": "即将沉默", "沉默唤醒次数": "2", "最近唤醒日期": "2026-03-18"},
    "K6": {"客户层级": "B"},  # three letters opened, a product page now, after one on 20 March
    "K7": {"客户层级": "A", "战略客户": "是"},  # visits, but has a manager of its own
    "K8": {"客户层级": "C"},  # visits on Tuesday and on Wednesday
    "K9": {"客户层级": "C", "邮箱": "k9@example.com", "邮件同意": "是"},  # asks, and nobody answers
    "K10": {"客户层级": "C"},  # asks, and is talked to within the hour
    "K11": {"客户层级": "B", "标签": "价格敏感型"},  # middle risk; on Tuesday a competitor comes in
    "K12": {"客户层级": "C", "竞品进入": "是"},  # high risk; on Tuesday the competitor is gone
    "K13": {"客户层级": "B", "沉默状态": "已沉默", "沉默唤醒次数": "2"},  # silent, orders 500 on Tuesday
    "K14": {"客户层级": "C"},  # asks an hour before the evening
}
OPENED = [("2026-02-20", "是"), ("2026-03-10", "是"), ("2026-03-25", "是")]


def order(key: str, customer: str, day: str, amount: str) -> Row:
    return {"编号": key, "客户": customer, "下单日期": day, "金额": amount}


def visit(key: str, customer: str, day: str, page: str) -> Row:
    return {"编号": key, "客户": customer, "访问日期": day, "页面": page}


def ticket(key: str, customer: str, kind: str = "咨询") -> Row:
    return {"编号": key, "标题": f"问题{key}", "客户": customer, "类型": kind, "处理人": "S1",
            "提交日期": "2026-03-31"}  # fmt: skip


def customer(key: str) -> Row:
    return {"编号": key, "客户名称": f"样例{key}", "负责人": "S1", **CUSTOMERS[key]}


def before(office: Office) -> None:
    """What is there when somebody looks for the first time, which starts nobody."""
    at = "2026-03-30T18:00"
    office.bring("员工", STAFF, at)
    office.bring("客户", [customer(key) for key in CUSTOMERS if key != "K2"], at)
    past = [("K1", "2026-01-10", "60000"), ("K4", "2025-09-30", "100"), ("K5", "2025-09-30", "100"),
            ("K13", "2025-06-30", "40000"), ("K11", "2025-11-02", "35000"), ("K6", "2025-11-02", "35000"),
            ("K4", "2025-04-10", "30000"), ("K5", "2025-04-10", "30000")]  # fmt: skip
    office.bring("订单", [order(f"O{n}", *one) for n, one in enumerate(past)], at)
    letters = [{"编号": f"E{n}", "客户": "K6", "发送日期": day, "已打开": opened}
               for n, (day, opened) in enumerate(OPENED)]  # fmt: skip
    office.bring("邮件记录", letters, at)
    office.bring("网页访问", [visit("V1", "K6", "2026-03-20", "产品页")], at)


def tuesday(office: Office) -> None:
    at = "2026-03-31T09:55"
    office.bring("客户", [customer("K2")], at)
    counters = [{"编号": key, "沉默唤醒次数": "3"} for key in ("K4", "K5")]
    office.bring("客户", counters, at)
    office.bring("客户", [{"编号": "K11", "竞品进入": "是"}, {"编号": "K12", "竞品进入": "否"}], at)
    orders = [("K1", "40000"), ("K2", "100000"), ("K3", "29999.99"), ("K13", "500")]
    office.bring("订单", [order(f"N{key}", key, "2026-03-31", amount) for key, amount in orders], at)
    visits = [("K6", "产品页"), ("K7", "产品页"), ("K8", "活动报名")]
    office.bring("网页访问", [visit(f"N{key}", key, "2026-03-31", page) for key, page in visits], at)
    office.bring("工单", [ticket("T9", "K9"), ticket("T10", "K10"), ticket("T8", "K8", "售后")], at)


NIGHT, WEDNESDAY = "2026-04-01 01:00", "2026-04-01 10:00"
FIRST, TEN, EVENING = "2026-03-31 09:00", "2026-03-31 10:00", "2026-03-31 17:00"


class Days:
    """Three days of the company, and what the ledger and the records say in the end."""

    def __init__(self, office: Office) -> None:
        before(office)
        office.watch("2026-03-31T09:00")
        tuesday(office)
        office.watch("2026-03-31T10:00")
        talk = {"编号": "F1", "客户": "K10", "跟进日期": "2026-03-31", "结果": "待跟进"}
        office.bring("跟进记录", [talk], "2026-03-31T11:00")
        for at in ("2026-03-31T11:59", "2026-03-31T12:00"):
            office.watch(at)
        office.bring("工单", [ticket("T14", "K14")], "2026-03-31T16:59")
        for at in ("2026-03-31T17:00", "2026-04-01T01:00"):
            office.watch(at)
        office.bring("网页访问", [visit("W8", "K8", "2026-04-01", "价格页")], "2026-04-01T09:00")
        for at in ("2026-04-01T09:59", "2026-04-01T10:00", "2026-04-02T01:00", "2026-04-03T09:59", END):
            office.watch(at)
        self.runs = {one["run"]: one for one in office.rows("runs")}
        self.enrollments = office.rows("enrollments")
        self.notices = office.rows("outbox", "--inbox")
        self.letters = [(one["record"], one["template"], local(self.runs[one["run"]]["at"]))
                        for one in office.rows("outbox") if one["template"]]  # fmt: skip
        self.customers = office.exported("客户")
        self.tasks = {(row["客户"], row["主题"], row["负责人"], row["截止日期"])
                      for row in office.exported("任务").values()}  # fmt: skip

    def started(self, workflow: str) -> list[tuple[str, str]]:
        """Records with the moment at which they started, in order."""
        mine = [one for one in self.enrollments if one["workflow"] == workflow]
        return sorted((one["record"], local(self.runs[one["run"]]["at"])) for one in mine)

    def told(self, workflow: str, person: str) -> list[tuple[str, str]]:
        """The customers of whom a workflow has told somebody, and when."""
        mine = [one for one in self.notices if self.runs[one["run"]]["workflow"] == workflow]
        return [
            (key, local(one["at"]))
            for one in mine
            if one["person"] == person
            for key in re.findall(r"样例(K\d+)", one["text"])  # a run tells a person everything in one notice
        ]


def local(instant: str) -> str:
    """Of UTC: the time in Shanghai, eight hours later."""
    return (datetime.fromisoformat(instant) + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


@pytest.fixture(scope="module")
def days(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    root = playbooks_in(tmp_path_factory.mktemp("office"), *PLAYBOOKS)
    with Office.lasting(root, at=END) as office:
        yield Days(office)


def test_nobody_starts_at_the_first_look_nor_a_second_time_at_night(days: Days) -> None:
    moments = {local(days.runs[one["run"]]["at"]) for one in days.enrollments}
    started = [(one["workflow"], one["record"]) for one in days.enrollments]

    assert moments == {TEN, EVENING, NIGHT}
    assert len(started) == len(set(started)) > 0


def test_an_order_changes_the_tier_at_once_and_a_cent_less_does_not(days: Days) -> None:
    """001-20: the amount has changed, so the tier follows, upwards too, and of those who have none yet."""
    assert days.started("tier-on-order") == [("K1", TEN), ("K2", TEN)]
    assert [days.customers[key]["客户层级"] for key in ("K1", "K2", "K3")] == ["A", "A", "C"]


def test_whoever_rises_is_visited_because_of_the_order(days: Days) -> None:
    """001-20: one workflow after the other in one round; a first tier is no rise."""
    assert days.started("tier-up-to-a") == [("K1", TEN)]
    assert days.told("tier-up-to-a", "S9") == [("K1", TEN)]
    assert ("K1", "升为 A 类，首次拜访：样例K1", "S1", "2026-04-08") in days.tasks


def test_the_limit_gives_up_when_the_counter_changes_or_when_two_weeks_are_over(days: Days) -> None:
    """000-33: last woken on 17 March it is 14 days on Tuesday, woken on the 18th at night."""
    given_up = {key: [days.customers[key][name] for name in ("沉默状态", "是否继续维护", "放弃日期", "标签")]
                for key in ("K4", "K5")}  # fmt: skip

    assert days.started("stop-rule") == [("K4", TEN), ("K5", NIGHT)]
    assert given_up == {
        "K4": ["放弃维护", "否", "2026-03-31", "低价值"],
        "K5": ["放弃维护", "否", "2026-04-01", "低价值"],
    }


def test_a_second_product_page_is_called_within_48_hours(days: Days) -> None:
    """001-13: three opened in a row and two visits: tagged, and a task for a call, from this visit on."""
    assert days.started("hot-lead") == [("K6", TEN)]
    assert days.customers["K6"]["标签"] == "高潜"
    assert ("K6", "48 小时内电话沟通：样例K6", "S1", "2026-04-02") in days.tasks


def test_owners_are_told_of_visits_of_b_and_c_once_a_week(days: Days) -> None:
    """001-14: not of the A customer's, nor of the one on the day after."""
    assert days.told("signal-alert", "S1") == [("K6", TEN), ("K8", TEN)]


def test_the_supervisor_is_told_after_two_working_hours_without_response(days: Days) -> None:
    """002-11: from 10:00 to noon; from 17:00 an hour, and another one on the next morning."""
    assert days.started("first-response") == [("T10", TEN), ("T14", EVENING), ("T9", TEN)]
    assert days.told("first-response", "S1") == [("K10", TEN), ("K9", TEN), ("K14", EVENING)]
    assert days.told("first-response", "S9") == [("K9", "2026-03-31 12:00"), ("K14", WEDNESDAY)]


def test_without_reply_a_case_and_an_expert_follow_after_three_working_days(days: Days) -> None:
    """002-12: nothing for the one who was talked to, and nothing yet for the one of the evening."""
    asked = {
        one["record"]: one["state"] for one in days.enrollments if one["workflow"] == "inquiry-follow-up"
    }

    assert days.letters == [("K9", "咨询案例", "2026-04-03 10:00")]
    assert {one for one in days.tasks if one[1].startswith("约专家")} == {
        ("K9", "约专家通话：样例K9", "S1", "2026-04-08")  # 6 April is a holiday
    }
    assert asked == {"K9": "waiting", "K10": "done", "K14": "waiting"}


def test_the_first_order_begins_ninety_days_of_care(days: Days) -> None:
    """004-13: of the two who had not ordered before; the one who came back has another workflow."""
    assert days.started("first-order-sequence") == [("K2", TEN), ("K3", TEN)]
    assert {one for one in days.tasks if one[1].startswith("上手引导")} == {
        ("K2", "上手引导：样例K2", "S1", "2026-04-03"),
        ("K3", "上手引导：样例K3", "S1", "2026-04-03"),
    }
    assert days.started("order-at-last") == [("K13", TEN)]


def test_a_risk_that_rises_brings_management_in_and_one_that_falls_nobody(days: Days) -> None:
    """002-07: worked out, it is compared with the day before at the first look of a day."""
    assert days.started("risk-rising") == [("K11", NIGHT)]
    assert {one for one in days.tasks if "风险" in one[1]} == {
        ("K11", "高风险，管理层上门：样例K11", "S8", "2026-04-09")
    }
    assert days.told("risk-rising", "S1") == days.told("risk-rising", "S9") == [("K11", NIGHT)]


# --- one after the other ------------------------------------------------------------------------------------

FOLLOWERS = {  # each starts by what the one before it has changed
    "planned": ("{when: created, of: 任务}", "update_field: {客户阶段: 老客户}"),
    "staged": ("{when: changed, field: 客户阶段}", "update_field: {挽回计划: 复核}"),
    "too-far": ("{when: changed, field: 挽回计划}", "update_field: {规模: 大型}"),
}


def test_a_chain_that_an_order_begins_ends_after_three_and_nobody_takes_it_up_again(
    each_store: str, tmp_path: Path
) -> None:
    # given: an order leads to a tier, the tier to a visit, and three more follow
    office = Office(playbooks_in(tmp_path, "tier-on-order", "tier-up-to-a"), at=END)
    for name, (trigger, action) in FOLLOWERS.items():
        text = f"id: {name}\nname: {name}\nmodule: 客户\ntrigger: {trigger}\nactions: [{{{action}}}]\n"
        office.write({f"{name}.yaml": text})
    office.bring("员工", STAFF, "2026-03-30T18:00")
    office.bring("客户", [customer("K1")], "2026-03-30T18:00")
    office.bring("订单", [order("O1", "K1", "2026-01-10", "60000")], "2026-03-30T18:00")
    office.watch("2026-03-31T09:00")

    # when
    office.bring("订单", [order("O2", "K1", "2026-03-31", "40000")], "2026-03-31T09:55")
    for at in ("2026-03-31T10:00", "2026-03-31T10:01", "2026-04-01T01:00", "2026-04-02T01:00"):
        office.watch(at)

    # then
    events = [(one["workflow"], one["depth"], one["state"], one["reason"]) for one in office.rows("events")]
    assert events == [
        ("tier-on-order", 0, "started", None),
        ("tier-up-to-a", 1, "started", None),
        ("planned", 2, "started", None),
        ("staged", 3, "started", None),
        ("too-far", 4, "refused", "W660"),
    ]
    row = office.exported("客户")["K1"]
    assert [row[name] for name in ("客户层级", "客户阶段", "挽回计划", "规模")] == ["A", "老客户", "复核", ""]
    refused = [one for one in office.rows("outbox", "--inbox") if one["person"] == "S001"]
    assert len(refused) == 1
    assert "too-far" in refused[0]["text"]
