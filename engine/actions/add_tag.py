"""`add_tag`: put a tag on the matched record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Scalar
from engine.model.entities import Field
from engine.model.kinds import Drafting, Schema
from engine.model.predicates import FieldValue, Tagged
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT


@dataclass(frozen=True, slots=True)
class AddTag:
    """Put a tag on the record; one that is there already stays."""

    name: ClassVar[str] = "add_tag"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = TEXT
    example: ClassVar[str] = "add_tag: 低价值"

    field: Field
    tag: str

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The tag, which the model must declare."""
        written = node.get(cls.name)
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
        return cls(field, tag)

    def draft(self, path: str, drafting: Drafting) -> None:
        """An update of the tags."""
        drafting.set(
            path, [(self.field, Tagged(FieldValue(self.field, drafting.module), self.tag, self.field))]
        )
