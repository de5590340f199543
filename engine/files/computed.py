"""A computed field as written in model.yaml: an aggregate, a rhythm, or the first case that holds."""

from __future__ import annotations

from engine.conditions.aggregates import FUNCTIONS, OPTION_SCHEMAS, OPTIONS, read_aggregate
from engine.conditions.rhythm import read_gap
from engine.files.scores import is_score, read_score
from engine.model.document import Mapping, Node, Sequence
from engine.model.entities import Field
from engine.model.operands import Cases, Constant, ExpectedNext, Operand
from engine.model.predicates import Predicate
from engine.shapes.reading import Reading
from engine.shapes.references import comparable
from engine.shapes.schema import block, listed, ref
from engine.shapes.shape import fits, note_unknown_key
from engine.shapes.values import read_value

AGGREGATE = {word: block({word: ref("field"), **OPTION_SCHEMAS}, word) for word in FUNCTIONS}
RHYTHM = {
    word: block({word: ref("field"), "where": ref("condition")}, word)
    for word in ("usual_gap_of", "expected_next_of")
}
CASES = block(
    {
        "cases": listed(block({"if": ref("condition"), "value": ref("value")}, "if", "value")),
        "otherwise": ref("value"),
    },
    "cases",
)
WORDS = (*FUNCTIONS, *RHYTHM, "cases")


def read_computed(field: Field, reading: Reading) -> Operand | None:
    """What a field of the reading's module is computed from."""
    node = field.computed
    if not isinstance(node, Mapping):
        reading.problems.error(field.at, "W276", field=field.labels.told, known="、".join(WORDS))
        return None
    if is_score(node):
        return read_score(field, node, reading)
    if "cases" in node:
        return _read_cases(node, field, reading) if fits(node, CASES, reading.problems) else None
    word = next((one for one in node.keys() if one in WORDS), "")
    if not word:
        _note_no_word(node, field, reading)
        return None
    operand = _read_word(node, word, reading)
    if operand is not None and not comparable(operand.type, field.type):
        reading.problems.error(
            node.span, "W277", field=field.labels.told, type=operand.type, expected=field.type
        )
        return None
    return operand


def _read_word(node: Mapping, word: str, reading: Reading) -> Operand | None:
    shape = AGGREGATE.get(word) or RHYTHM[word]
    if not fits(node, shape, reading.problems):
        return None
    if word in FUNCTIONS:
        return read_aggregate(node, word, reading)
    gap = read_gap(node, word, reading)
    return ExpectedNext(gap) if gap is not None and word == "expected_next_of" else gap


def _note_no_word(node: Mapping, field: Field, reading: Reading) -> None:
    strange = [key for key, _ in node.entries if key.text not in {*OPTIONS, "otherwise"}]
    if strange:
        note_unknown_key(strange[0], WORDS, reading.problems)
    else:
        reading.problems.error(field.at, "W276", field=field.labels.told, known="、".join(WORDS))


def _read_cases(node: Mapping, field: Field, reading: Reading) -> Operand | None:
    written = node.get("cases")
    cases: list[tuple[Predicate, Operand]] = []
    items: tuple[Node, ...] = written.items if isinstance(written, Sequence) else ()
    for number, item in enumerate(items):
        assert isinstance(item, Mapping)
        condition, value = item.get("if"), item.get("value")
        predicate = reading.read_condition(condition, f"cases/{number}") if condition else None
        operand = read_value(value, field, reading) if value else None
        if predicate is not None and operand is not None:
            cases.append((predicate, operand))
    if len(cases) != len(items):
        return None
    last = node.get("otherwise")
    otherwise = read_value(last, field, reading) if last is not None else Constant(None, field.type)
    return None if otherwise is None else Cases(tuple(cases), otherwise, field.type)
