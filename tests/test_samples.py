"""The sample records: reproducible, consistent, harmless and shaped as the demo needs them."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.workspace import open_workspace

SAMPLES = Path(__file__).parents[1] / "workflows" / "samples"
NAMES = (
    "staff", "customers", "contacts", "orders", "followups", "opportunities", "visits", "emails", "tickets",
    "payments", "surveys", "tasks",
)  # fmt: skip
TODAY = date(2026, 4, 1)
RESERVED = re.compile(r"[a-z0-9]+@(example\.(com|org|net)|[a-z0-9]+\.example)")

Row = dict[str, str]
Tables = dict[str, list[Row]]


@pytest.fixture(scope="module")
def tables() -> Tables:
    found = {}
    for name in NAMES:
        with (SAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found[name] = list(csv.DictReader(file))
    return found


def generate(folder: Path, *options: str) -> None:
    command = [sys.executable, "-B", str(SAMPLES / "generate.py"), "--out", str(folder), *options]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "7"})


def days_since(rows: list[Row], field: str) -> dict[str, int]:
    """Days from each customer's latest row to TODAY."""
    latest: dict[str, date] = {}
    for row in rows:
        day = date.fromisoformat(row[field])
        latest[row["客户"]] = max(day, latest.get(row["客户"], day))
    return {customer: (TODAY - day).days for customer, day in latest.items()}


def advised_tiers(tables: Tables) -> dict[str, str]:
    turnover: dict[str, Decimal] = defaultdict(Decimal)
    for row in tables["orders"]:
        if row["下单日期"] > "2025-04-01":
            turnover[row["客户"]] += Decimal(row["金额"])
    sums = {row["编号"]: turnover[row["编号"]] for row in tables["customers"]}
    return {key: "A" if total >= 100000 else "B" if total >= 30000 else "C" for key, total in sums.items()}


def share(rows: list[Row], chosen: list[Row]) -> float:
    return len(chosen) / len(rows)


def test_default_arguments_give_the_committed_bytes(tmp_path: Path) -> None:
    generate(tmp_path)

    for name in NAMES:
        assert (tmp_path / f"{name}.csv").read_bytes() == (SAMPLES / f"{name}.csv").read_bytes(), name


def test_another_seed_gives_other_customers(tmp_path: Path) -> None:
    generate(tmp_path / "a", "--customers", "20")
    generate(tmp_path / "b", "--customers", "20", "--seed", "7")

    assert (tmp_path / "a" / "customers.csv").read_bytes() != (tmp_path / "b" / "customers.csv").read_bytes()


def test_files_are_small_with_line_feeds_and_no_byte_order_mark() -> None:
    content = [(SAMPLES / f"{name}.csv").read_bytes() for name in NAMES]

    assert sum(map(len, content)) < 3_000_000
    assert all(b"\r" not in text and not text.startswith(b"\xef\xbb\xbf") for text in content)


@pytest.mark.parametrize("name", NAMES)
def test_ids_are_unique_and_rows_complete(tables: Tables, name: str) -> None:
    rows = tables[name]

    assert len({row["编号"] for row in rows}) == len(rows)
    assert all(None not in row and None not in row.values() for row in rows)


@pytest.mark.parametrize(
    "name, field, target",
    [
        ("staff", "上级", "staff"),
        ("customers", "负责人", "staff"),
        ("orders", "客户", "customers"),
        ("followups", "客户", "customers"),
        ("followups", "员工", "staff"),
        ("tasks", "客户", "customers"),
        ("tasks", "负责人", "staff"),
        ("contacts", "客户", "customers"),
        ("opportunities", "客户", "customers"),
        ("opportunities", "负责人", "staff"),
        ("visits", "客户", "customers"),
        ("emails", "客户", "customers"),
        ("tickets", "客户", "customers"),
        ("tickets", "处理人", "staff"),
        ("payments", "客户", "customers"),
        ("surveys", "客户", "customers"),
    ],
)
def test_links_lead_to_a_row(tables: Tables, name: str, field: str, target: str) -> None:
    ids = {row["编号"] for row in tables[target]}

    assert {row[field] for row in tables[name]} - {""} <= ids


