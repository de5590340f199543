"""`earliest_of`: the earliest date of the related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import OfRelated, related_schema
from engine.model.kinds import Schema


class EarliestOf(OfRelated):
    """The earliest date of the related records."""

    name: ClassVar[str] = "earliest_of"
    schema: ClassVar[Schema] = related_schema("earliest_of")
    example: ClassVar[str] = "{earliest_of: 订单.下单日期, on_or_after: start of year}"
