"""How long customers have been silent between their orders, counted by the database, group by group.

Nothing comes back but counts: how many silences of each group lasted so many days. Several orders of one day
are one, what is dated after today is not looked at, and the last silence of everybody is open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from engine.model.entities import Field, Relation
from engine.model.operands import Lot, Operand
from engine.model.predicates import Predicate
from engine.model.values import SCALE
from engine.records.daynumbers import day_number, rounded
from engine.records.days import local_day
from engine.records.driving import make_temporary, note_size
from engine.records.gaps import LEAST_DAYS
from engine.records.lower import Lowering
from engine.records.scopes import TableScope
from engine.records.session import Session
from engine.records.tables import key_type
from engine.survival import FIRSTS

PARTS = 20
"""So many parts the customers of a group are divided into, by lot."""
_TABLE, _COLUMNS = "wakeline_advised", ("part", "seq", "id", "grp")
_ONCE = "MATERIALIZED"
"""Several parts of a statement look at it, and SQLite would work it out for each."""
_MINUTES_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class Dealings:
    """The related records whose days are looked at, and which of them."""

    relation: Relation
    on: Field
    where: Predicate | None = None


class Count(NamedTuple):
    """So many silences of a length. Without a group, its records are in none; `part` is theirs by lot, and
    `nth` tells the first silences of a customer apart, from 0 on (survival.FIRSTS).
    """

    group: int | None
    part: int
    nth: int
    days: int
    is_open: bool
    records: int


class Pace(NamedTuple):
    """So many customers whose own rhythm is so many minutes."""

    group: int | None
    minutes: int
    records: int


class Customers:
    """The records that have dealings, by group and part, in a temporary table; their silences are counted a
    part at a time, so that no more than that is ever put in order at once.
    """

    def __init__(self, session: Session, dealings: Dealings, by: Operand | None) -> None:
        """`by` gives the number of a record's group; without it all are in 0."""
        self.session, self.dealings = session, dealings
        self.table = sa.table(_TABLE, *map(sa.column, _COLUMNS))
        base = TableScope.of(session.tables, dealings.relation.to, "base")
        lowering = Lowering(session.tables, session.clock)
        lot = lowering.operand(Lot(dealings.relation.to, "advice"), base) // SCALE
        group = sa.literal(0) if by is None else lowering.operand(by, base) // SCALE
        make_temporary(session.connection, self._create_table())
        number = sa.func.row_number().over()
        chosen = sa.select(lot % PARTS, number, base.own_key, group).select_from(base.from_clause())
        session.connection.execute(self.table.insert().from_select(_COLUMNS, chosen))
        note_size(session.connection, _TABLE)

    def silences(self) -> Iterator[Count]:
        """How many silences there are of every length."""
        for part in range(PARTS):
            gaps = self._gaps(part)
            columns = [gaps.c.grp, gaps.c.nth, gaps.c.gap, gaps.c.is_open]
            statement = sa.select(*columns, sa.func.count()).group_by(*columns)
            for group, *row in self.session.connection.execute(statement):
                yield _count(group, part, row)

    def paces(self, times: Sequence[Decimal]) -> tuple[list[Pace], dict[Decimal, list[Count]]]:
        """Who has what rhythm; and for each of `times` the rhythm, the silences from that day on.

        A rhythm is the median gap of those with four days or more, as `usual_gap_of` has it. Only silences
        after the fourth day count: there was no rhythm before, and who has come to a fourth day has ended all
        earlier ones. Their days are those since they were so many times the rhythm long; shorter ones are
        left out, and all are 0th.
        """
        paces: list[Pace] = []
        found: dict[Decimal, list[Count]] = {one: [] for one in times}
        for part in range(PARTS):
            paced = _with_rhythm(self._gaps(part))
            asked = [_paces(paced), *(_from(paced, number, one) for number, one in enumerate(times))]
            for number, group, *row in self.session.connection.execute(sa.union_all(*asked)):
                if number < 0:
                    paces.append(Pace(_number(group), row[1], row[3]))
                else:
                    found[times[number]].append(_count(group, part, row))
        return paces, found

    def _create_table(self) -> sa.Table:
        return sa.Table(
            _TABLE,
            sa.MetaData(),
            sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
            sa.Column("id", key_type(self.dealings.relation.to)),
            sa.Column("grp", sa.BigInteger),
            prefixes=["TEMPORARY"],
            sqlite_with_rowid=False,
        )

    def _gaps(self, part: int) -> sa.CTE:
        """Every silence of a part: whose it is, its group, which of theirs, its days, whether it is open."""
        days = self._days(part).subquery("days")
        following = sa.func.lead(days.c.day).over(partition_by=days.c.seq, order_by=days.c.day)
        nth = sa.func.row_number().over(partition_by=days.c.seq, order_by=days.c.day) - 1
        placed = sa.select(days, following.label("next_day"), nth.label("nth")).subquery("placed")
        end = sa.func.coalesce(placed.c.next_day, self.session.clock.today.toordinal())
        return (
            sa.select(
                placed.c.seq,
                placed.c.grp,
                sa.case((placed.c.nth < FIRSTS, placed.c.nth), else_=FIRSTS).label("nth"),
                placed.c.nth.label("place"),
                (end - placed.c.day).label("gap"),
                sa.case((placed.c.next_day.is_(None), 1), else_=0).label("is_open"),
            )
            .cte("gaps")
            .prefix_with(_ONCE)
        )

    def _days(self, part: int) -> sa.Select[Any]:
        """The days on which each record of a part had dealings, each once."""
        relation, clock, tables = self.dealings.relation, self.session.clock, self.session.tables
        lowering = Lowering(tables, clock)
        inner = TableScope.of(tables, relation.module, f"all_{relation.module.key}")
        kept = tables.kept(relation.module, self.dealings.on, inner.source)
        day = day_number(local_day(kept, self.dealings.on.type, clock))
        tests = [self.table.c.part == part, day <= clock.today.toordinal()]
        if self.dealings.where is not None:
            tests.append(lowering.demand(self.dealings.where, inner))
        of_one = tables.link(relation.link, inner.source) == self.table.c.id
        joined = self.table.join(inner.from_clause(), of_one)
        columns = [self.table.c.seq, self.table.c.grp, day.label("day")]
        return sa.select(*columns).select_from(joined).where(*tests).distinct()


