"""The playbook `silent-sequence` over half a year of nights, by the commands that people use.

Ten invented customers; every expected day is worked out by hand beside them. The sequence begins on Tuesday
31 March 2026 at 01:00; 90 days before that is 31 December 2025, and 180 days after that day is Monday,
29 June. Five working days from there end on Monday 6 July at 01:00.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest

from tests.company import Company, Row, shipped_in

STAFF = [
    {"编号": "S9", "姓名": "主管", "岗位": "主管"},
    {"编号": "S1", "姓名": "业务员", "岗位": "业务员", "上级": "S9"},
    {"编号": "S5", "姓名": "老客专员", "岗位": "老客运营"},
]
CUSTOMERS = {
    "K1": ("B", "2025-12-31"),  # nobody ever follows up
    "K2": ("B", "2025-12-31"),  # followed up on 2 April, re-follow done on 5 April
    "K3": ("B", "2026-01-01"),  # 89 days on 31 March, 90 on 1 April
    "K4": ("C", "2025-12-31"),  # given up on 1 July
    "K5": ("C", "2025-12-31"),  # nobody decides
    "K6": ("C", "2025-12-31"),  # kept, half an hour before the time is over
    "K7": ("B", "2025-12-31"),  # orders on 9 April, day 9
    "K8": ("C", "2025-12-31"),  # refuses on 2 April
    "K9": ("A", "2025-06-30"),  # of another tier
    "K10": ("C", "2025-12-31"),  # the key contact leaves on 5 April
}
NIGHTS = (
    *("2026-03-31", "2026-04-01", "2026-04-03", "2026-04-06", "2026-04-07", "2026-04-08", "2026-04-10"),
    *("2026-04-13", "2026-04-14", "2026-04-15", "2026-06-28", "2026-06-29", "2026-07-02", "2026-07-05"),
    *("2026-07-06", "2026-07-07"),
)


OTHERS = (
    *("presets", "care", "contact", "silence", "signals", "tiers", "warnings"),
    *("silent-*-touch.yaml", "tier-by-amount.yaml"),
)


class Office(Company):
    """The shipped workspace with this playbook alone; nights are at 01:00."""

    def by(self, day: str, module: str, rows: Sequence[Row]) -> None:
        """What is brought in the evening of a day."""
        self.bring(module, rows, at=f"{day}T18:00")

    def night(self, day: str) -> None:
        self.done("run", "silent-sequence", at=f"{day}T01:00")

    def decide(self, record: str, answer: str, at: str) -> None:
        (ask,) = [one for one in self.rows("asks") if one["record"] == record]
        self.done("decide", str(ask["id"]), answer, "--by", "主管", at=at)


Day = tuple[str, str]


class Story:
    """What the ledger and the tasks say in the end, by the night on which it happened."""

    def __init__(self, office: Office) -> None:
        self.office = office
        nights = {one["run"]: one["at"] for one in office.rows("runs")}
        self.enrollments = {one["record"]: one for one in office.rows("enrollments")}
        self.letters: dict[str, list[tuple[str, str, str]]] = {}
        for one in office.rows("outbox"):
            told = (_local(nights[one["run"]]), one["template"] or one["recipient"], one["body"])
            self.letters.setdefault(one["record"], []).append(told)
        self.asks = {one["record"]: one for one in office.rows("asks")}
        self.tasks = _tasks(office)
        self.customers = office.exported("客户")

    def sent(self, record: str) -> list[Day]:
        """Letters by template, notices by recipient, with the night."""
        return [(day, to) for day, to, _ in self.letters.get(record, [])]


def _local(instant: str) -> str:
    """01:00 in Shanghai is 17:00 of the day before in UTC."""
    found: str = next(one for one in NIGHTS if instant.startswith(_day_before(one)))
    return found


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _tasks(office: Office) -> dict[str, list[tuple[str, str, str]]]:
    """Type, due day and state of the tasks of each customer, by due day."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in office.exported("任务").values():
        found.setdefault(row["客户"], []).append((row["类型"], row["截止日期"], row["状态"]))
    return {record: sorted(some, key=lambda one: one[1]) for record, some in found.items()}


