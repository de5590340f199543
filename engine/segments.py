"""A segment as a list: who is on it now, in its own order and with its own columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.model.entities import Field, FieldType, Labels
from engine.model.operands import FieldValue, Operand
from engine.model.values import Value, plain
from engine.records.listing import Asked, count_answers, list_records
from engine.records.session import Session
from engine.shapes.reading import Segment


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: what it is called, and the type of its values."""

    key: str
    labels: Labels
    type: FieldType


@dataclass(frozen=True)
class SegmentList:
    """The records of a segment at the moment of a session."""

    session: Session
    segment: Segment
    columns: tuple[Column, ...]
    asked: Asked
    count: int
    undecided: int

    def rows(self, limit: int | None = None) -> Iterator[tuple[str | int, list[Value]]]:
        """Key and values of each record, in the order of the list."""
        return list_records(self.session, self.asked, limit)

    def head_json(self) -> dict[str, Any]:
        """For machines: what the list is, and how many are on it."""
        return {
            "segment": self.segment.name,
            "module": self.segment.module.key,
            "at": self.session.clock.local.isoformat(),
            "count": self.count,
            "undecided": self.undecided,
        }

    def as_json(self, limit: int | None = None) -> dict[str, Any]:
        """For machines: fields by their keys."""
        keys = [one.key for one in self.columns]
        return {
            **self.head_json(),
            "records": [
                {"id": key, **{name: plain(value) for name, value in zip(keys, values, strict=True)}}
                for key, values in self.rows(limit)
            ],
        }


def list_segment(session: Session, segment: Segment) -> SegmentList:
    """The list of a segment; without columns of its own it shows the field that names a record."""
    shown = segment.list
    columns = shown.columns or _title(segment)
    asked = Asked(
        segment.module,
        segment.predicate,
        [operand for _, operand in columns],
        shown.first,
        shown.highest_first,
    )
    heads = tuple(_column(name, operand, segment) for name, operand in columns)
    return SegmentList(session, segment, heads, asked, *count_answers(session, asked))


def _title(segment: Segment) -> tuple[tuple[str, Operand], ...]:
    title = segment.module.title_field
    return () if title is None else ((title.key, FieldValue(title, segment.module)),)


def _column(name: str, operand: Operand, segment: Segment) -> Column:
    field: Field | None = segment.module.field(name)
    if field is None:
        return Column(name, Labels(name, name), operand.type)
    return Column(field.key, field.labels, operand.type)
