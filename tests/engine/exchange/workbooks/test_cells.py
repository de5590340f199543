"""What a cell of a workbook means, and which cell keeps its row out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from tests.engine.exchange.firms import told
from tests.engine.exchange.workbooks.books import (
    GOODS,
    HEAD,
    changed,
    stored,
    text_cell,
    wall,
    with_sheet,
    workbook,
)


@pytest.mark.parametrize(
    "field, cell, number_format, value",
    [
        ("day", date(2026, 3, 1), "yyyy-mm-dd", date(2026, 3, 1)),
        ("day", wall("2026-03-01"), "yyyy/m/d", date(2026, 3, 1)),
        ("day", wall("2026-03-01 23:59"), "yyyy/m/d h:mm", date(2026, 3, 1)),
        ("day", "2026年3月1日", "@", date(2026, 3, 1)),
        ("day", wall("2026-03-01"), '[$-804]yyyy"年"m"月"d"日"', date(2026, 3, 1)),
        ("moment", wall("2026-03-01 08:00"), "yyyy/m/d h:mm", datetime(2026, 3, 1, tzinfo=UTC)),
        ("moment", date(2026, 3, 1), "yyyy/m/d", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        # A fraction of a day that was computed: half a second before eight.
        ("moment", 46082.33332755, "yyyy/m/d h:mm", datetime(2026, 3, 1, tzinfo=UTC)),
        ("count", 5, "General", Decimal(5)),
        ("count", 5.0, "0.00", Decimal(5)),
        ("count", -0.25, "General", Decimal("-0.25")),
        ("count", 0.1 + 0.2, "General", Decimal("0.3")),
        ("count", 1.1 * 3, "General", Decimal("3.3")),
        ("count", 123456789012.3456, "General", Decimal("123456789012.3456")),
        ("count", "1,234.5", "@", Decimal("1234.5")),
        ("amount", 1234.5, '"¥"#,##0.00', Decimal("1234.5")),
        ("share", 0.3, "0%", Decimal(30)),
        ("share", 0.07, "0.00%", Decimal(7)),
        ("share", 0.1 + 0.2, "0%", Decimal(30)),
        ("share", 30, "General", Decimal(30)),
        ("share", 30, '0"%"', Decimal(30)),
        ("share", 30, r"0\%", Decimal(30)),
        ("share", "30%", "@", Decimal(30)),
        ("keep", True, "General", True),
        ("keep", False, "General", False),
        ("keep", 1, "General", True),
        ("keep", "否", "General", False),
        ("phone", 15400000001, "General", "15400000001"),
        ("phone", 15400000001.0, "0", "15400000001"),
        ("phone", "015400000001", "@", "015400000001"),
        ("name", 7, "000", "007"),
        ("name", 0.5, "General", "0.5"),
        ("name", 0.00001, "General", "0.00001"),
        ("name", date(2026, 3, 1), "yyyy/m/d", "2026-03-01"),
        ("name", time(8, 30), "h:mm", "08:30:00"),
        ("name", timedelta(hours=26, minutes=5), "[h]:mm:ss", "26:05:00"),
        ("name", True, "General", "TRUE"),
        ("name", "_x000D_", "@", None),
        ("name", "a_x000D_\nb", "@", "a\r\nb"),
        ("name", "'=1+1", "@", "=1+1"),
        ("name", "+86 154 0000 0001", "@", "+86 154 0000 0001"),
    ],
)
def test_a_cell_becomes_the_value_that_a_person_sees(
    session, load, field, cell, number_format, value
) -> None:
    def fill(page: Any) -> None:
        page.append(["编号", field])
        page.append(["C1", cell])
        page["B2"].number_format = number_format

    report = load(fill)

    assert (told(report), stored(session, field)) == ([], [("C1", value)])


@pytest.mark.parametrize("style", [27, 31, 36, 57, 58])
def test_dates_in_formats_that_only_chinese_excel_knows(session, load, style: int) -> None:
    content = workbook([["编号", "建档日期"], ["C1", 46082]])
    styles = lambda text: text.replace('<xf numFmtId="0"', f'<xf numFmtId="{style}"')  # noqa: E731 - said once

    report = load(changed(content, {"xl/styles.xml": styles}))

    assert (told(report), stored(session, "day")) == ([], [("C1", date(2026, 3, 1))])


def test_days_count_from_1904_where_the_workbook_says_so(session, load) -> None:
    def fill(page: Any) -> None:
        page.parent.epoch = openpyxl.utils.datetime.MAC_EPOCH
        page.append(["编号", "建档日期"])
        page.append(["C1", date(2026, 3, 1)])

    load(fill)

    assert stored(session, "day") == [("C1", date(2026, 3, 1))]


def test_numbers_as_keys(session, load) -> None:
    report = load([["货号", "名称"], [7, "a"], [8.0, "b"], ["9", "c"], [1.5, "d"]], GOODS)

    assert stored(session, "name", module=GOODS) == [(7, "a"), (8, "b"), (9, "c")]
    assert told(report) == [(5, "货号", "1.5", "W315")]


@pytest.mark.parametrize(
    "field, cell, number_format, value, code",
    [
        ("次数", "#N/A", "General", "#N/A", "W325"),
        ("客户名称", "#REF!", "General", "#REF!", "W325"),
        ("客户名称", "=1+1", "General", "", "W324"),
        ("电话", 1234567890123456, "0", "1234567890123456", "W326"),
        ("客户名称", 1.1010119900101e17, "0", "1.1010119900101e+17", "W326"),
        ("次数", 0.3, "0%", "30%", "W225"),
        ("次数", 0.00001, "General", "0.00001", "W226"),
        ("次数", True, "General", "TRUE", "W225"),
        ("次数", date(2026, 3, 1), "yyyy/m/d", "2026-03-01", "W225"),
        ("建档日期", 46082, "General", "46082", "W228"),
        ("建档日期", time(8, 30), "h:mm", "08:30:00", "W228"),
        ("建档日期", "someday", "@", "someday", "W228"),
        ("是否继续维护", 2, "General", "2", "W230"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_row_and_the_others_are_kept(
    session, load, field, cell, number_format, value, code
) -> None:
    def fill(page: Any) -> None:
        page.append(["编号", field])
        for row in (["C1", None], [], ["C2", cell], ["C3", None]):
            page.append(row)
        page["B4"].number_format = number_format

    report = load(fill)

    assert told(report) == [(4, field, value, code)]
    assert (report.rows, report.added, report.refused_rows) == (3, 2, 1)
    assert [key for (key,) in stored(session)] == ["C1", "C3"]


def test_formulas_count_by_their_results(session, load) -> None:
    rows = HEAD + "".join(
        f"<row r='{n}'>{text_cell(f'A{n}', f'C{n}')}<c r='B{n}'{kind}><f>1+{n}</f>{result}</c></row>"
        for n, kind, result in [
            (2, "", "<v>3</v>"),
            (3, " t='str'", "<v></v>"),
            (4, " t='str'", "<v>5</v>"),
            (5, "", "<v></v>"),
            (6, "", ""),
            (7, " t='e'", "<v>#DIV/0!</v>"),
        ]
    )

    report = load(with_sheet(rows))

    assert stored(session, "count") == [("C2", Decimal(3)), ("C3", None), ("C4", Decimal(5))]
    assert told(report) == [
        (5, "次数", "", "W324"),
        (6, "次数", "", "W324"),
        (7, "次数", "#DIV/0!", "W325"),
    ]


def test_a_row_of_formulas_without_results_is_no_blank_row(load) -> None:
    report = load([["编号", "次数"], ["C1", 1], ['="C"&2', "=1+1"]])

    assert told(report) == [(3, "编号", "", "W324"), (3, "次数", "", "W324")]


def test_a_mistake_in_a_column_that_is_not_used_keeps_no_row_out(load) -> None:
    report = load([["编号", "备注"], ["C1", "=1+1"], ["C2", "#N/A"]])

    assert (report.added, report.refused, report.ignored) == (2, (), ("备注",))


def test_a_merged_cell_never_clears_what_it_covers(session, load) -> None:
    def fill(page: Any) -> None:
        for row in (
            [None, "标题"],
            ["编号", "客户名称", "次数"],
            ["C1", "a", 1],
            ["C2", None, 2],
            ["C3", "b", 3],
        ):
            page.append(row)
        page.merge_cells("A1:C1")
        page.merge_cells("B3:B4")
        page.merge_cells("E3:F9")

    def below_title(page: Any) -> None:
        fill(page)
        page["A1"] = None

    load([["编号", "客户名称"], ["C2", "old"]])
    report = load(below_title)

    assert told(report) == [(4, "客户名称", "", "W328")]
    assert stored(session, "name", "count") == [
        ("C1", "a", Decimal(1)),
        ("C2", "old", None),
        ("C3", "b", Decimal(3)),
    ]
