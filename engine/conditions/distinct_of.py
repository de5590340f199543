"""`distinct_of`: how many different values a field has over the related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import OfRelated, related_schema
from engine.model.kinds import Schema


class DistinctOf(OfRelated):
    """How many different values a field has over the related records."""

    name: ClassVar[str] = "distinct_of"
    schema: ClassVar[Schema] = related_schema("distinct_of")
    example: ClassVar[str] = "{distinct_of: 订单.品类, during: last 12 months, at_most: 1}"
