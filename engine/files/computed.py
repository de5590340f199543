"""Computed fields: their definitions in model.yaml become operands, ring-free."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import replace

from engine.conditions.aggregates import FUNCTIONS, OPTIONS, read_aggregate
from engine.model.document import Mapping, Node, Sequence
from engine.model.entities import Field, Module
from engine.model.predicates import Cases, Constant, Operand, Predicate
from engine.shapes.reading import Reading
from engine.shapes.schema import block, listed, ref
from engine.shapes.shape import fits, note_unknown_key
from engine.shapes.values import comparable, read_value

AGGREGATE = {
    word: block({word: ref("field"), **{option: ref("computed") for option in OPTIONS}}, word)
    for word in FUNCTIONS
}
CASES = block(
    {
        "cases": listed(block({"if": ref("condition"), "value": ref("value")}, "if", "value")),
        "otherwise": ref("value"),
    },
    "cases",
)


class ComputedFields:
    """Reads every computed field of a model on first use; a ring is a mistake of both its fields."""

    def __init__(self, reading: Reading, fixed: Words[tuple[str, str], Operand] | None = None) -> None:
        """`fixed` stands in place of the definitions of some fields, as in an example."""
        self._found: dict[tuple[str, str], Operand] = dict(fixed or {})
        self.made_of: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self._open: list[Field] = []
        self._reading = replace(reading, computed=_Lookup(self), elsewhere=True)

    def all(self) -> Words[tuple[str, str], Operand]:
        """Every computed field that could be read, by (module key, field key)."""
        for module in self._reading.model.modules.values():
            for field in module.fields.values():
                if field.computed is not None:
                    self.operand(module, field)
        return self._found

    def operand(self, module: Module, field: Field) -> Operand | None:
        """The operand of one computed field."""
        key = (module.key, field.key)
        if field in self._open:
            names = " → ".join(one.labels.zh for one in (*self._open[self._open.index(field) :], field))
            self._reading.problems.error(field.at, "W275", ring=names)
            return None
        if key not in self._found and field.computed is not None:
            self._open.append(field)
            uses = self.made_of.setdefault(key, set())
            operand = self._read(field, replace(self._reading, module=module, known=set(), uses=uses))
            self._open.pop()
            if operand is not None:
                self._found[key] = operand
        return self._found.get(key)

    def _read(self, field: Field, reading: Reading) -> Operand | None:
        node = field.computed
        if not isinstance(node, Mapping):
            reading.problems.error(
                field.at, "W276", field=field.labels.told, known="、".join([*FUNCTIONS, "cases"])
            )
            return None
        if "cases" in node:
            return _read_cases(node, field, reading) if fits(node, CASES, reading.problems) else None
        word = next((one for one in node.keys() if one in FUNCTIONS), "")
        if not word:
            known = [*FUNCTIONS, "cases"]
            strange = [key for key, _ in node.entries if key.text not in {*OPTIONS, "otherwise"}]
            if strange:
                note_unknown_key(strange[0], known, reading.problems)
            else:
                reading.problems.error(field.at, "W276", field=field.labels.told, known="、".join(known))
            return None
        operand = (
            read_aggregate(node, word, reading) if fits(node, AGGREGATE[word], reading.problems) else None
        )
        if operand is not None and not comparable(operand.type, field.type):
            reading.problems.error(
                node.span, "W277", field=field.labels.told, type=operand.type, expected=field.type
            )
            return None
        return operand


class _Lookup(dict[tuple[str, str], Operand]):
    """What a reading sees as its computed fields while they are still being read."""

    def __init__(self, fields: ComputedFields) -> None:
        super().__init__()
        self._fields = fields

    def get(self, key: tuple[str, str], default: Operand | None = None) -> Operand | None:  # type: ignore[override]  # looks up on first use
        module = self._fields._reading.model.modules[key[0]]  # noqa: SLF001 - one class in two halves
        return self._fields.operand(module, module.fields[key[1]]) or default


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
