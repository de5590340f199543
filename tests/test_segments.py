"""`wakeline segment`: who is on a list now, in its order and with its columns; values worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.company import Company, stories_in

SEGMENTS = """
久未下单:
  module: 客户
  label: {zh: 久未下单, en: Long without an order}
  conditions: {time_since: 最近下单日期, at_least: 90 days}
  list:
    columns: [客户名称, owner.name, 最近下单日期, annual, 毛利率]
    first: {highest: 年度成交额}
久未下单的老主顾:
  module: 客户
  conditions: {all: [{segment: 久未下单}, {field: 客户层级, is: A}]}
  list: {columns: [签约日期], first: {lowest: 签约日期}}
签约最早:
  module: 客户
  conditions: {field: 客户层级, is: A}
  list: {columns: [签约日期], first: {lowest: 签约日期}}
没有列的名单:
  module: 客户
  conditions: {field: 客户层级, is: B}
大单: {module: 订单, conditions: {field: 客户.年度成交额, at_least: 5000}}
"""
STAFF = [{"编号": "S1", "姓名": "王一"}, {"编号": "S9", "姓名": "总管九"}]
CUSTOMERS = [
    {"编号": "X1", "客户名称": "甲", "负责人": "S1", "客户层级": "A", "毛利率": "12.5 %", "签约日期": ""},
    {"编号": "X2", "客户名称": "乙", "客户层级": "A", "签约日期": "2025-02-01"},
    {"编号": "X3", "客户名称": "丙", "客户层级": "A", "签约日期": "2025-01-01"},
    {"编号": "X4", "客户名称": "丁", "客户层级": "A", "签约日期": "2025-02-01"},
    {"编号": "X5", "客户名称": "戊", "客户层级": "B"},
    {"编号": "X6", "客户名称": "己"},
]
ORDERS = [
    {"编号": "O1", "客户": "X1", "下单日期": "2025-12-31", "金额": "1000"},
    {"编号": "O2", "客户": "X2", "下单日期": "2025-12-30", "金额": "5000"},
    {"编号": "O3", "客户": "X3", "下单日期": "2026-01-01", "金额": "9999"},
    {"编号": "O5", "客户": "X5", "下单日期": "2025-03-31", "金额": "700"},
    {"编号": "O6", "客户": "X6", "下单日期": "2025-12-31", "金额": "1000"},
]


@pytest.fixture
def company(each_store: str, tmp_path: Path) -> Company:
    """Six customers: 31 December is 90 days before 31 March, 1 January 89; X4 never ordered."""
    found = Company(stories_in(tmp_path))
    found.write({"segments.yaml": SEGMENTS})
    found.bring("员工", STAFF)
    found.bring("客户", CUSTOMERS)
    found.bring("订单", ORDERS)
    return found


def cells(line: str) -> list[str]:
    """What stands in a row of a table, without its empty cells."""
    return [one.strip() for one in line.split("  ") if one.strip()]


def ids(company: Company, name: str) -> list[str]:
    return [one["id"] for one in company.answer("segment", name)["records"]]


def test_list_is_in_its_order_with_its_columns(company: Company) -> None:
    found = company.answer("segment", "久未下单")

    assert (found["segment"], found["module"]) == ("久未下单", "customers")
    assert found["at"] == "2026-03-31T01:00:00+08:00"
    assert (found["count"], found["undecided"]) == (4, 1)
    # Equal ones by id; the order of X5 is one day too old for the last twelve months.
    assert [one["id"] for one in found["records"]] == ["X2", "X1", "X6", "X5"]
    assert found["records"][1] == {
        "id": "X1",
        "name": "甲",
        "owner.name": "王一",
        "last_order": "2025-12-31",
        "annual": 1000,
        "margin": 12.5,
    }
    assert found["records"][3]["annual"] == 0
    assert found["records"][3]["owner.name"] is None


def test_list_in_chinese(company: Company) -> None:
    code, out, _ = company.call("segment", "久未下单")

    lines = out.splitlines()
    assert code == 0
    assert lines[:3] == ["久未下单：4 条客户", "另有 1 条缺资料，无法判断", ""]
    assert cells(lines[3]) == ["编号", "客户名称", "owner.name", "最近下单日期", "年度成交额", "毛利率"]
    assert cells(lines[4]) == ["X2", "乙", "2025年12月30日", "¥5,000.00"]
    assert cells(lines[5]) == ["X1", "甲", "王一", "2025年12月31日", "¥1,000.00", "12.5 %"]
    assert len(lines) == 8


def test_list_in_english(company: Company) -> None:
    code, out, _ = company.call("segment", "久未下单", "--lang", "en", "--limit", "1")

    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "Long without an order: 4 in 客户"
    assert lines[1] == "1 more lacks what is needed to tell"
    assert "X2" in lines[4]
    assert "¥5,000.00" in lines[4]
    assert lines[5] == "The first 1 of 4; for all use --limit or --format json"


def test_limit_of_the_json_leaves_the_counts(company: Company) -> None:
    found = company.answer("segment", "久未下单", "--limit", "2")

    assert (found["count"], found["undecided"]) == (4, 1)
    assert [one["id"] for one in found["records"]] == ["X2", "X1"]


def test_segment_names_another(company: Company) -> None:
    found = company.answer("segment", "久未下单的老主顾")

    # X4 is A, but never ordered; X5 is B; of X6 the tier is not known.
    assert (found["count"], found["undecided"]) == (2, 2)
    assert [one["id"] for one in found["records"]] == ["X2", "X1"]


def test_lowest_first_has_the_missing_last(company: Company) -> None:
    assert ids(company, "签约最早") == ["X3", "X2", "X4", "X1"]


def test_list_without_columns_shows_who_it_is(company: Company) -> None:
    found = company.answer("segment", "没有列的名单")

    assert found["records"] == [{"id": "X5", "name": "戊"}]
    assert found["undecided"] == 1


def test_list_of_another_module(company: Company) -> None:
    found = company.answer("segment", "大单")

    assert found["module"] == "orders"
    assert [one["id"] for one in found["records"]] == ["O2", "O3"]


def test_lists_with_their_sizes(company: Company) -> None:
    found = company.answer("segment")

    assert [(one["segment"], one["count"], one["undecided"]) for one in found] == [
        ("久未下单", 4, 1),
        ("久未下单的老主顾", 2, 2),
        ("签约最早", 4, 1),
        ("没有列的名单", 1, 1),
        ("大单", 2, 0),
    ]
    code, out, _ = company.call("segment")
    assert code == 0
    assert cells(out.splitlines()[1]) == ["久未下单", "客户", "4"]


def test_lists_are_named_before_there_is_a_database(tmp_path: Path) -> None:
    found = Company(stories_in(tmp_path))
    found.write({"segments.yaml": SEGMENTS})

    code, out, _ = found.call("segment")

    assert code == 0
    assert [cells(one) for one in out.splitlines()[1:]] == [
        ["久未下单", "客户"],
        ["久未下单的老主顾", "客户"],
        ["签约最早", "客户"],
        ["没有列的名单", "客户"],
        ["大单", "订单"],
    ]
    assert found.answer("segment")[4] == {
        "segment": "大单", "module": "orders", "at": None, "count": None, "undecided": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "language, told", [("zh", "没有名单“久未下蛋”"), ("en", "There is no segment “久未下蛋”.")]
)
def test_unknown_name_is_wrong_usage(company: Company, language: str, told: str) -> None:
    code, _, err = company.call("segment", "久未下蛋", "--lang", language)

    assert code == 2
    assert told in err.replace('"久未下蛋"', "“久未下蛋”")
    assert "久未下单" in err


def test_list_looks_at_the_present_moment(company: Company) -> None:
    # On 1 April the order of X3 is 90 days old as well.
    found = company.answer("segment", "久未下单", at="2026-04-01T01:00")

    assert [one["id"] for one in found["records"]] == ["X3", "X2", "X1", "X6", "X5"]


def test_empty_list_says_so(company: Company) -> None:
    company.write({"segments.yaml": "空名单: {module: 客户, conditions: {field: 客户层级, is: C}}\n"})

    code, out, _ = company.call("segment", "空名单")

    assert (code, out.splitlines()[0]) == (0, "空名单：0 条客户")
    assert company.answer("segment", "空名单")["records"] == []
