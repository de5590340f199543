"""The days that related records are looked at: `during`, `since`, `except`."""

from __future__ import annotations

from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field, Relation
from engine.model.moments import Anchor, Moment, Period, Reach
from engine.model.operands import Cell, Window
from engine.shapes.reading import Reading
from engine.shapes.relations import day_of
from engine.shapes.schema import TEXT, block
from engine.shapes.shape import fits
from engine.shapes.times import read_moment, read_period

_STEP = block({"step": TEXT}, "step")


def read_window(
    node: Mapping, words: tuple[str, ...], relation: Relation, reading: Reading
) -> tuple[Window | None, bool]:
    """The window that one of the words asks for, and whether it is broken."""
    found = [word for word in words if word in node]
    if not found:
        return None, False
    if len(found) > 1:
        reading.problems.error(node.key(found[1]).span, "W217", one=found[0], other=found[1])
        return None, True
    written = node.get(found[0])
    assert written is not None
    on = day_of(relation, written.span, reading)
    if on is None:
        return None, True
    window = _since(written, on, reading) if found[0] == "since" else _during(written, on, reading)
    return window, window is None


def _during(written: Node, on: Field, reading: Reading) -> Window | None:
    period = read_period(written, reading)
    if period is None:
        return None
    if isinstance(period, Period):
        return Window(on, period)
    return Window(on, cell=period) if isinstance(period, Cell) else Window(on, length=period)


def _since(written: Node, on: Field, reading: Reading) -> Window | None:
    """From a moment on; from the moment of an earlier step, where an enrollment has steps behind it."""
    if isinstance(written, Mapping):
        step = written.get("step")
        if not fits(written, _STEP, reading.problems) or not isinstance(step, Scalar):
            return None
        if reading.before_start:
            reading.problems.error(step.span, "W503", step=step.text)
            return None
        reading.uses.add(("step", step.text))
        moment: Moment | None = Moment(Anchor.START, text=step.text)
    else:
        moment = read_moment(written, "since", reading)
    return None if moment is None else Window(on, Period(Reach.SINCE, since=moment))
