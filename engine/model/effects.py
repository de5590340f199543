"""What can happen to records: batches of effects, one an action, in columns.

A batch says for every matched record behind its gate what is done. Its values are constants, columns of
the matched records, or texts; nothing here knows a store, a word of the language or the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from engine.model.entities import Field, FieldType, Module, Relation
from engine.model.operands import Gate, Operand
from engine.model.predicates import Predicate


class EffectKind(StrEnum):
    """The kinds of effects, as in the JSON of `plan` and `journal`.

    The last three are of runs that take another one back: a new record, a new task, or a letter, question
    or start.
    """

    UPDATE = "update"
    CREATE = "create"
    MESSAGE = "message"
    NOTICE = "notice"
    WAIT = "wait"
    ASK = "ask"
    START = "start"
    STOP = "stop"
    SKIPPED = "skipped"
    WOKE = "woke"
    REMOVE = "remove"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Column:
    """A value computed for every matched record while it was selected; `name` is its column."""

    name: str
    type: FieldType


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same value for every record, in kept form."""

    value: str | int | None
    type: FieldType


@dataclass(frozen=True, slots=True)
class Item:
    """A value of each row of a list: where it stands in the row."""

    position: int
    type: FieldType


@dataclass(frozen=True, slots=True)
class Text:
    """A text with places for values; `parts` tells which column or constant stands for which path.

    `partials` are the texts that the source includes, by name.
    """

    source: str
    parts: Mapping[tuple[str, ...], Fixed | Column | Item]
    html: bool = False
    partials: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The first text whose gate stands open; nothing where none does."""

    texts: tuple[tuple[Gate, Text | Fixed], ...]


Part: TypeAlias = Fixed | Column | Text | Chosen


@dataclass(frozen=True, slots=True)
class Change:
    """A field that is written: its old and its new value."""

    field: Field
    before: Fixed | Column
    after: Fixed | Column


@dataclass(frozen=True, slots=True)
class Update:
    """Fields of the matched record that are set; a record where nothing would change is left out."""

    path: str
    gate: Gate
    module: Module
    changes: tuple[Change, ...]
    kind: EffectKind = EffectKind.UPDATE


@dataclass(frozen=True, slots=True)
class Create:
    """A new record of `module`; its key derives from the enrollment and `number`."""

    path: str
    gate: Gate
    module: Module
    number: int
    values: Mapping[str, Part]
    kind: EffectKind = EffectKind.CREATE


@dataclass(frozen=True, slots=True)
class Fanned:
    """The related records that an effect concerns, instead of the matched one: which letter of which fan."""

    fan: int
    letter: str

    @property
    def recipient(self) -> Column:
        """The column with the key of the related record."""
        return Column(f"f{self.fan}_id", FieldType.LINK)

    @property
    def which(self) -> Column:
        """The column that says which letter a related record gets."""
        return Column(f"f{self.fan}_letter", FieldType.TEXT)


@dataclass(frozen=True, slots=True)
class Message:
    """A message over a channel, by a template: to the customer, or to each of some related records."""

    path: str
    gate: Gate
    channel: str
    template: str
    address: Column | Fixed
    subject: Part
    body: Part
    fanned: Fanned | None = None
    kind: EffectKind = EffectKind.MESSAGE


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text to a colleague, over the channel of notices or over `channel`, to an `address` there."""

    path: str
    gate: Gate
    to: Fixed | Column
    text: Part
    urgent: bool = False
    channel: str = ""
    address: Fixed | Column | None = None
    kind: EffectKind = EffectKind.NOTICE


@dataclass(frozen=True, slots=True)
class Wait:
    """The enrollment goes on at an instant, or before it when what is waited for happens."""

    path: str
    gate: Gate
    until: Fixed | Column
    kind: EffectKind = EffectKind.WAIT


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to a colleague; the enrollment goes on with the answer, or at an instant without one.

    `step` is the step that waits for it: several colleagues may be asked there.
    """

    path: str
    gate: Gate
    step: str
    to: Fixed | Column
    question: Part
    answers: tuple[str, ...]
    until: Fixed | Column
    kind: EffectKind = EffectKind.ASK


@dataclass(frozen=True, slots=True)
class Start:
    """Another workflow is started for the record."""

    path: str
    gate: Gate
    workflow: str
    kind: EffectKind = EffectKind.START


@dataclass(frozen=True, slots=True)
class Stop:
    """The enrollment ends here with a reason, or because its goal is reached."""

    path: str
    gate: Gate
    reason: str
    is_goal: bool = False
    kind: EffectKind = EffectKind.STOP


@dataclass(frozen=True, slots=True)
class Woke:
    """A wait is over: `how` is `happened`, `time` or the answer that came."""

    path: str
    gate: Gate
    how: str
    kind: EffectKind = EffectKind.WOKE


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that cannot be done for these records; `reason` is a code of the texts."""

    path: str
    gate: Gate
    reason: str
    fanned: Fanned | None = None
    kind: EffectKind = EffectKind.SKIPPED


