"""`share_of`: what percent of the related records fit `where`; missing without any."""

from __future__ import annotations

from typing import ClassVar

from engine.conditions.related import OfRelated, related_schema
from engine.model.kinds import Schema


class ShareOf(OfRelated):
    """What percent of the related records fit `where`; missing without any."""

    name: ClassVar[str] = "share_of"
    schema: ClassVar[Schema] = related_schema("share_of")
    example: ClassVar[str] = (
        "{share_of: 跟进记录, where: {field: 方式, is: 电话, if_missing: no_match}, at_least: 50 %}"
    )
