"""Plan: the steps of a workflow become batches of effects, pure data, before any record is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from engine.model.colleagues import Drawn, LookedUp
from engine.model.effects import (
    Ask,
    Branch,
    Change,
    Column,
    Create,
    Draft,
    EffectBatch,
    Fan,
    Fanned,
    Fixed,
    Message,
    Notice,
    Skipped,
    Stop,
    Text,
    Update,
    Wait,
    Wanted,
    Written,
)
from engine.model.entities import Field, FieldType, Model, Module, Relation
from engine.model.moments import Clock, Length
from engine.model.operands import (
    Constant,
    FieldValue,
    Gate,
    MomentValue,
    Operand,
    Pick,
    RecordKey,
)
from engine.model.predicates import NoneOf, Predicate
from engine.model.trees import draws_in, replaced
from engine.model.unknown import may_be_unknown
from engine.model.values import to_stored
from engine.model.workflow import ControlGroup, Exclusion, Step, Workflow
from engine.records.atoms import atoms_of
from engine.shapes.lots import among_the_first
from engine.shapes.paths import is_of_recipient
from engine.shapes.waits import end_of_wait

T = TypeVar("T")
Members = Callable[[Predicate], tuple[str, ...]]
IN_CONTROL_GROUP, UNKNOWN, KEPT_OUT = "W607", "W608", "W620"
CONTROL_GROUP = "control_group"


def nobody(_: Predicate) -> tuple[str, ...]:
    """The members of any role, where no records are at hand."""
    return ()


def plan_effects(workflow: Workflow, model: Model, clock: Clock, members: Members = nobody) -> Draft:
    """All that the workflow may do at this moment: branches, columns to compute, batches, final values.

    `members` gives the colleagues of a role who are present, by key.
    """
    drafting = _Drafting(workflow.module, model, clock, workflow.id, members)
    if workflow.control is not None:
        drafting.leave_alone(workflow.control)
    for one in workflow.exclusions:
        if not one.is_whole:
            drafting.keep_out(one)
    drafting.within(Gate(), workflow.steps)
    return drafting.finish()


@dataclass
class _Drafting:
    """The Drafting of one workflow: what earlier steps wrote stands in place of the fields (Meaning 10)."""

    module: Module
    model: Model
    clock: Clock
    workflow: str
    members: Members
    gate: Gate = field(default_factory=Gate)
    _branches: list[Branch] = field(default_factory=list)
    _wanted: dict[Operand, Wanted] = field(default_factory=dict)
    _late: list[Wanted | int] = field(default_factory=list)
    _batches: list[EffectBatch] = field(default_factory=list)
    _written: dict[str, Operand] = field(default_factory=dict)
    _stopped: list[Gate] = field(default_factory=list)
    _fans: list[_Fanning] = field(default_factory=list)
    _draws: int = 0
    _unnumbered: int = 0
    _control: int | None = None
    _kept_out: list[tuple[str, int]] = field(default_factory=list)

    def leave_alone(self, control: ControlGroup) -> None:
        """A share of the records gets changes of fields only (Meaning 13)."""
        name = f"control:{control.group or self.workflow}"
        self._control = self.branch(
            CONTROL_GROUP, among_the_first(self.module, name, control.percent, CONTROL_GROUP)
        )

    def keep_out(self, exclusion: Exclusion) -> None:
        """Some records get no tasks, messages or notices, whatever the steps say."""
        number = self.branch(exclusion.path, exclusion.predicate)
        self._kept_out += [(kind, number) for kind in exclusion.kinds]

    def _kind_of(self, batch: EffectBatch) -> str:
        """What an exclusion calls this batch."""
        tasks = self.model.tasks
        if isinstance(batch, Create) and tasks is not None and batch.module.key == tasks.module:
            return "tasks"
        return {Message: "messages", Notice: "notices"}.get(type(batch), "")

    def drawn(self, pool: tuple[str, ...], gate: Gate, *, by_load: bool, first: Operand | None) -> Drawn:
        """One of several colleagues, drawn for each record behind the gate for which `first` is missing."""
        self._draws += 1
        return Drawn(self._draws, pool, by_load, self._now(first), gate)

    def value(self, operand: Operand) -> Fixed | Column:
        """The operand as a constant or a computed column, as it stands at this step."""
        return self._part(self._now(operand))

    def later(self, length: Operand) -> Fixed | Column:
        """The instant a length from now; a column of lengths where each record has its own."""
        if isinstance(length, Constant) and isinstance(length.value, Length):
            return Fixed(to_stored(end_of_wait(length.value, self.clock)), FieldType.DATETIME)
        return self.value(length)

    def text(self, written: Written) -> Text | Fixed:
        """A text with the columns it needs; Fixed when it needs none."""
        return _text(written, {path: self.value(operand) for path, operand in written.operands.items()})

    def fan(self, relation: Relation, where: Predicate | None, letter: Operand) -> _Fanning:
        """The records related to those behind the present gate that fit, and which letter each gets."""
        self._fans.append(_Fanning(self, Fan(len(self._fans), relation, self.gate, where, letter)))
        return self._fans[-1]

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
        """Ask a question here; its number. An answer that may be unknown counts as no, and is told."""
        now = self._now(predicate)
        number = self._ask(path, now)
        if may_be_unknown(now):
            said_no = self._ask(path, NoneOf(path, (now,)))
            unknown = self.gate.and_branch(number, answer=False).and_branch(said_no, answer=False)
            self._told(Skipped(path, unknown, UNKNOWN))
        return number

    def _ask(self, path: str, predicate: Predicate) -> int:
        number = len(self._branches)
        self._branches.append(Branch(path, self.gate, predicate))
        if draws_in(predicate):
            self._fetch_atoms(predicate)
            self._late.append(number)
        return number

    def within(self, gate: Gate, steps: Sequence[Step]) -> None:
        """Draft the steps for the records behind a gate, one after the other; where none is left, none."""
        before = self.gate
        for step in steps:
            self.gate = self._unstopped(gate)
            if not _is_shut(self.gate):
                step.action.draft(step.path, self)
        self.gate = self._unstopped(before)

    def add(self, batch: EffectBatch) -> Gate:
        """Append a batch; for the control group only changes of its fields, and what ends it.

        Gives the gate of the records that no exclusion keeps from it; the control group counts among them.
        """
        for kind, number in self._kept_out:
            if kind == self._kind_of(batch):
                self._told(Skipped(batch.path, batch.gate.and_branch(number, answer=True), KEPT_OUT))
                batch = replace(batch, gate=batch.gate.and_branch(number, answer=False))
        if self._control is None or isinstance(batch, Update | Stop | Skipped | Wait):
            self._batches.append(batch)
            return batch.gate
        told = batch.gate.and_branch(self._control, answer=False)
        left_alone = batch.gate.and_branch(self._control, answer=True)
        self._batches.append(replace(batch, gate=told))
        self._told(Skipped(batch.path, left_alone, IN_CONTROL_GROUP))
        return batch.gate

    def _told(self, batch: Skipped) -> None:
        """Something that no step of the file does by itself, so that numbers stay as they are without it.

        It is said of a record once, to however many related records the step writes.
        """
        if batch in self._batches:
            return
        self._unnumbered += 1
        self._batches.append(batch)

    def stop(self) -> None:
        """Nothing after this step happens to the records behind the present gate."""
        self._stopped.append(self.gate)

    def wait(self, batch: Wait | Ask) -> None:
        """Append a batch behind whose gate nothing more happens for now."""
        self.add(batch)
        self._stopped.append(batch.gate)

    def number(self) -> int:
        """A number that no other step of the draft has, in file order."""
        return len(self._batches) - self._unnumbered

    def finish(self) -> Draft:
        """The draft, with what each written field holds in the end."""
        writes = []
        for key, operand in self._written.items():
            before = self._part(FieldValue(self.module.fields[key], self.module))
            writes.append(Change(self.module.fields[key], before, self._part(operand)))
        return Draft(
            tuple(self._branches),
            tuple(self._wanted.values()),
            tuple(self._batches),
            tuple(writes),
            tuple(self._late),
            self._control,
            tuple(one.finish() for one in self._fans),
        )

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
        return Column((known or self._want(operand)).name, operand.type)

    def _want(self, operand: Operand) -> Wanted:
        """A column for the operand; one that rests on a draw is filled after it."""
        is_late = draws_in(operand)
        if is_late:
            self._fetch_atoms(operand)
        wanted = Wanted(f"c{len(self._wanted)}", operand, len(self._branches))
        self._wanted[operand] = wanted
        if is_late:
            self._late.append(wanted)
        return wanted

    def _fetch_atoms(self, noun: object) -> None:
        """Columns for all that a noun is made of, so that it can be worked out after the draws in it."""
        for one in (*draws_in(noun), *dict.fromkeys(atoms_of(noun))):
            if one != noun and one not in self._wanted:
                self._want(one)

    def _now(self, noun: T) -> T:
        """The noun with every written field of the record replaced by what was written."""
        return replaced(noun, self._swap) if self._written else noun

    def _swap(self, operand: object) -> object | None:
        if isinstance(operand, FieldValue) and not operand.links and operand.module is self.module:
            return self._written.get(operand.field.key)
        if isinstance(operand, FieldValue | RecordKey) and operand.links:
            return self._moved(operand)
        return None

    def _moved(self, operand: FieldValue | RecordKey) -> LookedUp | None:
        """What stands behind a link that an earlier step has written: that of the new one."""
        link = operand.links[0]
        if link.key not in self._written or self.module.fields[link.key] is not link:
            return None
        rest = replace(operand, links=operand.links[1:])
        return LookedUp(self._written[link.key], rest, self.model.linked(link), operand.type)


@dataclass
class _Fanning:
    """The Fanning of one step: columns of the related records, beside those of the matched one."""

    drafting: _Drafting
    fan: Fan
    _wanted: dict[Operand, Wanted] = field(default_factory=dict)

    def who_get(self, letter: str) -> Fanned:
        """Those of them that get a letter, or none for a reason."""
        return self.fan.who_get(letter)

    def value(self, operand: Operand) -> Fixed | Column:
        """An operand of the related record, as it was before the step (Meaning 10)."""
        if isinstance(operand, Constant | MomentValue):
            return self.drafting.value(operand)
        name = f"f{self.fan.number}_c{len(self._wanted)}"
        return Column(self._wanted.setdefault(operand, Wanted(name, operand, 0)).name, operand.type)

    def text(self, written: Written) -> Text | Fixed:
        """A text in which `to` is the related record; every other name is of the matched one."""
        parts = {
            path: self.value(operand) if is_of_recipient(path) else self.drafting.value(operand)
            for path, operand in written.operands.items()
        }
        return _text(written, parts)

    def finish(self) -> Fan:
        """The fan with all columns that were asked for."""
        return replace(self.fan, wanted=tuple(self._wanted.values()))


def _text(written: Written, parts: Mapping[tuple[str, ...], Fixed | Column]) -> Text | Fixed:
    if not parts and "{" not in written.source:
        return Fixed(written.source, FieldType.TEXT)
    return Text(written.source, {**parts, **written.items}, written.html, written.partials)


def _is_shut(gate: Gate) -> bool:
    """Whether no record can pass: it asks both answers of a branch, or leaves out all that it lets in."""
    taken = set(gate.taken)
    if any((number, not answer) in taken for number, answer in taken):
        return True
    return any(set(one.taken) <= taken and set(one.unless) <= set(gate.unless) for one in gate.unless)
