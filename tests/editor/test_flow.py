"""The diagram: every step once, nothing over anything else, every line within the drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

import pytest

from editor.flow import WIDTH, Drawing, draw, wrapped
from engine import BranchTold, Mapping, StepTold
from engine.model.document import Span


def step(number: str, *branches: tuple[str, list[StepTold]], text: str = "通知主管。") -> StepTold:
    told = tuple(BranchTold(heading, tuple(steps)) for heading, steps in branches)
    return StepTold(number, text, Mapping((), Span("", 1, 1, 1, 1)), told)


TREES = {
    "none": [],
    "one": [step("1")],
    "three": [step("1"), step("2"), step("3")],
    "if": [step("1", ("", [step("1.1")]), ("否则：", [step("1.2"), step("1.3")])), step("2")],
    "empty branch": [step("1", ("", []), ("否则：", [step("1.1")]))],
    "deep": [
        step("1", ("", [step("1.1", ("如果没有：", [step("1.1.1")]))]), ("否则：", [step("1.2")])),
        step("2", *((f"{one} 类：", [step(f"2.{one}"), step(f"2.{one}.")]) for one in "ABCD")),
    ],
}


@pytest.mark.parametrize("name", TREES)
def test_every_step_is_drawn_once_and_nothing_lies_over_another(name: str) -> None:
    drawing = draw(TREES[name])

    assert sorted(one.step.number for one in drawing.boxes) == sorted(_numbers(TREES[name]))
    for one, other in combinations(drawing.boxes, 2):
        beside = one.x + WIDTH <= other.x or other.x + WIDTH <= one.x
        below = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert beside or below, (one.step.number, other.step.number)


@pytest.mark.parametrize("name", TREES)
def test_all_of_it_is_within_the_drawing(name: str) -> None:
    drawing = draw(TREES[name])

    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - WIDTH
        assert 0 <= box.y <= drawing.height - box.height
    for x, y in (corner for line in drawing.lines for corner in line):
        assert 0 <= x <= drawing.width
        assert 0 <= y <= drawing.height


def test_steps_follow_one_another_downwards() -> None:
    drawing = draw(TREES["three"])

    assert [one.step.number for one in drawing.boxes] == ["1", "2", "3"]
    assert all(one.y + one.height < other.y for one, other in pairwise(drawing.boxes))
    assert len(drawing.lines) == 2


def test_branches_stand_side_by_side_under_their_headings() -> None:
    drawing = draw(TREES["if"])
    places = {one.step.number: one for one in drawing.boxes}

    assert places["1.1"].x + WIDTH < places["1.2"].x
    (heading,) = drawing.headings
    assert (heading.text, heading.x) == ("否则：", places["1.2"].x + WIDTH / 2)
    assert places["1"].y + places["1"].height < heading.y < places["1.2"].y


@pytest.mark.parametrize(
    "text, lines",
    [
        ("1 短", ("1 短",)),
        ("1 " + "字" * 14, ("1 " + "字" * 14,)),
        ("1 " + "字" * 15, ("1 " + "字" * 14, "字")),
        ("字" * 15 + "，好", ("字" * 14, "字，好")),
        ("1 tell the supervisor of the customer", ("1 tell the supervisor of the", "customer")),
        ("", ("",)),
    ],
)
def test_texts_are_broken_as_people_break_them(text: str, lines: tuple[str, ...]) -> None:
    assert wrapped(text) == lines


def test_a_long_text_is_cut_and_says_so() -> None:
    lines = wrapped("字" * 200)

    assert len(lines) == 4
    assert lines[-1].endswith("…")


def _numbers(steps: Iterable[StepTold]) -> Iterator[str]:
    for one in steps:
        yield one.number
        for branch in one.branches:
            yield from _numbers(branch.steps)


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw([]) == Drawing()
