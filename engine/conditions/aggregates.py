"""`count_of`, `sum_of` and their kin: one value from the records related to this one."""

from __future__ import annotations

from collections.abc import Mapping as Words
from typing import Any, ClassVar

from engine.conditions.comparisons import SCHEMAS, Asked, read_test
from engine.conditions.subject import Subject
from engine.model.diagnostics import nearest
from engine.model.document import Mapping, Node, Scalar, Span, is_nothing
from engine.model.entities import Field, FieldType, Labels, Relation
from engine.model.kinds import Schema
from engine.model.moments import Period, Reach
from engine.model.predicates import Aggregate, Cell, Function, Operand, Predicate, Test, Window
from engine.shapes.fields import read_field
from engine.shapes.reading import Reading
from engine.shapes.schema import ref
from engine.shapes.shape import note_kind
from engine.shapes.times import read_moment, read_period

OPTIONS = ("during", "since", "where")
_OPTION_SCHEMAS: Words[str, Any] = {
    "during": ref("period"),
    "since": ref("moment"),
    "where": ref("condition"),
}


class CountOf:
    """How many related records there are."""

    name: ClassVar[str] = "count_of"
    options: ClassVar[tuple[str, ...]] = OPTIONS
    schema: ClassVar[Schema] = {"count_of": ref("field"), **_OPTION_SCHEMAS, **SCHEMAS}
    example: ClassVar[str] = "{count_of: 跟进记录, during: last 60 days, is: 0}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The number of related records."""
        operand = read_aggregate(node, "count_of", reading)
        return None if operand is None else _subject(operand, "count_of", node, reading)


class SumOf:
    """The sum of a field over the related records."""

    name: ClassVar[str] = "sum_of"
    options: ClassVar[tuple[str, ...]] = OPTIONS
    schema: ClassVar[Schema] = {"sum_of": ref("field"), **_OPTION_SCHEMAS, **SCHEMAS}
    example: ClassVar[str] = "{sum_of: 订单.金额, during: last 12 months, at_least: 100000}"

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The sum; 0 without related records."""
        operand = read_aggregate(node, "sum_of", reading)
        return None if operand is None else _subject(operand, "sum_of", node, reading)


FUNCTIONS: Words[str, Function] = {
    "count_of": Function.COUNT,
    "sum_of": Function.SUM,
    "average_of": Function.AVERAGE,
    "smallest_of": Function.SMALLEST,
    "largest_of": Function.LARGEST,
    "latest_of": Function.LATEST,
    "earliest_of": Function.EARLIEST,
    "distinct_of": Function.DISTINCT,
}
"""All of them serve in computed fields; conditions know the words of their own table."""


def read_aggregate(node: Mapping, word: str, reading: Reading) -> Aggregate | None:
    """The aggregate that `word: R` or `word: R.F` with its options asks for."""
    name = node.get(word)
    if not isinstance(name, Scalar) or is_nothing(name):
        note_kind(name or node, word, "string", reading.problems)
        return None
    function = FUNCTIONS[word]
    relation_name, _, field_name = name.text.partition(".")
    relation = reading.model.relation(reading.module, relation_name)
    if relation is None:
        known = [one.name for one in reading.model.relations(reading.module)]
        reading.problems.error(
            name.span, "W209", module=reading.module.labels.told, value=relation_name,
            nearest=nearest(relation_name, known), known="、".join(known),
        )  # fmt: skip
        return None
    reading.uses.add(("field", f"{relation.module.key}.{relation.link.key}"))
    inner = reading.about(relation.module)
    field = _measured(function, field_name, name.span, inner)
    window, bad = _window(node, relation, reading)
    where, worse = _where(node, inner)
    if (
        bad
        or worse
        or (field is None) == (function is not Function.COUNT)
        or (field_name and function is Function.COUNT)
    ):
        return None
    kind = (
        FieldType.NUMBER if function in {Function.COUNT, Function.DISTINCT} or field is None else field.type
    )
    return Aggregate(function, relation, kind, field, window, where)


def _measured(function: Function, name: str, at: Span, inner: Reading) -> Operand | None:
    """The field of the related records that is summed or compared; a count needs none."""
    if function is Function.COUNT:
        if name:
            inner.problems.error(at, "W239", value=name)
        return None
    if not name:
        inner.problems.error(at, "W246", word=f"{function}_of", module=inner.module.labels.told)
        return None
    operand = read_field(Scalar(name, quoted=False, span=at), inner)
    if operand is None:
        return None
    numeric = function in {Function.SUM, Function.AVERAGE}
    dated = function in {Function.LATEST, Function.EARLIEST}
    if (numeric and not operand.type.is_numeric) or (dated and not operand.type.is_moment):
        wanted = "number" if numeric else "date"
        inner.problems.error(
            at, "W237", field=name, type=operand.type, word=f"{function}_of", expected=wanted
        )
        return None
    return operand


def _window(node: Mapping, relation: Relation, reading: Reading) -> tuple[Window | None, bool]:
    """The window and whether it is broken."""
    written = node.get("during") or node.get("since")
    if written is None:
        return None, False
    if "during" in node and "since" in node:
        reading.problems.error(node.key("since").span, "W217", one="during", other="since")
        return None, True
    on = relation.module.fields.get(relation.module.happens_on)
    if on is None:
        at = reading.place(relation.module.at)
        reading.problems.error(written.span, "W263", module=relation.module.labels.told, place=at)
        return None, True
    reading.uses.add(("field", f"{relation.module.key}.{on.key}"))
    if "since" in node:
        moment = read_moment(written, "since", reading)
        return (None, True) if moment is None else (Window(on, Period(Reach.SINCE, since=moment)), False)
    period = read_period(written, reading)
    if isinstance(period, Cell):
        return Window(on, cell=period), False
    return (None, True) if period is None else (Window(on, period), False)


def _where(node: Mapping, inner: Reading) -> tuple[Predicate | None, bool]:
    written = node.get("where")
    if written is None:
        return None, False
    predicate = inner.read_condition(written, "where")
    return predicate, predicate is None


def _subject(operand: Aggregate, word: str, node: Mapping, reading: Reading) -> Subject:
    name = node.get(word)
    assert isinstance(name, Scalar)
    definition = Field(word, Labels(name.text, name.text), operand.type, name.span)

    def compare(comparison: str, value: Node) -> Test | None:
        return read_test(comparison, value, Asked(operand, definition), reading)

    return Subject(operand, compare)
