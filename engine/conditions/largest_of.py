"""`largest_of`: the largest value of a field over the related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import OfRelated, related_schema
from engine.model.kinds import Schema


class LargestOf(OfRelated):
    """The largest value of a field over the related records."""

    name: ClassVar[str] = "largest_of"
    schema: ClassVar[Schema] = related_schema("largest_of")
    example: ClassVar[str] = "{largest_of: 订单.金额, at_least: 100000}"
