"""A record as somebody names it: by its key, or by what it alone is called; else what comes near.

Who searches may write a part of either, and chooses where several have it.

The database looks: at keys and titles that are the same but for capitals, then at a few that are spelt much
like what was written. Which of these few comes nearest is told by their letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize

import sqlalchemy as sa

from engine.model.diagnostics import WrongUsage, alike, near_facts
from engine.model.entities import FieldType, Module
from engine.model.operands import FieldValue
from engine.model.predicates import Part, TextPart
from engine.records.bearers import title_column
from engine.records.parts import folded, text_part_test
from engine.records.scopes import TableScope
from engine.records.session import Session, as_key

_TOLD = 5
"""So many records of one name are told."""
_CHOICE = 10
"""Among so many somebody may choose."""
_DIGITS = 12
"""Keys are tried with zeros put in up to so many digits."""
_NEAREST, _HARDLY = 3, 0.3
"""So many are told that are called only a little alike, from this likeness on."""
_BESIDE = 10
"""So many keys before, and so many behind, are looked at."""
_TITLES = 200
"""Of the records that are called much alike, so many."""
_LONGEST_KEY = 24
"""Of what is longer not every slip is tried: there would be thousands."""
_AT_ONCE = 500
_CELLS = 20


def find_record(session: Session, module: Module, written: str) -> str | int:
    """The key of the record that somebody means. Raises WrongUsage where it is none, or one of several."""
    asked = normalize("NFC", written).strip()
    found = next(filter(None, (_meant(session, module, one) for one in _spellings(asked))), [])
    if len(found) == 1:
        return found[0]
    if not found:
        raise _unknown(session, module, written)
    told = [*map(str, found[:_TOLD]), *(["…"] if len(found) > _TOLD else [])]
    raise WrongUsage("W631", value=asked, module=module.labels.told, known="、".join(told))


def _spellings(asked: str) -> Iterator[str]:
    """As it was written, and with the half-width signs that a Chinese keyboard writes full-width."""
    yield from dict.fromkeys((asked, normalize("NFKC", asked)))


def _meant(session: Session, module: Module, asked: str) -> list[str | int]:
    key = session.record_key(module, asked)
    return [key] if key is not None else _called(session, module, asked)


def _unknown(session: Session, module: Module, written: str) -> WrongUsage:
    """That there is no such record, with those that are nearly called so."""
    near = _alike(session, module, normalize("NFC", written).strip())
    told = [f"{one.key} {one.title[:_CELLS]}".rstrip() for one in _named(session, module, near)]
    return WrongUsage("W915", record=written, module=module.labels.told, **near_facts(told))


def _called(session: Session, module: Module, asked: str) -> list[str | int]:
    """The keys that are the same but for capitals; else those of the records that are called so."""
    base = TableScope.of(session.tables, module, "base")
    same, title = folded(asked), module.title_field
    ranks: list[Any] = []
    if module.record_key.type is not FieldType.NUMBER:
        ranks.append((sa.func.lower(base.own_key) == same, 0))
    if title is not None:
        name = title_column(module, title, base)
        ranks += [(name == asked, 1), (sa.func.lower(name) == same, 2)]
    if not ranks:
        return []
    rank = sa.case(*ranks)
    statement = sa.select(rank, base.own_key).select_from(base.from_clause()).where(rank.is_not(None))
    rows = session.connection.execute(statement.order_by(rank, base.own_key).limit(_CHOICE + 1)).all()
    return [key for place, key in rows if place == rows[0][0]]


# --- who is sought ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """A record as somebody chooses it: by its key and what it is called."""

    key: str
    title: str


@dataclass(frozen=True)
class Sought:
    """Whom somebody may mean: who is called so, or has it in their name; where nobody is, who is nearly."""

    found: tuple[Named, ...] = ()
    near: tuple[Named, ...] = ()
    has_more: bool = False

    @property
    def key(self) -> str:
        """The key of the one who must be meant; empty where nobody is, or there is a choice."""
        return self.found[0].key if len(self.found) == 1 else ""


def seek(session: Session, module: Module, written: str) -> Sought:
    """The records that somebody may mean who writes a key, a name, or a part of one."""
    asked = normalize("NFC", written).strip()
    if not asked:
        return Sought()
    ways = ((way, one) for way in (_meant, _with_zeros, _partly) for one in _spellings(asked))
    keys = next(filter(None, (way(session, module, one) for way, one in ways)), [])
    if keys:
        return Sought(_named(session, module, keys[:_CHOICE]), has_more=len(keys) > _CHOICE)
    near = _alike(session, module, asked) or _hardly_alike(session, module, asked)
    return Sought(near=_named(session, module, near))


def _with_zeros(session: Session, module: Module, asked: str) -> list[str | int]:
    """C5 means C00005 where keys are written with so many zeros."""
    parted = re.fullmatch(r"(\D*)(\d+)", asked)
    if parted is None or module.record_key.type is FieldType.NUMBER:
        return []
    head, number = folded(parted[1]), parted[2]
    tried = [head + number.zfill(digits) for digits in range(len(number) + 1, _DIGITS + 1)]
    own = TableScope.of(session.tables, module, "base").own_key
    keys = sa.select(own).where(sa.func.lower(own).in_(tried)).order_by(own).limit(_CHOICE + 1)
    return list(session.connection.execute(keys).scalars())


def _partly(session: Session, module: Module, asked: str) -> list[str | int]:
    """Those who have it in their names, or in their keys; first those who begin with it."""
    base, title = TableScope.of(session.tables, module, "base"), module.title_field
    parts: list[tuple[Any, FieldValue]] = []
    if module.record_key.type is not FieldType.NUMBER:
        parts.append((base.own_key, FieldValue(module.record_key, module)))
    if title is not None:
        parts.append((title_column(module, title, base), FieldValue(title, module)))
    if not parts:
        return []
    begin, hold = (
        sa.or_(*(text_part_test(column, TextPart(value, part, asked)) for column, value in parts))
        for part in (Part.STARTS_WITH, Part.CONTAINS)
    )
    keys = sa.select(base.own_key).select_from(base.from_clause()).where(hold)
    best_first = keys.order_by(sa.case((begin, 0), else_=1), base.own_key).limit(_CHOICE + 1)
    return list(session.connection.execute(best_first).scalars())


# --- what is near -------------------------------------------------------------------------------------------


def _alike(session: Session, module: Module, asked: str) -> list[str | int]:
    """Whose keys or names are spelt much like it, the likeliest first."""
    keys = {str(key): key for key in _near_keys(session, module, asked)}
    titles = list(_near_titles(session, module, asked))
    near = alike(asked, [*((one, one) for one in keys), *((title, str(key)) for title, key in titles)])
    keys |= {str(key): key for _, key in titles}
    return [keys[one] for one in near]


def _hardly_alike(session: Session, module: Module, asked: str) -> list[str | int]:
    """Of those who begin or end like it, the likest: better than nobody for who looks for a name."""
    titles = dict(_near_titles(session, module, asked))
    return [titles[one] for one in get_close_matches(asked, titles, _NEAREST, _HARDLY)]


def _near_keys(session: Session, module: Module, asked: str) -> Iterator[str | int]:
    """Keys that stand beside what was written, and those that are one slip away from it.

    The signs that keys are made of are seen from their neighbours, and from the first and last of all.
    """
    key = as_key(module, asked)
    if key is None:
        return
    beside = list(_beside(session, module, key))
    yield from beside
    signs = {*asked, *(sign for one in beside for sign in str(one))}
    tried = (as_key(module, one) for one in _slips(asked, signs)) if len(asked) <= _LONGEST_KEY else ()
    slips = list({one for one in tried if one is not None})
    for first in range(0, len(slips), _AT_ONCE):
        yield from session.existing_keys(module, slips[first : first + _AT_ONCE])


def _beside(session: Session, module: Module, key: str | int) -> Iterator[str | int]:
    own = TableScope.of(session.tables, module, "base").own_key
    around = (own < key, own.desc()), (own > key, own)
    ends = (sa.true(), own), (sa.true(), own.desc())
    for where, order in (*around, *ends):
        near = sa.select(own).where(where).order_by(order).limit(_BESIDE)
        yield from session.connection.execute(near).scalars()


def _slips(asked: str, signs: Iterable[str]) -> Iterator[str]:
    """What differs by one sign too many, too few, another, or by two that have changed places."""
    for place in range(len(asked) + 1):
        head, tail = asked[:place], asked[place:]
        yield from (head + sign + tail for sign in signs)
        if tail:
            yield head + tail[1:]
            yield from (head + sign + tail[1:] for sign in signs)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _near_titles(session: Session, module: Module, asked: str) -> Iterator[tuple[str, str | int]]:
    """Titles that hold what was written, or begin or end like it: a slip leaves one of its halves whole."""
    title = module.title_field
    if title is None or len(asked) < 2:
        return
    base, half = TableScope.of(session.tables, module, "base"), len(asked) // 2
    operand, name = FieldValue(title, module), title_column(module, title, base)
    parts = ((Part.CONTAINS, asked), (Part.STARTS_WITH, asked[:half]), (Part.ENDS_WITH, asked[half:]))
    tests = [text_part_test(name, TextPart(operand, part, text)) for part, text in parts]
    statement = sa.select(name, base.own_key).select_from(base.from_clause()).where(sa.or_(*tests))
    best_first = statement.order_by(sa.case((tests[0], 0), else_=1), base.own_key).limit(_TITLES)
    yield from ((told, key) for told, key in session.connection.execute(best_first))


def _named(session: Session, module: Module, keys: list[str | int]) -> tuple[Named, ...]:
    """Each key with what its record is called."""
    title = module.title_field
    if title is None:
        return tuple(Named(str(key), "") for key in keys)
    names = {row[0]: row[1] for row in session.read_some(module, keys, [FieldValue(title, module)])}
    return tuple(Named(str(key), str(names.get(key) or "")) for key in keys)
