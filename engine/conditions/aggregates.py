"""One value from the records related to this one, with the options that say which of them are looked at."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import replace
from typing import Any

from engine.conditions.windows import read_window
from engine.model.document import Mapping, Scalar, Span, is_nothing
from engine.model.entities import FieldType, Relation
from engine.model.operands import Aggregate, Function, Operand
from engine.model.predicates import Predicate
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.relations import day_of, find_relation
from engine.shapes.schema import WHOLE, ref
from engine.shapes.shape import note_kind
from engine.shapes.zones import read_whole

OPTION_SCHEMAS: Words[str, Any] = {
    "during": ref("period"),
    "since": ref("since"),
    "except": ref("period"),
    "latest": {**WHOLE, "minimum": 1, "maximum": 1000},
    "where": ref("condition"),
}
OPTIONS = tuple(OPTION_SCHEMAS)

FUNCTIONS: Words[str, Function] = {
    "count_of": Function.COUNT,
    "share_of": Function.SHARE,
    "sum_of": Function.SUM,
    "average_of": Function.AVERAGE,
    "smallest_of": Function.SMALLEST,
    "largest_of": Function.LARGEST,
    "latest_of": Function.LATEST,
    "earliest_of": Function.EARLIEST,
    "distinct_of": Function.DISTINCT,
}
_OF_RECORDS = {Function.COUNT, Function.SHARE}
_TYPES = {
    Function.COUNT: FieldType.NUMBER,
    Function.DISTINCT: FieldType.NUMBER,
    Function.SHARE: FieldType.PERCENT,
}


def read_aggregate(node: Mapping, word: str, reading: Reading) -> Aggregate | None:
    """The aggregate that `word: R` or `word: R.F` with its options asks for."""
    name = node.get(word)
    if not isinstance(name, Scalar) or is_nothing(name):
        note_kind(name or node, word, "string", reading.problems)
        return None
    function = FUNCTIONS[word]
    relation_name, _, field_name = name.text.partition(".")
    relation = find_relation(relation_name, name.span, reading)
    if relation is None:
        return None
    inner = reading.about(relation.module)
    field = _measured(function, field_name, name.span, inner)
    if (field is None) is not (function in _OF_RECORDS) or (field_name and function in _OF_RECORDS):
        return None
    kind = _TYPES.get(function) or (field.type if field is not None else FieldType.NUMBER)
    return _with_options(Aggregate(function, relation, kind, field), node, reading)


def read_where(node: Mapping, relation: Relation, reading: Reading) -> tuple[Predicate | None, bool]:
    """The condition on the related records, and whether it is broken."""
    written = node.get("where")
    if written is None:
        return None, False
    predicate = reading.about(relation.module).read_condition(written, "where")
    return predicate, predicate is None


def _measured(function: Function, name: str, at: Span, inner: Reading) -> Operand | None:
    """The field of the related records that is summed or compared; a count needs none."""
    word = next(word for word, one in FUNCTIONS.items() if one is function)
    if function in _OF_RECORDS:
        if name:
            inner.problems.error(at, "W239", value=name, word=word)
        return None
    if not name:
        inner.problems.error(at, "W246", word=word, module=inner.module.labels.told)
        return None
    operand = read_field(Scalar(name, quoted=False, span=at), inner)
    if operand is None:
        return None
    wanted = _wanted(function, operand.type)
    if wanted:
        inner.problems.error(at, "W237", field=name, type=operand.type, word=word, expected=wanted)
        return None
    return operand


def _wanted(function: Function, kind: FieldType) -> str:
    """What a function is asked of, where this type is not it."""
    if function in {Function.SUM, Function.AVERAGE} and not kind.is_numeric:
        return "number"
    if function in {Function.LATEST, Function.EARLIEST} and not kind.is_moment:
        return "date"
    ordered = kind.is_numeric or kind.is_moment or kind is FieldType.LENGTH
    return "number" if function in {Function.SMALLEST, Function.LARGEST} and not ordered else ""


def _with_options(aggregate: Aggregate, node: Mapping, reading: Reading) -> Aggregate | None:
    relation = aggregate.relation
    window, broken = read_window(node, ("during", "since"), relation, reading)
    except_, worse = read_window(node, ("except",), relation, reading)
    where, worst = read_where(node, relation, reading)
    latest = node.get("latest")
    if latest is not None and day_of(relation, latest.span, reading) is None:
        return None
    if aggregate.function is Function.SHARE and "where" not in node:
        reading.problems.error(node.span, "W211", key="where")
        return None
    if broken or worse or worst:
        return None
    newest = None if latest is None else read_whole(latest, 1)
    return replace(aggregate, window=window, except_=except_, where=where, latest=newest)