def test_addresses_and_numbers_reach_nobody(tables: Tables) -> None:
    emails = {row["邮箱"] for name in ("staff", "customers", "contacts") for row in tables[name]} - {""}

    assert [one for one in emails if not RESERVED.fullmatch(one)] == []
    assert all(re.fullmatch(r"154\d{8}", row["电话"]) for row in tables["customers"])


def test_names_are_obviously_invented_and_different(tables: Tables) -> None:
    names = [row["客户名称"] for row in tables["customers"]]

    assert all("样例" in name or "示例" in name for name in names)
    assert all(row["联系人"].startswith("示例·") for row in tables["customers"])
    assert all(row["姓名"].startswith("示例·") for row in tables["contacts"])
    assert all(row["商机名称"].startswith("样例") for row in tables["opportunities"])
    assert all(row["标题"].startswith("样例") for row in tables["tickets"])
    assert all(row["姓名"].startswith("样例·") for row in tables["staff"])
    assert len(set(names)) == len(names)


def test_only_open_tasks_lie_in_the_future(tables: Tables) -> None:
    past = [row["建档日期"] for row in tables["customers"]]
    past += [row["下单日期"] for row in tables["orders"]]
    past += [row["跟进日期"] for row in tables["followups"]]
    past += [row["变动日期"] for row in tables["contacts"]]
    past += [row["最近推进日期"] for row in tables["opportunities"]]
    past += [row["访问日期"] for row in tables["visits"]]
    past += [row["发送日期"] for row in tables["emails"]]
    past += [row["付款日期"] for row in tables["payments"]]
    past += [row["调查日期"] for row in tables["surveys"]]
    past += [row[field] for row in tables["tickets"] for field in ("提交日期", "解决日期")]
    past += [row[field] for row in tables["customers"] for field in ("最近唤醒日期", "放弃日期")]
    past += [row["截止日期"] for row in tables["tasks"] if row["状态"] != "待办"]

    assert max(past) <= "2026-03-31"
    assert max(row["截止日期"] for row in tables["tasks"]) <= str(TODAY + timedelta(days=20))


def test_nothing_happens_before_the_customer_was_created(tables: Tables) -> None:
    created = {row["编号"]: row["建档日期"] for row in tables["customers"]}

    assert all(row["下单日期"] >= created[row["客户"]] for row in tables["orders"])
    assert all(row["跟进日期"] >= created[row["客户"]] for row in tables["followups"])


def test_staff_has_leavers_who_still_own_customers(tables: Tables) -> None:
    gone = {row["编号"] for row in tables["staff"] if row["在职"] == "否"}
    roles = Counter(row["岗位"] for row in tables["staff"])

    assert len(gone) == 2
    assert gone <= {row["负责人"] for row in tables["customers"]}
    assert (roles["管理层"], roles["主管"], len(tables["staff"])) == (1, 6, 40)
    assert any(row["岗位"] == "业务员" and not row["上级"] for row in tables["staff"])


def test_skew_of_tiers_and_gaps(tables: Tables) -> None:
    rows = tables["customers"]
    tiers = Counter(row["客户层级"] for row in rows)

    assert 0.06 < tiers["A"] / len(rows) < 0.10
    assert 0.24 < tiers["B"] / len(rows) < 0.30
    assert 0.60 < tiers["C"] / len(rows) < 0.68
    assert 0.01 < tiers[""] / len(rows) < 0.02
    assert 0.10 < share(rows, [row for row in rows if not row["邮箱"]]) < 0.14
    assert 0.005 < share(rows, [row for row in rows if not row["负责人"]]) < 0.02


