"""`latest_of`: the latest date of the related records."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import OfRelated, related_schema
from engine.model.kinds import Schema


class LatestOf(OfRelated):
    """The latest date of the related records."""

    name: ClassVar[str] = "latest_of"
    schema: ClassVar[Schema] = related_schema("latest_of")
    example: ClassVar[str] = "{latest_of: 订单.下单日期, before: 2026-01-01}"
