"""`wait_until`: go on when something is the case, or after some time without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from engine.model.document import Mapping
from engine.model.effects import Wait
from engine.model.kinds import Action, Drafting, Schema
from engine.model.operands import Operand
from engine.model.predicates import Predicate
from engine.model.workflow import Step
from engine.shapes.reading import Reading
from engine.shapes.schema import ref
from engine.shapes.waits import read_wait


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Go on as soon as a condition holds; where it holds already, at once."""

    name: ClassVar[str] = "wait_until"
    siblings: ClassVar[tuple[str, ...]] = ("otherwise",)
    beside: ClassVar[Schema] = {"within": ref("length")}
    needs: ClassVar[tuple[str, ...]] = ("within",)
    schema: ClassVar[Schema] = ref("condition")
    example: ClassVar[str] = (
        "{wait_until: {count_of: 跟进记录, since: start, at_least: 1}, within: 7 days,"
        " otherwise: [{add_tag: 低价值}]}"
    )

    predicate: Predicate
    within: Operand
    otherwise: tuple[Step, ...]

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The condition, how long it is waited for, and what is done when it never held."""
        branch = reading.in_branches()
        written = node.get(cls.name)
        assert written is not None
        predicate = branch.read_condition(written, f"{path}/wait_until")
        within = read_wait(node.get("within"), "within", reading)
        otherwise = branch.read_steps(node.get("otherwise"), f"{path}/otherwise")
        return None if predicate is None or within is None else cls(predicate, within, otherwise)

    def draft(self, path: str, drafting: Drafting) -> None:
        """A wait for the records that do not fit yet; nothing behind it for now."""
        gate = drafting.gate
        until = drafting.later(self.within)
        answer = drafting.branch(f"{path}/wait_until", self.predicate)
        waiting = gate.and_branch(answer, answer=False)
        drafting.add(Wait(path, waiting, until))
        drafting.pause(path, waiting, until)

    def goes_on_at(self, after: Action) -> bool:
        """Until the time that was set; what is waited for is what the newer version says."""
        return isinstance(after, WaitUntil)

    def over(self, path: str) -> Predicate | None:  # noqa: ARG002 - same for all
        """What is waited for."""
        return self.predicate

    def resume(self, path: str, drafting: Drafting) -> None:
        """What was waited for is there; else time is over, and `otherwise` is done."""
        gate = drafting.gate
        answer = drafting.ask(f"{path}/wait_until", self.predicate)
        happened, late = (gate.and_branch(answer, answer=one) for one in (True, False))
        drafting.woke(path, happened, "happened")
        drafting.woke(path, late, "time")
        drafting.within(late, self.otherwise)
