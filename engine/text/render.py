"""From any checked text to a writer through Jinja2's sandbox: slower, for what cannot be translated.

It works on Jinja2's own tree and evaluation, so that a property test can hold the translation against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.text.cell import Cell
from engine.text.slots import Slots, TextWriter
from engine.text.tree import ParsedText
from engine.text.values import OUTPUT_LIMIT, too_long


def render_text(parsed: ParsedText, slots: Slots, *, html: bool = False) -> TextWriter:
    """The function that writes a text for a row through the sandbox."""
    from engine.text.sandbox import compile_template  # noqa: PLC0415  Brings Jinja2 in.

    names = {reference.path: f"slot_{number}" for number, reference in enumerate(parsed.references)}
    used = [(name, path, slots[path]) for path, name in names.items()]
    template = compile_template(parsed.source, names, html=html)

    def write(row: Sequence[Any]) -> str:
        pieces = []
        size = 0
        for piece in template.generate(
            {name: Cell(path, slot, row[slot.position]) for name, path, slot in used}
        ):
            pieces.append(piece)
            size += len(piece)
            if size > OUTPUT_LIMIT:
                raise too_long()
        return "".join(pieces)

    return write
