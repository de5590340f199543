"""`add_tag`: put a tag on the matched record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping
from engine.model.entities import Field
from engine.model.kinds import Drafting, Schema
from engine.model.operands import FieldValue, Tagged
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT
from engine.shapes.tags import read_tag


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
        found = read_tag(node.get(cls.name), reading)
        return None if found is None else cls(*found)

    def draft(self, path: str, drafting: Drafting) -> None:
        """An update of the tags."""
        drafting.set(
            path, [(self.field, Tagged(FieldValue(self.field, drafting.module), self.tag, self.field))]
        )
