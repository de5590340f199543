"""`time_until: F`: the length between today and a date to come; the past never matches."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.lengths import OPTIONS, length_schema, read_length_subject
from engine.conditions.subject import Subject
from engine.model.document import Mapping
from engine.model.kinds import Schema
from engine.shapes.reading import Reading


class TimeUntil:
    """How long it is until a date, or until its day comes round again."""

    name: ClassVar[str] = "time_until"
    options: ClassVar[tuple[str, ...]] = OPTIONS
    schema: ClassVar[Schema] = length_schema("time_until")
    example: ClassVar[str] = "{time_until: 合同到期日, at_most: 30 days}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The date's operand; comparisons take lengths."""
        return read_length_subject(node, cls.name, reading, ahead=True)
