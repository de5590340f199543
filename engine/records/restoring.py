"""Records put back as they were before a run: what stands there now, and what is written in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import journal
from engine.model.entities import Field, FieldType, Module
from engine.records.driving import insert_rows, is_postgres
from engine.records.imprints import imprint_of
from engine.records.session import Session


@dataclass(frozen=True)
class Restoring:
    """The records of a module, by their keys as the ledger holds them: texts."""

    session: Session
    module: Module

    def held(
        self, records: Sequence[str], fields: Sequence[Field], *, locked: bool, with_imprint: bool = False
    ) -> Mapping[str, Mapping[str, Any]]:
        """What these records hold, in kept form, by field; their imprint under an empty name."""
        tables = self.session.tables
        target = tables.of(self.module)
        columns = {one.key: tables.kept(self.module, one, target) for one in fields}
        if with_imprint:
            columns[""] = imprint_of(tables, self.module, target)
        key = tables.key(self.module, target)
        asked = sa.select(key, *columns.values()).where(key.in_(self._keys(records))).order_by(key)
        if locked and is_postgres(self.session.connection):
            asked = asked.with_for_update(of=target)
        rows = self.session.connection.execute(asked)
        return {str(key): dict(zip(columns, row, strict=True)) for key, *row in rows}

    def attached(self, records: Sequence[str]) -> frozenset[str]:
        """Those of the records that others point to."""
        found: set[str] = set()
        stored = (
            one for one in self.session.tables.model.relations(self.module) if one.link.computed is None
        )
        for relation in stored:
            link = self.session.tables.link(relation.link, self.session.tables.of(relation.module))
            asked = sa.select(link).where(link.in_(self._keys(records))).distinct()
            found |= {str(one) for one in self.session.connection.execute(asked).scalars()}
        return frozenset(found)

    def put_back(self, fields: Sequence[Field], rows: Sequence[tuple[Any, ...]]) -> None:
        """Some fields of several records: each row is the key, then a value for each field."""
        keys = self._keys([row[0] for row in rows])
        self.session.update(
            self.module, fields, [(key, *row[1:]) for key, row in zip(keys, rows, strict=True)]
        )

    def remove(self, records: Sequence[str]) -> None:
        """These records go away."""
        target = self.session.tables.of(self.module)
        key = self.session.tables.key(self.module, target)
        self.session.connection.execute(sa.delete(target).where(key.in_(self._keys(records))))

    def _keys(self, records: Sequence[str]) -> list[Any]:
        is_number = self.module.record_key.type is FieldType.NUMBER
        return [int(one) if is_number else one for one in records]


def note(session: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of the journal, in the order of its columns, all of them new."""
    insert_rows(session.connection, journal, [one.name for one in journal.c], rows)
