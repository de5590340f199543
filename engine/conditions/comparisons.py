"""The comparisons of LANGUAGE section 3: which fit which type, and the tests they make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Words
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, TypeGuard

from engine.model.document import Mapping, Node, Scalar, Sequence, is_nothing, is_true
from engine.model.entities import Field, FieldType
from engine.model.lengths import parse_length
from engine.model.named import Named
from engine.model.operands import Operand
from engine.model.predicates import (
    Among,
    Carrying,
    Compare,
    Comparison,
    Empty,
    HasTags,
    OnDay,
    Part,
    Test,
    TextPart,
)
from engine.shapes.options import find_option
from engine.shapes.reading import Reading
from engine.shapes.references import read_reference
from engine.shapes.schema import TEXT, YES_NO, one_or_many, ref
from engine.shapes.shape import note_kind
from engine.shapes.times import has_time_of_day, parse_moment, read_moment
from engine.shapes.values import read_literal, read_value
from engine.shapes.zones import note_percent

LOWER = ("at_least", "more_than", "on_or_after", "after")
UPPER = ("at_most", "less_than", "on_or_before", "before")
DATES = MappingProxyType(
    {
        "on_or_after": Comparison.AT_LEAST,
        "after": Comparison.MORE_THAN,
        "on_or_before": Comparison.AT_MOST,
        "before": Comparison.LESS_THAN,
    }
)
AMOUNTS = ("at_least", "more_than", "at_most", "less_than")
TEXTS = tuple(Part)
TAGS = tuple(Carrying)

SCHEMAS: Words[str, Words[str, Any]] = MappingProxyType(
    {
        "is": ref("values"),
        "is_not": ref("values"),
        "is_empty": YES_NO,
        **{word: ref("value") for word in AMOUNTS},
        **{word: ref("day") for word in DATES},
        **dict.fromkeys(TEXTS, TEXT),
        **{word: one_or_many(TEXT) for word in TAGS},
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is compared: the operand, and the field that gives its type, options and label."""

    operand: Operand
    field: Field


def comparison_of(word: str) -> Comparison:
    """The comparison of a word; dates have words of their own."""
    return DATES.get(word) or Comparison(word)


def comparisons_for(kind: FieldType) -> tuple[str, ...]:
    """The comparisons that fit a type."""
    if kind is FieldType.TAGS:
        return ("is_empty", *TAGS)
    found: tuple[str, ...] = ("is", "is_not", "is_empty")
    if kind.is_numeric or kind is FieldType.LENGTH:
        found += AMOUNTS
    if kind.is_moment:
        found += tuple(DATES)
    if kind.is_text:
        found += TEXTS
    return found


def read_test(word: str, node: Node, asked: Asked, reading: Reading) -> Test | None:
    """The test that a comparison makes of an operand."""
    operand, field = asked.operand, asked.field
    fitting = comparisons_for(field.type)
    if is_nothing(node):
        reading.problems.error(node.span, "W210", key=word)
        return None
    if word not in fitting:
        if field.type.is_moment and word in AMOUNTS:
            _note_date(word, node, field, reading)
        else:
            reading.problems.error(
                node.span,
                "W234",
                word=word,
                field=field.labels.told,
                type=field.type,
                known="、".join(fitting),
            )
        return None
    if word == "is_empty":
        return Empty(operand, wanted=is_true(node))
    if word in DATES:
        return _read_day(word, node, asked, reading)
    if word in set(TEXTS):
        return _read_part(word, node, operand, reading)
    if word in set(TAGS):
        return _read_tags(word, node, asked, reading)
    if word in {"is", "is_not"}:
        return _read_equal(word, node, asked, reading)
    wanted = None if note_percent(node, field, reading.problems) else read_value(node, field, reading)
    return None if wanted is None else Compare(operand, Comparison(word), wanted)


def _read_part(word: str, node: Node, operand: Operand, reading: Reading) -> Test | None:
    """A blank would be in every text; records are kept composed, an escape in quotes may not be."""
    text = unicodedata.normalize("NFC", node.text) if isinstance(node, Scalar) else ""
    if not text.strip():
        reading.problems.error(node.span, "W210", key=word)
        return None
    return TextPart(operand, Part(word), text)


