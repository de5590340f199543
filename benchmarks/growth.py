"""How a customer's share of the night grows with their number, as a picture (benchmarks/results)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.stores import POSTGRES, SQLITE

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 520, 64, 360
"""Where the lines are; beside them stand their names."""
LINES = (
    (SQLITE, "night", "SQLite, engine", "sqlite"),
    (SQLITE, "hand", "SQLite, by hand", "sqlite hand"),
    (POSTGRES, "night", "PostgreSQL, engine", "postgres"),
    (POSTGRES, "hand", "PostgreSQL, by hand", "postgres hand"),
)
LEAST_BETWEEN = 18
"""Between two names, in pixels."""
# Two hues that nobody mistakes for one another, lighter on a dark ground; the lines of the hand are dashed.
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .small { fill: #57606a }
  .ground { fill: #ffffff }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  polyline { fill: none; stroke-width: 2.5 }
  .hand { stroke-dasharray: 6 5 }
  .sqlite { stroke: #0969da }
  .postgres { stroke: #b35900 }
  circle { stroke-width: 2.5 }
  circle.hand { stroke-dasharray: none }
  text.sqlite { stroke: none; fill: #0969da }
  text.postgres { stroke: none; fill: #b35900 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .small { fill: #9da7b3 }
    .ground { fill: #0d1117 }
    .grid { stroke: #30363d }
    .sqlite { stroke: #58a6ff }
    .postgres { stroke: #f0883e }
    text.sqlite { fill: #58a6ff }
    text.postgres { fill: #f0883e }
  }
"""


@dataclass(frozen=True)
class Scale:
    """Sizes by their logarithm from left to right, microseconds upwards from 0."""

    sizes: Sequence[int]
    most: float

    def x(self, size: int) -> float:
        """Where a size stands; a single one in the middle."""
        first, last = math.log10(self.sizes[0]), math.log10(self.sizes[-1])
        part = (math.log10(size) - first) / (last - first) if last > first else 0.5
        return LEFT + 24 + part * (RIGHT - LEFT - 48)

    def y(self, micros: float) -> float:
        """How high so many microseconds are."""
        return BOTTOM - micros / self.most * (BOTTOM - TOP)


@dataclass(frozen=True)
class Line:
    """One line of the picture: its name, its look, and microseconds a customer by size."""

    label: str
    look: str
    points: Sequence[tuple[int, float]]


def draw_growth(all_sizes: Sequence[Figures], path: Path) -> None:
    """Write the picture of every size that was kept with its nights."""
    lines = list(_lines(all_sizes))
    if lines:
        path.write_text("\n".join(_picture(lines)) + "\n", encoding="utf-8")


def _lines(all_sizes: Sequence[Figures]) -> Iterator[Line]:
    for kind, mode, label, look in LINES:
        stores = [(one.size, one.of(kind)) for one in all_sizes]
        points = [
            (size, runs.median(mode, "cpu") / size * 1e6)
            for size, runs in stores
            if runs is not None and mode in runs.runs
        ]
        if points:
            yield Line(label, look, points)


def _picture(lines: Sequence[Line]) -> Iterator[str]:
    sizes = sorted({size for line in lines for size, _ in line.points})
    step = _step(max(micros for line in lines for _, micros in line.points))
    highest = max(micros for line in lines for _, micros in line.points)
    scale = Scale(sizes, math.ceil(highest * 1.05 / step) * step)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    yield f"<title>{TITLE}</title><style>{STYLE}</style>"
    yield f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>'
    yield f'<text class="title" x="{LEFT - 40}" y="26">{TITLE}</text>'
    yield f'<text class="small" x="{LEFT - 40}" y="46">{UNITS}</text>'
    yield from _grid(scale, step)
    for line in lines:
        yield from _line(line, scale)
    yield from _names(lines, scale)
    yield "</svg>"


TITLE = "What a night costs as the customers grow in number"
UNITS = "Microseconds of CPU for each customer; a flat line is linear growth"


def _step(highest: float) -> float:
    """Between two lines of the grid: 1, 2 or 5 of a power of ten, so that there are at most six."""
    power = 10.0 ** math.floor(math.log10(highest / 5))
    return next(power * one for one in (1, 2, 5, 10) if highest <= power * one * 5)


def _grid(scale: Scale, step: float) -> Iterator[str]:
    for number in range(round(scale.most / step) + 1):
        y = scale.y(number * step)
        yield f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="small" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number * step:g}</text>'
    for size in scale.sizes:
        yield f'<text x="{scale.x(size):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{size:,}</text>'
    middle = (LEFT + RIGHT) / 2
    yield f'<text class="small" x="{middle}" y="{BOTTOM + 44}" text-anchor="middle">customers</text>'


def _line(line: Line, scale: Scale) -> Iterator[str]:
    places = [(scale.x(size), scale.y(micros)) for size, micros in line.points]
    yield f'<polyline class="{line.look}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    for (size, micros), (x, y) in zip(line.points, places, strict=True):
        told = f"<title>{escape(line.label)}, {size:,} customers: {micros:.1f} µs</title>"
        yield f'<circle class="{line.look} ground" cx="{x:.1f}" cy="{y:.1f}" r="4">{told}</circle>'


def _names(lines: Sequence[Line], scale: Scale) -> Iterator[str]:
    """Beside the end of each line, moved down where two would stand on one another."""
    lowest = 0.0
    for line in sorted(lines, key=lambda one: scale.y(one.points[-1][1])):
        micros = line.points[-1][1]
        lowest = max(lowest, scale.y(micros))
        text = f"{escape(line.label)}: {micros:.1f} µs"
        yield f'<text class="{line.look.split()[0]}" x="{RIGHT + 6}" y="{lowest + 4:.1f}">{text}</text>'
        lowest += LEAST_BETWEEN
