"""What looks wrong only when a whole column is seen: shares read as percents, keys without their zeros."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.engine.exchange.firms import stored


def notes(report) -> list[tuple[str, dict[str, str]]]:
    return [(one.code, dict(one.facts)) for one in report.notes]


@pytest.mark.parametrize(
    "cells, expected",
    [
        (["0.3", "0.15", "1"], {"kind": "", "row": "2", "value": "0.3", "meant": "30", "count": "3"}),
        (["", "0", "-0.1"], {"kind": "", "row": "4", "value": "-0.1", "meant": "-10", "count": "1"}),
        (["30%", "0.125"], {"kind": "mixed", "row": "3", "value": "0.125", "meant": "12.5", "count": "1"}),
        (["30", "0.5"], None),
        (["30%", "0.5%", "0.3 ％"], None),
        (["0", ""], None),
        (["100%", "0.5", "20"], None),
    ],
)
def test_a_column_of_shares_is_told_and_read_as_it_is_written(load, cells, expected) -> None:
    report = load("编号,占比\n" + "".join(f"C{n},{cell}\n" for n, cell in enumerate(cells)))

    assert notes(report) == ([("W333", {"column": "占比", **expected})] if expected else [])
    assert report.refused_rows == 0


def test_the_value_of_a_share_is_not_guessed(session, load) -> None:
    load("编号,占比\nC1,0.3\n")

    assert stored(session, "share") == [("C1", Decimal("0.3"))]


def test_a_refused_row_says_nothing_about_its_column(load) -> None:
    assert notes(load("编号,占比,次数\nC1,0.3,x\n")) == []


@pytest.mark.parametrize(
    "keys, expected",
    [
        (["00123", "456", "78"], {"row": "3", "value": "456", "known": "00123", "count": "2"}),
        (["7", "8", "0009"], {"row": "2", "value": "7", "known": "0009", "count": "2"}),
        # Longer than the padded ones, or the same width: nothing was lost.
        (["00123", "12345", "123456"], None),
        (["1", "12", "123"], None),
        (["C1", "C12", "C003"], None),
        (["007", "0007", "8"], None),  # no one width
    ],
)
def test_keys_of_mixed_widths_may_have_lost_zeros(load, keys, expected) -> None:
    report = load("编号\n" + "".join(f"{key}\n" for key in keys))

    assert notes(report) == ([("W334", {"column": "编号", **expected})] if expected else [])
    assert report.added == len(keys)


def test_new_keys_that_are_there_with_zeros_are_told(load) -> None:
    load("编号\n00123\n00456\n")

    report = load("编号\n789\n123\n456\n")

    assert notes(report) == [
        ("W334", {"kind": "stored", "column": "编号", "row": "3", "value": "123", "known": "00123"})
    ]
    assert notes(load("编号\n789\n123\n")) == []  # known by now
