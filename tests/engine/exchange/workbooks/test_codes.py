"""Numbers that a format shows as codes, and columns that were typed as something else than they mean."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.exchange import import_file
from engine.records.store import Store
from tests.engine.exchange import firms
from tests.engine.exchange.firms import told
from tests.engine.exchange.workbooks.books import GOODS, READER, Fill, stored, workbook
from tests.stores import STORES

FORMATS = ('"D-"00', '"S"000', '"L"00', '"T"00', '"m"00"@example.com"')
CODED = """
modules:
  shops:
    label: {zh: 门店, en: Shop}
    fields:
      name: {label: 名称, type: text}
  orders:
    label: {zh: 订单, en: Order}
    tags: [T03]
    fields:
      shop: {label: 门店, type: link, to: 门店}
      tier: {label: 级别, type: choice, options: [L01, L02]}
      tags: {label: 标签, type: tags}
      email: {label: 邮箱, type: email}
"""


def notes(report) -> list[tuple[str, dict[str, str]]]:
    return [(one.code, dict(one.facts)) for one in report.notes]


def page_of(header: str, *cells: tuple[Any, str]) -> Fill:
    """A sheet with a column of values, each in its format; the keys are K2, K3 …, or the column itself."""

    def fill(page: Any) -> None:
        page.append([header] if header == "编号" else ["编号", header])
        for n, (value, number_format) in enumerate(cells, start=2):
            page.append([value] if header == "编号" else [f"K{n}", value])
            page.cell(n, page.max_column).number_format = number_format

    return fill


@pytest.mark.parametrize(
    "value, number_format, key",
    [
        (123, "00000", "00123"),
        (123456, "00000", "123456"),
        (7, "000", "007"),
        (7.0, "000", "007"),
        (0, "000", "000"),
        (7, '"K"000', "K007"),
        (7, r"\K000", "K007"),
        (7, '000"号"', "007号"),
        (10002, "000-0000", "001-0002"),
        (123456789, "000-0000", "12345-6789"),
        (7, "[Red]000", "007"),
        (7, "0", "7"),
        (7, "General", "7"),
        (7, "@", "7"),
        (7, "#,##0", "7"),
        (7, '0"号"', "7"),
        (7.5, "000", "7.5"),
        ("007", "@", "007"),
    ],
)
def test_a_key_is_the_code_that_a_person_sees(session, load, value, number_format, key) -> None:
    report = load(page_of("编号", (value, number_format)))

    assert (told(report), stored(session)) == ([], [(key,)])


PADDED = ['00"号"', '"¥"00', "(00)", "000 000", "00:00", "00/00"]


@pytest.mark.parametrize("number_format", PADDED)
@pytest.mark.parametrize(
    "header, field, expected",
    [("次数", "count", Decimal(7)), ("金额", "amount", Decimal(7)), ("占比", "share", Decimal(7))],
)
def test_a_number_is_read_however_it_is_shown(session, load, number_format, header, field, expected) -> None:
    report = load(page_of(header, (7, number_format)))

    assert (told(report), stored(session, field)) == ([], [("K2", expected)])


@pytest.mark.parametrize("header, cell", [("建档日期", "7"), ("最近登录", "7"), ("是否继续维护", "7")])
def test_a_number_that_is_no_value_is_told_as_a_number(load, header, cell) -> None:
    assert [value for _, _, value, _ in told(load(page_of(header, (7, '00"号"'))))] == [cell]


def test_a_key_that_is_a_number_is_read_however_it_is_shown(session, load) -> None:
    def fill(page: Any) -> None:
        page.append(["货号", "名称"])
        page.append([7, 8])
        page["A2"].number_format = page["B2"].number_format = '00"号"'

    report = load(fill, module=GOODS)

    assert (told(report), stored(session, "name", module=GOODS)) == ([], [(7, "08号")])


@pytest.mark.parametrize("header, field", [("客户名称", "name"), ("电话", "phone")])
def test_a_text_is_what_a_person_sees(session, load, header, field) -> None:
    load(page_of(header, (10002, "000-0000")))

    assert stored(session, field) == [("K2", "001-0002")]


def test_links_options_tags_and_addresses_are_what_a_person_sees(session, tmp_path) -> None:
    model = firms.model_of(CODED)
    shops, orders = model.modules.values()
    path = tmp_path / "orders.xlsx"

    def fill(page: Any) -> None:
        page.append(["编号", "门店", "级别", "标签", "邮箱"])
        page.append([1, 7, 2, 3, 4])
        for cell, number_format in zip(page[2], FORMATS, strict=True):
            cell.number_format = number_format

    with Store(STORES.url(), model, "Asia/Shanghai").write(firms.CLOCK) as own:
        for module, content in ((shops, [["编号"], ["S007"]]), (orders, fill)):
            path.write_bytes(workbook(content))
            report = import_file(own, module, path, model=model, reader=READER)
            assert told(report) == []
        assert firms.stored(own, "shop", "tier", "tags", "email", module=orders) == [
            ("D-01", "S007", "L02", ("T03",), "m04@example.com")
        ]


def test_a_number_with_zeros_in_front_is_a_number(session, load) -> None:
    load(page_of("次数", (7, "000"), (7.25, "000.00"), (-7, "000")))

    assert [value for _, value in stored(session, "count")] == [Decimal(7), Decimal("7.25"), Decimal(-7)]


def test_keys_that_lost_their_zeros_among_texts_are_told(load) -> None:
    report = load(page_of("编号", ("00123", "@"), (456, "General"), (78, "General")))

    assert notes(report) == [
        ("W334", {"column": "编号", "row": "3", "value": "456", "known": "00123", "count": "2"})
    ]


def test_keys_that_a_format_pads_have_lost_nothing(load) -> None:
    assert notes(load(page_of("编号", ("00123", "@"), (456, "00000"), (78, "00000")))) == []


@pytest.mark.parametrize(
    "cells, expected",
    [
        (
            [(0.3, "General"), (1, "0.00"), (0, "General")],
            {"kind": "", "row": "2", "value": "0.3", "meant": "30", "count": "2"},
        ),
        (
            [(0.3, "0%"), (0.3, "General")],
            {"kind": "mixed", "row": "3", "value": "0.3", "meant": "30", "count": "1"},
        ),
        ([(0.3, "0%"), (0.005, "0.0%")], None),
        ([(30, "General"), (0.5, "General")], None),
        ([("30%", "@")], None),
    ],
)
def test_shares_without_a_percent_format_are_told(load, cells, expected) -> None:
    report = load(page_of("占比", *cells))

    assert notes(report) == ([("W333", {"column": "占比", **expected})] if expected else [])


def test_the_report_names_the_sheet(load) -> None:
    def fill(page: Any) -> None:
        page.title = "客户名单"
        page.append(["编号"])
        page.append(["C1"])

    report = load(fill)

    assert (report.page, report.encoding, report.separator) == ("客户名单", "", "")
