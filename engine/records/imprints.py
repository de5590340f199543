"""Imprints: a short text of all that a record holds, by which one sees whether anybody has touched it."""

from __future__ import annotations

import zlib

import sqlalchemy as sa
from sqlalchemy.sql.expression import FromClause
from sqlalchemy.sql.functions import GenericFunction

from engine.model.entities import Module
from engine.records.dialect import says
from engine.records.tables import RecordTables, Sql


class wakeline_imprint(GenericFunction[str]):  # noqa: N801 - the name of an SQL function
    """A checksum of a text, as a text; it is compared with others of the same database alone."""

    type = sa.Text()
    inherit_cache = True


says(
    wakeline_imprint,
    sqlite="CAST(wakeline_imprint(CAST({0} AS BLOB)) AS TEXT)",
    postgresql="substr(md5({0}), 1, 16)",
)
imprint = zlib.crc32
"""What SQLite takes for it: written in C, for it is asked for every new record of a night."""


def imprint_of(tables: RecordTables, module: Module, source: FromClause) -> Sql:
    """The imprint of a record as it stands in its table.

    What is missing is no part of it, so that a field which the model gains later changes no imprint.
    """
    own = module.record_key
    stored = [one for one in module.fields.values() if one.computed is None and one is not own]
    whole: Sql = sa.literal("", sa.Text())
    for one in sorted(stored, key=lambda field: field.key):
        value = sa.literal(f"{one.key}=", sa.Text()) + sa.cast(tables.kept(module, one, source), sa.Text)
        whole += sa.func.coalesce(value + sa.literal("\n", sa.Text()), sa.literal("", sa.Text()))
    return sa.func.wakeline_imprint(whole)
