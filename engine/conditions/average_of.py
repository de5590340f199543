"""`average_of`: the average of a field over the related records; missing without any."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import InSeries, series_schema
from engine.model.kinds import Schema


class AverageOf(InSeries):
    """The average of a field over the related records; missing without any."""

    name: ClassVar[str] = "average_of"
    schema: ClassVar[Schema] = series_schema("average_of")
    example: ClassVar[str] = "{average_of: 订单.金额, during: last 12 months, at_least: 5000}"
