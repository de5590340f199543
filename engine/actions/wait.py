"""`wait`: go on after some time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping
from engine.model.effects import Wait as WaitBatch
from engine.model.kinds import Drafting, Schema
from engine.model.operands import Operand
from engine.shapes.reading import Reading
from engine.shapes.schema import ref
from engine.shapes.waits import read_wait


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on after some time, at the same time of day."""

    name: ClassVar[str] = "wait"
    siblings: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = ref("length")
    example: ClassVar[str] = "wait: 7 days"

    length: Operand

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:  # noqa: ARG003 - same for all
        """The length."""
        length = read_wait(node.get(cls.name), cls.name, reading)
        return None if length is None else cls(length)

    def draft(self, path: str, drafting: Drafting) -> None:
        """The wait; nothing behind it for now."""
        drafting.wait(WaitBatch(path, drafting.gate, drafting.later(self.length)))
