"""Cases asked of the database, and what differs from the reference, told in as few words as will do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from typing import Any

import sqlalchemy as sa

from engine.model.entities import Field, Module, Relation
from engine.model.moments import Length
from engine.model.operands import FieldValue, RecordKey
from engine.model.predicates import Leaf
from engine.model.values import to_stored
from engine.records.atoms import atoms_of
from engine.records.dialect import fenced
from engine.records.lower import Lowering
from engine.records.scopes import ColumnScope, TableScope
from tests.reference.comparing import KEY
from tests.reference.evaluator import Answer, Reference, Row
from tests.reference.generator import Case
from tests.reference.models import Place, make_model
from tests.reference.worlds import NEW_YORK, SHANGHAI
from tests.stores import STORES

ZONES = (SHANGHAI.key, NEW_YORK.key)
MODELS = {foreign: make_model(foreign=foreign) for foreign in (False, True)}
_PLACES: dict[tuple[str, bool, str], Place] = {}


# --- asking the database ------------------------------------------------------------------------------------


@contextmanager
def filled(case: Case) -> Iterator[Place]:
    """The case's records in their database, for a while."""
    place = _place(STORES.kind, case)
    with place.connection.begin() as transaction:
        place.fill(case.world, case.clock, case.style)
        yield place
        transaction.rollback()


def _place(store: str, case: Case) -> Place:
    key = (store, case.foreign, case.zone)
    if key not in _PLACES:
        _PLACES[key] = Place.make(MODELS[case.foreign], case.zone)
    return _PLACES[key]


def asked(case: Case, place: Place) -> dict[str, list[Answer]]:
    """Record key -> the answers, asked of the tables themselves."""
    lowering, base = _scope(case, place)
    columns = [lowering.predicate(one, base) for one in case.nouns]
    return _answers(place, sa.select(base.own_key, *_digits(columns)).select_from(base.from_clause()))


def asked_of_columns(case: Case, place: Place) -> dict[str, list[Answer]]:
    """The same with the values fetched first, behind a fence, as a selection does it."""
    lowering, base = _scope(case, place)
    atoms = list(dict.fromkeys(atoms_of(case.nouns)))
    columns = [lowering.operand(atom, base).label(f"a{number}") for number, atom in enumerate(atoms)]
    inner = sa.select(base.own_key.label("id"), *columns).select_from(base.from_clause())
    scanned = fenced(inner.order_by(base.own_key)).subquery("scanned")
    scope = ColumnScope({atom: scanned.c[f"a{number}"] for number, atom in enumerate(atoms)}, scanned.c.id)
    digits = _digits([lowering.predicate(one, scope) for one in case.nouns])
    return _answers(place, sa.select(scanned.c.id, *digits))


def demanded(case: Case, place: Place) -> list[set[str]]:
    """The keys of the records that say yes to each noun, as a selection over the whole module asks it."""
    found = []
    for one in case.nouns:
        lowering, base = _scope(case, place)
        test = replace(lowering, over_all=True, at_once=True, joins_groups=True).demand(one, base)
        rows = place.connection.execute(sa.select(base.own_key).select_from(base.from_clause()).where(test))
        found.append({str(key) for [key] in rows})
    return found


def yes_in(answers: Mapping[str, Sequence[Answer]]) -> list[set[str]]:
    """The keys of the records that say yes, noun by noun."""
    nouns = range(len(next(iter(answers.values()), ())))
    return [{key for key, said in answers.items() if said[number]} for number in nouns]


def values_asked(case: Case, place: Place) -> dict[str, list[Any]]:
    """Record key -> the values of operands, in kept form."""
    lowering, base = _scope(case, place)
    columns = [lowering.operand(one, base).label(f"v{number}") for number, one in enumerate(case.nouns)]
    rows = place.connection.execute(sa.select(base.own_key, *columns).select_from(base.from_clause()))
    return {str(key): values for key, *values in rows}


def _scope(case: Case, place: Place) -> tuple[Lowering, TableScope]:
    base = TableScope.of(place.tables, place.model.modules[case.module], "base")
    return Lowering(place.tables, case.clock), base


def _digits(columns: Sequence[Any]) -> list[Any]:
    return [sa.cast(one, sa.Integer).label(f"p{number}") for number, one in enumerate(columns)]


def _answers(place: Place, statement: sa.Select[Any]) -> dict[str, list[Answer]]:
    rows = place.connection.execute(statement)
    return {str(key): [None if one is None else bool(one) for one in digits] for key, *digits in rows}


# --- where the two differ -----------------------------------------------------------------------------------


def answers_differ(case: Case) -> bool:
    with filled(case) as place:
        found = asked(case, place)
    return not agrees(found, said(case))


def shapes_differ(case: Case) -> bool:
    with filled(case) as place:
        return asked_of_columns(case, place) != asked(case, place)


def demands_differ(case: Case) -> bool:
    with filled(case) as place:
        answers = asked(case, place)
        return bool(answers) and demanded(case, place) != yes_in(answers)


