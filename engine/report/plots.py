"""Plots as SVG that we draw ourselves: bars over time, bars by name, and a field of people and weeks.

Colours are classes of the page, so light and dark need no second picture. A plot says in one sentence what it
shows; the figures stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH = 640, 180
_LEFT, _BOTTOM, _TOP = 46, 24, 10
_ROW, _NAME = 22, 150
_STEPS = (1, 2, 3, 5)
_MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars: its name, its colour (a class of the page), and a number for each place."""

    name: str
    colour: str
    values: Sequence[int]


def bars_over_time(places: Sequence[str], series: Sequence[Series], title: str) -> str:
    """Stacked bars, one pile a place; the names of some places stand below."""
    piles = [sum(one.values[number] for one in series) for number in range(len(places))]
    top = _round_up(max(piles, default=0))
    step = (WIDE - _LEFT) / max(len(places), 1)
    high = HIGH - _BOTTOM - _TOP
    parts = list(_grid(top))
    for number in range(len(places)):
        floor = float(HIGH - _BOTTOM)
        for one in series:
            size = high * one.values[number] / top
            if size:
                x, width = _LEFT + step * number + step * 0.1, step * 0.8
                floor -= size
                told = f"{places[number]} {one.name} {one.values[number]:,}"
                parts.append(_box(x, floor, width, size, colour=one.colour, told=told))
    parts += _names_below(places, step)
    return _svg(WIDE, HIGH, title, parts)


def bars_by_name(rows: Sequence[tuple[str, int]], title: str) -> str:
    """One bar a row, the number behind it."""
    most = max((count for _, count in rows), default=0) or 1
    parts = []
    for number, (name, count) in enumerate(rows):
        y, width = _ROW * number, (WIDE - _NAME - 70) * count / most
        middle = y + _ROW * 0.7
        parts.append(_text(_NAME - 8, middle, name, "end"))
        parts.append(_box(_NAME, y + 4, width, _ROW - 8, colour="a", told=f"{name} {count:,}"))
        parts.append(_text(_NAME + width + 6, middle, f"{count:,}", "start"))
    return _svg(WIDE, _ROW * len(rows), title, parts)


def field(
    names: Sequence[str],
    places: Sequence[str],
    cells: Sequence[Sequence[tuple[int, float, bool]]],
    title: str,
) -> str:
    """A square for each name and place: its number, how full it is (0 to 1), whether it is over the edge."""
    step = (WIDE - _NAME) / max(len(places), 1)
    parts = []
    for number, name in enumerate(names):
        y = _ROW * number
        parts.append(_text(_NAME - 8, y + _ROW * 0.7, name, "end"))
        for place, (count, full, is_over) in enumerate(cells[number]):
            x = _NAME + step * place
            told = f"{name} {places[place]} {count:,}"
            size = (max(step - 2, 1.0), _ROW - 4.0)
            parts.append(_shade(x, y + 2.0, *size, full=full, is_over=is_over, told=told))
    foot = _ROW * len(names)
    parts += [
        _text(_NAME + step * (place + 0.5), foot + 16, places[place], "middle")
        for place in _some(len(places))
    ]
    return _svg(WIDE, foot + _BOTTOM, title, parts)


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    head = f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}">'
    svg = f"{head}<title>{escape(title)}</title>{''.join(parts)}</svg>"
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(title)}">{svg}</div>'


def _box(x: float, y: float, width: float, height: float, *, colour: str, told: str) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
    return f'<rect class="{colour}" {size}><title>{escape(told)}</title></rect>'


def _shade(x: float, y: float, width: float, height: float, *, full: float, is_over: bool, told: str) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    edge = ' class="over"' if is_over else ' class="cell"'
    shade = f'fill-opacity="{min(max(full, 0.0), 1.0) * 0.9 + (0.06 if full == 0 else 0.1):.2f}"'
    return f"<rect{edge} {size} {shade}><title>{escape(told)}</title></rect>"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _grid(top: int) -> Iterator[str]:
    high = HIGH - _BOTTOM - _TOP
    for part in (0, 0.5, 1):
        y = HIGH - _BOTTOM - high * part
        yield f'<line x1="{_LEFT}" x2="{WIDE}" y1="{y:.1f}" y2="{y:.1f}"/>'
        if part != 0.5 or top % 2 == 0:
            yield _text(_LEFT - 6, y + 4, f"{int(top * part):,}", "end")


def _names_below(places: Sequence[str], step: float) -> Iterator[str]:
    for number in _some(len(places)):
        yield _text(_LEFT + step * (number + 0.5), HIGH - 6, places[number], "middle")


def _some(count: int) -> range:
    """At most so many of them, evenly."""
    return range(0, count, -(-count // _MOST_TICKS) or 1)


def _round_up(number: int) -> int:
    """The next of 1, 2, 3, 5, 10, 20 …"""
    power = 1
    while True:
        for step in _STEPS:
            if number <= step * power:
                return step * power
        power *= 10
