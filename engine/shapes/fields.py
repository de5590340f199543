"""A field as written in a file (`客户层级`, `负责人.区域`) becomes an operand."""

from __future__ import annotations

from collections.abc import Callable

from engine.model.colleagues import LookedUp
from engine.model.diagnostics import nearest
from engine.model.document import Node, Scalar, Span, is_nothing
from engine.model.entities import Field, FieldType, Module
from engine.model.operands import (
    Aggregate,
    Cases,
    ExpectedNext,
    FieldValue,
    Operand,
    Rank,
    RecordKey,
    Series,
    Times,
    UsualGap,
)
from engine.model.scores import BandOf, Score
from engine.shapes.reading import Reading
from engine.shapes.shape import note_kind

MOST_LINKS = 2
EVENT = "event"
"""What files call the related record that started the workflow."""


def read_field(node: Node | None, reading: Reading) -> Operand | None:
    """The operand of a field's name; computed fields give what they are computed from."""
    if node is None:
        return None
    if not isinstance(node, Scalar) or is_nothing(node):
        note_kind(node, "field", "string", reading.problems)
        return None
    return resolve_field(node.text, node.span, reading)


def resolve_field(name: str, at: Span, reading: Reading) -> Operand | None:
    """The operand of `F`, `link.F` or `link.link.F`; notes what is not found."""
    *steps, last = name.split(".")
    if steps and is_event(steps[0], reading):
        return of_event(name, at, reading, resolve_field)
    if len(steps) > MOST_LINKS:
        reading.problems.error(at, "W207", value=name, limit=MOST_LINKS)
        return None
    module, links = reading.module, tuple[Field, ...]()
    for step in steps:
        link = find_field(step, module, at, reading)
        if link is None:
            return None
        if link.type is not FieldType.LINK or link.computed is not None:
            reading.problems.error(at, "W206", field=link.labels.told, value=name)
            return None
        links = (*links, link)
        module = reading.model.linked(link)
    field = find_field(last, module, at, reading)
    return None if field is None else _operand(field, module, links, reading)


def is_event(root: str, reading: Reading) -> bool:
    """Whether a name begins with the related record that started the workflow; a field of that name wins."""
    return root == EVENT and reading.module.field(EVENT) is None


def of_event(
    name: str, at: Span, reading: Reading, resolve: Callable[[str, Span, Reading], Operand | None]
) -> Operand | None:
    """`event.F`: a field of the related record that started the workflow, found by `resolve`."""
    if reading.event is None:
        reading.problems.error(at, "W299", value=name)
        return None
    module = reading.event.relation.module
    operand = resolve(name.partition(".")[2], at, reading.about(module))
    return None if operand is None else LookedUp(reading.event, operand, module, operand.type)


def find_field(name: str, module: Module, at: Span, reading: Reading) -> Field | None:
    """The field of that name in a module, or None with W203 noted."""
    field = module.field(name)
    if field is None:
        near = nearest(name, module.field_names())
        reading.problems.error(
            at,
            "W203" if near else "W204",
            module=module.labels.told,
            value=name,
            nearest=near,
            known="、".join(module.field_names()),
            place=reading.place(module.at),
        )
        return None
    reading.uses.add(("field", f"{module.key}.{field.key}"))
    return field


def _operand(field: Field, module: Module, links: tuple[Field, ...], reading: Reading) -> Operand | None:
    """Behind links a computed field is worked out for the record that they lead to."""
    if field is module.record_key and field.key not in module.fields:
        return RecordKey(module, links, field.type)
    if field.computed is None:
        return FieldValue(field, module, links)
    computed = reading.computed.get((module.key, field.key))
    if computed is None or not links:
        return computed
    return LookedUp(RecordKey(module, links), computed, module, computed.type)


def own_field(node: Node | None, reading: Reading) -> Field | None:
    """A field of the present module itself, by key or label."""
    if not isinstance(node, Scalar):
        return None
    return find_field(node.text, reading.module, node.span, reading)


def field_named(name: str, reading: Reading) -> Field:
    """The definition behind a name that `resolve_field` has resolved: its label and its options."""
    module = reading.module
    *links, last = name.split(".")
    if links and is_event(links[0], reading):
        assert reading.event is not None
        module, links = reading.event.relation.module, links[1:]
    for link in links:
        step = module.field(link)
        assert step is not None
        module = reading.model.linked(step)
    found = module.field(last)
    assert found is not None
    return found


def may_be_missing(operand: Operand, reading: Reading) -> bool:
    """Whether an unknown answer is possible, so that a file must say what it means."""
    if isinstance(operand, FieldValue):
        if operand.type is FieldType.TAGS:
            return False  # missing tags are an empty set
        if operand.links:
            return True
        return operand.field.may_be_missing and (operand.module.key, operand.field.key) not in reading.known
    if isinstance(operand, Aggregate):
        return not operand.function.of_nothing_is_zero
    if isinstance(operand, Cases):
        return may_be_missing(operand.otherwise, reading)
    if isinstance(operand, Score):
        return bool(operand.dimensions)
    if isinstance(operand, BandOf):
        return may_be_missing(operand.score, reading)
    if isinstance(operand, Times):
        return may_be_missing(operand.operand, reading)
    return isinstance(operand, Series | UsualGap | ExpectedNext | Rank | LookedUp)