def values_differ(case: Case) -> bool:
    with filled(case) as place:
        found = values_asked(case, place)
    return not agrees(found, values_said(case))


class Doubt:
    """The reference lies on a rounding border: there both neighbours are right."""


def said(case: Case) -> dict[str, list[Any]]:
    """Record key -> what the reference answers."""
    return {row[KEY]: [_said(case, one, row) for one in case.nouns] for row in case.world[case.module]}


def _said(case: Case, noun: Any, row: Row) -> Any:
    reference = Reference(case.world, case.clock)
    answer = reference.ask(noun, row)
    return Doubt if reference.doubtful else answer


def values_said(case: Case) -> dict[str, list[Any]]:
    """The same for operands, in kept form."""
    return {row[KEY]: [_value_said(case, one, row) for one in case.nouns] for row in case.world[case.module]}


def _value_said(case: Case, noun: Any, row: Row) -> Any:
    reference = Reference(case.world, case.clock)
    value = to_stored(reference.value(noun, row))
    return Doubt if reference.doubtful else value


def agrees(found: Mapping[str, Sequence[Any]], wanted: Mapping[str, Sequence[Any]]) -> bool:
    """The same records, the same answers; where the reference is in doubt any will do."""
    return found.keys() == wanted.keys() and all(
        one == other or other is Doubt
        for key, answers in wanted.items()
        for one, other in zip(found[key], answers, strict=True)
    )


def smallest(case: Case, differs: Any) -> Case:
    """The smallest question, about the fewest records, that still shows the difference."""
    for smaller in _smaller(case):
        if differs(smaller):
            return smallest(smaller, differs)
    return case


def _smaller(case: Case) -> Iterator[Case]:
    if len(case.nouns) > 1:
        yield from (replace(case, nouns=(one,)) for one in case.nouns)
        return
    noun = case.nouns[0]
    if isinstance(noun, Leaf) and len(noun.tests) > 1:
        yield from (replace(case, nouns=(replace(noun, tests=(one,)),)) for one in noun.tests)
    yield from (replace(case, nouns=(one,)) for one in getattr(noun, "items", ()))
    if isinstance(noun, Leaf) and noun.if_missing is not None:
        yield replace(case, nouns=(replace(noun, if_missing=None),))
    yield from (replace(case, nouns=(one,)) for one in simpler(noun))
    for key, rows in case.world.items():
        for row in rows:
            fewer = {**case.world, key: [one for one in rows if one is not row]}
            yield replace(case, world=fewer)


def simpler(noun: Any) -> Iterator[Any]:
    """The same noun with one of its optional parts left out, here or further in."""
    for one in fields(noun):
        part = getattr(noun, one.name)
        if one.name in OPTIONAL and part and not isinstance(noun, FieldValue | RecordKey):
            yield replace(noun, **{one.name: () if isinstance(part, tuple) else None})
        if is_dataclass(part) and not isinstance(part, Field | Module | Relation | Length):
            yield from (replace(noun, **{one.name: each}) for each in simpler(part))
        if isinstance(part, tuple) and one.name in {"tests", "items", "dimensions", "points", "cases"}:
            for n, each in enumerate(part):
                if len(part) > 1:
                    yield replace(noun, **{one.name: (*part[:n], *part[n + 1 :])})
                if is_dataclass(each):
                    changed = (
                        replace(noun, **{one.name: (*part[:n], x, *part[n + 1 :])}) for x in simpler(each)
                    )
                    yield from changed


OPTIONAL = {"where", "window", "except_", "latest", "among", "in_each", "at_most", "halves_every"}


def told(case: Case, differs: Any) -> str:
    """What differs, in as few words as will do."""
    case = smallest(case, differs)
    of_values = differs is values_differ
    with filled(case) as place:
        found = (values_asked if of_values else asked)(case, place)
    wanted = (values_said if of_values else said)(case)
    kept = {
        key: [{k: v for k, v in row.items() if v is not None} for row in rows]
        for key, rows in case.world.items()
    }
    where = f"{'company' if case.foreign else 'own'} tables, {case.zone}, {case.module} at {case.clock.local}"
    lines = (f"{where}, style {case.style}", short(case.nouns), kept, f"SQL says {found}", f"we say {wanted}")
    return "".join(f"\n{line}" for line in lines)


def short(noun: Any) -> str:
    """Nouns by their names, not by all they hold."""
    if isinstance(noun, Field | Module):
        return noun.key
    if isinstance(noun, Relation):
        return noun.name
    if isinstance(noun, tuple):
        return f"({', '.join(map(short, noun))})"
    if not is_dataclass(noun) or isinstance(noun, Length):
        return str(noun)
    parts = (
        f"{one.name}={short(getattr(noun, one.name))}" for one in fields(noun) if getattr(noun, one.name)
    )
    return f"{type(noun).__name__}({', '.join(parts)})"
