"""A tag as written in a step: one that the present module declares."""

from __future__ import annotations

from engine.model.document import Node, Scalar
from engine.model.entities import Field
from engine.shapes.options import find_option
from engine.shapes.reading import Reading


def read_tag(written: Node | None, reading: Reading) -> tuple[Field, str] | None:
    """The field of the tags and the tag, or None with the mistake noted."""
    assert isinstance(written, Scalar)
    field = reading.module.tags_field()
    if field is None:
        place = reading.place(reading.module.at)
        reading.problems.error(written.span, "W267", module=reading.module.labels.told, place=place)
        return None
    tag = find_option(written, field, reading.module.at, reading)
    if tag is None:
        return None
    reading.uses.add(("field", f"{reading.module.key}.{field.key}"))
    return field, tag
