"""`count_of`, `sum_of` and their kin: one value from the records related to this one, or a series of them."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.conditions.aggregates import OPTION_SCHEMAS, OPTIONS, read_aggregate
from engine.conditions.comparisons import SCHEMAS, Asked, read_test
from engine.conditions.series import SERIES, TRENDS, read_series
from engine.conditions.subject import Subject
from engine.model.document import Mapping, Node, Scalar
from engine.model.entities import Field, Labels
from engine.model.kinds import Schema
from engine.model.operands import Aggregate
from engine.model.predicates import Test
from engine.shapes.reading import Reading
from engine.shapes.schema import ref


def _schema(word: str, **more: Any) -> Schema:
    return {word: ref("field"), **OPTION_SCHEMAS, **more, **SCHEMAS}


def _series_schema(word: str) -> Schema:
    return _schema(word, **SERIES, **TRENDS)


class _OfRelated:
    """A value from related records; comparisons follow its type."""

    name: ClassVar[str]
    options: ClassVar[tuple[str, ...]] = OPTIONS

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Subject | None:
        """The value's operand."""
        operand = read_aggregate(node, cls.name, reading)
        if operand is None:
            return None
        return cls._subject(operand, node, reading)

    @classmethod
    def _subject(cls, operand: Aggregate, node: Mapping, reading: Reading) -> Subject | None:
        definition = named_after(node, cls.name, operand)

        def compare(comparison: str, value: Node) -> Test | None:
            return read_test(comparison, value, Asked(operand, definition), reading)

        return Subject(operand, compare)


def named_after(node: Mapping, word: str, operand: Aggregate) -> Field:
    """What messages call a value that is no field; its options are those of the field it is made of."""
    name = node.get(word)
    assert isinstance(name, Scalar)
    return Field(word, Labels(name.text, name.text), operand.type, name.span)


class _InSeries(_OfRelated):
    """A value that may also be asked for each calendar unit."""

    options: ClassVar[tuple[str, ...]] = (*OPTIONS, *SERIES)

    @classmethod
    def _subject(cls, operand: Aggregate, node: Mapping, reading: Reading) -> Subject | None:
        if "per" in node:
            return read_series(operand, node, cls.name, reading)
        lost = next((key for key in ("in_a_row", *TRENDS) if key in node), "")
        if lost:
            reading.problems.error(node.key(lost).span, "W504", word=lost)
            return None
        return super()._subject(operand, node, reading)


class CountOf(_InSeries):
    """How many related records there are."""

    name: ClassVar[str] = "count_of"
    schema: ClassVar[Schema] = _series_schema("count_of")
    example: ClassVar[str] = "{count_of: 跟进记录, during: last 60 days, is: 0}"


class ShareOf(_OfRelated):
    """What percent of the related records fit `where`; missing without any."""

    name: ClassVar[str] = "share_of"
    schema: ClassVar[Schema] = _schema("share_of")
    example: ClassVar[str] = (
        "{share_of: 跟进记录, where: {field: 方式, is: 电话, if_missing: no_match}, at_least: 50 %}"
    )


class SumOf(_InSeries):
    """The sum of a field over the related records; 0 without any."""

    name: ClassVar[str] = "sum_of"
    schema: ClassVar[Schema] = _series_schema("sum_of")
    example: ClassVar[str] = "{sum_of: 订单.金额, per: month, in_a_row: 3, falls_by: 30 %}"


class AverageOf(_InSeries):
    """The average of a field over the related records; missing without any."""

    name: ClassVar[str] = "average_of"
    schema: ClassVar[Schema] = _series_schema("average_of")
    example: ClassVar[str] = "{average_of: 订单.金额, during: last 12 months, at_least: 5000}"


class SmallestOf(_OfRelated):
    """The smallest value of a field over the related records."""

    name: ClassVar[str] = "smallest_of"
    schema: ClassVar[Schema] = _schema("smallest_of")
    example: ClassVar[str] = "{smallest_of: 订单.金额, latest: 3, less_than: 100}"


class LargestOf(_OfRelated):
    """The largest value of a field over the related records."""

    name: ClassVar[str] = "largest_of"
    schema: ClassVar[Schema] = _schema("largest_of")
    example: ClassVar[str] = "{largest_of: 订单.金额, at_least: 100000}"


class LatestOf(_OfRelated):
    """The latest date of the related records."""

    name: ClassVar[str] = "latest_of"
    schema: ClassVar[Schema] = _schema("latest_of")
    example: ClassVar[str] = "{latest_of: 订单.下单日期, before: 2026-01-01}"


class EarliestOf(_OfRelated):
    """The earliest date of the related records."""

    name: ClassVar[str] = "earliest_of"
    schema: ClassVar[Schema] = _schema("earliest_of")
    example: ClassVar[str] = "{earliest_of: 订单.下单日期, on_or_after: start of year}"


class DistinctOf(_OfRelated):
    """How many different values a field has over the related records."""

    name: ClassVar[str] = "distinct_of"
    schema: ClassVar[Schema] = _schema("distinct_of")
    example: ClassVar[str] = "{distinct_of: 订单.品类, during: last 12 months, at_most: 1}"
