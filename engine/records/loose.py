"""Links that lead to no record: how many there are, and which of them a record that comes will end.

A link that waits holds what was written: the key of a record to come, or its title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.model.entities import Field, FieldType, Relation
from engine.records.bearers import title_column
from engine.records.scopes import TableScope
from engine.records.session import Session
from engine.records.tables import Sql

_NO_CODE = "[^!-~]"
"""A sign that codes do not have: a blank, or a letter beyond ASCII."""


@dataclass(frozen=True, slots=True)
class LooseLinks:
    """How many links of one field lead nowhere, and one of them: its record, and what it holds."""

    count: int
    record: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class SettledLinks:
    """How many names became keys, and the first: the link's record, what it held, and the key it holds."""

    count: int
    record: str = ""
    value: str = ""
    key: str = ""


def loose_links(session: Session, relation: Relation, *, is_name: bool) -> LooseLinks:
    """The links of a relation that lead nowhere; blank ones do so on purpose.

    `is_name`: those that hold a name which records bear. Once `settle_by_name` has been here, several do,
    or what it holds may be a key.
    """
    tables = session.tables
    table = tables.of(relation.module)
    own, key = tables.link(relation.link, table), tables.key(relation.module, table)
    borne = _is_name(session, relation, own)
    tests = (_is_loose(session, relation, own), borne if is_name else ~borne)
    row = session.connection.execute(sa.select(key, own).where(*tests).order_by(key).limit(1)).first()
    if row is None:
        return LooseLinks(0)
    count = sa.select(sa.func.count()).select_from(table).where(*tests)
    return LooseLinks(session.connection.execute(count).scalar_one(), str(row[0]), str(row[1]))


def count_links_to(session: Session, relation: Relation, keys: Sequence[str | int]) -> int:
    """How many links of a relation hold one of these keys."""
    table = session.tables.of(relation.module)
    own = session.tables.link(relation.link, table)
    wanted = sa.select(sa.func.count()).select_from(table).where(own.in_(keys))
    return int(session.connection.execute(wanted).scalar_one()) if keys else 0


def settle_by_name(session: Session, relation: Relation) -> SettledLinks:
    """Put the key in place of a name that exactly one record bears, where no key can have been meant.

    The rule: what a waiting link holds is a name only if it has a blank or a letter beyond ASCII in it and no
    key of the records it leads to has one; anything else (`A100`) may be the key of a record to come.
    """
    tables = session.tables
    table = tables.of(relation.module)
    own, record = tables.link(relation.link, table), tables.key(relation.module, table)
    borne = _sole_bearers(session, relation)
    if borne is None or _has_telling_keys(session, relation):
        return SettledLinks(0)
    # Whether a link is loose depends on what it holds alone: all that hold such a name are.
    found = sa.select(record, own, borne.c.key).where(own == borne.c.name).order_by(record).limit(1)
    first = session.connection.execute(found).first()
    if first is None:
        return SettledLinks(0)
    settled = sa.update(table).values({relation.link.column: borne.c.key}).where(own == borne.c.name)
    return SettledLinks(session.connection.execute(settled).rowcount, *map(str, first))


def _sole_bearers(session: Session, relation: Relation) -> sa.Subquery | None:
    """The names that loose links hold, that are no keys by their form, and that one record bears: its key."""
    title = _title_of(relation)
    if title is None:
        return None
    tables = session.tables
    waiting = tables.of(relation.module).alias("waiting")
    written = tables.link(relation.link, waiting)
    names = sa.select(written).where(_is_loose(session, relation, written))
    one = TableScope.of(tables, relation.to, "named")
    name = title_column(relation.to, title, one)
    return (
        sa.select(name.label("name"), sa.func.min(one.own_key).label("key"))
        .where(name.in_(names), name.regexp_match(_NO_CODE))
        .group_by(name)
        .having(sa.func.count() == 1)
        .subquery("borne")
    )


def _has_telling_keys(session: Session, relation: Relation) -> bool:
    """Whether keys of the records that a link leads to look as names do: then no form tells them apart."""
    table = session.tables.of(relation.to)
    key = session.tables.key(relation.to, table)
    alike = sa.select(key).where(sa.cast(key, sa.Text).regexp_match(_NO_CODE)).limit(1)
    return session.connection.execute(alike).first() is not None


def _is_loose(session: Session, relation: Relation, own: Sql) -> Sql:
    """Whether a link holds something, but no key of a record."""
    tables = session.tables
    other = tables.of(relation.to).alias("other")
    leads = sa.exists().where(tables.key(relation.to, other) == own)
    written = sa.func.nullif(sa.func.trim(sa.cast(own, sa.Text)), "")
    return sa.and_(written.is_not(None), ~leads)


def _title_of(relation: Relation) -> Field | None:
    """What a waiting link may hold in place of a key; only a number leads to records that are numbered."""
    return None if relation.to.record_key.type is FieldType.NUMBER else relation.to.title_field


def _is_name(session: Session, relation: Relation, own: Sql) -> Sql:
    """Whether a record bears the name that a link holds."""
    title = _title_of(relation)
    if title is None:
        return sa.false()
    one = TableScope.of(session.tables, relation.to, "called")
    return own.in_(sa.select(title_column(relation.to, title, one)).select_from(one.source))
