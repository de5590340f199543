"""`sum_of`: the sum of a field over the related records; 0 without any."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import InSeries, series_schema
from engine.model.kinds import Schema


class SumOf(InSeries):
    """The sum of a field over the related records; 0 without any."""

    name: ClassVar[str] = "sum_of"
    schema: ClassVar[Schema] = series_schema("sum_of")
    example: ClassVar[str] = "{sum_of: 订单.金额, per: month, in_a_row: 3, falls_by: 30 %}"
