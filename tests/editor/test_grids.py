"""A list of rows with a value under each of the same names is a table of the form."""

from __future__ import annotations

from pathlib import Path

import pytest

from editor.edits import Done, carried_out
from editor.forms import Block, Control, Grid, spans
from editor.studio import Studio
from engine.model.lengths import parse_length
from engine.shapes.times import parse_moment, parse_period
from tests.company import stories_in, write_files
from tests.editor.forms_read import form_in

TABLES = """\
# 数字
节奏:
  by: [客户层级]
  columns: {复跟: length, 升级: length}
  rows:
    - {客户层级: A, 复跟: 7 days, 升级: 3 days}   # 盯紧
    # 这一类不复跟
    - {客户层级: C, 复跟: none}
  otherwise: {升级: 9 days}   # 没有列出的
"""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    found = Studio(stories_in(tmp_path))
    write_files(found.root, {"tables.yaml": TABLES})
    return found


def grid_in(studio: Studio, text: str = TABLES) -> tuple[Block, Grid]:
    (table,) = form_in(studio, "tables.yaml", text).rows
    assert isinstance(table, Block)
    grid = table.rows[0]
    assert isinstance(grid, Grid)
    return table, grid


def shown(cell: Control | None) -> object:
    return None if cell is None else (cell.kind, cell.value, cell.unit)


def test_rows_stand_under_their_names_and_the_rest_is_the_last_row(studio: Studio) -> None:
    table, grid = grid_in(studio)

    assert grid.columns == ("客户层级", "复跟", "升级")
    assert [[shown(cell) for cell in row.cells] for row in grid.rows] == [
        [("select", "A", ""), ("unit", "7", "{} days"), ("unit", "3", "{} days")],
        [("select", "C", ""), ("unit", "", "none"), ("unit", "", "{} minutes")],
        [None, None, ("unit", "9", "{} days")],
    ]
    assert [row.place.notes for row in grid.rows] == [("盯紧",), ("这一类不复跟",), ("没有列出的",)]
    assert [one.place.path[-1] for one in table.rows[1:]] == ["by", "columns"]


@pytest.mark.parametrize(
    "row, column, value, line",
    [
        (0, 1, "14 days", "    - {客户层级: A, 复跟: 14 days, 升级: 3 days}   # 盯紧"),
        (1, 1, "5 days", "    - {客户层级: C, 复跟: 5 days}"),
        (1, 2, "6 days", "    - {客户层级: C, 复跟: none, 升级: 6 days}"),
        (2, 2, "none", "  otherwise: {升级: none}   # 没有列出的"),
    ],
)
def test_a_cell_changes_its_own_value_and_nothing_else(
    studio: Studio, row: int, column: int, value: str, line: str
) -> None:
    _, grid = grid_in(studio)
    cell = grid.rows[row].cells[column]
    assert cell is not None

    done = carried_out(TABLES, [{**cell.edit, "value": value}], "tables.yaml")

    assert isinstance(done, Done)
    before, after = TABLES.splitlines(), done.text.splitlines()
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [line]


def test_a_list_of_steps_or_of_single_values_is_no_table(studio: Studio) -> None:
    text = (
        "节奏:\n  by: [客户层级]\n  columns: {复跟: length}\n  rows:\n    - {客户层级: A, 复跟: [7 days]}\n"
    )
    (table,) = form_in(studio, "tables.yaml", text).rows
    assert isinstance(table, Block)
    assert not [one for one in table.rows if isinstance(one, Grid)]


@pytest.mark.parametrize("kind", spans.PATTERNS)
def test_every_pattern_that_is_offered_is_read_as_it_is_meant(kind: str) -> None:
    read = {"length": parse_length, "period": parse_period, "percent": bool}.get(kind, parse_moment)
    for pattern in {one for pair in spans.PATTERNS[kind] for one in pair} - {spans.NUMBER}:
        text = pattern.replace(spans.NUMBER, "2")
        assert read(text) is not None, text
        assert spans.split(text, kind) == ("2" if spans.NUMBER in pattern else "", pattern)


def test_units_are_written_in_the_language_of_the_file_and_read_in_the_readers() -> None:
    assert dict(spans.choices("length", "{} days", "zh"))["{} days"] == "天"
    assert dict(spans.choices("length", "{} 天", "en"))["{} 天"] == "days"
    assert dict(spans.choices("moment", "in {} days", "zh"))["in {} days"] == "天后"
    assert dict(spans.choices("period", "近 {} 天", "en"))["近 {} 天"] == "last … days"
