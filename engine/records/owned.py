"""The records that some colleagues own, by workflow: what of the ledger they may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from engine.ledger.owned import Owned
from engine.model.entities import FieldType, Module
from engine.model.operands import FieldValue
from engine.model.workflow import Workflow
from engine.records.dialect import exactly
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.session import Session


def owned_by(session: Session, people: Iterable[str], workflows: Iterable[Workflow]) -> Owned:
    """What belongs to colleagues of these keys; a module whose records have no owner belongs to nobody."""
    by_module = defaultdict[str, list[str]](list)
    for one in workflows:
        by_module[one.module.key].append(one.id)
    modules, mine = session.tables.model.modules, frozenset(people)
    return Owned(
        mine,
        tuple(
            (tuple(ids), _keys(session, modules[key], mine))
            for key, ids in by_module.items()
            if key in modules and modules[key].owner
        ),
    )


def _keys(session: Session, module: Module, people: frozenset[str]) -> sa.Select[Any]:
    """The keys of their records, as the ledger holds them."""
    base = TableScope.of(session.tables, module, "owned")
    owner = FieldValue(module.fields[module.owner], module)
    told = Lowering(session.tables, session.clock).operand(owner, base)
    is_number = module.record_key.type is FieldType.NUMBER
    key = sa.cast(base.own_key, sa.Text) if is_number else base.own_key
    return sa.select(exactly(key)).select_from(base.from_clause()).where(told.in_(sorted(people)))
