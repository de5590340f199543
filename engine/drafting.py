"""Drafting: steps write down what they do as batches of effects, pure data, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar, cast

from engine.model.colleagues import Drawn, LookedUp
from engine.model.effects import (
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
    Pause,
    Skipped,
    Stop,
    Text,
    Update,
    Wait,
    Wanted,
    Woke,
    Written,
)
from engine.model.entities import Field, FieldType, Model, Module, Relation
from engine.model.kinds import Waiting
from engine.model.moments import Clock, Length, end_of_wait
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
from engine.passed import Here, Passed, numbered
from engine.records.atoms import atoms_of
from engine.shapes.lots import among_the_first
from engine.shapes.paths import is_of_recipient

T = TypeVar("T")
Members = Callable[[Predicate], tuple[str, ...]]
IN_CONTROL_GROUP, UNKNOWN, KEPT_OUT = "W607", "W608", "W620"
CONTROL_GROUP = "control_group"


@dataclass
class Draftsman:
    """The Drafting of one workflow: what earlier steps wrote stands in place of the fields (Meaning 10).

    `goes_on` where the enrollments have begun before: then the ledger knows their start and their steps.
    """

    of: Workflow
    model: Model
    clock: Clock
    members: Members
    goes_on: bool = False
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
    _over: list[Predicate] = field(default_factory=list)
    _pauses: list[Pause] = field(default_factory=list)
    _goal_by: Fixed | Column | None = None
    _step: Step | None = None
    _passed: dict[str, Here] = field(default_factory=dict)

    @cached_property
    def steps(self) -> Mapping[str, tuple[int, Step]]:
        """Every step by its path, with its number in file order."""
        return numbered(self.of)

    @property
    def module(self) -> Module:
        """The module of the workflow."""
        return self.of.module

    @property
    def workflow(self) -> str:
        """The id of the workflow."""
        return self.of.id

    def leave_alone(self, control: ControlGroup) -> None:
        """A share of the records gets changes of fields only (Meaning 13)."""
        name = f"control:{control.group or self.workflow}"
        self._control = self.branch(
            CONTROL_GROUP, among_the_first(self.module, name, control.percent, CONTROL_GROUP)
        )

    def keep_out(self, exclusion: Exclusion) -> None:
        """Some records get no tasks, messages or notices, whatever the steps say."""
        ask = self.ask if self.goes_on else self.branch
        number = ask(exclusion.path, exclusion.predicate)
        self._kept_out += [(kind, number) for kind in exclusion.kinds]

    def end_where(self, path: str, predicate: Predicate, *, reason: str, then: Sequence[Step] | None) -> None:
        """End the enrollments for which something holds; with `then`, what is done first: it is the goal."""
        before = self.gate
        self._over.append(self._now(predicate))
        self.gate = self._unstopped(before)
        self.gate = self.gate.and_branch(self.ask(path, predicate), answer=True)
        ended = self.gate
        self.within(ended, then or ())
        self.gate = self._unstopped(ended)
        self.add(Stop(path, self.gate, reason, is_goal=then is not None))
        self.stop()
        self.gate = self._unstopped(before)

    def resume(self, step: Step) -> None:
        """What becomes of those that have waited at a step."""
        self._step, action = step, cast("Waiting", step.action)
        self.gate = self._unstopped(self.gate)
        over = action.over(step.path)
        if over is not None:
            self._over.append(self._now(over))
        action.resume(step.path, self)

    def woke(self, path: str, gate: Gate, how: str) -> None:
        """Note how a wait was over."""
        self._batches.append(Woke(f"{path}/woke", gate, how))
        self._unnumbered += 1

    def watch_goal(self, within: Operand) -> None:
        """Until when a goal that is reached counts as a success."""
        self._goal_by = self.later(within)

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
        number = self._put(path, now)
        if may_be_unknown(now):
            said_no = self._put(path, NoneOf(path, (now,)))
            unknown = self.gate.and_branch(number, answer=False).and_branch(said_no, answer=False)
            self._told(Skipped(path, unknown, UNKNOWN))
        return number

    def ask(self, path: str, predicate: Predicate) -> int:
        """Ask a question that is asked again and again; its number. Nobody is told of unknown answers."""
        return self._put(path, self._now(predicate))

    def _put(self, path: str, predicate: Predicate) -> int:
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
            if not self.gate.is_shut:
                self._step = step
                before_it = len(self._batches)
                step.action.draft(step.path, self)
                if step.name:
                    made = tuple(one.gate for one in self._batches[before_it:] if isinstance(one, Create))
                    self._passed[step.name] = Here(self.gate, made)
        self.gate = self._unstopped(before)

    def add(self, batch: EffectBatch) -> Gate:
        """Append a batch; for the control group only changes of its fields, and what ends it.

        Gives the gate of the records that no exclusion keeps from it; the control group counts among them.
        """
        for kind, number in self._kept_out:
            if kind == self._kind_of(batch):
                self._told(Skipped(batch.path, batch.gate.and_branch(number, answer=True), KEPT_OUT))
                batch = replace(batch, gate=batch.gate.and_branch(number, answer=False))
        if self._control is None or isinstance(batch, Update | Stop | Skipped | Wait | Woke):
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

    def pause(self, path: str, gate: Gate, until: Fixed | Column) -> None:
        """Nothing more happens for now to the records behind a gate: they stay at the step of that path."""
        self._pauses.append(Pause(path, gate, until))
        self._stopped.append(gate)

    def number(self) -> int:
        """The number of the present step among all of the workflow, in file order."""
        assert self._step is not None
        return self.steps[self._step.path][0]

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
            tuple(self._pauses),
            self._goal_by,
            tuple(self._over),
        )

    def _unstopped(self, gate: Gate) -> Gate:
        for stopped in self._stopped:
            gate = _shut_to(gate, stopped)
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
        passed = Passed(self.steps, self._passed, self.clock)
        noun = (
            passed.in_hindsight(noun) if self.goes_on else passed.in_stretch(noun) if self._passed else noun
        )
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

    drafting: Draftsman
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
    if not parts and "{" not in written.source and not written.html:
        return Fixed(written.source, FieldType.TEXT)
    return Text(written.source, {**parts, **written.items}, written.html, written.partials)


def _shut_to(gate: Gate, other: Gate) -> Gate:
    """The gate, but not where another is open; said with as few questions as can be.

    What the gate asks anyway need not be asked again, else every stop would double all gates behind it.
    """
    asked = tuple(one for one in other.taken if one not in gate.taken)
    unless = tuple(one for one in other.unless if one not in gate.unless)
    if any((number, not answer) in gate.taken for number, answer in asked):
        return gate  # the other is never open where this one is
    if len(asked) == 1 and not unless:
        (number, answer), *_ = asked
        return gate.and_branch(number, answer=not answer)
    rest = Gate(asked, unless) if asked or unless else other
    return gate if rest in gate.unless else gate.without(rest)
