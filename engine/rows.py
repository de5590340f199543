"""Batches of effects read row by row: what a matched record gets, as texts and values.

The set-wise reader of the same batches is in records/writing.py; a property test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from engine.model.effects import (
    Ask,
    Chosen,
    Column,
    Create,
    Draft,
    Effect,
    EffectBatch,
    Fanned,
    Fixed,
    Item,
    Message,
    Notice,
    Part,
    Skipped,
    Start,
    Stop,
    Text,
    Undone,
    Update,
    Wait,
    Woke,
    fanned_of,
    path_to,
)
from engine.model.entities import FieldType
from engine.model.moments import Clock, end_of_wait, length_of_minutes
from engine.model.operands import Gate
from engine.model.values import SCALE, Show, from_stored, plain
from engine.text import MissingValue, Slot, TextStopped, as_is, is_list, list_of, parse_text, text_writer

Row = Sequence[Any]
Made = tuple[Any, ...]
Related = Mapping[int, Sequence[Row]]
Reader = Callable[[Row], Any]
UNTELLABLE = (ValueError, TypeError, ArithmeticError)
"""What comes of showing a value that is none of its type, such as an instant beyond the year 9999."""
WORDY = {FieldType.TEXT, FieldType.CHOICE, FieldType.EMAIL, FieldType.PHONE, FieldType.LINK}
NOBODY = "W604"
"""Why a notice or a question is not written: there is nobody whom it could go to."""


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback
class RowError(Exception):
    """A record whose text or value cannot be made: the step, a code of the texts and its facts."""

    path: str
    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BatchRows:
    """One batch with a reader for its gate and for each of its parts; parts give kept forms and texts.

    Where `fan` is a number, the rows are those of its related records.
    """

    batch: EffectBatch
    is_open: Callable[[Row], bool]
    parts: tuple[tuple[str, Reader, FieldType], ...]
    fan: int | None = None
    recipient: Callable[[Row], str | int] | None = None

    def path(self, row: Row) -> str:
        """The path of the effect on a row; on each related record it is another."""
        return self.batch.path if self.recipient is None else path_to(self.batch.path, self.recipient(row))


class RowReader:
    """Readers for every batch of a draft, for rows of the matched table, and of the fans beside it."""

    def __init__(self, draft: Draft, positions: Mapping[str, int], show: Show, clock: Clock) -> None:
        """`positions`: where each column of the matched table stands in a row."""
        self._positions = positions
        self.show = show
        self._clock = clock
        self.batches = tuple(self._read(batch) for batch in draft.batches)

    def effects(self, row: Row, related: Related = MappingProxyType({})) -> Iterator[Effect | Undone]:
        """Everything that happens to one record, in order. Raises RowError when it cannot be processed.

        `related`: the rows of every fan for this record.
        """
        for one in self.batches:
            for each in (row,) if one.fan is None else related[one.fan]:
                if not one.is_open(each):
                    continue
                try:
                    found = self._effect(one, each)
                except UNTELLABLE as error:
                    raise self._untellable(one, each, error) from error
                if found is not None:
                    yield found

    def constants(self) -> list[tuple[str, str, str | int | None]]:
        """What every record gets alike: path, part and kept value."""
        return [
            (one.batch.path, name, part.value)
            for one in self.batches
            for name, part in _parts(one.batch)
            if isinstance(part, Fixed)
        ]

    def values(self, one: BatchRows, row: Row) -> list[Any]:
        """The kept forms and texts of a batch's parts for a row. Raises RowError."""
        try:
            return [read(row) for _, read, _ in one.parts]
        except MissingValue as missing:
            raise RowError(one.path(row), "W601", {"field": _told(missing.path)}) from None
        except TextStopped as stopped:
            raise RowError(one.path(row), "W603", {"reason": stopped.reason}) from None
        except UNTELLABLE as error:
            raise self._untellable(one, row, error) from error

    def make(self, one: BatchRows, rows: Sequence[Row]) -> tuple[list[Made], list[tuple[Row, RowError]]]:
        """`seq`, key and values of a batch for each row behind its gate; apart, the rows that failed."""
        is_everybody = one.fan is None and one.batch.gate.is_always_open
        opened = rows if is_everybody else [row for row in rows if one.is_open(row)]
        try:
            return self._at_once(one, opened), []
        except (MissingValue, TextStopped, *UNTELLABLE):
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
        for name, kind, raw in self._told_values(one.batch, row):
            if raw is not None and not self._can_be_told(kind, raw):
                return RowError(one.path(row), "W605", {"field": name, "value": str(raw)})
        raise error

    def _told_values(self, batch: EffectBatch, row: Row) -> Iterator[tuple[str, FieldType, Any]]:
        """The values that a batch tells of a record, with the name and the type of each."""
        for name, part in _parts(batch):
            for text in _texts_of(part):
                for path, one in text.parts.items():
                    if isinstance(one, Item):
                        rows = self._raw(text.parts[list_of(path[0])], row)
                        yield from ((_told(path), one.type, item[one.position]) for item in _read_rows(rows))
                    else:
                        yield _told(path), one.type, self._raw(one, row)
            if isinstance(part, Fixed | Column):
                yield name.rpartition(" ")[2], part.type, self._raw(part, row)

    def _raw(self, source: Fixed | Column | Item, row: Row) -> Any:
        assert not isinstance(source, Item)
        return row[self._positions[source.name]] if isinstance(source, Column) else source.value

    def _can_be_told(self, kind: FieldType, raw: Any) -> bool:
        try:
            (as_is if kind in WORDY else self.show.raw(kind))(raw)
            _seen(kind)(raw)
            _plain(kind, raw)
        except UNTELLABLE:
            return False
        return True

    def _effect(self, one: BatchRows, row: Row) -> Effect | Undone | None:
        batch, record = one.batch, row[self._positions["id"]]
        values = self.values(one, row)
        if isinstance(batch, Skipped):
            return Undone(one.path(row), record, batch.reason)
        if isinstance(batch, Notice | Ask) and values[0] is None:
            return Undone(batch.path, record, NOBODY)
        if isinstance(batch, Update):
            return self._update(one, batch, record, values)
        details = {
            name: self.plain(name, kind, value)
            for (name, _, kind), value in zip(one.parts, values, strict=True)
        }
        return Effect(batch.kind, one.path(row), record, {**about(batch), **_nested(batch, details)})

    def plain(self, name: str, kind: FieldType, raw: Any) -> Any:
        """The value of a part for JSON. When a wait ends: an instant for all, or a length from now."""
        if name != "until" or kind is not FieldType.LENGTH or raw is None:
            return _plain(kind, raw)
        return plain(end_of_wait(length_of_minutes(raw), self._clock))

    def _update(self, one: BatchRows, batch: Update, record: Any, values: list[Any]) -> Effect | None:
        changes = {}
        for number, change in enumerate(batch.changes):
            before, after = values[2 * number], values[2 * number + 1]
            if before != after:
                kind = one.parts[2 * number][2]
                changes[change.field.key] = [_plain(kind, before), _plain(kind, after)]
        if not changes:
            return None
        return Effect(batch.kind, batch.path, record, {**about(batch), "changes": changes})

    def _read(self, batch: EffectBatch) -> BatchRows:
        parts = tuple((name, self._part_of(batch, part), _type_of(part)) for name, part in _parts(batch))
        is_open, fanned = self._gate(batch.gate), fanned_of(batch)
        if fanned is None:
            return BatchRows(batch, is_open, parts)
        recipient, letter = itemgetter(self._positions[fanned.recipient.name]), self._letter(fanned)
        return BatchRows(batch, lambda row: letter(row) and is_open(row), parts, fanned.fan, recipient)

    def _letter(self, fanned: Fanned) -> Callable[[Row], bool]:
        """Whether a related record gets the letter, or none for the reason, that a batch is for."""
        position, letter = self._positions[fanned.which.name], fanned.letter
        return lambda row: bool(row[position] == letter)

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

    def _part_of(self, batch: EffectBatch, part: Part) -> Reader:
        """A text to a colleague is written only where there is one: it may say their name."""
        read = self._part(part)
        if not isinstance(batch, Notice) or not isinstance(part, Text) or isinstance(batch.to, Fixed):
            return read
        position = self._positions[batch.to.name]
        return lambda row: None if row[position] is None else read(row)

    def _part(self, part: Part) -> Reader:
        if isinstance(part, Fixed):
            value = part.value
            return lambda _: value
        if isinstance(part, Column):
            return itemgetter(self._positions[part.name])
        if isinstance(part, Chosen):
            return self._chosen(part)
        slots = {path: self._slot(path, one) for path, one in part.parts.items()}
        return text_writer(parse_text(part.source, part.partials), slots, html=part.html)

    def _chosen(self, part: Chosen) -> Reader:
        texts = tuple((self._gate(gate), self._part(text)) for gate, text in part.texts)
        return lambda row: next((read(row) for is_open, read in texts if is_open(row)), None)

    def _slot(self, path: tuple[str, ...], part: Fixed | Column | Item) -> Slot:
        if is_list(path) and isinstance(part, Column):
            return Slot(self._positions[part.name], value=_read_rows)
        show = as_is if part.type in WORDY else self.show.raw(part.type)
        value = _seen(part.type)
        if isinstance(part, Column):
            return Slot(self._positions[part.name], show, value)
        if isinstance(part, Item):
            return Slot(part.position, show, value)
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
        recipient: list[tuple[str, Part]] = (
            [] if batch.fanned is None else [("recipient", batch.fanned.recipient)]
        )
        return [("to", batch.address), ("subject", batch.subject), ("body", batch.body), *recipient]
    if isinstance(batch, Notice):
        address: list[tuple[str, Part]] = [] if batch.address is None else [("address", batch.address)]
        return [("to", batch.to), ("text", batch.text), *address]
    if isinstance(batch, Ask):
        return [("to", batch.to), ("question", batch.question), ("until", batch.until)]
    return [("until", batch.until)] if isinstance(batch, Wait) else []


