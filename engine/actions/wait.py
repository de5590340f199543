"""`wait`: go on after some time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping
from engine.model.effects import Wait as WaitBatch
from engine.model.kinds import Action, Drafting, Schema
from engine.model.operands import Operand
from engine.model.predicates import Predicate
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
        gate, until = drafting.gate, drafting.later(self.length)
        drafting.add(WaitBatch(path, gate, until))
        drafting.pause(path, gate, until)

    def goes_on_at(self, after: Action) -> bool:
        """Until the time that was set."""
        return isinstance(after, Wait)

    def over(self, path: str) -> Predicate | None:  # noqa: ARG002 - same for all
        """Only time ends it."""
        return None

    def resume(self, path: str, drafting: Drafting) -> None:
        """Time is over."""
        drafting.woke(path, drafting.gate, "time")
