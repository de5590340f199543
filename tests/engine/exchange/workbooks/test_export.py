"""An export to Excel: a sheet to work with, in which nothing is a formula and nothing is cut."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from engine.exchange import SheetUnusable, export_module
from engine.exchange import workbook_file as writing
from engine.records.session import Session
from tests.engine.exchange.workbooks.books import FIRMS, GOODS, wall


def exported(session: Session, path: Path, module=FIRMS, **options) -> Any:
    export_module(session, module, {}, path, **options)
    return openpyxl.load_workbook(path).active


def test_an_export_is_a_workbook_to_work_with(session, load, tmp_path: Path) -> None:
    load([["编号", "客户名称", "次数", "金额", "占比", "建档日期", "最近登录", "是否继续维护", "电话"],
          ["C1", "样例", 5, 1234.5, "12.5%", date(2026, 3, 1), wall("2026-03-01 08:00"), "是", "0154"],
          ["C2", None, 0.25, 3, "30%", None, None, None, None]])  # fmt: skip

    page = exported(session, tmp_path / "out.XLSX")
    cells = [[(cell.value, cell.number_format) for cell in row] for row in page]

    assert [value for value, _ in cells[0]] == [
        "编号", "客户名称", "次数", "金额", "占比", "建档日期", "最近登录", "是否继续维护", "电话",
    ]  # fmt: skip
    assert cells[1] == [
        ("C1", "@"),
        ("样例", "@"),
        (5, "0"),
        (1234.5, "#,##0.00##"),
        (0.125, "0.00##%"),
        (wall("2026-03-01"), "yyyy-mm-dd"),
        (wall("2026-03-01 08:00"), "yyyy-mm-dd hh:mm:ss"),
        ("是", "@"),
        ("0154", "@"),
    ]
    assert cells[2][2:5] == [(0.25, "0.0###"), (3, "#,##0.00##"), (0.3, "0%")]
    assert (page.title, page.freeze_panes) == ("客户", "A2")
    assert [cell.font.bold for row in page for cell in row] == [True] * 9 + [False] * 18
    widths = {name: one.width for name, one in page.column_dimensions.items()}
    assert (widths["A"], widths["B"], widths["F"], widths["H"]) == (10, 24, 12, 14)


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "#N/A", "@x", "+86", "-", "＝1"])
def test_a_text_is_never_a_formula_or_a_mistake(session, tmp_path: Path, text: str) -> None:
    session.upsert(FIRMS, [FIRMS.fields["name"]], [("C1", text)])

    page = exported(session, tmp_path / "out.xlsx")

    assert (page["B2"].value, page["B2"].data_type, page["B2"].quotePrefix) == (text, "s", text != "#N/A")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as made:
        assert b"<f>" not in made.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "number, cell",
    [
        ("99999999999.9999", 99999999999.9999),
        ("12345678901234.5", 12345678901234.5),
        ("12345678901234.56", "12345678901234.56"),
    ],
)
def test_a_number_beyond_15_digits_is_a_text(session, tmp_path: Path, number: str, cell: object) -> None:
    session.upsert(FIRMS, [FIRMS.fields["count"]], [("C1", Decimal(number))])

    assert exported(session, tmp_path / "out.xlsx")["C2"].value == cell


def test_a_title_that_excel_does_not_take_is_made_one(session, tmp_path: Path) -> None:
    assert exported(session, tmp_path / "out.xlsx", GOODS).title == "货 品 清单"


@pytest.mark.parametrize(
    "text, is_kept",
    [("长" * 32_767, True), ("长" * 32_768, False), ("𠮷" * 16_383, True), ("𠮷" * 16_384, False)],
)
def test_a_text_too_long_for_a_cell_is_told_and_nothing_is_cut(
    session, tmp_path: Path, text, is_kept
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"before")
    session.upsert(FIRMS, [FIRMS.fields["name"]], [("C1", "short"), ("C2", text)])

    if is_kept:
        assert exported(session, path)["B3"].value == text
        return
    with pytest.raises(SheetUnusable) as caught:
        exported(session, path)
    assert (caught.value.code, caught.value.facts) == (
        "W329", {"file": "out.xlsx", "kind": "length", "record": "C2", "field": "客户名称", "limit": "32767"},
    )  # fmt: skip
    assert path.read_bytes() == b"before"


def test_more_records_than_a_sheet_has_rows_are_told(session, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    session.upsert(FIRMS, [], [(f"C{n}",) for n in range(3)])

    with pytest.raises(SheetUnusable) as caught:
        exported(session, tmp_path / "out.xlsx")

    assert (caught.value.code, caught.value.facts["kind"], caught.value.facts["limit"]) == (
        "W329",
        "rows",
        "2",
    )
