"""`simulate`: many nights on a copy, counted by hand in a company of a few customers, on every store.

The sequence is the shipped one, as in test_silent_sequence, where each expected day is worked out: it begins
on Tuesday 31 March 2026 at 01:00, 90 days after the last order; 180 days after it is Monday, 29 June.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from engine.cli import simulating
from engine.front import Desk
from tests.company import Company, Row, command, shipped_in

STAFF: list[Row] = [
    {"编号": "S9", "姓名": "主管", "岗位": "主管"},
    {"编号": "S1", "姓名": "业务一", "岗位": "业务员", "上级": "S9"},
    {"编号": "S2", "姓名": "业务二", "岗位": "业务员", "上级": "S9"},
    {"编号": "S3", "姓名": "业务三", "岗位": "业务员", "上级": "S9"},
    {"编号": "S4", "姓名": "业务四", "岗位": "业务员", "上级": "S9"},
    {"编号": "S5", "姓名": "老客专员", "岗位": "老客运营"},
]
CUSTOMERS = {
    "K1": ("B", "2025-12-31", "S1"),
    "K3": ("B", "2026-01-01", "S2"),  # 89 days on 31 March, 90 on 1 April
    "K4": ("C", "2025-12-31", "S3"),
    "K9": ("A", "2025-06-30", "S4"),  # of another tier
}
OTHERS = (
    *("presets", "care", "contact", "silence", "signals", "tiers", "warnings"),
    *("silent-*-touch.yaml", "tier-by-amount.yaml"),
)
AT = "2026-03-31T00:30"


def furnished(root: Path, responses: str = "") -> Company:
    """The shipped workspace with the sequence alone, and what people are assumed to do."""
    company = Company(shipped_in(root, *OTHERS), at=AT)
    assume(company, responses)
    for module, rows in (("员工", STAFF), ("客户", customers()), ("订单", orders())):
        company.bring(module, rows)
    return company


def customers(**more: tuple[str, str, str]) -> list[Row]:
    return [
        {"编号": key, "客户名称": f"样例{key}", "客户层级": tier, "负责人": owner,
         "邮箱": f"{key.lower()}@example.com", "邮件同意": "是"}
        for key, (tier, _, owner) in {**CUSTOMERS, **more}.items()
    ]  # fmt: skip


def orders(**more: tuple[str, str, str]) -> list[Row]:
    return [
        {"编号": f"O{key}", "客户": key, "下单日期": day, "金额": "100"}
        for key, (_, day, _) in {**CUSTOMERS, **more}.items()
    ]


def assume(company: Company, responses: str) -> None:
    """Put the assumptions of a test in place of the shipped ones."""
    path = company.root / "workspace.yaml"
    head, _, rest = path.read_text("utf-8").partition("simulation:")
    rest = rest[rest.index("\n\n") :] if "\n\n" in rest else ""
    written = f"simulation:\n  responses:\n{responses}" if responses else ""
    path.write_text(head + written + rest, "utf-8")


def played(company: Company, nights: int = 100, *arguments: str) -> Any:
    return company.answer("simulate", "silent-sequence", "--nights", str(nights), *arguments)


def by_owner(found: Any, kind: str) -> dict[str, list[str]]:
    """The nights on which each person got something of a kind, once for each."""
    nights: dict[str, list[str]] = {}
    for row in found["rows"]:
        if row["kind"] == kind:
            nights.setdefault(row["owner"], []).extend([row["night"]] * row["count"])
    return nights


# --- nobody answers ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone(each_store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Company, Any, Any]]:
    """100 nights in which nobody does anything, and what was in the database before."""
    root = shipped_in(tmp_path_factory.mktemp("alone"), *OTHERS)
    with Company.lasting(root, at=AT) as company:
        assume(company, "")
        for module, rows in (("员工", STAFF), ("客户", customers()), ("订单", orders())):
            company.bring(module, rows)
        before = company.place.dump()
        found = played(company)
        yield company, found, before


def test_nothing_is_written_and_nothing_leaves(alone: tuple[Company, Any, Any]) -> None:
    company, _, before = alone

    assert company.place.dump() == before
    assert company.rows("runs") == []
    left = {one.name.partition("-")[0] for one in (company.root / ".wakeline").glob("*")}
    assert left <= {"wakeline.db"}  # no log of what was sent, no folder of letters


def test_every_touch_lands_on_the_day_that_was_worked_out(alone: tuple[Company, Any, Any]) -> None:
    _, found, _ = alone

    assert by_owner(found, "task") == {
        "S1": ["2026-03-31", "2026-04-07"],
        "S2": ["2026-04-01", "2026-04-08"],
        "S3": ["2026-03-31", "2026-04-07", "2026-06-29"],
    }
    assert by_owner(found, "message") == by_owner(found, "task")  # a letter goes with each
    assert by_owner(found, "ask") == {"S9": ["2026-06-29"]}
    notices = by_owner(found, "notice")
    assert notices["S5"] == ["2026-07-06"]  # five working days after the question
    nobody_followed = ["2026-04-07", "2026-04-07", "2026-04-08", "2026-04-14", "2026-04-14", "2026-04-15"]
    assert notices["S9"] == nobody_followed
    assert (found["totals"], found["lived"]) == ({"task": 7, "message": 7, "notice": 10, "ask": 1}, 100)


def test_touches_by_customer_and_when_the_last_one_lands(alone: tuple[Company, Any, Any]) -> None:
    _, found, _ = alone
    steps = {(one["step"], one["kind"]): one["nights"] for one in found["landings"]}

    assert (found["customers"], found["touches"]) == (4, {"4": 2, "6": 1})
    assert steps["180 天最后挽回", "message"] == {"2026-06-29": 1}
    assert steps["沉默唤醒-最后挽回", "task"] == {"2026-06-29": 1}
    assert steps["首触", "task"] == {"2026-03-31": 2, "2026-04-01": 1}
    assert found["ended"] == [{"workflow": "silent-sequence", "state": "done", "reason": "", "count": 3}]


def test_a_person_reads_the_same_and_that_nobody_answers(alone: tuple[Company, Any, Any]) -> None:
    company, _, _ = alone
    told = company.done("simulate", "silent-sequence", "--nights", "8")

    assert "没有写：没有人完成任务、回信、下单或回答问题" in told
    assert "还在路上 3" in told
    (total,) = (line.split() for line in told.splitlines() if line.startswith("  合计"))
    assert total == ["合计", "5", "5", "5", "0"]  # until 7 April


# --- people answer ----------------------------------------------------------------------------------

BUYS = (
    "    - {to: message, share: 100 %, within: 1 day, create_record: {module: 订单, fields: {金额: 3000}}}\n"
)
REFUSES = (
    "    - {to: task, share: 100 %, within: 1 day, done: true,"
    " create_record: {module: 跟进记录, fields: {结果: 拒绝}}}\n"
)
GIVES_UP = "    - {to: ask, share: 100 %, within: 1 day, answer: 放弃}\n"


def test_an_assumed_order_is_the_goal_of_the_next_night(tmp_path: Path) -> None:
    found = played(furnished(tmp_path, BUYS), 5)

    assert by_owner(found, "message") == {"S1": ["2026-03-31"], "S2": ["2026-04-01"], "S3": ["2026-03-31"]}
    assert found["ended"] == [{"workflow": "silent-sequence", "state": "goal", "reason": "goal", "count": 3}]
    assert (found["responses"][0]["happened"], found["touches"]) == (3, {"2": 3})


def test_an_assumed_refusal_stops_the_sequence(tmp_path: Path) -> None:
    found = played(furnished(tmp_path, REFUSES), 10)

    assert found["ended"] == [
        {"workflow": "silent-sequence", "state": "stopped", "reason": "客户已明确拒绝", "count": 3}
    ]
    assert (found["totals"]["task"], found["responses"][0]["happened"]) == (3, 3)


def test_an_assumed_answer_is_taken_and_nobody_else_is_told(tmp_path: Path) -> None:
    company = furnished(tmp_path, GIVES_UP)
    # Already 180 days on 31 March: the last letter goes two weeks later, when nobody has followed up twice.
    company.bring("订单", [{"编号": "OK4", "客户": "K4", "下单日期": "2025-10-02", "金额": "100"}])
    found = played(company, 22)

    assert by_owner(found, "ask") == {"S9": ["2026-04-14"]}
    assert "S5" not in by_owner(found, "notice")  # who is told on 21 April, when nobody has decided
    assert found["responses"][0]["happened"] == 1


CALLS = """\
id: calls
name: 十天没跟进就打电话
module: 客户
status: active
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {count_of: 跟进记录, during: last 10 days, is: 0}
    - {count_of: 订单, during: last 5 days, is: 0}
