"""Plan: the steps of a workflow become batches of effects, pure data, before any record is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from engine.model.effects import (
    Branch,
    Change,
    Column,
    Draft,
    EffectBatch,
    Fixed,
    Text,
    Update,
    Wanted,
    Written,
)
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.moments import Clock
from engine.model.predicates import (
    Aggregate,
    Constant,
    FieldValue,
    Gate,
    MomentValue,
    Operand,
    Pick,
    Predicate,
)
from engine.model.values import to_stored
from engine.model.workflow import Step, Workflow

T = TypeVar("T")


def plan_effects(workflow: Workflow, model: Model, clock: Clock) -> Draft:
    """All that the workflow may do at this moment: branches, columns to compute, batches, final values."""
    drafting = _Drafting(workflow.module, model, clock)
    drafting.within(Gate(), workflow.steps)
    return drafting.finish()


@dataclass
class _Drafting:
    """The Drafting of one workflow: what earlier steps wrote stands in place of the fields (Meaning 10)."""

    module: Module
    model: Model
    clock: Clock
    gate: Gate = field(default_factory=Gate)
    _branches: list[Branch] = field(default_factory=list)
    _wanted: dict[Operand, Wanted] = field(default_factory=dict)
    _batches: list[EffectBatch] = field(default_factory=list)
    _written: dict[str, Operand] = field(default_factory=dict)
    _stopped: list[Gate] = field(default_factory=list)

    def value(self, operand: Operand) -> Fixed | Column:
        """The operand as a constant or a computed column, as it stands at this step."""
        return self._part(self._now(operand))

    def text(self, written: Written) -> Text | Fixed:
        """A text with the columns it needs; Fixed when it needs none."""
        parts = {path: self.value(operand) for path, operand in written.operands.items()}
        if not parts and "{" not in written.source:
            return Fixed(written.source, FieldType.TEXT)
        return Text(written.source, parts, written.html)

    def set(self, path: str, values: Sequence[tuple[Field, Operand]]) -> None:
        """Set fields of the matched record; the values are those before this step."""
        after = [(one, self._now(operand)) for one, operand in values]
        changes: list[Change] = []
        for one, operand in after:
            before = self.value(FieldValue(one, self.module))
            changes.append(Change(one, before, self._part(operand)))
        self.add(Update(path, self.gate, self.module, tuple(changes)))
        for one, operand in after:
            old = self._now(FieldValue(one, self.module))
            self._written[one.key] = (
                operand if self.gate.is_always_open else Pick(self.gate, operand, old, one.type)
            )

    def branch(self, path: str, predicate: Predicate) -> int:
        """Ask a question here; its number."""
        self._branches.append(Branch(path, self.gate, self._now(predicate)))
        return len(self._branches) - 1

    def within(self, gate: Gate, steps: Sequence[Step]) -> None:
        """Draft the steps for the records behind a gate, one after the other."""
        before = self.gate
        for step in steps:
            self.gate = self._unstopped(gate)
            step.action.draft(step.path, self)
        self.gate = self._unstopped(before)

    def add(self, batch: EffectBatch) -> None:
        """Append a batch."""
        self._batches.append(batch)

    def stop(self) -> None:
        """Nothing after this step happens to the records behind the present gate."""
        self._stopped.append(self.gate)

    def number(self) -> int:
        """A number that no other step of the draft has, in file order."""
        return len(self._batches)

    def finish(self) -> Draft:
        """The draft, with what each written field holds in the end."""
        writes = []
        for key, operand in self._written.items():
            before = self._part(FieldValue(self.module.fields[key], self.module))
            writes.append(Change(self.module.fields[key], before, self._part(operand)))
        return Draft(tuple(self._branches), tuple(self._wanted.values()), tuple(self._batches), tuple(writes))

    def _unstopped(self, gate: Gate) -> Gate:
        for stopped in self._stopped:
            if stopped not in gate.unless:
                gate = gate.without(stopped)
        return gate

    def _part(self, operand: Operand) -> Fixed | Column:
        if isinstance(operand, Constant):
            return Fixed(to_stored(operand.value), operand.type)
        if isinstance(operand, MomentValue):
            moment = operand.moment
            if operand.type is FieldType.DATETIME:
                return Fixed(to_stored(moment.instant(self.clock)), operand.type)
            return Fixed(to_stored(moment.day(self.clock)), operand.type)
        known = self._wanted.get(operand)
        if known is None:
            known = Wanted(f"c{len(self._wanted)}", operand, len(self._branches))
            self._wanted[operand] = known
        return Column(known.name, operand.type)

    def _now(self, noun: T) -> T:
        """The noun with every written field of the record replaced by what was written."""
        return _replaced(noun, self._swap) if self._written else noun

    def _swap(self, operand: object) -> object | None:
        if isinstance(operand, FieldValue) and not operand.links and operand.module is self.module:
            return self._written.get(operand.field.key)
        return None


def _replaced(noun: T, swap: Callable[[object], object | None]) -> T:
    """A tree of operands or predicates with parts swapped; related records keep their own fields."""
    swapped = swap(noun)
    if swapped is not None:
        return cast("T", swapped)
    if isinstance(noun, tuple):
        return cast("T", tuple(_replaced(one, swap) for one in noun))
    if isinstance(noun, Aggregate):
        return noun if noun.window is None else replace(noun, window=_replaced(noun.window, swap))
    if not is_dataclass(noun) or isinstance(noun, Field | Module | type):
        return noun
    changes: dict[str, Any] = {}
    for one in fields(noun):
        before = getattr(noun, one.name)
        after = _replaced(before, swap)
        if after is not before and after != before:
            changes[one.name] = after
    return cast("T", replace(noun, **changes)) if changes else noun