def test_enough_customers_wait_to_be_woken(tables: Tables) -> None:
    rows, limit = tables["customers"], {"B": 60, "C": 90}
    ordered = days_since(tables["orders"], "下单日期")
    followed = days_since(tables["followups"], "跟进日期")
    normal = [row for row in rows if row["客户层级"] in limit and row["沉默状态"] == "正常跟进"]
    silent = [row for row in normal if ordered.get(row["编号"], 0) >= 90]
    forgotten = [row for row in silent if followed.get(row["编号"], 9999) >= limit[row["客户层级"]]]
    lost = [row for row in rows if row["客户层级"] == "C" and ordered.get(row["编号"], 0) >= 180]

    assert 0.06 < share(rows, forgotten) < 0.12
    assert 0.02 < share(rows, lost) < 0.04
    assert 0.05 < share(rows, [row for row in rows if row["编号"] not in ordered]) < 0.07


@pytest.mark.parametrize("days", [59, 60, 61, 89, 90, 91, 179, 180, 181])
def test_border_days_are_present(tables: Tables, days: int) -> None:
    assert days in days_since(tables["orders"], "下单日期").values()


def test_some_tiers_no_longer_fit_the_turnover(tables: Tables) -> None:
    rows, advised = tables["customers"], advised_tiers(tables)
    wrong = [row for row in rows if row["客户层级"] not in ("", advised[row["编号"]])]

    assert 0.05 < share(rows, wrong) < 0.09


def test_amounts_have_two_decimals_and_few_are_refunds(tables: Tables) -> None:
    amounts = [row["金额"] for row in tables["orders"]]

    assert all(re.fullmatch(r"-?\d+\.\d\d", amount) for amount in amounts)
    assert 0.002 < sum(amount.startswith("-") for amount in amounts) / len(amounts) < 0.01


def test_every_module_of_the_model_has_its_file() -> None:
    model = open_workspace(SAMPLES.parent).model

    assert set(model.modules) == set(NAMES)


def test_only_woken_customers_have_a_wake_up_day_and_only_given_up_ones_another(tables: Tables) -> None:
    rows = tables["customers"]
    woken = {row["沉默状态"] for row in rows if row["最近唤醒日期"]}
    given_up = {row["沉默状态"] for row in rows if row["放弃日期"]}

    assert woken == {"即将沉默", "已沉默"}
    assert given_up == {"放弃维护"}


@pytest.mark.parametrize("day", ["03-31", "04-01", "04-02", "04-03", "02-29"])
def test_border_birthdays_are_present(tables: Tables, day: str) -> None:
    assert any(row["生日"].endswith(day) for row in tables["contacts"])


@pytest.mark.parametrize("days", [29, 30, 31])
def test_opportunities_and_key_contacts_lie_on_the_border_of_30_days(tables: Tables, days: int) -> None:
    day = str(TODAY - timedelta(days=days))

    assert day in {row["最近推进日期"] for row in tables["opportunities"]}
    gone = [row for row in tables["contacts"] if (row["关键联系人"], row["在职"]) == ("是", "否")]
    assert day in {row["变动日期"] for row in gone}


def test_some_customers_have_three_opened_mails_and_two_visits_and_some_one_less(tables: Tables) -> None:
    month = str(TODAY - timedelta(days=29))
    visits = Counter(
        row["客户"] for row in tables["visits"] if row["页面"] == "产品页" and row["访问日期"] >= month
    )
    opened: dict[str, list[str]] = defaultdict(list)
    for row in sorted(tables["emails"], key=lambda one: one["发送日期"]):
        opened[row["客户"]].append(row["已打开"])
    hot = {key for key, found in opened.items() if found[-3:] == ["是"] * 3 and visits[key] >= 2}

    assert {key for key in hot if int(key[1:]) % 500 == 31}
    assert not {key for key in hot if int(key[1:]) % 500 in {33, 34}}
