"""The effects of many rows as JSON, batch by batch and column by column: what a dry run lists of a page.

`RowReader.effects` reads the same batches for one record; a property test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import repeat
from json.encoder import encode_basestring
from typing import Any, Self, TypeAlias

from engine.model.effects import Ask, Create, Effect, EffectBatch, Notice, Skipped, Undone, Update
from engine.model.entities import FieldType
from engine.rows import NOBODY, UNTELLABLE, WORDY, BatchRows, Row, RowReader, about
from engine.text import as_is

Column: TypeAlias = Sequence[Any]
Form: TypeAlias = Callable[[Column, Sequence[Column]], Iterable[str]]
"""Writes effects from the keys of their records and the values of each part; an empty text for none."""
Writer: TypeAlias = Callable[[Column], list[str]]

EXCLUSION = "exclusion"
"""The fact that tells where the exclusion stands which keeps something back."""
_REMEMBERED = 4_096
"""So many values of a part are written once only: days and amounts come again."""


def effect_json(effect: Effect | Undone) -> dict[str, Any]:
    """An effect in the keys of DESIGN section 8."""
    if isinstance(effect, Undone):
        cause = {"because": effect.facts[EXCLUSION]} if EXCLUSION in effect.facts else {}
        return {"kind": "skipped", "path": effect.path, "reason": effect.reason, **cause}
    found: dict[str, Any] = {"kind": str(effect.kind), "path": effect.path, "record": effect.record}
    return {**found, **effect.details}


def dumped(value: Any) -> str:
    """JSON as a dry run prints it: every letter as it is."""
    return json.dumps(value, ensure_ascii=False)


class EffectLines:
    """Writes the effects of whole pages of the matched table."""

    def __init__(self, reader: RowReader, is_alone: Callable[[EffectBatch], bool]) -> None:
        """`is_alone`: whether a batch says something that only its record, asked by itself, can tell."""
        self._reader = reader
        self._has_fans = any(one.fan is not None for one in reader.batches)
        self._forms = [(one, None if is_alone(one.batch) else _form(one, reader)) for one in reader.batches]

    def of(self, rows: Sequence[Row]) -> Iterator[str | None]:
        """For each row the JSON of its effects, in order; None for a record to be asked by itself.

        That is one whose texts or values cannot be made, or of a batch that is alone; where related records
        get letters too, it is every one. `seq` stands first in a row.
        """
        if self._has_fans:
            return repeat(None, len(rows))
        found: dict[int, list[str]] = {row[0]: [] for row in rows}
        alone: set[int] = set()
        for one, form in self._forms:
            made, failed = self._reader.make(one, rows)
            alone.update(row[0] for row, _ in failed)
            if not made:
                continue
            numbers, records, *columns = zip(*made, strict=True)
            try:
                texts = None if form is None else list(form(records, columns))
            except UNTELLABLE:
                texts = None
            if texts is None:
                alone.update(numbers)
                continue
            for number, text in zip(numbers, texts, strict=True):
                if text:
                    found[number].append(text)
        return (None if number in alone else f"[{', '.join(one)}]" for number, one in found.items())


def _form(one: BatchRows, reader: RowReader) -> Form:
    """How the effects of a batch are written."""
    batch = one.batch
    if isinstance(batch, Skipped):
        undone = _undone(batch.path, batch.reason)
        return lambda records, _: repeat(undone, len(records))
    form = _Form.of(one, reader)
    if isinstance(batch, Update):
        return form.updates
    if isinstance(batch, Create):
        return form.creations
    if isinstance(batch, Notice | Ask):
        return form.to_somebody
    return form.others


def _undone(path: str, reason: str) -> str:
    return dumped(effect_json(Undone(path, "", reason)))


@dataclass(frozen=True)
class _Form:
    """What all effects of a batch have alike, and for each of its parts the name and how it is written."""

    path: str
    start: str
    about: str
    names: tuple[str, ...]
    writers: tuple[Writer, ...]

    @classmethod
    def of(cls, one: BatchRows, reader: RowReader) -> Self:
        """Of a batch that is about the matched record itself."""
        start = dumped({"kind": str(one.batch.kind), "path": one.batch.path})[:-1] + ', "record": '
        alike = "".join(f", {dumped(name)}: {dumped(value)}" for name, value in about(one.batch).items())
        names = tuple(f", {dumped(name)}: " for name in _names(one))
        writers = tuple(_writer(reader, name, kind) for name, _, kind in one.parts)
        return cls(one.batch.path, start, alike, names, writers)

    def updates(self, records: Column, columns: Sequence[Column]) -> Iterator[str]:
        """Only what differs is a change; without one there is no effect."""
        olds, news = columns[::2], columns[1::2]
        parts = zip(self.names, self.writers[::2], olds, news, strict=True)
        for record, texts in self._each(records, [_changes(*part) for part in parts]):
            yield f'{self.start}{record}{self.about}, "changes": {{{texts[2:]}}}}}' if texts else ""

    def creations(self, records: Column, columns: Sequence[Column]) -> Iterator[str]:
        """Values that are missing are left out."""
        members = [
            [f"{name}{text}" if text != "null" else "" for text in writer(column)]
            for name, writer, column in zip(self.names, self.writers, columns, strict=True)
        ]
        for record, texts in self._each(records, members):
            yield f'{self.start}{record}{self.about}, "values": {{{texts[2:]}}}}}'

    def others(self, records: Column, columns: Sequence[Column]) -> Iterator[str]:
        """Every value, missing or not."""
        members: list[Iterable[str]] = []
        for name, writer, column in zip(self.names, self.writers, columns, strict=True):
            members += [repeat(name), writer(column)]
        for record, texts in self._each(records, members):
            yield f"{self.start}{record}{self.about}{texts}}}"

    def to_somebody(self, records: Column, columns: Sequence[Column]) -> list[str]:
        """Where there is nobody to write to, that is told instead."""
        undone = _undone(self.path, NOBODY)
        written = self.others(records, columns)
        return [undone if to is None else text for to, text in zip(columns[0], written, strict=True)]

    def _each(self, records: Column, members: Sequence[Iterable[str]]) -> Iterator[tuple[str, str]]:
        """Every record's key with the texts of its members, one after the other."""
        texts = map("".join, zip(*members, strict=False)) if members else repeat("")
        return zip(words(records), texts, strict=False)


def _names(one: BatchRows) -> list[str]:
    if isinstance(one.batch, Update):
        return [change.field.key for change in one.batch.changes]
    return [name for name, _, _ in one.parts]


def _changes(name: str, writer: Writer, olds: Column, news: Column) -> list[str]:
    told = zip(olds, news, writer(olds), writer(news), strict=True)
    return ["" if old == new else f"{name}[{before}, {after}]" for old, new, before, after in told]


def _writer(reader: RowReader, name: str, kind: FieldType) -> Writer:
    """Writes the kept forms of a part as JSON."""
    told = partial(reader.plain, name, kind)
    if kind in WORDY:
        return partial(words, told=told)
    remembered = lru_cache(_REMEMBERED, typed=True)(lambda raw: dumped(told(raw)))
    return lambda column: list(map(remembered, column))


def words(column: Column, told: Callable[[Any], Any] = as_is) -> list[str]:
    """A column of texts as JSON; `told` gives the value of what is none."""
    return [encode_basestring(raw) if type(raw) is str else dumped(told(raw)) for raw in column]
