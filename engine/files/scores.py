"""scores.yaml: numbers made of dimensions or of points, with their bands (LANGUAGE section 5).

A score is a computed field of its module, so whatever reads fields reads scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.conditions.aggregates import OPTION_SCHEMAS, read_aggregate
from engine.conditions.table import CONDITIONS
from engine.files.bands import BANDS, read_bands
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence
from engine.model.entities import Field, FieldType, Labels, Model, Module
from engine.model.kinds import Condition
from engine.model.moments import Length
from engine.model.operands import Age, Operand
from engine.model.scores import Dimension, Indicator, Points, PointsEach, Score
from engine.model.values import Value
from engine.shapes.labels import LABEL, labels_of
from engine.shapes.modules import find_module
from engine.shapes.reading import Reading
from engine.shapes.relations import day_of
from engine.shapes.schema import LITERAL, TEXT, block, listed, ref
from engine.shapes.shape import fits, note_kind
from engine.shapes.times import read_length
from engine.shapes.values import read_literal
from engine.shapes.words import find_word
from engine.shapes.zones import note_percent, read_share

_NUMBER = {"type": ["number", "string"]}
_DIMENSION = block(
    {"name": TEXT, "weight": _NUMBER, "indicators": listed({"type": "object"})},
    "name",
    "weight",
    "indicators",
)
POINTS = block({"if": ref("condition"), "give": _NUMBER}, "if", "give")
EACH = block(
    {"for_each": TEXT, **OPTION_SCHEMAS, "give": _NUMBER, "at_most": _NUMBER, "halves_every": ref("length")},
    "for_each",
    "give",
)
SCHEMA = block(
    {
        "module": TEXT,
        "label": LABEL,
        "needs": TEXT,
        "dimensions": listed(_DIMENSION),
        "points": listed({"type": "object"}),
        "not_below": _NUMBER,
        "not_above": _NUMBER,
        "bands": BANDS,
    },
    "module",
)
FILE = {"type": "object", "additionalProperties": SCHEMA}
_WHOLE_WEIGHT = 100
_BESIDE = {"worst", "best", "weight", "yearly", "per", "in_each", "among", *OPTION_SCHEMAS}


def is_score(node: Mapping) -> bool:
    """Whether a definition is a score's, not that of another computed field."""
    return any(word in node for word in ("module", "dimensions", "points", "bands"))


def with_scores(model: Model, document: Document | None, problems: Problems) -> Model:
    """The model with a read-only field for each score; what is broken is noted and left out."""
    root = document.root if document is not None else None
    modules = dict(model.modules)
    for name, node in root.entries if root is not None else ():
        if not isinstance(node, Mapping):
            note_kind(node, name.text, "object", problems)
        elif fits(node, SCHEMA, problems):
            module = find_module(node.get("module"), model, problems)
            if module is not None:
                _add(name, node, modules, modules[module.key], problems=problems)
    return replace(model, modules=modules) if root is not None else model


def _add(
    name: Scalar, node: Mapping, modules: dict[str, Module], module: Module, *, problems: Problems
) -> None:
    other = module.field(name.text)
    if other is not None:
        place = f"{other.at.file}:{other.at.line}"
        problems.error(name.span, "W559", value=name.text, module=module.labels.told, place=place)
        return
    labels = labels_of(node.get("label"), name.text)
    field = Field(name.text, labels, FieldType.NUMBER, name.span, computed=node)
    modules[module.key] = replace(module, fields={**module.fields, name.text: field})


def read_score(field: Field, node: Mapping, reading: Reading) -> Score | None:
    """The score of a field."""
    dimensions, points = node.get("dimensions"), node.get("points")
    if (dimensions is None) is (points is None):
        reading.problems.error(field.at, "W550", name=field.key)
        return None
    weighted = _dimensions(dimensions, reading) if isinstance(dimensions, Sequence) else ()
    given = _all_points(points, reading) if isinstance(points, Sequence) else ()
    limits = [_decimal(node, word, reading) for word in ("not_below", "not_above")]
    needs = node.get("needs")
    share = 0.5 if needs is None else read_share(needs, reading.problems)
    bands = read_bands(node.get("bands"), reading, is_percent=dimensions is not None)
    if weighted is None or given is None or share is None or bands is None:
        return None
    return Score(field.key, reading.module, weighted, given, Decimal(str(share)), limits[0], limits[1], bands)


# --- dimensions ---------------------------------------------------------------------------------------------


def _dimensions(node: Sequence, reading: Reading) -> tuple[Dimension, ...] | None:
    read = [_dimension(one, reading) for one in node.items if isinstance(one, Mapping)]
    found = tuple(one for one in read if one is not None)
    total = sum((one.weight for one in found), Decimal(0))
    if len(found) == len(read) and total != _WHOLE_WEIGHT:
        told = (
            f"{one.name} {one.weight} ({reading.place(at.span)})"
            for one, at in zip(found, node.items, strict=True)
        )
        reading.problems.error(node.span.start(), "W551", total=str(total), known="、".join(told))
        return None
    return found if len(found) == len(read) else None


