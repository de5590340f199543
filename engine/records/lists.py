"""Related records as one text, for `for` in texts: a JSON list of rows, each a list of kept values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.model.entities import FieldType
from engine.model.operands import Aggregate, Function, Listed
from engine.records.related import related
from engine.records.scopes import Scope, TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.lower import Lowering


def lower_list(lowering: Lowering, listed: Listed, scope: Scope) -> Sql:
    """The newest of the related records; an empty list without any."""
    everything = Aggregate(Function.COUNT, listed.relation, FieldType.NUMBER)

    def row(inner: TableScope) -> Sql:
        return sa.func.json_array(*(lowering.operand(one, inner) for one in listed.fields)).label("row")

    rows = related(lowering, everything, scope, row, newest=listed.at_most).subquery("rows")
    return sa.select(sa.func.json_group_array(sa.func.json(rows.c.row))).scalar_subquery()
