"""Who bears a name: the records of a module by their titles, for many names at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import sqlalchemy as sa

from engine.model.entities import Field, Module
from engine.model.operands import FieldValue
from engine.records.scopes import TableScope
from engine.records.tables import Sql

if TYPE_CHECKING:
    from engine.records.session import Session

MOST_BEARERS = 4
"""So many records of one name are found: enough to tell some, and that there are more."""


def title_column(module: Module, title: Field, scope: TableScope) -> Sql:
    """The titles of a module's records."""
    return scope.field(FieldValue(title, module))


def bearers(session: Session, module: Module, names: Collection[str]) -> dict[str, tuple[str | int, ...]]:
    """The keys of the first records that bear each of some names exactly; nobody's names are left out."""
    title = module.title_field
    if title is None or not names:
        return {}
    base = TableScope.of(session.tables, module, "base")
    name = title_column(module, title, base)
    place = sa.func.row_number().over(partition_by=name, order_by=base.own_key)
    listed = (
        sa.select(name.label("name"), base.own_key.label("key"), place.label("place"))
        .where(name.in_(names))
        .subquery("listed")
    )
    first = sa.select(listed.c.name, listed.c.key).where(listed.c.place <= MOST_BEARERS)
    found: dict[str, tuple[str | int, ...]] = {}
    for one, key in session.connection.execute(first.order_by(listed.c.name, listed.c.place)):
        found[one] = (*found.get(one, ()), key)
    return found
