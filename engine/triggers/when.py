"""`when: created`, `when: changed`, `when: by_hand`: something happens, or a person starts it."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Self

from engine.model.calendars import OnDays
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import FieldType
from engine.model.kinds import Schema
from engine.model.operands import RecordKey
from engine.model.predicates import Predicate
from engine.model.watches import Watch
from engine.shapes.fields import field_named, read_field
from engine.shapes.reading import Reading
from engine.shapes.relations import find_relation
from engine.shapes.schema import LITERAL, one_of_words, one_or_many, ref

GOES_WITH: Words[str, str] = MappingProxyType(
    {"field": "changed", "from": "changed", "to": "changed", "of": "created", "where": "created"}
)
"""What stands beside `when`, and which of its words it belongs to."""


@dataclass(frozen=True, slots=True)
class When:
    """Runs when a record is new, when a field of it has changed, or when a person says so."""

    name: ClassVar[str] = "when"
    schema: ClassVar[Schema] = {
        "when": one_of_words("created", "changed", "by_hand"),
        "field": ref("field"),
        "from": one_or_many(LITERAL),
        "to": one_or_many(LITERAL),
        "of": ref("relation"),
        "where": ref("condition"),
    }
    example: ClassVar[str] = "{when: changed, field: 客户层级, to: A}"

    zone: str = ""
    watch: Watch | None = None

    def cron(self) -> str | None:
        """No clock starts it."""
        return None

    def on_days(self) -> OnDays | None:
        """No calendar starts it."""
        return None

    @classmethod
    def read(cls, node: Mapping, reading: Reading) -> Self | None:
        """What is watched; nothing where a person starts it."""
        written = node.get("when")
        word = written.text if isinstance(written, Scalar) else ""
        strange = [key for key, _ in node.entries if GOES_WITH.get(key.text, word) != word]
        for key in strange:
            reading.problems.error(key.span, "W291", kind="", key=key.text, word=GOES_WITH[key.text])
        if strange:
            return None
        if word == "by_hand":
            return cls()
        watch = _changed(node, reading) if word == "changed" else _created(node, reading)
        return None if watch is None else cls(watch=watch)


def _created(node: Mapping, reading: Reading) -> Watch | None:
    """New records of the module itself, or those of a relation that fit."""
    of, where = node.get("of"), node.get("where")
    if of is None:
        if where is None:
            return Watch(reading.module)
        reading.problems.error(node.key("where").span, "W291", kind="where", key="where")
        return None
    if not isinstance(of, Scalar):
        return None
    relation = find_relation(of.text, of.span, reading)
    if relation is None:
        return None
    inner = reading.about(relation.module)
    predicate = None if where is None else inner.read_condition(where, "trigger/where")
    if where is not None and predicate is None:
        return None
    return Watch(relation.module, relation=relation, where=predicate)


def _changed(node: Mapping, reading: Reading) -> Watch | None:
    """Another value of a field, perhaps from some values, perhaps to some."""
    written = node.get("field")
    if not isinstance(written, Scalar):
        reading.problems.error(node.span.start(), "W211", key="field")
        return None
    operand = read_field(written, reading)
    if operand is None:
        return None
    if isinstance(operand, RecordKey):
        reading.problems.error(written.span, "W291", kind="key", key=written.text)
        return None
    if operand.type is FieldType.TAGS and (stray := next((one for one in _ENDS if one in node), "")):
        field = field_named(written.text, reading).labels.told
        reading.problems.error(node.key(stray).span, "W291", kind="tags", key=stray, field=field)
        return None
    ends = {word: _among(word, written, value, reading) for word in _ENDS if (value := node.get(word))}
    if None in ends.values() or _are_same(node, reading):
        return None
    return Watch(reading.module, _key_of(written.text, reading), operand, ends.get("from"), ends.get("to"))


_ENDS = ("from", "to")


def _among(word: str, field: Scalar, value: Node, reading: Reading) -> Predicate | None:
    """Whether the field has the value, or one of the values; without any, it has not."""
    asked = {"field": field, "is": value, "if_missing": Scalar("no_match", quoted=False, span=value.span)}
    entries = tuple((Scalar(key, quoted=False, span=value.span), one) for key, one in asked.items())
    leaf = Mapping(entries, value.span)
    return reading.about(reading.module).read_condition(leaf, f"trigger/{word}")


def _are_same(node: Mapping, reading: Reading) -> bool:
    """Whether nothing can change from one to the other; it is noted."""
    before, after = (_texts(node.get(word)) for word in _ENDS)
    if len(before) != 1 or before != after:
        return False
    reading.problems.error(node.key("to").span, "W291", kind="same", key="to", value=after[0])
    return True


def _texts(node: Node | None) -> list[str]:
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return [one.text for one in nodes if isinstance(one, Scalar)]


def _key_of(name: str, reading: Reading) -> str:
    """A field by its keys, which never change, whatever name the file calls it by."""
    keys, module = [], reading.module
    *links, last = name.split(".")
    for one in links:
        link = module.field(one)
        assert link is not None
        keys.append(link.key)
        module = reading.model.linked(link)
    field = module.field(last)
    assert field is not None
    return ".".join((*keys, field.key))
