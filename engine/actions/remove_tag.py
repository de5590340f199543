"""`remove_tag`: take a tag off the matched record."""

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
class RemoveTag:
    """Take a tag off the record; one that is not there changes nothing."""

    name: ClassVar[str] = "remove_tag"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = TEXT
    example: ClassVar[str] = "remove_tag: 低价值"

    field: Field
    tag: str

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The tag, which the model must declare."""
        found = read_tag(node.get(cls.name), reading)
        return None if found is None else cls(*found)

    def draft(self, path: str, drafting: Drafting) -> None:
        """An update of the tags."""
        tags = FieldValue(self.field, drafting.module)
        drafting.set(path, [(self.field, Tagged(tags, self.tag, self.field, carried=False))])
