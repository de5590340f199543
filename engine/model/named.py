"""Records that a file names, such as a colleague or a branch: which, and where it says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.model.document import Span
from engine.model.entities import FieldType

if TYPE_CHECKING:
    from engine.model.operands import Operand


@dataclass(frozen=True, slots=True)
class Named:
    """The key of the record of a module whose key or title the operand holds."""

    operand: Operand
    module: str
    type: FieldType = FieldType.LINK


@dataclass(frozen=True, slots=True)
class RecordName:
    """A record of a module, as it is called at a place: by its key or title, or by the key alone."""

    module: str
    name: str
    at: Span
    is_key: bool = False


def in_order(names: Iterable[RecordName]) -> tuple[RecordName, ...]:
    """As they stand in the files."""
    return tuple(sorted(names, key=lambda one: (one.at.file, one.at.line, one.at.column, one.name)))
