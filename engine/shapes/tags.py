"""A tag as written in a step: one that the present module declares."""

from __future__ import annotations

from engine.model.diagnostics import nearest
from engine.model.document import Node, Scalar
from engine.model.entities import Field
from engine.shapes.reading import Reading


def read_tag(written: Node | None, reading: Reading) -> tuple[Field, str] | None:
    """The field of the tags and the tag, or None with the mistake noted."""
    assert isinstance(written, Scalar)
    field = reading.module.tags_field()
    place = reading.place(reading.module.at)
    if field is None:
        reading.problems.error(written.span, "W267", module=reading.module.labels.told, place=place)
        return None
    tag = field.option(written.text)
    if tag is None:
        reading.problems.error(
            written.span, "W205", kind="", field=field.labels.told, value=written.text, place=place,
            known="、".join(field.options), nearest=nearest(written.text, field.options),
        )  # fmt: skip
        return None
    reading.uses.add(("field", f"{reading.module.key}.{field.key}"))
    return field, tag