def _texts_of(part: Part) -> tuple[Text, ...]:
    texts = (text for _, text in part.texts) if isinstance(part, Chosen) else (part,)
    return tuple(text for text in texts if isinstance(text, Text))


def _told(path: tuple[str, ...]) -> str:
    """A path as people read it: `订单.金额`."""
    return ".".join(filter(None, path))


def _read_rows(raw: str | None) -> Sequence[Sequence[Any]]:
    """The rows of a list as selected."""
    found: Sequence[Sequence[Any]] = () if raw is None else json.loads(raw)
    return found


def _type_of(part: Part) -> FieldType:
    return part.type if isinstance(part, Fixed | Column) else FieldType.TEXT


def about(batch: EffectBatch) -> dict[str, Any]:
    """What an effect tells of its batch, the same for every record."""
    if isinstance(batch, Update):
        return {"module": batch.module.key}
    if isinstance(batch, Create):
        return {"module": batch.module.key, "id": None}
    if isinstance(batch, Message):
        return {"channel": batch.channel, "template": batch.template}
    if isinstance(batch, Ask):
        return {"answers": list(batch.answers)}
    if isinstance(batch, Start):
        return {"workflow": batch.workflow}
    if isinstance(batch, Notice):
        return {"channel": batch.channel} if batch.channel else {}
    if isinstance(batch, Woke):
        return {"how": batch.how}
    return {"reason": batch.reason} if isinstance(batch, Stop) else {}


def _nested(batch: EffectBatch, details: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(batch, Create):
        return details
    return {"values": {name: value for name, value in details.items() if value is not None}}


def _plain(kind: FieldType, raw: Any) -> Any:
    return plain(from_stored(kind, raw))
