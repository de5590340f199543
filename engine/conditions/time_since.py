"""`time_since: F`: the length between a date and today; the future never matches."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.lengths import OPTIONS, length_schema, read_length_subject
from engine.conditions.subject import Subject
from engine.model.document import Mapping
from engine.model.kinds import Schema
from engine.shapes.reading import Reading


class TimeSince:
    """How long ago a date was."""

    name: ClassVar[str] = "time_since"
    options: ClassVar[tuple[str, ...]] = OPTIONS
    schema: ClassVar[Schema] = length_schema("time_since")
    example: ClassVar[str] = "{time_since: 最近下单日期, at_least: 90 days}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The date's operand; comparisons take lengths."""
        return read_length_subject(node, cls.name, reading, ahead=False)
