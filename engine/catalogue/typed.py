"""Rules from the types of one workspace's fields: which comparisons fit a field, and which values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.conditions.comparisons import SCHEMAS as COMPARISONS
from engine.conditions.comparisons import comparisons_for
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import plain_value
from engine.model.entities import Field, FieldType, Model

_YES_NO = {"zh": ["是", "否"], "en": ["yes", "no"]}


def with_types(condition: dict[str, Any], model: Model, language: str) -> dict[str, Any]:
    """The shape of a condition in which `field: F` shows the comparisons and the options of that field."""
    rules = [_without_comparisons(rule) for rule in condition["allOf"]]
    of_field = next(rule for rule in condition["allOf"] if _is_of_field(rule))["then"]["properties"]
    shown = {word: of_field[word] for word in COMPARISONS if of_field[word] is not False}
    fields = _fields_by_name(model)
    fitting = {name: _comparisons(found) for name, found in fields.items()}
    typed = [_compared(words, names, shown) for words, names in _grouped(fitting).items()]
    values = {name: tuple(_values(found, language)) for name, found in fields.items()}
    valued = [_valued(options, names) for options, names in _grouped(values).items() if options]
    return {**condition, "allOf": [*rules, _otherwise(list(fields), shown), *typed, *valued]}


def as_yaml_reads(names: Iterable[str]) -> list[Any]:
    """Names as a file says them without quotes: an option `1` is a number there."""
    found: list[Any] = []
    for name in names:
        root = load_document(f"name: {name}", "name", Problems()).root
        plain = plain_value(root).get("name", name) if root is not None else name
        found += [name, plain] if isinstance(plain, bool | int | float) else [name]
    return list(dict.fromkeys(found))


def _fields_by_name(model: Model) -> Mapping[str, list[Field]]:
    """Every spelling of every field, its own and behind one link; several modules may use one name."""
    found: dict[str, list[Field]] = {}
    for module in model.modules.values():
        for one in module.fields.values():
            _note(found, _spellings(one), one)
            if one.type is FieldType.LINK:
                for inner in model.linked(one).fields.values():
                    names = (f"{name}.{label}" for name in _spellings(one) for label in _spellings(inner))
                    _note(found, names, inner)
    return found


def _spellings(field: Field) -> tuple[str, ...]:
    return (*field.labels.all(), field.key)


def _note(found: dict[str, list[Field]], names: Iterable[str], field: Field) -> None:
    for name in dict.fromkeys(names):
        found.setdefault(name, []).append(field)


def _comparisons(fields: Iterable[Field]) -> tuple[str, ...]:
    fitting = {word for field in fields for word in comparisons_for(field.type)}
    return tuple(word for word in COMPARISONS if word in fitting)


def _values(fields: Iterable[Field], language: str) -> Iterator[str]:
    """What `is` may say of these fields; nothing where one of them takes more than a few words."""
    fields = list(fields)
    if all(field.type is FieldType.CHOICE for field in fields):
        for field in fields:
            yield from (*field.options, *field.also_options, *field.retired)
    elif all(field.type is FieldType.YES_NO for field in fields):
        yield from _YES_NO[language]


def _grouped(found: Mapping[str, tuple[str, ...]]) -> Mapping[tuple[str, ...], list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, words in found.items():
        groups.setdefault(words, []).append(name)
    return groups


def _about(names: list[str]) -> dict[str, Any]:
    return {"type": "object", "required": ["field"], "properties": {"field": {"enum": names}}}


def _compared(words: tuple[str, ...], names: list[str], shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "if": _about(names),
        "then": {"properties": {word: shown[word] for word in words if word in shown}},
    }


def _otherwise(names: list[str], shown: Mapping[str, Any]) -> dict[str, Any]:
    """A field behind two links is none of the known names: every comparison is shown."""
    unknown = {"type": "object", "required": ["field"], "properties": {"field": {"not": {"enum": names}}}}
    return {"if": unknown, "then": {"properties": dict(shown)}}


def _valued(options: tuple[str, ...], names: list[str]) -> dict[str, Any]:
    one = {"enum": as_yaml_reads(options)}
    hint = {"anyOf": [one, {"type": "array", "items": one}, {"type": "object"}], "doNotSuggest": True}
    if options in {tuple(words) for words in _YES_NO.values()}:  # `true` and its like are fine as well
        hint = {"examples": list(options), "doNotSuggest": True}
    return {"if": _about(names), "then": {"properties": {"is": hint, "is_not": hint}}}


def _without_comparisons(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule of `field: F` without its comparisons, which come by type; other rules as they are."""
    if not _is_of_field(rule):
        return dict(rule)
    shown = {key: one for key, one in rule["then"]["properties"].items() if key not in COMPARISONS or not one}
    return {**rule, "then": {**rule["then"], "properties": shown}}


def _is_of_field(rule: Mapping[str, Any]) -> bool:
    """Whether it says what may stand beside `field: F`."""
    return bool(rule["if"].get("required") == ["field"])
