"""From any checked text to a writer through Jinja2's sandbox: slower, for what cannot be translated.

It works on Jinja2's own tree and evaluation, so that a property test can hold the translation against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.text.slots import Slots, TextWriter
from engine.text.tree import ParsedText, Path, is_in_row, is_list
from engine.text.values import OUTPUT_LIMIT, too_long
from tests.reference.sandboxed.cell import Cell


def render_text(parsed: ParsedText, slots: Slots, *, html: bool = False) -> TextWriter:
    """The function that writes a text for a row through the sandbox."""
    from tests.reference.sandboxed.sandbox import compile_template

    names = {reference.path: f"slot_{number}" for number, reference in enumerate(parsed.references)}
    slots = {path: slots[path] for path in names}
    template = compile_template(parsed, names, html=html)

    def write(row: Sequence[Any]) -> str:
        pieces = []
        size = 0
        for piece in template.generate(_given(row, names, slots)):
            pieces.append(piece)
            size += len(piece)
            if size > OUTPUT_LIMIT:
                raise too_long()
        return "".join(pieces)

    return write


def _given(row: Sequence[Any], names: Mapping[Path, str], slots: Slots) -> dict[str, Any]:
    """What the template finds under each name: a cell, or a list of rows of cells."""
    return {
        name: _rows(row[slots[path].position], path, names, slots)
        if is_list(path)
        else Cell(path, slots[path], row[slots[path].position])
        for path, name in names.items()
        if not is_in_row(path)
    }


def _rows(raw: Any, rows: Path, names: Mapping[Path, str], slots: Slots) -> list[dict[str, Cell]]:
    inner = [(path, name) for path, name in names.items() if is_in_row(path) and path[:2] == rows]
    return [
        {name: Cell(path, slots[path], item[slots[path].position]) for path, name in inner}
        for item in (() if raw is None else slots[rows].value(raw))
    ]
