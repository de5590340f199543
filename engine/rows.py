"""Batches of effects read row by row: what a matched record gets, as texts and values.

The set-wise reader of the same batches is in records/writing.py; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from typing import Any

from engine.model.effects import (
    Column,
    Create,
    Draft,
    Effect,
    EffectBatch,
    EffectKind,
    Fixed,
    Message,
    Notice,
    Part,
    Skipped,
    Stop,
    Text,
    Undone,
    Update,
)
from engine.model.entities import FieldType
from engine.model.predicates import Gate
from engine.model.values import SCALE, Show, from_stored, plain
from engine.text import MissingValue, Slot, TextStopped, as_is, parse_text, text_writer

Row = Sequence[Any]
Made = tuple[Any, ...]
Reader = Callable[[Row], Any]
_UNTELLABLE = (ValueError, TypeError, ArithmeticError)
"""What comes of showing a value that is none of its type, such as an instant beyond the year 9999."""
_WORDY = {FieldType.TEXT, FieldType.CHOICE, FieldType.EMAIL, FieldType.PHONE, FieldType.LINK}


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback
class RowError(Exception):
    """A record whose text or value cannot be made: the step, a code of the texts and its facts."""

    path: str
    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BatchRows:
    """One batch with a reader for its gate and for each of its parts; parts give kept forms and texts."""

    batch: EffectBatch
    is_open: Callable[[Row], bool]
    parts: tuple[tuple[str, Reader, FieldType], ...]


class RowReader:
    """Readers for every batch of a draft, for rows of the matched table."""

    def __init__(self, draft: Draft, positions: Mapping[str, int], show: Show) -> None:
        """`positions`: where each column of the matched table stands in a row."""
        self._positions = positions
        self._show = show
        self.batches = tuple(self._read(batch) for batch in draft.batches)

    def effects(self, row: Row) -> Iterator[Effect | Undone]:
        """Everything that happens to one record, in order. Raises RowError when it cannot be processed."""
        for one in self.batches:
            if one.is_open(row):
                try:
                    found = self._effect(one, row)
                except _UNTELLABLE as error:
                    raise self._untellable(one, row, error) from error
                if found is not None:
                    yield found

    def values(self, one: BatchRows, row: Row) -> list[Any]:
        """The kept forms and texts of a batch's parts for a row. Raises RowError."""
        try:
            return [read(row) for _, read, _ in one.parts]
        except MissingValue as missing:
            raise RowError(one.batch.path, "W601", {"field": ".".join(missing.path)}) from None
        except TextStopped as stopped:
            raise RowError(one.batch.path, "W603", {"reason": stopped.reason}) from None
        except _UNTELLABLE as error:
            raise self._untellable(one, row, error) from error

    def make(self, one: BatchRows, rows: Sequence[Row]) -> tuple[list[Made], list[tuple[Row, RowError]]]:
        """`seq`, key and values of a batch for each row behind its gate; apart, the rows that failed."""
        opened = rows if one.batch.gate.is_always_open else [row for row in rows if one.is_open(row)]
        try:
            return self._at_once(one, opened), []
        except (MissingValue, TextStopped, *_UNTELLABLE):
            return self._one_by_one(one, opened)

    def _at_once(self, one: BatchRows, rows: Sequence[Row]) -> list[Made]:
        """Column by column, so that of a chunk only the texts run in Python."""
        columns = [
            repeat(part.value) if isinstance(part, Fixed) else map(read, rows)
            for (_, part), (_, read, _) in zip(_parts(one.batch), one.parts, strict=True)
        ]
        numbers, keys = (map(itemgetter(self._positions[name]), rows) for name in ("seq", "id"))
        return list(zip(numbers, keys, *columns, strict=False))

    def _one_by_one(
        self, one: BatchRows, rows: Sequence[Row]
    ) -> tuple[list[Made], list[tuple[Row, RowError]]]:
        made: list[Made] = []
        failed: list[tuple[Row, RowError]] = []
        for row in rows:
            try:
                made.append((row[self._positions["seq"]], row[self._positions["id"]], *self.values(one, row)))
            except RowError as error:
                failed.append((row, error))
        return made, failed

    def _untellable(self, one: BatchRows, row: Row, error: Exception) -> RowError:
        """Which value it was is looked up now, so that texts are made without asking each; none is a bug."""
        for name, source in _sources(one.batch):
            raw = row[self._positions[source.name]] if isinstance(source, Column) else source.value
            if raw is not None and not self._can_be_told(source.type, raw):
                return RowError(one.batch.path, "W605", {"field": name, "value": str(raw)})
        raise error

    def _can_be_told(self, kind: FieldType, raw: Any) -> bool:
        try:
            (as_is if kind in _WORDY else self._show.raw(kind))(raw)
            _seen(kind)(raw)
            _plain(kind, raw)
        except _UNTELLABLE:
            return False
        return True

    def _effect(self, one: BatchRows, row: Row) -> Effect | Undone | None:
        batch, record = one.batch, row[self._positions["id"]]
        values = self.values(one, row)
        if isinstance(batch, Skipped):
            return Undone(batch.path, record, batch.reason)
        if isinstance(batch, Notice) and values[0] is None:
            return Undone(batch.path, record, "W604")
        if isinstance(batch, Update):
            return self._update(one, batch, record, values)
        details = {
            name: _plain(kind, value) for (name, _, kind), value in zip(one.parts, values, strict=True)
        }
        return Effect(batch.kind, batch.path, record, {**_about(batch), **_nested(batch, details)})

    def _update(self, one: BatchRows, batch: Update, record: Any, values: list[Any]) -> Effect | None:
        changes = {}
        for number, change in enumerate(batch.changes):
            before, after = values[2 * number], values[2 * number + 1]
            if before != after:
                kind = one.parts[2 * number][2]
                changes[change.field.key] = [_plain(kind, before), _plain(kind, after)]
        if not changes:
            return None
        return Effect(EffectKind.UPDATE, batch.path, record, {"module": batch.module.key, "changes": changes})

    def _read(self, batch: EffectBatch) -> BatchRows:
        parts = tuple((name, self._part(part), _type_of(part)) for name, part in _parts(batch))
        return BatchRows(batch, self._gate(batch.gate), parts)

    def _gate(self, gate: Gate) -> Callable[[Row], bool]:
        if gate.is_always_open:
            return lambda _: True
        first = self._positions.get("b0", 0)
        if not gate.unless and len(gate.taken) == 1:
            position, wanted = first + gate.taken[0][0], int(gate.taken[0][1])
            return lambda row: bool(row[position] == wanted)
        taken = tuple((first + number, int(answer)) for number, answer in gate.taken)
        unless = tuple(self._gate(one) for one in gate.unless)
        return lambda row: (
            all(row[at] == answer for at, answer in taken) and not any(one(row) for one in unless)
        )

    def _part(self, part: Part) -> Reader:
        if isinstance(part, Fixed):
            value = part.value
            return lambda _: value
        if isinstance(part, Column):
            return itemgetter(self._positions[part.name])
        slots = {path: self._slot(one) for path, one in part.parts.items()}
        return text_writer(parse_text(part.source), slots, html=part.html)

    def _slot(self, part: Fixed | Column) -> Slot:
        show = as_is if part.type in _WORDY else self._show.raw(part.type)
        value = _seen(part.type)
        if isinstance(part, Column):
            return Slot(self._positions[part.name], show, value)
        if part.value is None:
            return Slot(self._positions["nothing"])
        shown, seen = show(part.value), value(part.value)
        return Slot(self._positions["seq"], lambda _: shown, lambda _: seen)


