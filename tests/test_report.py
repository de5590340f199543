"""`wakeline report`: the figures of real nights, counted once more from the rows that other commands list."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

TASK = "create_task: {subject: 看看, to: owner, due: in 3 days}"
LETTER = "send_template: {template: 问候, to: customer, via: email}"
FILES = {
    "wake.yaml": nightly(
        "conditions: {field: 客户层级, is: [A, B]}\n"
        "goal: {if: {field: 沉默状态, is: 已沉默}, within: 2 days}\ncontrol_group: 40 %\n"
        f"actions: [{{{TASK}}}, {{{LETTER}}}]\n"
    ),
    "more.yaml": nightly(
        f"conditions: {{field: 客户层级, is: A}}\nactions: [{{{LETTER}}}]\n", key="more", name="=更多"
    ),
    "said.yaml": nightly(
        "actions: [{create_task: {subject: '{{ 行业 }}', to: owner, due: in 3 days}}]\n",
        key="said",
        name="说行业",
    ),
    "none.yaml": nightly(
        "conditions: {field: 沉默唤醒次数, at_least: 9}\nactions: [{add_tag: 高潜}]\n",
        key="none",
        name="没有人",
    ),
}
KEYS = [f"C{number}" for number in range(1, 13)]
NIGHTS = ("2026-03-27", "2026-03-28", "2026-03-30")
LAST = "2026-03-31T09:00"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path / "company"), at=LAST)
    found.write(FILES)
    found.bring("员工", [{"编号": "S1", "姓名": "王一"}, {"编号": "S9", "姓名": "总管"}])
    found.bring("客户", [row(key) for key in KEYS])
    for number, night in enumerate(NIGHTS):
        found.bring("客户", [row(f"N{number}{each}") for each in range(3)])
        found.call("run", at=f"{night}T01:30")
    found.bring("客户", [{**row(key), "沉默状态": "已沉默"} for key in KEYS[:4]])
    found.call("run", "wake", at="2026-03-28T12:00")
    found.call("run", at="2026-03-31T01:30")
    tasks = sorted(found.exported("任务"))
    found.bring("任务", [{"编号": key, "主题": "看看", "状态": "已完成"} for key in tasks[::3]])
    return found


def row(key: str) -> dict[str, object]:
    """Every third has no industry, so that a text about it cannot be written."""
    number = int(key[1:])
    tier, industry = "ABC"[number % 3], "" if number % 3 == 0 else "阀门"
    owner = {"负责人": "S1", "邮箱": f"{key}@example.com", "邮件同意": "是"}
    return {"编号": key, "客户名称": f"样例{key}", "客户层级": tier, "行业": industry, **owner}


class Plain:
    """The same figures by counting rows one by one."""

    def __init__(self, company: Company, since: str, until: str, workflow: str = "") -> None:
        every = company.rows("runs")
        chosen = [one for one in every if since <= one["on_day"] <= until and one["cause"] != "undo"]
        self.runs = {one["run"]: one for one in chosen if workflow in {"", one["workflow"]}}
        self.journal = [one for one in company.rows("journal") if one["run"] in self.runs]
        self.letters = [one for one in company.rows("outbox") if one["run"] in self.runs]
        self.walks = [
            one
            for one in company.rows("enrollments")
            if since <= one["started_on"] <= until and workflow in {"", one["workflow"]}
        ]
        self.tasks = company.exported("任务")

    def sums(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for one in self.runs.values():
            is_ran = one["state"] not in {"due", "missed", "skipped"}
            missed = one["slots"] if one["state"] in {"missed", "skipped"} else 0
            own = (int(is_ran), one["checked"], one["matched"], one["started"], one["failed"], missed)
            before = found.setdefault(one["workflow"], [0] * len(own))
            found[one["workflow"]] = [a + b for a, b in zip(before, own, strict=True)]
        return {name: tuple(some) for name, some in found.items()}

    def effects(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for one in self.runs.values():
            found.update(one["effects"])
        return found

    def made(self) -> Counter[tuple[str, bool]]:
        return Counter(
            (one["workflow"], self.tasks[one["details"]["id"]]["状态"] == "已完成")
            for one in self.journal
            if one["kind"] == "create"
        )

    def posted(self) -> Counter[tuple[str, str]]:
        return Counter((one["channel"], one["state"]) for one in self.letters if one["kind"] == "message")

    def reasons(self) -> Counter[str]:
        return Counter(one["details"]["reason"] for one in self.journal if one["kind"] == "failed")

    def goals(self) -> Counter[tuple[str, int, bool]]:
        watched = (one for one in self.walks if one["goal_by"] is not None or one["goal_at"] is not None)
        return Counter((one["workflow"], one["control"], one["goal_at"] is not None) for one in watched)

    def touched(self, most: int) -> Counter[tuple[str, str]]:
        seen: dict[tuple[str, str], set[str]] = {}
        for one in self.journal:
            if one["kind"] in {"message", "create"}:
                day = date.fromisoformat(self.runs[one["run"]]["on_day"])
                monday = day - timedelta(days=day.weekday())
                seen.setdefault((one["record"], str(monday)), set()).add(one["workflow"])
        return Counter({key: len(some) for key, some in seen.items() if len(some) > most})


CHOSEN: tuple[tuple[str, ...], ...] = (
    ("2026-03-01", "2026-03-31"),
    ("2026-03-28", "2026-03-28"),
    ("2026-03-27", "2026-03-30", "wake"),
)


def spans(company: Company) -> Iterator[tuple[dict[str, Any], Plain]]:
    for since, until, *workflow in CHOSEN:
        told = company.answer("report", *workflow, "--since", since, "--until", until, "--most", "1")
        yield told, Plain(company, since, until, *workflow)


def test_every_figure_is_what_the_rows_say(company: Company) -> None:
    keys = ("runs", "checked", "matched", "started", "failed", "not_run")
    for told, plain in spans(company):
        assert {one["id"]: tuple(one[key] for key in keys) for one in told["workflows"]} == plain.sums()
        assert {one["code"]: one["count"] for one in told["effects"]} == {**plain.effects()}
        made = plain.made()
        assert {(one["id"], one["created"], one["done"]) for one in told["tasks"]} == {
            (name, made[name, True] + made[name, False], made[name, True]) for name, _ in made
        }
        assert {(one["channel"], one["code"]): one["count"] for one in told["letters"]} == {**plain.posted()}
        assert sum(one["count"] for one in told["failures"]) == plain.reasons().total()
        goals = plain.goals()
        assert {(one["id"], one["control"], one["started"], one["reached"]) for one in told["goals"]} == {
            (name, bool(control), goals[name, control, True] + goals[name, control, False],
             goals[name, control, True])
            for name, control, _ in goals
        }  # fmt: skip
        assert {(one["record"], one["week"]): one["workflows"] for one in told["touched"]} == {
            **plain.touched(1)
        }

    has_something_of_everything(next(spans(company))[0])
    is_told_in_words(company)


def has_something_of_everything(told: dict[str, Any]) -> None:
    """Else nothing would be compared with nothing."""
    assert {one["id"] for one in told["nobody"]} == {"none"}
    assert {one["code"] for one in told["failures"]} == {"W601"}
    assert [key for key, rows in told.items() if rows == []] == []
    assert {one["control"] for one in told["goals"]} == {True, False}
    assert sum(one["reached"] for one in told["goals"]) > 0
    assert 0 < sum(one["done"] for one in told["tasks"]) < sum(one["created"] for one in told["tasks"])
    by_day = {one["day"]: one["runs"] for one in told["course"]}
    assert len(by_day) == 31
    assert [day for day, runs in by_day.items() if runs] == [*NIGHTS, "2026-03-31"]


def test_what_was_taken_back_counts_no_more(company: Company) -> None:
    wanted = ("report", "wake", "--since", "2026-03-27", "--until", "2026-03-27")
    before = company.answer(*wanted)
    number = next(one["run"] for one in company.rows("runs") if one["workflow"] == "wake")
    company.done("undo", str(number), "--by", "王一", codes=(0, 1))
    after = company.answer(*wanted)

    assert sum(one["created"] for one in before["tasks"]) > sum(one["created"] for one in after["tasks"])
    assert [one["runs"] for one in after["workflows"]] == [one["runs"] for one in before["workflows"]]


def is_told_in_words(company: Company) -> None:
    told = company.done("report", "--since", "2026-03-27")
    assert "2026-03-27 到 2026-03-31" in told
    assert "2026-03-29" not in told  # nothing was due
    assert "“行业”是空的" in told
    assert "对照组" in told


@pytest.mark.parametrize(
    "given, code",
    [
        (("--since", "2026-04-02", "--until", "2026-04-01"), "W948"),
        (("--since", "2025-01-01", "--until", "2026-04-01"), "W948"),
        (("wak",), "W912"),
        (("--since", "gestern"), "W917"),
    ],
)
def test_what_cannot_be_told_is_refused(tmp_path: Path, given: tuple[str, ...], code: str) -> None:
    found = Company(stories_in(tmp_path / "company"), at=LAST)
    found.write({"wake.yaml": FILES["none.yaml"].replace("none", "wake")})
    said = found.call("report", *given)

    assert (said.code, code in said.err) == (2, True)


def test_a_workspace_without_a_database_has_no_figures(tmp_path: Path) -> None:
    found = Company(stories_in(tmp_path / "company"), at=LAST)

    assert "没有运行过" in found.done("report")
    assert json.loads(found.done("report", "--format", "json"))["workflows"] == []
