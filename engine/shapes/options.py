"""An option of a field as written: of a choice, or a tag."""

from __future__ import annotations

import unicodedata

from engine.model.diagnostics import nearest
from engine.model.document import Scalar, Span
from engine.model.entities import Field
from engine.shapes.reading import Reading


def find_option(written: Scalar, field: Field, declared: Span, reading: Reading) -> str | None:
    """The option that is meant, or None with W205 noted, which points to where options are `declared`."""
    option = field.option(unicodedata.normalize("NFC", written.text))
    if option is None:
        reading.problems.error(
            written.span, "W205", kind="", field=field.labels.told, value=written.text,
            known="、".join(field.options), nearest=nearest(written.text, field.options),
            place=reading.place(declared),
        )  # fmt: skip
    return option