def _read_equal(word: str, node: Node, asked: Asked, reading: Reading) -> Test | None:
    operand, field = asked.operand, asked.field
    negated = word == "is_not"
    if isinstance(node, Sequence):
        if not node.items:
            reading.problems.error(node.span, "W210", key=word)
        items = [
            read_literal(one, field, reading)
            for one in node.items
            if _is_single(one, word, reading) and not note_percent(one, field, reading.problems)
        ]
        values = tuple(one for one in items if one is not None)
        return Among(operand, values, negated) if values and len(values) == len(node.items) else None
    if field.type.is_moment and isinstance(node, Scalar):
        return _read_day(word, node, asked, reading)
    value = None if note_percent(node, field, reading.problems) else read_value(node, field, reading)
    if isinstance(value, Named):
        return Among(operand, (value,), negated)
    return None if value is None else Compare(operand, Comparison(word), value)


def _is_single(node: Node, word: str, reading: Reading) -> TypeGuard[Scalar]:
    if not isinstance(node, Scalar) or is_nothing(node):
        note_kind(node, word, "string|number", reading.problems)
        return False
    return True


_SINCE = {
    "on_or_before": "at_least", "before": "more_than", "on_or_after": "at_most", "after": "less_than",
    "is": "is", "is_not": "is_not",
}  # fmt: skip
"""A date of long ago is a long time since: `before: 90 days ago` is `more_than: 90 days`."""


def _note_date(word: str, node: Node, field: Field, reading: Reading) -> None:
    """A date compared with a length: `time_since` is meant; with a date: a word for dates."""
    value = node.text if isinstance(node, Scalar) else "…"
    if word in AMOUNTS and (day := _as_day(value)):
        ours = next(ours for ours, comparison in DATES.items() if comparison == Comparison(word))
        told = f"{{field: {field.labels.zh}, {ours}: {day}}}"
        reading.problems.error(
            node.span, "W231", kind="day", word=word, field=field.labels.told, value=value, nearest=told
        )
        return
    length = re.sub(r" ago$|前$", "", value).strip()
    wanted = _SINCE.get(word, word)
    known = length if parse_length(length) else "90 days"
    reading.problems.error(node.span, "W231", field=field.labels.told, value=value, word=wanted, length=known)


def _as_day(text: str) -> str:
    """A date or moment as it is written here, or an empty text for anything else."""
    loose = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text, re.ASCII)
    if loose:
        return f"{loose[1]}-{int(loose[2]):02d}-{int(loose[3]):02d}"
    try:
        moment = parse_moment(text)
    except ValueError:
        return text
    return "" if moment is None or moment.is_past_offset else text


def _read_day(word: str, node: Node, asked: Asked, reading: Reading) -> Test | None:
    operand, field = asked.operand, asked.field
    if isinstance(node, Mapping):
        other = read_reference(node, field.type, field.labels.told, reading)
        return None if other is None else Compare(operand, comparison_of(word), other)
    moment = read_moment(node, word, reading)
    if moment is None:
        return None
    if moment.is_past_offset:
        _note_date(word, node, field, reading)
        return None
    if field.type is FieldType.DATE and has_time_of_day(moment):
        if moment.text not in {"now", "现在"}:
            reading.problems.error(node.span, "W235", field=field.labels.told, value=moment.text)
            return None
        moment = replace(moment, text="today")
    return OnDay(operand, comparison_of(word), moment)


def _read_tags(word: str, node: Node, asked: Asked, reading: Reading) -> Test | None:
    operand, field = asked.operand, asked.field
    nodes = node.items if isinstance(node, Sequence) else (node,)
    names: list[str] = []
    for one in nodes:
        if not isinstance(one, Scalar):
            continue
        option = find_option(one, field, field.at, reading)
        if option is None:
            return None
        names.append(option)
    return HasTags(operand, Carrying(word), tuple(names))