def _seen(kind: FieldType) -> Callable[[Any], Any]:
    """How tests and `round` in texts see a kept form."""
    if kind.is_numeric:
        return lambda raw: Decimal(raw) / SCALE
    return bool if kind is FieldType.YES_NO else as_is


def _parts(batch: EffectBatch) -> list[tuple[str, Part]]:
    if isinstance(batch, Update):
        found: list[tuple[str, Part]] = []
        for change in batch.changes:
            found += [
                (f"before {change.field.key}", change.before),
                (f"after {change.field.key}", change.after),
            ]
        return found
    if isinstance(batch, Create):
        return list(batch.values.items())
    if isinstance(batch, Message):
        return [("to", batch.address), ("subject", batch.subject), ("body", batch.body)]
    return [("to", batch.to), ("text", batch.text)] if isinstance(batch, Notice) else []


def _sources(batch: EffectBatch) -> Iterator[tuple[str, Fixed | Column]]:
    """The values that a batch tells, those of its texts by their path."""
    for name, part in _parts(batch):
        if isinstance(part, Text):
            yield from ((".".join(path), source) for path, source in part.parts.items())
        else:
            yield name.rpartition(" ")[2], part


def _type_of(part: Part) -> FieldType:
    return FieldType.TEXT if isinstance(part, Text) else part.type


def _about(batch: EffectBatch) -> dict[str, Any]:
    if isinstance(batch, Create):
        return {"module": batch.module.key, "id": None}
    if isinstance(batch, Message):
        return {"channel": batch.channel, "template": batch.template}
    return {"reason": batch.reason} if isinstance(batch, Stop) else {}


def _nested(batch: EffectBatch, details: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(batch, Create):
        return details
    return {"values": {name: value for name, value in details.items() if value is not None}}


def _plain(kind: FieldType, raw: Any) -> Any:
    return plain(from_stored(kind, raw))
