"""What records hold that their model does not know: words that are no option or zone, dead links, blanks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from engine.model.entities import Field, FieldType, Module
from engine.records.dialect import exactly
from engine.records.session import Session
from engine.records.tables import Sql

_MOST = 10
"""So many values of a field are told, those of the most records first."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A value that so many records hold in a field; None where a required one is blank. `record` is one."""

    module: Module
    field: Field
    value: str | None
    count: int
    record: str


def find_strays(session: Session) -> Iterator[Stray]:
    """Every module, every stored field, in the order of the model."""
    for module in session.tables.model.modules.values():
        for field in module.fields.values():
            if field.computed is None and field is not module.record_key:
                yield from _Looking(session, module, field).all()


@dataclass(frozen=True)
class _Looking:
    session: Session
    module: Module
    field: Field

    def all(self) -> Iterator[Stray]:
        """By the type of the field; one that the database has no column for so far is blank everywhere."""
        if not self.session.tables.lacks(self.field):
            yield from self._unknown()
        if self.field.required:
            yield from self._blanks()

    def _unknown(self) -> Iterator[Stray]:
        kind = self.field.type
        if kind is FieldType.CHOICE:
            yield from self._options()
        elif kind is FieldType.TAGS:
            yield from self._tags()
        elif kind is FieldType.YES_NO and self.module.table:
            yield from self._neither_yes_nor_no()
        elif kind is FieldType.LINK:
            yield from self._links()
        elif self.field.key == self.module.time_zone:
            yield from self._zones()

    @property
    def _table(self) -> sa.Table:
        return self.session.tables.of(self.module)

    @property
    def _kept(self) -> Sql:
        return self.session.tables.kept(self.module, self.field, self._table)

    @property
    def _written(self) -> Sql:
        """As it stands in the table, blanks aside."""
        return sa.func.nullif(sa.func.trim(sa.cast(self._table.c[self.field.column], sa.Text)), "")

    def _options(self) -> Iterator[Stray]:
        known = [sa.literal(one) for one in (*self.field.options, *self.field.retired)]
        yield from self._grouped(self._kept, self._kept.is_not(None), self._kept.not_in(known))

    def _neither_yes_nor_no(self) -> Iterator[Stray]:
        yield from self._grouped(self._written, self._written.is_not(None), self._kept.is_(None))

    def _zones(self) -> Iterator[Stray]:
        known = [sa.literal(one) for one in sorted(available_timezones())]
        yield from self._grouped(self._kept, self._kept.is_not(None), self._kept.not_in(known))

    def _links(self) -> Iterator[Stray]:
        """Told once, with one of the links that lead nowhere."""
        tables = self.session.tables
        other = tables.of(tables.model.modules[self.field.to]).alias("other")
        own = tables.link(self.field, self._table)
        leads = sa.exists().where(tables.key(tables.model.linked(self.field), other) == own)
        wanted = sa.select(sa.func.count(), sa.func.min(self._key), sa.func.min(own))
        row = self._ask(wanted.where(self._written.is_not(None), ~leads))[0]
        if row[0]:
            yield Stray(self.module, self.field, str(row[2]), int(row[0]), str(row[1]))

    def _tags(self) -> Iterator[Stray]:
        known, found = {*self.field.options, *self.field.retired}, dict[str, tuple[int, str]]()
        wanted = sa.select(self._kept, sa.func.count(), sa.func.min(self._key)).where(self._kept.is_not(None))
        for tags, count, record in self._ask(wanted.group_by(self._kept)):
            for tag in filter(None, str(tags).split("|")):
                if tag not in known:
                    before, first = found.get(tag, (0, str(record)))
                    found[tag] = before + int(count), min(first, str(record))
        by_count = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
        for tag, (count, record) in by_count[:_MOST]:
            yield Stray(self.module, self.field, tag, count, record)

    def _blanks(self) -> Iterator[Stray]:
        """Told once: a blank is like another."""
        wanted = sa.select(sa.func.count(), sa.func.min(self._key)).where(self._kept.is_(None))
        ((count, record),) = self._ask(wanted)
        if count:
            yield Stray(self.module, self.field, None, int(count), str(record))

    def _grouped(self, value: Sql, *conditions: Sql) -> Iterator[Stray]:
        counted = sa.func.count()
        wanted = sa.select(value, counted, sa.func.min(self._key)).where(*conditions)
        for found, count, record in self._ask(
            wanted.group_by(value).order_by(counted.desc(), exactly(value)).limit(_MOST)
        ):
            yield Stray(self.module, self.field, str(found), int(count), str(record))

    @property
    def _key(self) -> Sql:
        return self.session.tables.by_key(self.module, self._table)

    def _ask(self, wanted: Any) -> list[Any]:
        return list(self.session.connection.execute(wanted.select_from(self._table)))