def _dimension(node: Mapping, reading: Reading) -> Dimension | None:
    name, indicators = node.get("name"), node.get("indicators")
    weight = _decimal(node, "weight", reading)
    items = indicators.items if isinstance(indicators, Sequence) else ()
    read = [_indicator(one, reading) for one in items if isinstance(one, Mapping)]
    found = tuple(one for one in read if one is not None)
    if weight is None or len(found) != len(items) or not isinstance(name, Scalar):
        return None
    return Dimension(name.text, weight, found)


def _indicator(node: Mapping, reading: Reading) -> Indicator | None:
    """A subject with the values at which it counts 0 and 100."""
    word = find_word(node, CONDITIONS, reading.problems, beside=_BESIDE)
    if word is None or not fits(node, _shape_of(word), reading.problems):
        return None
    subject = word.read(node, reading)
    if subject is None:
        return None
    operand = _measured(subject.operand, word.name)
    if not (operand.type.is_numeric or operand.type is FieldType.LENGTH):
        name = node.get(word.name)
        text = name.text if isinstance(name, Scalar) else word.name
        reading.problems.error(node.span, "W555", value=text, type=operand.type)
        return None
    worst, best = (_end(node, end, operand, reading) for end in ("worst", "best"))
    weight = _decimal(node, "weight", reading) if "weight" in node else Decimal(1)
    if worst is None or best is None or weight is None:
        return None
    if worst == best:
        end = node.get("best")
        assert end is not None
        reading.problems.error(end.span, "W552")
        return None
    return Indicator(operand, worst, best, weight)


def _shape_of(word: type[Condition]) -> dict[str, Any]:
    """The subject with its options, and the ends in place of comparisons."""
    subject = {key: word.schema[key] for key in (word.name, *word.options)}
    return block(
        {**subject, "worst": LITERAL, "best": LITERAL, "weight": _NUMBER}, word.name, "worst", "best"
    )


def _measured(operand: Operand, word: str) -> Operand:
    """Of a date, the length since it or until it."""
    if word in {"time_since", "time_until"}:
        return Age(operand, ahead=word == "time_until")
    return operand


def _end(node: Mapping, word: str, operand: Operand, reading: Reading) -> Value:
    written = node.get(word)
    assert written is not None
    if operand.type is FieldType.LENGTH:
        length = read_length(written, word, reading)
        return length if isinstance(length, Length) else None
    return _literal(written, word, operand.type, reading)


# --- points -------------------------------------------------------------------------------------------------


def _all_points(node: Sequence, reading: Reading) -> tuple[Points | PointsEach, ...] | None:
    read = [_points(one, f"points/{number}", reading) for number, one in enumerate(node.items)]
    found = tuple(one for one in read if one is not None)
    return found if len(found) == len(read) else None


def _points(node: Node, path: str, reading: Reading) -> Points | PointsEach | None:
    if not isinstance(node, Mapping):
        return None
    if not fits(node, EACH if "for_each" in node else POINTS, reading.problems):
        return None
    give = _decimal(node, "give", reading)
    if "for_each" in node:
        return _points_each(node, give, reading)
    condition = node.get("if")
    predicate = None if condition is None else reading.read_condition(condition, f"{path}/if")
    return None if predicate is None or give is None else Points(predicate, give)


def _points_each(node: Mapping, give: Decimal | None, reading: Reading) -> PointsEach | None:
    aggregate = read_aggregate(_as_count(node), "count_of", reading)
    at_most = _decimal(node, "at_most", reading) if "at_most" in node else None
    halves = node.get("halves_every")
    length: Length | None = None
    if halves is not None and aggregate is not None:
        read = read_length(halves, "halves_every", reading)
        if day_of(aggregate.relation, halves.span, reading) is None or read is None:
            return None
        if not isinstance(read, Length) or not read.counts_days or not read.amount:
            reading.problems.error(halves.span, "W561")
            return None
        length = read
    if aggregate is None or give is None or ("at_most" in node and at_most is None):
        return None
    return PointsEach(aggregate, give, at_most, length)


def _as_count(node: Mapping) -> Mapping:
    """`for_each: R` with its options, as `count_of: R`."""
    return Mapping(tuple(_counted(node)), node.span)


def _counted(node: Mapping) -> Iterator[tuple[Scalar, Node]]:
    for key, value in node.entries:
        if key.text == "for_each":
            yield replace(key, text="count_of"), value
        elif key.text in OPTION_SCHEMAS:
            yield key, value


def _decimal(node: Mapping, word: str, reading: Reading) -> Decimal | None:
    """The number behind a word, if the word stands there."""
    written = node.get(word)
    found = None if written is None else _literal(written, word, FieldType.NUMBER, reading)
    return found if isinstance(found, Decimal) else None


def _literal(node: Node, word: str, kind: FieldType, reading: Reading) -> Value:
    if not isinstance(node, Scalar):
        note_kind(node, word, "number", reading.problems)
        return None
    field = Field(word, Labels(word, word), kind, node.span)
    if note_percent(node, field, reading.problems):
        return None
    constant = read_literal(node, field, reading)
    return getattr(constant, "value", None)
