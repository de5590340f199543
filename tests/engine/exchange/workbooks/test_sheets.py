"""Which sheet of a workbook is read, and where the table in it begins and ends."""

from __future__ import annotations

from typing import Any

import pytest

from engine.exchange import SheetUnusable
from tests.engine.exchange.firms import told
from tests.engine.exchange.workbooks.books import Fill, notes, stored


def test_blanks_around_the_table_do_not_matter_and_rows_are_numbered_as_in_the_sheet(session, load) -> None:
    rows = [[], [None, None], [None, " 编号 ", "次数 ", None], [None, "C1", 1], [" "], [None, "C2", "x"], []]

    report = load(rows)

    assert (report.added, report.ignored, report.page, report.encoding) == (1, ("#1",), "Sheet", "")
    assert told(report) == [(6, "次数", "x", "W225")]


def test_hidden_rows_and_columns_are_read_and_told(session, load) -> None:
    def fill(page: Any) -> None:
        for row in (["编号", "次数", "客户名称"], ["C1", 1, "a"], ["C2", 2, "b"], ["C3", 3, "c"]):
            page.append(row)
        page.row_dimensions[3].hidden = page.row_dimensions[4].hidden = page.row_dimensions[9].hidden = True
        page.column_dimensions["B"].hidden = True

    report = load(fill)

    assert report.added == 3
    assert notes(report) == [{"kind": "rows", "count": "2"}, {"kind": "columns", "known": "次数"}]


def test_cells_right_of_the_headers_are_not_read_but_told(session, load) -> None:
    report = load([["编号", "次数"], ["C1", 1], ["C2", 2, None, "已联系"]])

    assert (report.added, notes(report)) == (2, [{"kind": "beside", "known": "3"}])


def several(*titles: str, filled: str = "", hidden: str = "") -> Fill:
    def fill(page: Any) -> None:
        page.title = titles[0]
        for title in titles[1:]:
            page.parent.create_sheet(title)
        for title in filled.split():
            page.parent[title].append(["编号"])
            page.parent[title].append([f"from {title}"])
        for title in hidden.split():
            page.parent[title].sheet_state = "hidden"

    return fill


@pytest.mark.parametrize(
    "fill, page, found, others",
    [
        (several("一", "二", "三", filled="二"), "", "二", None),
        (several("一", "二", "三", filled="二 三"), "", "二", "三"),
        (several("一", "二", "三", filled="一 二 三", hidden="一"), "", "二", "三"),
        (several("一", "二", "三", filled="一 二 三", hidden="三"), "三", "三", None),
    ],
)
def test_the_first_filled_sheet_is_read_or_the_one_that_is_named(
    session, load, fill, page, found, others
) -> None:
    report = load(fill, page=page)

    assert stored(session) == [(f"from {found}",)]
    expected = [{"kind": "sheets", "sheet": found, "known": others}] if others else []
    assert notes(report) == expected


@pytest.mark.parametrize(
    "fill, page, code, facts",
    [
        (several("一", "二", filled="一"), "三", "W323", {"sheet": "三", "known": "一、二"}),
        (several("一", "二", filled="一"), "二", "W316", {}),
        (several("一", "二"), "", "W316", {}),
        (several("一", "二", filled="二", hidden="二"), "", "W316", {}),
    ],
)
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(load, fill, page, code, facts) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load(fill, page=page)

    assert (caught.value.code, caught.value.facts) == (code, {"file": "records.xlsx", **facts})


def test_a_text_file_has_no_sheets(load) -> None:
    with pytest.raises(SheetUnusable) as caught:
        load("编号\nC1\n".encode(), name="records.csv", page="一")

    assert (caught.value.code, caught.value.facts["kind"]) == ("W323", "text")