@pytest.fixture(scope="module")
def story(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    root = shipped_in(tmp_path_factory.mktemp("office"), *OTHERS)
    with Office.lasting(root, at=f"{NIGHTS[-1]}T01:00") as office:
        yield told_by(office)


def told_by(office: Office) -> Story:
    """Half a year, and what people do in it."""
    office.by("2026-03-30", "员工", STAFF)
    office.by(
        "2026-03-30",
        "客户",
        [
            {"编号": key, "客户名称": f"样例{key}", "客户层级": tier, "负责人": "S1",
             "邮箱": f"{key.lower()}@example.com", "邮件同意": "是"}
            for key, (tier, _) in CUSTOMERS.items()
        ],
    )  # fmt: skip
    office.by(
        "2026-03-30",
        "订单",
        [
            {"编号": f"O{key}", "客户": key, "下单日期": day, "金额": "100"}
            for key, (_, day) in CUSTOMERS.items()
        ],
    )

    def followed(key: str, day: str, result: str) -> None:
        row = {"编号": f"F{key}{day}", "客户": key, "跟进日期": day, "结果": result}
        office.by(day, "跟进记录", [row])

    def between(night: str) -> None:
        """What people do in the days after a night."""
        if night == "2026-04-01":
            followed("K2", "2026-04-02", "待跟进")
            followed("K8", "2026-04-02", "拒绝")
        if night == "2026-04-03":
            task = next(
                key
                for key, row in office.exported("任务").items()
                if (row["客户"], row["类型"]) == ("K2", "沉默唤醒-复跟")
            )
            office.by("2026-04-05", "任务", [{"编号": task, "状态": "已完成"}])
            contact = {"编号": "P1", "姓名": "示例·王甲一", "客户": "K10", "关键联系人": "是", "在职": "否",
                       "变动日期": "2026-04-05"}  # fmt: skip
            office.by("2026-04-05", "联系人", [contact])
        if night == "2026-04-08":
            row = {"编号": "O99", "客户": "K7", "下单日期": "2026-04-09", "金额": "3000"}
            office.by("2026-04-09", "订单", [row])
        if night == "2026-06-29":
            office.decide("K4", "放弃", "2026-07-01T09:00")
        if night == "2026-07-05":
            office.decide("K6", "继续", "2026-07-06T00:30")

    for night in NIGHTS:
        office.night(night)
        between(night)
    return Story(office)


FIRST = [("2026-03-31", "S1"), ("2026-03-31", "90 天唤醒")]
SECOND = [("2026-04-07", "S9"), ("2026-04-07", "复跟案例")]
LAST = [("2026-06-29", "180 天最后挽回"), ("2026-06-29", "S9")]


def test_who_starts_and_when(story: Story) -> None:
    started = {key: one["started_on"] for key, one in story.enrollments.items()}

    assert started == {key: "2026-03-31" for key in CUSTOMERS if key not in {"K3", "K9"}} | {
        "K3": "2026-04-01"
    }


def test_without_follow_up_the_supervisor_is_told_after_a_week_and_after_another(story: Story) -> None:
    assert story.sent("K1") == [*FIRST, *SECOND, ("2026-04-14", "S9")]
    assert story.tasks["K1"] == [
        ("沉默唤醒-首触", "2026-04-03", "待办"),
        ("沉默唤醒-复跟", "2026-04-14", "待办"),
    ]
    assert [story.customers["K1"][name] for name in ("沉默状态", "沉默唤醒次数", "最近唤醒日期")] == [
        "即将沉默",
        "2",
        "2026-04-07",
    ]
    assert story.enrollments["K1"]["state"] == "done"


def test_a_follow_up_in_time_goes_on_at_once_and_nobody_is_told(story: Story) -> None:
    assert story.sent("K2") == [*FIRST, ("2026-04-03", "复跟案例")]
    assert story.tasks["K2"] == [
        ("沉默唤醒-首触", "2026-04-03", "已完成"),  # by itself, once a follow-up was written
        ("沉默唤醒-复跟", "2026-04-10", "已完成"),
    ]
    assert story.enrollments["K2"]["ended_at"] == "2026-04-05T17:00:00Z"


def test_the_ninetieth_day_is_the_first(story: Story) -> None:
    assert story.sent("K3")[:2] == [("2026-04-01", "S1"), ("2026-04-01", "90 天唤醒")]
    assert story.sent("K3")[2:] == [("2026-04-08", "S9"), ("2026-04-08", "复跟案例"), ("2026-04-15", "S9")]


@pytest.mark.parametrize("record", ["K4", "K5", "K6"])
def test_c_customers_get_a_last_letter_after_180_days_and_the_supervisor_is_asked(
    story: Story, record: str
) -> None:
    assert story.sent(record)[:7] == [*FIRST, *SECOND, ("2026-04-14", "S9"), *LAST]
    assert story.tasks[record][-1] == ("沉默唤醒-最后挽回", "2026-07-04", "待办")
    ask = story.asks[record]
    assert (ask["person"], ask["answers"], ask["until"]) == ("S9", ["继续", "放弃"], "2026-07-05T17:00:00Z")


@pytest.mark.parametrize(
    "record, state, answer, told, fields",
    [
        ("K4", "answered", "放弃", [], ["放弃维护", "否", "2026-07-02", "低价值"]),
        ("K5", "expired", None, [("2026-07-06", "S5")], ["已沉默", "", "", ""]),
        ("K6", "answered", "继续", [], ["正常跟进", "", "", ""]),
    ],
)
def test_what_becomes_of_the_question(
    story: Story, record: str, state: str, answer: str | None, told: list[Day], fields: list[str]
) -> None:
    assert (story.asks[record]["state"], story.asks[record]["answer"]) == (state, answer)
    assert story.sent(record)[7:] == told
    row = story.customers[record]
    assert [row[name] for name in ("沉默状态", "是否继续维护", "放弃日期", "标签")] == fields
    assert story.enrollments[record]["state"] == "done"


def test_an_order_on_day_nine_is_the_goal(story: Story) -> None:
    enrollment = story.enrollments["K7"]

    assert (enrollment["state"], enrollment["goal_at"]) == ("goal", "2026-04-09T17:00:00Z")
    assert story.sent("K7") == [*FIRST, *SECOND]
    assert [story.customers["K7"][name] for name in ("沉默状态", "沉默唤醒次数")] == ["正常跟进", "0"]


@pytest.mark.parametrize(
    "record, because, ended",
    [("K8", "客户已明确拒绝", "2026-04-02"), ("K10", "关键联系人离职", "2026-04-05")],
)
def test_whoever_refuses_or_loses_the_contact_is_left_alone(
    story: Story, record: str, because: str, ended: str
) -> None:
    enrollment = story.enrollments[record]

    assert (enrollment["state"], enrollment["reason"]) == ("stopped", because)
    assert enrollment["ended_at"] == f"{ended}T17:00:00Z"  # the night after the day on which it was written
    assert story.sent(record) == FIRST


def test_another_tier_is_none_of_its_business(story: Story) -> None:
    assert "K9" not in story.enrollments
    assert story.sent("K9") == []
