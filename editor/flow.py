"""The diagram of a workflow: its steps from top to bottom, what happens in each case side by side.

A workflow is a tree, so the layout is one recursion: every list of steps has a width and a height, and the
branches of a step stand below it, centred. Texts keep their natural size.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine import BranchTold as Branch
from engine import StepTold as Step

WIDTH = 232
"""Of a box; everything is in pixels."""
_PADDING, _LINE, _GAP, _BETWEEN, _HEADING = 10, 18, 26, 24, 22
_SIGNS = 30
"""Half-width signs in a line: at 13 px a Chinese one is as wide as two."""
_MOST_LINES = 4


@dataclass(frozen=True)
class Box:
    """A step where it is drawn."""

    step: Step
    x: float
    y: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """What leads to a branch, above it."""

    x: float
    y: float
    text: str
    whole: str


@dataclass
class Drawing:
    """All of it; lines are given by their corners."""

    width: float = 0
    height: float = 0
    boxes: list[Box] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    lines: list[tuple[tuple[float, float], ...]] = field(default_factory=list)
    then: str = ""


def draw(steps: Sequence[Step], then: str = "") -> Drawing:
    """The drawing of a list of steps, from (0, 0) on; `then` stands over what a step itself leads to."""
    drawing = Drawing(then=then)
    if steps:
        drawing.width = _width(steps)
        drawing.height = _place(drawing, steps, drawing.width / 2, 1)
    return drawing


def _width(steps: Sequence[Step]) -> float:
    return max([WIDTH, *(_across(one.branches) for one in steps)])


def _across(branches: Sequence[Branch]) -> float:
    return sum(_width(one.steps) for one in branches) + _BETWEEN * max(0, len(branches) - 1)


def _place(drawing: Drawing, steps: Sequence[Step], middle: float, top: float) -> float:
    """Draw a list of steps below one another; the height at which it ends."""
    for number, one in enumerate(steps):
        if number:
            drawing.lines.append(((middle, top - _GAP), (middle, top)))
        lines = wrapped(f"{one.number} {one.text}")
        height = len(lines) * _LINE + 2 * _PADDING
        drawing.boxes.append(Box(one, middle - WIDTH / 2, top, height, lines))
        top += height
        if one.branches:
            top = _fork(drawing, one.branches, middle, top)
        top += _GAP
    return top - _GAP + 1


def _fork(drawing: Drawing, branches: Sequence[Branch], middle: float, top: float) -> float:
    """Draw the branches of a step side by side; the height at which the longest ends."""
    left, ends = middle - _across(branches) / 2, []
    fork, head = top + _GAP / 2, top + _GAP
    for one in branches:
        width = _width(one.steps)
        own = left + width / 2
        drawing.lines.append(((middle, top), (middle, fork), (own, fork), (own, head)))
        below = head
        if heading := one.heading or drawing.then:
            drawing.headings.append(Heading(own, head + 15, _shortened(heading), heading))
            below += _HEADING
        ends.append(_place(drawing, one.steps, own, below) if one.steps else below)
        left += width + _BETWEEN
    return max(ends)


# --- texts ------------------------------------------------------------------------------------------


def wrapped(text: str) -> tuple[str, ...]:
    """A text in lines that fit into a box, at most a few of them; English is broken at blanks."""
    lines, line = list[str](), ""
    for piece in _pieces(text):
        if line and _cells(line) + _cells(piece.rstrip()) > _SIGNS:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    lines.append(line.rstrip())
    kept = lines[:_MOST_LINES]
    if len(lines) > len(kept):
        kept[-1] = _shortened(kept[-1] + "…" * 2)
    return tuple(kept)


def _pieces(text: str) -> list[str]:
    """What may not be parted: a Chinese sign, a word with the blank behind it, a sign with the one before."""
    found = list[str]()
    for sign in text:
        is_wide, before = _cells(sign) == 2, found[-1] if found else ""
        hangs = sign in "，。；：、”）？！,.;:)?!" and before
        joins = before and not is_wide and _cells(before[-1]) == 1 and not before.endswith(" ")
        if hangs or joins or (sign == " " and before):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _shortened(text: str) -> str:
    if _cells(text) <= _SIGNS:
        return text
    kept = ""
    for sign in text:
        if _cells(kept) + _cells(sign) > _SIGNS - 1:
            break
        kept += sign
    return f"{kept.rstrip('…')}…"


def _cells(text: str) -> int:
    """How many half-width signs it is as wide as."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
