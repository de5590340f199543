"""What starts a workflow by itself: a record is new, or a field of it has changed (LANGUAGE section 2)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.entities import Module, Relation
from engine.model.operands import FieldValue, Operand
from engine.model.predicates import Predicate


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked at from time to time, and which differences between two looks count.

    Without an `operand` it is whether there are new records of `module`; `relation` then leads from them to
    the record that the workflow is started for, and `where` is asked of them. With one, its value is
    compared with the one seen last; `before` and `after` are asked of the two. The ledger calls it `name`.
    """

    module: Module
    name: str = ""
    operand: Operand | None = None
    before: Predicate | None = None
    after: Predicate | None = None
    relation: Relation | None = None
    where: Predicate | None = None

    @property
    def is_stored(self) -> bool:
        """Whether the record itself holds it, so that it can change only when the record is written to."""
        return self.operand is None or (isinstance(self.operand, FieldValue) and not self.operand.links)
