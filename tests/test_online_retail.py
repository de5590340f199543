"""The shipped workflows on a real log of invoices; what they must find is counted with the csv module alone.

UCI Online Retail: 25,900 invoices of one year, to 2011-12-09, in the folder that WAKELINE_REAL_DATA names.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.front import Desk
from tests.lacks import real_data

SHIPPED = Path(__file__).parent.parent / "workflows"
NIGHT = datetime(2011, 12, 10, 1, 0)  # noqa: DTZ001 - the workspace's wall clock
TODAY = NIGHT.date()
ORDER = ["tier-by-amount", "silent-last-touch", "silent-first-touch"]
SETTINGS = """
language: en
time_zone: Europe/London
currency: GBP
fallback_person: S001
roles:
  老客运营: {field: 岗位, is: 老客运营}
  高级销售: {field: 岗位, is: 业务员}
  管理层: {field: 岗位, is: 管理层}
channels:
  email: {kind: file, path: .wakeline/outbox/email.jsonl}
guards:
  messages: {at_most: 100000, share: 100 %}
  updates: {at_most: 100000, share: 100 %}
  creates: {at_most: 100000, share: 100 %}
"""


_OTHER_PLAYBOOKS = shutil.ignore_patterns(
    ".wakeline", "samples", "presets", "tiers", "silence", "signals", "contact", "warnings", "care"
)
"""There are only customers and orders in this log, so only what asks for no more is run."""


def invoices() -> list[dict[str, str]]:
    """The invoices of known customers; cancellations stay, as orders with negative amounts."""
    with real_data("online_retail", "invoices.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["customer_id"]]


@dataclass(frozen=True)
class Expected:
    """What is known of every customer without asking the engine."""

    tier: dict[str, str]
    silent_days: dict[str, int]

    @property
    def last_touch(self) -> set[str]:
        return {
            key
            for key, days in self.silent_days.items()
            if self.tier[key] == "C" and days >= limit("C", "无订单")
        }

    @property
    def first_touch(self) -> set[str]:
        silent = {key for key, days in self.silent_days.items() if days >= limit(self.tier[key], "首触")}
        return silent - self.last_touch


@cache
def limit(tier: str, column: str) -> int:
    """A number of days of the shipped table."""
    table = YAML(typ="safe", pure=True).load((SHIPPED / "tables.yaml").read_text(encoding="utf-8"))[
        "沉默门槛"
    ]
    (row,) = [one for one in table["rows"] if one["客户层级"] == tier]
    return int(row[column].removesuffix(" days"))


def expect(rows: list[dict[str, str]]) -> Expected:
    """REQUIREMENTS 001-03: 100,000 and more is A, 30,000 and more is B, less is C; of the last 12 months."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    last: dict[str, date] = {}
    for row in rows:
        customer, day = row["customer_id"], date.fromisoformat(row["invoice_date"][:10])
        last[customer] = max(day, last.get(customer, day))
        if date(2010, 12, 11) <= day <= TODAY:
            amounts[customer] += Decimal(row["amount_gbp"])
    tier = {key: "A" if amounts[key] >= 100_000 else "B" if amounts[key] >= 30_000 else "C" for key in last}
    return Expected(tier, {key: (TODAY - day) // timedelta(days=1) for key, day in last.items()})


def write(path: Path, header: tuple[str, ...], rows: Any) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return invoices()


@pytest.fixture(scope="module")
def night(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, dict[str, Any]]:
    """A copy of the shipped workspace with the real records, after its night."""
    root = tmp_path_factory.mktemp("retail")
    shutil.copytree(SHIPPED, root, dirs_exist_ok=True, ignore=_OTHER_PLAYBOOKS)
    (root / "workspace.yaml").write_text(SETTINGS, encoding="utf-8")
    customers = sorted({row["customer_id"] for row in rows})
    orders = [
        (row["invoice_no"], row["customer_id"], row["invoice_date"][:10], row["amount_gbp"]) for row in rows
    ]
    desk = Desk(root, at=NIGHT)
    people = write(root / "c.csv", ("编号", "客户名称"), [(key, f"Customer {key}") for key in customers])
    sales = write(root / "o.csv", ("编号", "客户", "下单日期", "金额"), orders)
    assert desk.import_file("customers", people).added == len(customers)
    assert desk.import_file("orders", sales).added == len(orders)
    planned = {dry.workflow.id: (dry.counts.matched, dry.counts.undecided) for dry in desk.plan_night()}
    return desk, {"planned": planned, "ran": {one.workflow.id: result for one, result, *_ in desk.run()}}


def field(desk: Desk, label: str) -> dict[str, str]:
    path = desk.workspace.root / "out.csv"
    desk.export("customers", path, "zh")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["编号"]: row[label] for row in csv.DictReader(file)}


def test_the_log_is_the_one_its_readme_describes(rows: list[dict[str, str]]) -> None:
    assert (len({row["customer_id"] for row in rows}), len(rows)) == (4372, 25900 - 3710)


def test_every_customer_gets_the_tier_of_the_last_twelve_months(rows: Any, night: Any) -> None:
    desk, told = night

    wanted = expect(rows).tier

    assert field(desk, "客户层级") == wanted
    assert told["ran"]["tier-by-amount"].started == len(wanted)
    assert set(wanted.values()) == {"A", "B", "C"}


def test_the_night_touches_exactly_the_silent_customers(rows: Any, night: Any) -> None:
    desk, told = night

    wanted = expect(rows)

    silent = field(desk, "沉默状态")
    assert {key for key, state in silent.items() if state == "已沉默"} == wanted.last_touch
    assert {key for key, state in silent.items() if state == "即将沉默"} == wanted.first_touch
    counts = [len(wanted.tier), len(wanted.last_touch), len(wanted.first_touch)]
    assert [(one, result.started) for one, result in told["ran"].items()] == list(
        zip(ORDER, counts, strict=True)
    )
    assert min(counts) > 0


def test_the_plan_of_the_night_told_the_same_numbers(night: Any) -> None:
    _, told = night

    assert told["planned"] == {one: (result.started, 0) for one, result in told["ran"].items()}
    assert all(result.state == "done" and result.failed == 0 for result in told["ran"].values())


def test_every_touch_is_one_task_and_no_letter_leaves_without_an_address(rows: Any, night: Any) -> None:
    desk, told = night

    wanted = expect(rows)

    desk.export("tasks", desk.workspace.root / "tasks.csv", "zh")
    with (desk.workspace.root / "tasks.csv").open(encoding="utf-8-sig", newline="") as file:
        created = Counter(row["客户"] for row in csv.DictReader(file))
    assert created == Counter([*wanted.last_touch, *wanted.first_touch])
    assert not any(result.effects.get("message") for result in told["ran"].values())


def test_a_second_run_does_nothing(night: Any) -> None:
    desk, _ = night

    again = {one.workflow.id: (result.started, dict(result.effects)) for one, result, *_ in desk.run(ORDER)}

    assert again == dict.fromkeys(ORDER, (0, {}))
