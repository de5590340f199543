"""`if` with `then` and `else`: steps for some of the records only; unknown counts as no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping
from engine.model.kinds import Drafting, Schema
from engine.model.predicates import Predicate
from engine.model.workflow import Step
from engine.shapes.reading import Reading
from engine.shapes.schema import ref


@dataclass(frozen=True, slots=True)
class IfThen:
    """Do steps only where a condition holds."""

    name: ClassVar[str] = "if"
    siblings: ClassVar[tuple[str, ...]] = ("then", "else")
    schema: ClassVar[Schema] = ref("condition")
    example: ClassVar[str] = "{if: {field: 客户层级, is: C}, then: [{add_tag: 低价值}]}"

    predicate: Predicate
    then: tuple[Step, ...]
    otherwise: tuple[Step, ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The condition and both lists of steps."""
        branch = reading.in_branches()
        written = node.get(cls.name)
        assert written is not None
        predicate = branch.read_condition(written, f"{path}/if")
        if "then" not in node and "else" not in node:
            reading.problems.error(node.key(cls.name).span, "W211", key="then")
        then = branch.read_steps(node.get("then"), f"{path}/then")
        otherwise = branch.read_steps(node.get("else"), f"{path}/else")
        return None if predicate is None else cls(predicate, then, otherwise)

    def draft(self, path: str, drafting: Drafting) -> None:
        """The steps, behind the answer."""
        gate = drafting.gate
        number = drafting.branch(f"{path}/if", self.predicate)
        drafting.within(gate.and_branch(number, answer=True), self.then)
        drafting.within(gate.and_branch(number, answer=False), self.otherwise)
