"""`smallest_of`: the smallest value of a field over the related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import OfRelated, related_schema
from engine.model.kinds import Schema


class SmallestOf(OfRelated):
    """The smallest value of a field over the related records."""

    name: ClassVar[str] = "smallest_of"
    schema: ClassVar[Schema] = related_schema("smallest_of")
    example: ClassVar[str] = "{smallest_of: 订单.金额, latest: 3, less_than: 100}"
