"""`count_of`: how many related records there are."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import InSeries, series_schema
from engine.model.kinds import Schema


class CountOf(InSeries):
    """How many related records there are."""

    name: ClassVar[str] = "count_of"
    schema: ClassVar[Schema] = series_schema("count_of")
    example: ClassVar[str] = "{count_of: 跟进记录, during: last 60 days, is: 0}"
