"""What every record of a module answers, packed: one sign a record for nine conditions.

A run keeps it, so that "why (not)?" can be told of any record later. The database joins the signs, part by
part, and no row of a record comes to Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.functions import GenericFunction

from engine.model.entities import FieldType
from engine.model.workflow import Workflow
from engine.records.answering import Answering, Answers, answers_in
from engine.records.dialect import fenced, says
from engine.records.happened import has_one

PART_RECORDS = 20_000
"""So many records are packed together: enough to press well, few enough for memory."""
_DIGITS = 9
"""3 to the 9th signs: none of them is one that Unicode keeps for itself, or a zero."""
_FIRST_SIGN = 1
_LINE, _INSIDE = "\n", "\x1f"
"""Between two keys; and what stands for it inside of one."""


class joined(GenericFunction[str]):  # noqa: N801 - used like an SQL function
    """The texts of many rows as one, with another text between them, in the order that they come in."""

    type = sa.Text()
    inherit_cache = True


class sign(GenericFunction[str]):  # noqa: N801 - used like an SQL function
    """The sign of a number in Unicode."""

    type = sa.Text()
    inherit_cache = True


says(joined, sqlite="group_concat({0}, {1})", postgresql="string_agg({0}, {1})")
says(sign, sqlite="char({0})", postgresql="chr(CAST({0} AS INTEGER))")


@dataclass(frozen=True, slots=True)
class Packed:
    """The records of a part in one order: their keys, and for each group of conditions a sign a record."""

    keys: str
    signs: tuple[str, ...]

    @property
    def first(self) -> str:
        """The key that the part begins with."""
        return self.keys.partition(_LINE)[0].replace(_INSIDE, _LINE)

    def kinds(self, workflow: Workflow) -> dict[tuple[str, ...], Answers]:
        """What the signs in this part say."""
        return {signs: answers_of(workflow, signs) for signs in set(zip(*self.signs, strict=True))}

    def having(self, wanted: set[tuple[str, ...]]) -> Iterator[str]:
        """The keys of the records whose signs are among some."""
        places = (place for place, signs in enumerate(zip(*self.signs, strict=True)) if signs in wanted)
        keys = self.keys.split(_LINE) if wanted else []
        yield from (keys[place].replace(_INSIDE, _LINE) for place in places)


def answers_of(workflow: Workflow, signs: Sequence[str]) -> Answers:
    """What the signs of one record say."""
    return answers_in(workflow, [ord(one) - _FIRST_SIGN for one in signs], _DIGITS)


def place_of(keys: str, record: str) -> int | None:
    """Where a record stands in a part; None where it does not."""
    asked = record.replace(_LINE, _INSIDE)
    found = f"{_LINE}{keys}{_LINE}".find(f"{_LINE}{asked}{_LINE}")
    return None if found < 0 else keys.count(_LINE, 0, found)


def keys_in(keys: str) -> Iterator[str]:
    """The keys of a part."""
    return (one.replace(_INSIDE, _LINE) for one in keys.split(_LINE))


@dataclass(frozen=True)
class Packing:
    """The statements that pack what the records of a selection answer."""

    connection: sa.Connection
    asked: Answering

    def parts(self, begin: Sequence[str]) -> Iterator[Packed]:
        """All records of the module, or those of the run's events, in parts; `begin` are the keys that parts
        began with before: where records are added at the end, all parts but the last stay as they are.
        """
        if self.asked.selection.told is not None:
            yield from self._packed(None, None)
            return
        firsts = list(self._firsts(begin))
        for number, first in enumerate(firsts):
            until = firsts[number + 1] if number + 1 < len(firsts) else None
            yield from self._packed(first, until)

    def _packed(self, first: Any, until: Any) -> Iterator[Packed]:
        bounds = {name: value for name, value in (("first", first), ("until", until)) if value is not None}
        row = self.connection.execute(self._statement(tuple(bounds)), bounds).one()
        if row[0]:
            yield Packed(row[0], tuple(row[1:]))

    def _statement(self, bounds: tuple[str, ...]) -> sa.Select[Any]:
        base, selection = self.asked.base, self.asked.selection
        codes = [code.label(f"c{number}") for number, code in enumerate(self.asked.codes(_DIGITS))]
        coded = sa.select(selection.record_text(base.own_key).label("id"), *codes)
        coded = coded.select_from(base.from_clause()).order_by(base.own_key)
        if "first" in bounds:
            coded = coded.where(base.own_key >= sa.bindparam("first"))
        if "until" in bounds:
            coded = coded.where(base.own_key < sa.bindparam("until"))
        if selection.told is not None:
            coded = coded.where(has_one(selection.told, selection.workflow.module, base.own_key))
        each = fenced(coded).subquery("each")
        signs = [sa.func.joined(sa.func.sign(each.c[one.name] + _FIRST_SIGN), "") for one in codes]
        key = sa.func.replace(each.c.id, _LINE, _INSIDE)
        return sa.select(sa.func.joined(key, _LINE), *signs)

    # --- where parts begin --------------------------------------------------------------------

    def _firsts(self, begin: Sequence[str]) -> Iterator[Any]:
        """The first part has no lower end."""
        yield None
        last = None
        for key in map(self._key, begin[1:]):
            yield key
            last = key
        while (last := self._after(last)) is not None:
            yield last

    def _after(self, key: Any) -> Any:
        """The key that stands a part behind another; None where there are not so many."""
        bounds = {} if key is None else {"first": key}
        statement = self._from_start if key is None else self._from_key
        return self.connection.execute(statement, bounds).scalar()

    @cached_property
    def _from_start(self) -> sa.Select[Any]:
        own = self.asked.base.own_key
        chosen = sa.select(own).select_from(self.asked.base.from_clause())
        return chosen.order_by(own).limit(1).offset(PART_RECORDS)

    @cached_property
    def _from_key(self) -> sa.Select[Any]:
        return self._from_start.where(self.asked.base.own_key >= sa.bindparam("first"))

    def _key(self, written: str) -> str | int:
        is_number = self.asked.selection.workflow.module.record_key.type is FieldType.NUMBER
        return int(written) if is_number else written
