"""`choose`: of several conditions with steps the first that fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Sequence
from engine.model.effects import Skipped
from engine.model.kinds import Drafting, Schema
from engine.model.predicates import Predicate
from engine.model.workflow import Step
from engine.shapes.reading import Reading
from engine.shapes.schema import block, listed, ref

CASE = block({"if": ref("condition"), "then": ref("steps")}, "if", "then")
NONE_FITS = "W609"


@dataclass(frozen=True, slots=True)
class Case:
    """A condition and its steps."""

    predicate: Predicate
    then: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Choose:
    """Do the steps of the first condition that holds."""

    name: ClassVar[str] = "choose"
    siblings: ClassVar[tuple[str, ...]] = ("otherwise",)
    schema: ClassVar[Schema] = listed(CASE)
    example: ClassVar[str] = (
        "{choose: [{if: {field: 客户层级, is: A}, then: [{add_tag: 高潜}]},"
        " {if: {field: 客户层级, is: B}, then: [{stop: 不用做}]}], otherwise: [{add_tag: 低价值}]}"
    )

    cases: tuple[Case, ...]
    otherwise: tuple[Step, ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The cases in order, and the steps for when none fits."""
        branch = reading.in_branches()
        written = node.get(cls.name)
        items = written.items if isinstance(written, Sequence) else ()
        cases = [_read_case(one, f"{path}/choose/{number}", branch) for number, one in enumerate(items)]
        otherwise = branch.read_steps(node.get("otherwise"), f"{path}/otherwise")
        found = tuple(one for one in cases if one is not None)
        return cls(found, otherwise) if found and len(found) == len(cases) else None

    def draft(self, path: str, drafting: Drafting) -> None:
        """Each case behind its own answer and the noes before it."""
        gate = drafting.gate
        for number, case in enumerate(self.cases):
            answer = drafting.branch(f"{path}/choose/{number}/if", case.predicate)
            drafting.within(gate.and_branch(answer, answer=True), case.then)
            gate = gate.and_branch(answer, answer=False)
        if self.otherwise:
            drafting.within(gate, self.otherwise)
        else:
            drafting.add(Skipped(path, gate, NONE_FITS))


def _read_case(node: Node, path: str, reading: Reading) -> Case | None:
    assert isinstance(node, Mapping)
    condition = node.get("if")
    assert condition is not None
    predicate = reading.read_condition(condition, f"{path}/if")
    then = reading.read_steps(node.get("then"), f"{path}/then")
    return None if predicate is None else Case(predicate, then)
