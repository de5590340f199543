"""`split`: other steps for fixed shares of the records, to see which does better."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Self

from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.kinds import Drafting, Schema
from engine.model.workflow import Step
from engine.shapes.lots import WHOLE, among_the_first, read_percent
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, block, listed, ref

PART = block({"share": TEXT, "then": ref("steps")}, "share", "then")


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the records, in percent, and their steps."""

    share: Decimal
    then: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Do different things for fixed shares of the records."""

    name: ClassVar[str] = "split"
    siblings: ClassVar[tuple[str, ...]] = ()
    beside: ClassVar[Schema] = {"group": TEXT}
    schema: ClassVar[Schema] = listed(PART)
    example: ClassVar[str] = (
        "split: [{share: 50 %, then: [{add_tag: 高潜}]}, {share: 50 %, then: [{add_tag: 决策慢}]}]"
    )

    cases: tuple[Part, ...]
    group: str
    step: str

    @classmethod
    def read(cls, node: Mapping, path: str, reading: Reading) -> Self | None:
        """The shares, which add up to all, and the name that fixes who falls into which."""
        written = node.get(cls.name)
        items = written.items if isinstance(written, Sequence) else ()
        branch = reading.in_branches()
        read = [_read_part(one, f"{path}/split/{number}", branch) for number, one in enumerate(items)]
        parts = tuple(one for one in read if one is not None)
        if not parts or len(parts) != len(read):
            return None
        total = sum((one.share for one in parts), Decimal(0))
        if total != WHOLE:
            reading.problems.error(node.key(cls.name).span, "W535", sum=f"{total.normalize():f} %")
            return None
        return cls(parts, _text(node.get("group")), _text(node.get("name")))

    def draft(self, path: str, drafting: Drafting) -> None:
        """Each part behind its stretch of the lots; the last takes the rest."""
        gate, bound = drafting.gate, Decimal(0)
        name = self.group or f"{drafting.workflow}/{self.step or path}"
        for number, part in enumerate(self.cases[:-1]):
            bound += part.share
            place = f"{path}/split/{number}"
            answer = drafting.branch(place, among_the_first(drafting.module, name, bound, place))
            drafting.within(gate.and_branch(answer, answer=True), part.then)
            gate = gate.and_branch(answer, answer=False)
        drafting.within(gate, self.cases[-1].then)


def _read_part(node: Node, path: str, reading: Reading) -> Part | None:
    assert isinstance(node, Mapping)
    share = read_percent(node.get("share"), reading.problems)
    then = reading.read_steps(node.get("then"), f"{path}/then")
    return None if share is None else Part(share, then)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