once_per: day
actions:
  - create_task: {subject: 打电话, type: 拜访, to: owner}
"""
HALF = (
    "    - {to: task, share: 30 %, within: 5 days,"
    " create_record: {module: 跟进记录, fields: {结果: 待跟进}}}\n"
    "    - {every: 10 days, share: 50 %, create_record: {module: 订单, fields: {金额: 10}}}\n"
)


def test_chance_is_the_same_for_one_seed_and_for_each_customer_its_own(tmp_path: Path) -> None:
    company = furnished(tmp_path, HALF)
    (company.root / "calls.yaml").write_text(CALLS, "utf-8")
    asked = ("simulate", "calls", "--nights", "20", "--seed")
    first, again, other = (company.answer(*asked, seed) for seed in ("1", "1", "2"))
    more = {f"M{n}": ("C", "2026-01-05", "S4") for n in range(5)}
    company.bring("客户", customers(**more))
    company.bring("订单", orders(**more))
    grown = company.answer(*asked, "1")

    assert first == again
    assert first["rows"] != other["rows"]
    before, after = by_owner(first, "task"), by_owner(grown, "task")
    # Each of three colleagues has one customer; those that came later are the fourth's.
    assert all(after[owner] == before[owner] for owner in ("S1", "S2", "S3"))
    assert len(after["S4"]) > len(before["S4"])


# --- the first night is the night that runs --------------------------------------------------------


def test_the_first_night_does_what_a_run_does(tmp_path: Path) -> None:
    company = furnished(tmp_path)
    path = company.root / "silent-sequence.yaml"
    path.write_text(path.read_text("utf-8").replace("status: paused", "status: active"), "utf-8")
    found = company.answer("simulate", "--nights", "1", at="2026-03-31T01:00")
    company.done("run", at="2026-03-31T01:00")

    tasks = Counter(row["负责人"] for row in company.exported("任务").values())
    letters = company.rows("outbox")
    notices = Counter(one["recipient"] for one in letters if one["kind"] == "notice")
    owners = {key: owner for key, (_, _, owner) in CUSTOMERS.items()}
    messages = Counter(owners[one["record"]] for one in letters if one["kind"] == "message")
    for kind, done in (("task", tasks), ("notice", notices), ("message", messages)):
        assert {owner: len(nights) for owner, nights in by_owner(found, kind).items()} == done


# --- weeks that are too full --------------------------------------------------------------------------

DAILY = """\
id: daily
name: 每天一个
module: 客户
status: active
trigger: {every: day, at: "01:00"}
once_per: customer
actions:
  - create_task: {subject: 拜访, type: 拜访, to: owner}
