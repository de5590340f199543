"""The related records that a step writes to: for each fan of a draft a temporary table beside the matches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from engine.model.effects import Fan, Fanned
from engine.model.entities import FieldType
from engine.model.operands import Enrolled, EnrollmentPart
from engine.records.driving import drop_temporary, make_temporary, note_size
from engine.records.scopes import ColumnScope, TableScope
from engine.records.selection import Selection
from engine.records.tables import Sql, key_type, value_type


def enrolled_in(selection: Selection, matched: sa.TableClause) -> ColumnScope | None:
    """The scope of the matched rows, as far as they know their enrollment."""
    if not selection.goes_on:
        return None
    number = sa.cast(matched.c.once_key, sa.Integer)
    return ColumnScope({Enrolled(EnrollmentPart.ID, FieldType.NUMBER): number}, matched.c.id)


@dataclass(frozen=True)
class FanTable:
    """One row a related record, by the `seq` of its matched record (`parent`) and its own key."""

    selection: Selection
    fan: Fan
    matched: sa.TableClause

    @property
    def name(self) -> str:
        """The temporary table."""
        place = f"_{self.selection.place}" if self.selection.place else ""
        return f"wakeline_fan{place}_{self.fan.number}"

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns but `parent`; no other table has any of these names."""
        own = self.fan.who_get("")
        return (own.recipient.name, own.which.name, *(one.name for one in self.fan.wanted))

    @cached_property
    def table(self) -> sa.TableClause:
        """The temporary table as later statements name it."""
        return sa.table(self.name, sa.column("parent"), *(sa.column(name) for name in self.columns))

    def concerns(self, fanned: Fanned) -> Sql:
        """Whether a related record gets the letter, or none for the reason."""
        return self.table.c[fanned.which.name] == fanned.letter

    def fill(self, connection: sa.Connection, is_open: Sql) -> None:
        """Select into a new temporary table what is related to the starts that are behind the gate."""
        make_temporary(connection, self._create_table())
        connection.execute(self._fill(is_open))
        note_size(connection, self.name)

    def drop(self, connection: sa.Connection) -> None:
        """Drop the temporary table."""
        drop_temporary(connection, self.name)

    def _create_table(self) -> sa.Table:
        recipient, letter, *_ = self.columns
        return sa.Table(
            self.name,
            sa.MetaData(),
            sa.Column("parent", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column(recipient, key_type(self.fan.relation.module), primary_key=True, autoincrement=False),
            sa.Column(letter, value_type(self.fan.letter)),
            *(sa.Column(one.name, value_type(one.operand)) for one in self.fan.wanted),
            prefixes=["TEMPORARY"],
            sqlite_with_rowid=False,
        )

    def _fill(self, is_open: Sql) -> sa.Insert:
        lowering, relation = self.selection.lowering, self.fan.relation
        # Named as a related table is, so that what is asked of its own related records gets other names.
        name, outer = f"r1_{relation.module.key}", enrolled_in(self.selection, self.matched)
        scope = TableScope.of(self.selection.tables, relation.module, name, outer=outer)
        values = [lowering.operand(self.fan.letter, scope)]
        values += [lowering.operand(one.operand, scope) for one in self.fan.wanted]
        tests = [
            self.matched.c.deferred == 0,
            is_open,
            self.selection.tables.link(relation.link, scope.source) == self.matched.c.id,
        ]
        if self.fan.where is not None:
            tests.append(lowering.predicate(self.fan.where, scope))
        chosen = sa.select(self.matched.c.seq, scope.own_key, *values)
        chosen = chosen.select_from(scope.from_clause(), self.matched).where(*tests)
        return self.table.insert().from_select(["parent", *self.columns], chosen)
