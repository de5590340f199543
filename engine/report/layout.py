"""Columns of text that line up although Chinese characters are two cells wide."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from engine.texts import visible


def width(text: str) -> int:
    """How many cells a terminal takes for a text."""
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def columns(rows: Sequence[Sequence[str]], right: set[int] | frozenset[int] = frozenset()) -> str:
    """Rows with their cells in line; the columns in `right` end in line instead of beginning."""
    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(width(row[number]) for row in rows) for number in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [
            " " * (size - width(cell)) + cell if number in right else cell + " " * (size - width(cell))
            for number, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def indented(text: str) -> str:
    """Every line two cells in."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def shortened(text: str, cells: int) -> str:
    """A text on one line, at most so many cells wide."""
    line = visible(" ".join(text.split()))
    if width(line) <= cells:
        return line
    kept = ""
    for one in line:
        if width(kept) + width(one) > cells - 1:
            break
        kept += one
    return f"{kept}…"
