"""Columns that line up although Chinese characters are two cells wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.report.layout import columns, indented, shortened, width

WORDS = st.text(st.sampled_from("ab中文，。 é"), max_size=20)


@pytest.mark.parametrize(
    "text, cells",
    [
        ("", 0),
        ("abc", 3),
        ("客户", 4),
        ("客户A", 5),
        ("，", 2),
        ("。", 2),
        ("¥", 1),
        ("￥", 2),
        ("é", 1),
        ("e\u0301", 1),
        ("…", 1),
        ("Ａ", 2),
        ("😀", 2),
        ("한", 2),
        ("“”", 2),
    ],
)
def test_width_in_cells_of_a_terminal(text: str, cells: int) -> None:
    assert width(text) == cells


def test_columns_stand_in_line() -> None:
    assert columns([["客户", "A", "x"], ["甲", "客户层级", "y"]]) == "客户  A         x\n甲    客户层级  y"


def test_numbers_end_in_line() -> None:
    assert columns([["通过", "12"], ["否", "1,000"]], right={1}) == "通过     12\n否    1,000"


def test_no_blanks_are_left_at_the_end_of_a_line() -> None:
    assert columns([["a", ""], ["b", "长"]]) == "a\nb  长"


@pytest.mark.parametrize("rows, text", [([], ""), ([["a"]], "a"), ([["", ""]], "")])
def test_few_rows(rows: list[list[str]], text: str) -> None:
    assert columns(rows) == text


@given(st.lists(st.tuples(WORDS, WORDS.filter(lambda word: word.strip() != "")), min_size=1, max_size=6))
def test_second_column_begins_at_the_same_cell(rows: list[tuple[str, str]]) -> None:
    begins = max(width(first) for first, _ in rows) + 2

    for line, (first, second) in zip(columns(rows).split("\n"), rows, strict=True):
        assert line == (first + " " * (begins - width(first)) + second).rstrip()


def test_every_line_is_moved_in() -> None:
    assert indented("一\n二") == "  一\n  二"
    assert indented("") == ""


@pytest.mark.parametrize(
    "text, cells, shown",
    [
        ("客户名称", 8, "客户名称"),
        ("客户名称", 7, "客户名…"),
        ("客户名称", 6, "客户…"),
        ("客户名称", 5, "客户…"),
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("a中b中", 4, "a中…"),
        ("一\n 二\t三", 20, "一 二 三"),
        ("", 5, ""),
        ("中文", 1, "…"),
    ],
)
def test_long_text_is_cut_to_cells(text: str, cells: int, shown: str) -> None:
    assert shortened(text, cells) == shown


@given(WORDS, st.integers(1, 30))
def test_shortened_text_is_never_wider(text: str, cells: int) -> None:
    assert width(shortened(text, cells)) <= cells
