"""The families of words: what a trigger, a condition and an action must offer to be part of the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self, TypeGuard, TypeVar

from engine.model.calendars import OnDays
from engine.model.colleagues import Drawn
from engine.model.document import Mapping as Block
from engine.model.effects import Column, EffectBatch, Fanned, Fixed, Text, Written
from engine.model.entities import Field, Model, Module, Relation
from engine.model.nights import CatchUp, Overlap
from engine.model.operands import Gate, Operand
from engine.model.predicates import Predicate

Schema = Mapping[str, Any]


class Word(Protocol):
    """What every word carries: its name, the JSON Schema of what stands under it, an example."""

    name: ClassVar[str]
    schema: ClassVar[Schema]
    example: ClassVar[str]


class Trigger(Word, Protocol):
    """When a workflow starts."""

    def cron(self) -> str | None:
        """The five cron fields; None when no clock starts it, or one that follows the working calendar."""

    def on_days(self) -> OnDays | None:
        """Days of the working calendar, with a time; None when cron fields, or no clock at all, start it."""

    @property
    def zone(self) -> str:
        """The zone of the wall clock; empty for the workspace's own."""

    @classmethod
    def read(cls, node: Block, reading: Any) -> Self | None:
        """The trigger written there, or None with its mistakes noted."""


class TimedTrigger(Trigger, Protocol):
    """A trigger that a clock or a calendar starts: what to do about times that it cannot keep."""

    @property
    def catch_up(self) -> CatchUp:
        """What becomes of times that were missed."""

    @property
    def overlap(self) -> Overlap:
        """What becomes of a time at which the run before it still goes on."""


def is_timed(trigger: Trigger) -> TypeGuard[TimedTrigger]:
    """Whether a clock or a calendar starts it."""
    return trigger.cron() is not None or trigger.on_days() is not None


class Condition(Word, Protocol):
    """The subject of a leaf: what is asked about. `read` gives the operand and makes tests of comparisons."""

    options: ClassVar[tuple[str, ...]]

    @classmethod
    def read(cls, node: Block, reading: Any) -> Any:
        """The Subject of the leaf: its operand, and the function that reads one comparison against it."""


class Action(Word, Protocol):
    """What is done with a record.

    `siblings` are the lists of steps that stand beside the verb. A word with other keys there has `beside`,
    their schemas by name, and `needs`, those that must be there.
    """

    siblings: ClassVar[tuple[str, ...]]

    @classmethod
    def read(cls, node: Block, path: str, reading: Any) -> Self | None:
        """The action written in the step at `path`, or None with its mistakes noted."""

    def draft(self, path: str, drafting: Drafting) -> None:
        """Add what this action does to the draft."""


class Waiting(Action, Protocol):
    """An action that enrollments stay at for a while."""

    def resume(self, path: str, drafting: Drafting) -> None:
        """Add what becomes of those that have waited here, to the draft of what comes after."""

    def over(self, path: str) -> Predicate | None:
        """What ends the wait before its time; None where only time does."""

    def goes_on_at(self, after: Action) -> bool:
        """Whether those that wait here can wait on at a step of a newer version."""


class Fanning(Protocol):
    """Where an action says what it does with each of some related records."""

    def who_get(self, letter: str) -> Fanned:
        """Those of them that get a letter, or none for a reason."""

    def value(self, operand: Operand) -> Fixed | Column:
        """An operand of the related record."""

    def text(self, written: Written) -> Text | Fixed:
        """A text in which `to` is the related record; every other name is of the matched one."""


class Drafting(Protocol):
    """Where actions write down what they do, in order; it knows what earlier steps wrote."""

    @property
    def gate(self) -> Gate:
        """Which records the present step concerns."""

    @property
    def module(self) -> Module:
        """The module of the workflow."""

    @property
    def model(self) -> Model:
        """The whole data model."""

    @property
    def workflow(self) -> str:
        """The id of the workflow."""

    def members(self, role: Predicate) -> tuple[str, ...]:
        """The colleagues of a role who are present, by key."""

    def drawn(self, pool: tuple[str, ...], gate: Gate, *, by_load: bool, first: Operand | None) -> Drawn:
        """One of several colleagues, drawn for each record behind the gate for which `first` is missing."""

    def value(self, operand: Operand) -> Fixed | Column:
        """The operand as a constant or a computed column, as it stands at this step."""

    def later(self, length: Operand) -> Fixed | Column:
        """The instant a length from now; a column of lengths where each record has its own."""

    def text(self, written: Written) -> Text | Fixed:
        """A text with the columns it needs; Fixed when it needs none."""

    def fan(self, relation: Relation, where: Predicate | None, letter: Operand) -> Fanning:
        """The records related to those behind the present gate that fit, and which letter each gets."""

    def set(self, path: str, values: Sequence[tuple[Field, Operand]]) -> None:
        """Set fields of the matched record."""

    def branch(self, path: str, predicate: Predicate) -> int:
        """Ask a question here; its number."""

    def within(self, gate: Gate, steps: Any) -> None:
        """Draft the steps for the records behind a gate."""

    def add(self, batch: EffectBatch) -> Gate:
        """Append a batch; the gate of the records that no exclusion keeps from it."""

    def stop(self) -> None:
        """Nothing after this step happens to the records behind the present gate."""

    def ask(self, path: str, predicate: Predicate) -> int:
        """Ask a question that is asked again and again; its number. Nobody is told of unknown answers."""

    def pause(self, path: str, gate: Gate, until: Fixed | Column) -> None:
        """Nothing more happens for now to the records behind a gate: they stay at the step of that path."""

    def woke(self, path: str, gate: Gate, how: str) -> None:
        """Note how a wait was over: `happened`, `time` or the answer that came."""

    def number(self) -> int:
        """A number that no other step of the draft has, in file order."""


W = TypeVar("W", bound=Word)


def table(*words: type[W]) -> Mapping[str, type[W]]:
    """The words of a family by name; two words of one name are a mistake of the program."""
    found: dict[str, type[W]] = {}
    for word in words:
        if word.name in found:
            raise ValueError(f"two words are called {word.name}")
        found[word.name] = word
    return found