def _with_rhythm(gaps: sa.CTE) -> sa.CTE:
    """The silences of those that have a rhythm, with its minutes."""
    place = sa.func.row_number().over(partition_by=gaps.c.seq, order_by=gaps.c.gap).label("place")
    size = sa.func.count().over(partition_by=gaps.c.seq).label("size")
    placed = sa.select(gaps.c.seq, gaps.c.gap, place, size).where(gaps.c.is_open == 0).subquery("ordered")
    middle = placed.c.place.in_([(placed.c.size + 1) // 2, (placed.c.size + 2) // 2])
    usual = (
        sa.select(placed.c.seq, rounded(sa.func.avg(placed.c.gap) * _MINUTES_A_DAY).label("minutes"))
        .where(middle, placed.c.size >= LEAST_DAYS - 1)
        .group_by(placed.c.seq)
        .subquery("usual")
    )
    columns = [gaps.c.grp, gaps.c.gap, gaps.c.is_open, usual.c.minutes]
    joined = gaps.join(usual, gaps.c.seq == usual.c.seq)
    known = sa.select(*columns).select_from(joined).where(gaps.c.place >= LEAST_DAYS - 1)
    return known.cte("paced").prefix_with(_ONCE)


def _paces(paced: sa.CTE) -> sa.Select[Any]:
    """Everybody has one open silence."""
    nothing = sa.literal(0)
    columns = [sa.literal(-1), paced.c.grp, nothing, paced.c.minutes, nothing, sa.func.count()]
    return sa.select(*columns).where(paced.c.is_open == 1).group_by(paced.c.grp, paced.c.minutes)


def _from(paced: sa.CTE, number: int, times: Decimal) -> sa.Select[Any]:
    """The silences that were so many times the rhythm long, by their days since."""
    due = (rounded(paced.c.minutes * float(times)) + _MINUTES_A_DAY - 1) // _MINUTES_A_DAY
    days = paced.c.gap - due
    columns = [sa.literal(number), paced.c.grp, sa.literal(0), days, paced.c.is_open, sa.func.count()]
    return sa.select(*columns).where(days >= 0).group_by(paced.c.grp, days, paced.c.is_open)


def _count(group: object, part: int, row: Sequence[Any]) -> Count:
    nth, days, is_open, count = row
    return Count(_number(group), part, nth, days, bool(is_open), count)


def _number(group: object) -> int | None:
    return None if group is None else int(str(group))