EffectBatch: TypeAlias = Update | Create | Message | Notice | Wait | Ask | Start | Stop | Skipped | Woke


def fanned_of(batch: EffectBatch) -> Fanned | None:
    """The related records that a batch concerns; None where it is about the matched one."""
    return batch.fanned if isinstance(batch, Message | Skipped) else None


def path_to(path: str, recipient: str | int) -> str:
    """The path of an effect on one related record."""
    return f"{path}/to/{recipient}"


@dataclass(frozen=True, slots=True)
class Written:
    """A text of the file with the operand behind each of its paths; `items` are those in rows of lists."""

    source: str
    operands: Mapping[tuple[str, ...], Operand]
    html: bool = False
    items: Mapping[tuple[str, ...], Item] = field(default_factory=dict)
    partials: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Versioned:
    """A text in versions: the first whose predicate holds counts, None holds always; it may say nothing."""

    texts: tuple[tuple[Predicate | None, Written | None], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A question answered for every record while it is selected; unknown counts as no (Meaning 2)."""

    path: str
    gate: Gate
    predicate: Predicate


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to compute: its name and the operand behind it; `after` branches are known to it."""

    name: str
    operand: Operand
    after: int


@dataclass(frozen=True, slots=True)
class Pause:
    """The enrollments behind a gate stay at a step until an instant, or until what they wait for is there."""

    path: str
    gate: Gate
    until: Fixed | Column


@dataclass(frozen=True, slots=True)
class Fan:
    """The related records that a step may write to: of the matched ones behind the gate, those that fit.

    `letter` tells for each which letter it gets, or why it gets none; `wanted` are its own columns.
    """

    number: int
    relation: Relation
    gate: Gate
    where: Predicate | None
    letter: Operand
    wanted: tuple[Wanted, ...] = ()

    def who_get(self, letter: str) -> Fanned:
        """Those of them that get a letter, or none for a reason."""
        return Fanned(self.number, letter)


@dataclass(frozen=True, slots=True)
class Draft:
    """All a workflow may do, before any record is looked at.

    `writes` is what each written field holds in the end: the field, its old value, its new one. `late` is
    what rests on a draw, in order: columns by name, and branches by number. `control` is the branch that
    says whether a record is in the control group. `fans` are in the order of their numbers. `pauses` are
    where enrollments stay for now; `goal_by` is until when a goal that is reached counts as a success.
    `over` is what ends a wait before its time: goal, stop rules, and what is waited for.
    """

    branches: tuple[Branch, ...]
    wanted: tuple[Wanted, ...]
    batches: tuple[EffectBatch, ...]
    writes: tuple[Change, ...]
    late: tuple[Wanted | int, ...] = ()
    control: int | None = None
    fans: tuple[Fan, ...] = ()
    pauses: tuple[Pause, ...] = ()
    goal_by: Fixed | Column | None = None
    over: tuple[Predicate, ...] = ()

    @property
    def only_updates(self) -> bool:
        """Whether the workflow does nothing but set fields; then unchanged records are not started.

        Whom a draw gives is known only once all are selected, so then nothing can be left out.
        """
        return not self.late and all(isinstance(batch, Update) for batch in self.batches)

    @property
    def waits(self) -> bool:
        """Whether the workflow needs more than this one night."""
        return bool(self.pauses)


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect on one record, for people and machines: the reader's view of a batch row."""

    kind: EffectKind
    path: str
    record: str | int
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Undone:
    """A step that was not done for a record, with the reason (a code of the texts) and its facts."""

    path: str
    record: str | int
    reason: str
    facts: Mapping[str, str] = field(default_factory=dict)
