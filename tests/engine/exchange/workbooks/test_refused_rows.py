"""Refused rows of a workbook can be corrected and sent again."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.engine.exchange.workbooks.books import stored


@pytest.mark.parametrize("name", ["refused.csv", "refused.xlsx"])
def test_refused_rows_can_be_corrected_and_sent_again(session, load, tmp_path: Path, name: str) -> None:
    refused = tmp_path / name
    rows = [["编号", "客户名称", "次数", "占比", "建档日期"]]
    rows += [
        ["C1", "=x", "many", None, date(2026, 3, 1)],
        ["C2", "b", 2, None, None],
        ["C3", "#N/A", 3, 1, None],
    ]

    def fill(page: Any) -> None:
        for row in rows:
            page.append(row)
        page["B2"].data_type = "s"

    report = load(fill, refused_to=refused, explain=lambda one: f"{one.code} {one.column}")
    content = refused.read_bytes()
    if name.endswith("csv"):
        content = content.replace(b"many", b"5").replace(b"#N/A", b"c")
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        page = book.active
        assert [[cell.value for cell in row] for row in page] == [
            ["编号", "客户名称", "次数", "占比", "建档日期", "行 Row", "原因 Reason"],
            ["C1", "=x", "many", None, "2026-03-01", "2", "W225 次数"],
            ["C3", "#N/A", "3", "1", None, "4", "W325 客户名称"],
        ]
        assert {cell.data_type for row in page for cell in row if cell.value} == {"s"}
        page["C2"], page["B3"] = 5, "c"
        file = io.BytesIO()
        book.save(file)
        content = file.getvalue()
    again = load(content, name=name)

    assert (report.added, report.refused_rows) == (1, 2)
    assert (again.added, again.refused, again.ignored) == (2, (), ("行 Row", "原因 Reason"))
    assert stored(session, "name", "count", "share", "day") == [
        ("C1", "=x", Decimal(5), None, date(2026, 3, 1)),
        ("C2", "b", Decimal(2), None, None),
        ("C3", "c", Decimal(3), Decimal(1), None),
    ]