"""


def test_a_week_holds_the_capacity_of_its_working_days(tmp_path: Path) -> None:
    company = furnished(tmp_path)
    (company.root / "daily.yaml").write_text(DAILY, "utf-8")
    path = company.root / "workspace.yaml"
    old = "capacity: {tasks_per_person_per_day: 20}"
    path.write_text(path.read_text("utf-8").replace(old, "capacity: {tasks_per_person_per_day: 1}"), "utf-8")
    company.bring("客户", customers(**{f"M{n}": ("A", "2026-01-05", "S1") for n in range(11)}))
    found = company.answer("simulate", "daily", "--nights", "30", at="2026-05-11T00:30")

    # S1 has twelve customers and gets one task a night, on Saturday and Sunday too; Monday 11 May to 22 May.
    mine = [(one["monday"], one["tasks"], one["capacity"], one["over"]) for one in found["weeks"]
            if one["person"] == "S1"]  # fmt: skip
    assert mine == [("2026-05-11", 7, 5, True), ("2026-05-18", 5, 5, False)]


def test_what_a_guard_would_hold_is_told_and_done(tmp_path: Path) -> None:
    company = furnished(tmp_path)
    (company.root / "daily.yaml").write_text(DAILY, "utf-8")
    path = company.root / "workspace.yaml"
    path.write_text(
        path.read_text("utf-8").replace("creates: {at_most: 5000,", "creates: {at_most: 3,"), "utf-8"
    )
    found = company.answer("simulate", "daily", "--nights", "2")

    assert found["held"] == [{"workflow": "daily", "guard": "creates", "nights": 1}]
    assert found["totals"]["task"] == 4
    assert "新建太多" in company.done("simulate", "daily", "--nights", "2")


# --- files ------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tables of a page by id, each as rows of texts; every tag that is met."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tags: Counter[str] = Counter()
        self.plots: list[dict[str, str | None]] = []
        self._rows: list[list[str]] | None = None
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag == "svg":
            self.plots.append(dict(attrs))
        if tag == "table":
            self._rows = self.tables[str(dict(attrs)["id"])] = []
        if tag == "tr" and self._rows is not None:
            self._rows.append([])
        if tag in {"td", "th"} and self._rows is not None:
            self._rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell and self._rows is not None:
            self._rows[-1][-1] += data


def test_page_and_table_say_what_the_data_say(tmp_path: Path) -> None:
    company = furnished(tmp_path / "w", REFUSES)
    files = [str(tmp_path / name) for name in ("out.html", "out.csv")]
    found = played(company, 10, "--html", files[0], "--csv", files[1])
    text = Path(files[0]).read_text("utf-8")
    page = Page()
    page.feed(text)

    kinds = ("task", "message", "notice", "ask")
    months = {row[0]: [int(one) for one in row[1:]] for row in page.tables["months"][1:]}
    assert months["合计"] == [found["totals"][kind] for kind in kinds]
    assert {key: row for key, row in months.items() if key != "合计"} == {
        one["month"]: [one[kind] for kind in kinds] for one in found["months"]
    }
    weeks = [[int(one) for one in row[1:]] for row in page.tables["weeks"][1:]]
    assert [sum(column) for column in zip(*weeks, strict=True)] == months["合计"]
    touched = {row[0]: int(row[1]) for row in page.tables["touches"][1:]}
    assert touched == {"0 次": 1, "1 次": 0, "2 次": 3}
    assert {row[5] for row in page.tables["landings"][1:]} == {str(one["total"]) for one in found["landings"]}
    lines = Path(files[1]).read_text("utf-8-sig").splitlines()
    assert [line.split(",") for line in lines[1:]] == [
        [str(row[name]) for name in lines[0].split(",")] for row in found["rows"]
    ]


def test_the_page_stands_alone_and_can_be_read_aloud(tmp_path: Path) -> None:
    company = furnished(tmp_path / "w", REFUSES)
    path = tmp_path / "out.html"
    company.done("simulate", "silent-sequence", "--nights", "8", "--html", str(path), "--lang", "en")
    text, page = path.read_text("utf-8"), Page()
    page.feed(text)

    assert not page.tags.keys() & {"script", "link", "img", "iframe", "object"}
    assert "http" not in text
    assert "@import" not in text
    assert '<html lang="en">' in text
    assert "prefers-color-scheme:dark" in text
    assert len(page.plots) >= 4
    assert all(one["role"] == "img" and one["aria-label"] for one in page.plots)


def test_names_on_the_page_are_only_text(tmp_path: Path) -> None:
    company = furnished(tmp_path / "w")
    company.bring("员工", [{"编号": "S1", "姓名": "<script>alert(1)</script>"}])
    path = tmp_path / "out.html"
    company.done("simulate", "silent-sequence", "--nights", "8", "--html", str(path))

    assert "<script>" not in path.read_text("utf-8")


# --- broken off, and asked for what cannot be ------------------------------------------------------


def test_one_that_is_broken_off_says_how_far_it_came_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = furnished(tmp_path / "w")
    (tmp_path / "scrap").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scrap"))
    asked = iter([False] * 40)

    @contextmanager
    def leaving() -> Iterator[Any]:
        yield lambda: next(asked, True)

    monkeypatch.setattr(simulating, "asked_to_leave", leaving)
    code, out, _ = company.call("simulate", "silent-sequence")
    data = json.loads(company.done("simulate", "silent-sequence", "--format", "json", codes=(130,)))

    assert code == 130
    assert "中途停下：180 晚只过了" in out
    assert data["lived"] == 0  # asked to leave before it began
    assert list((tmp_path / "scrap").iterdir()) == []


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("no-such",), "没有流程“no-such”"),
        (("silent-sequence", "--nights", "0"), "--nights"),
        (("silent-sequence", "--nights", "1101"), "最多 1100 晚"),
        ((), "没有启用的流程可以模拟"),
        (("monthly", "--nights", "3"), "monthly 在这 3 晚里一次也不会启动"),
    ],
)
def test_what_cannot_be_simulated_is_told_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    company = furnished(tmp_path)
    late = DAILY.replace("id: daily", "id: monthly").replace("every: day", "every: month, day: 20")
    (company.root / "monthly.yaml").write_text(late.replace("active", "paused"), "utf-8")
    code, out, err = company.call("simulate", *arguments)

    assert (code, out) == (2, "")
    assert said in err


def test_a_store_without_records_is_told(tmp_path: Path) -> None:
    company = Company(shipped_in(tmp_path, *OTHERS), at=AT)
    company.bring("员工", STAFF)

    assert "“客户”里还没有记录" in company.call("simulate", "silent-sequence").err


def test_a_response_to_a_workflow_that_is_nowhere_is_told(tmp_path: Path) -> None:
    company = furnished(tmp_path, BUYS.replace("to: message", "to: message, workflow: silent-sequense"))
    code, _, err = company.call("simulate", "silent-sequence")

    assert (code, "silent-sequense" in err, "silent-sequence”？" in err) == (2, True, True)


def test_the_shipped_assumptions_are_read_as_they_stand() -> None:
    desk = Desk(Path("workflows"), "sqlite://")

    assert [(one.to, round(one.share * 100)) for one in desk.workspace.responses] == [
        ("task", 70), ("message", 30), ("message", 3), ("ask", 80), ("", 30)
    ]  # fmt: skip


def test_help_tells_of_every_option() -> None:
    told = command("simulate", "--help").out

    assert all(option in told for option in ("--nights", "--seed", "--sample", "--csv", "--html"))
