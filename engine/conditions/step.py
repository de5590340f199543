"""`step: N`: what became of an earlier step of the enrollment."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.subject import Subject
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import FieldType
from engine.model.kinds import Schema
from engine.model.operands import Constant
from engine.model.predicates import Fate, Test
from engine.shapes.reading import Reading
from engine.shapes.schema import TEXT, one_or_many

FATES = (
    "done", "open", "overdue", "sent", "delivered", "opened", "clicked", "replied", "failed", "unreachable",
)  # fmt: skip


class StepIs:
    """The fate of an earlier step, or its answer; unknown before it is reached."""

    name: ClassVar[str] = "step"
    options: ClassVar[tuple[str, ...]] = ()
    schema: ClassVar[Schema] = {"step": TEXT, "is": one_or_many(TEXT), "is_not": one_or_many(TEXT)}
    example: ClassVar[str] = "{step: 首触, is: done}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The step's name; that there is such a step before this one is checked with the whole file."""
        name = node.get(cls.name)
        assert isinstance(name, Scalar)
        if reading.before_start:
            reading.problems.error(name.span, "W503", step=name.text)
            return None
        reading.uses.add(("step", name.text))
        step = Constant(name.text, FieldType.TEXT)

        def compare(word: str, value: Node) -> Test | None:
            nodes = value.items if isinstance(value, Sequence) else (value,)
            fates = tuple(one.text for one in nodes if isinstance(one, Scalar))
            near = next((nearest(one, FATES) for one in fates if one not in FATES), "")
            if near:
                reading.problems.error(
                    value.span, "W215", key=word, value=fates[0], known="、".join(FATES), nearest=near
                )
                return None
            return Fate(step, name.text, fates, negated=word == "is_not") if fates else None

        return Subject(step, compare)
