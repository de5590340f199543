"""Whose records they are: what of the ledger somebody sees who is shown their own customers alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from engine.ledger.book import Owned
from engine.model.entities import Module
from engine.model.operands import FieldValue
from engine.model.workflow import Workflow
from engine.records.scopes import TableScope
from engine.records.session import Session


def owned_by(session: Session, workflows: Iterable[Workflow], owners: Collection[str]) -> Owned:
    """The records of these workflows that some colleagues own; of a module without owners none."""
    ids: dict[str, tuple[Module, list[str]]] = {}
    for one in workflows:
        ids.setdefault(one.module.key, (one.module, []))[1].append(one.id)
    found = [(tuple(names), _keys(session, module, owners)) for module, names in ids.values() if module.owner]
    return Owned(tuple(owners), tuple(found))


def _keys(session: Session, module: Module, owners: Collection[str]) -> sa.Select[Any]:
    base = TableScope.of(session.tables, module, "base")
    owner = base.field(FieldValue(module.fields[module.owner], module))
    return sa.select(sa.cast(base.own_key, sa.Text)).where(sa.cast(owner, sa.Text).in_(owners))
