"""Records put back as they were before a run: what stands there now, and what is written in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.model.entities import Field, FieldType, Module
from engine.records.driving import is_postgres
from engine.records.imprints import imprint_of
from engine.records.session import Session


@dataclass(frozen=True)
class Restoring:
    """The records of a module, by their keys as the ledger holds them: texts."""

    session: Session
    module: Module

    def held(
        self, records: Sequence[str], fields: Sequence[Field], *, locked: bool
    ) -> Mapping[str, Mapping[str, Any]]:
        """What these records hold, in kept form, by field, with their imprint under an empty name."""
        tables = self.session.tables
        target = tables.of(self.module)
        columns = [tables.kept(self.module, one, target) for one in fields]
        key = tables.key(self.module, target)
        asked = sa.select(key, imprint_of(tables, self.module, target), *columns)
        asked = asked.where(key.in_(self._keys(records))).order_by(key)
        if locked and is_postgres(self.session.connection):
            asked = asked.with_for_update(of=target)
        names = ["", *(one.key for one in fields)]
        rows = self.session.connection.execute(asked)
        return {str(key): dict(zip(names, row, strict=True)) for key, *row in rows}

    def attached(self, records: Sequence[str]) -> frozenset[str]:
        """Those of the records that others point to."""
        found: set[str] = set()
        for relation in self.session.tables.model.relations(self.module):
            source = self.session.tables.of(relation.module)
            link = self.session.tables.link(relation.link, source)
            if relation.link.computed is None:
                asked = sa.select(link).where(link.in_(self._keys(records))).distinct()
                found |= {str(one) for one in self.session.connection.execute(asked).scalars()}
        return frozenset(found)

    def put_back(self, field: Field, rows: Sequence[tuple[str, Any]]) -> None:
        """One field of several records."""
        keys = self._keys([record for record, _ in rows])
        values = [(key, value) for key, (_, value) in zip(keys, rows, strict=True)]
        self.session.update(self.module, [field], values)

    def remove(self, records: Sequence[str]) -> None:
        """These records go away."""
        target = self.session.tables.of(self.module)
        key = self.session.tables.key(self.module, target)
        self.session.connection.execute(sa.delete(target).where(key.in_(self._keys(records))))

    def _keys(self, records: Sequence[str]) -> list[Any]:
        is_number = self.module.record_key.type is FieldType.NUMBER
        return [int(one) if is_number else one for one in records]
