"""What can happen to records: batches of effects, one an action, in columns.

A batch says for every matched record behind its gate what is done. Its values are constants, columns of
the matched records, or texts; nothing here knows a store, a word of the language or the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from engine.model.entities import Field, FieldType, Module
from engine.model.predicates import Gate, Operand, Predicate


class EffectKind(StrEnum):
    """The kinds of effects, as in the JSON of `plan` and `journal`."""

    UPDATE = "update"
    CREATE = "create"
    MESSAGE = "message"
    NOTICE = "notice"
    STOP = "stop"
    SKIPPED = "skipped"


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
class Text:
    """A text with places for values; `parts` tells which column or constant stands for which path."""

    source: str
    parts: Mapping[tuple[str, ...], Fixed | Column]
    html: bool = False


Part: TypeAlias = Fixed | Column | Text


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
class Message:
    """A message to the customer over a channel, by a template."""

    path: str
    gate: Gate
    channel: str
    template: str
    address: Column | Fixed
    subject: Part
    body: Part
    kind: EffectKind = EffectKind.MESSAGE


@dataclass(frozen=True, slots=True)
class Notice:
    """A short text to a colleague."""

    path: str
    gate: Gate
    to: Fixed | Column
    text: Part
    urgent: bool = False
    kind: EffectKind = EffectKind.NOTICE


@dataclass(frozen=True, slots=True)
class Stop:
    """The enrollment ends here with a reason."""

    path: str
    gate: Gate
    reason: str
    kind: EffectKind = EffectKind.STOP


@dataclass(frozen=True, slots=True)
class Skipped:
    """A step that cannot be done for these records; `reason` is a code of the texts."""

    path: str
    gate: Gate
    reason: str
    kind: EffectKind = EffectKind.SKIPPED


EffectBatch: TypeAlias = Update | Create | Message | Notice | Stop | Skipped


@dataclass(frozen=True, slots=True)
class Written:
    """A text of the file with the operand behind each of its paths."""

    source: str
    operands: Mapping[tuple[str, ...], Operand]
    html: bool = False


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
class Draft:
    """All a workflow may do, before any record is looked at.

    `writes` is what each written field holds in the end: the field, its old value, its new one.
    """

    branches: tuple[Branch, ...]
    wanted: tuple[Wanted, ...]
    batches: tuple[EffectBatch, ...]
    writes: tuple[Change, ...]

    @property
    def only_updates(self) -> bool:
        """Whether the workflow does nothing but set fields; then unchanged records are not started."""
        return all(isinstance(batch, Update) for batch in self.batches)


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
