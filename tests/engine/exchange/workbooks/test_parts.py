"""The small parts below a workbook: characters, numbers and the marks of a sheet."""

from __future__ import annotations

import io

import pytest

from engine.exchange.workbook_cells import escaped, number_text, unescaped
from engine.exchange.workbook_marks import Marks


@pytest.mark.parametrize(
    "text, written",
    [
        ("a\rb", "a_x000D_b"),
        ("a\nb\tc", "a\nb\tc"),
        ("\x00\x1f", "_x0000__x001F_"),
        ("\uffff", "_xFFFF_"),
        ("_x000D_", "_x005F_x000D_"),
        ("_x005F_", "_x005F_x005F_"),
        ("_x12_ x0041_", "_x12_ x0041_"),
    ],
)
def test_characters_that_xml_cannot_hold(text: str, written: str) -> None:
    assert escaped(text) == written
    assert unescaped(written) == text


@pytest.mark.parametrize(
    "value, text",
    [(1e-7, "0.0000001"), (1e14, "100000000000000"), (-0.0, "-0"), (100.0, "100"), (2.675, "2.675")],
)
def test_numbers_are_written_out(value: float, text: str) -> None:
    assert number_text(value) == (text, "")


@pytest.mark.parametrize("value", [1e15, -(10**15), 1e300, float("inf"), float("nan")])
def test_numbers_that_a_spreadsheet_does_not_keep(value: float) -> None:
    assert number_text(value)[1] == "W326"


def test_marks_follow_sheets_without_coordinates_and_with_prefixes() -> None:
    sheet = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        b"<x:row><x:c/><x:c><x:f>1</x:f></x:c></x:row><x:row hidden='true'><x:c><x:f>2</x:f></x:c></x:row>"
        b"</x:sheetData><x:mergeCells><x:mergeCell ref='B2:C3'/><x:mergeCell ref='A2:A3'/></x:mergeCells>"
        b"</x:worksheet>"
    )

    marks = Marks.of(io.BytesIO(sheet))

    assert [(row, column) for row in (1, 2) for column in (1, 2) if marks.is_unsolved(row, column)] == [
        (1, 2),
        (2, 1),
    ]
    assert (marks.has_unsolved(1), marks.has_unsolved(3), list(marks.hidden_rows)) == (True, False, [2])
    assert list(marks.covered(1, 3)) == [(2, 3), (3, 1), (3, 2), (3, 3)]
    assert list(marks.covered(2, 2)) == [(3, 1), (3, 2)]
