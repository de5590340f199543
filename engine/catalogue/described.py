"""Shapes become readable: a title and a sentence on every key and every word, examples where they help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.actions import ACTIONS
from engine.catalogue.samples import GROUPS as GROUPS_SHOWN
from engine.catalogue.samples import laid_out
from engine.catalogue.shapes import COMPARISONS, KEPT_AT, KINDS, file_shapes, shared_shapes
from engine.catalogue.titles import Titles
from engine.conditions import CONDITIONS
from engine.conditions.aggregates import OPTIONS
from engine.conditions.reader import GROUPS
from engine.text import FILTERS
from engine.triggers import TRIGGERS

Place = tuple[str, str]
"""A word of a family: the address of its texts and of its suggestions."""

FAMILY_OF_SHAPE = {
    **dict.fromkeys(("values", "length", "period", "day", "since"), "value"),
    "model_field": "field",
}
"""The family of the keys inside a shared shape, where it is not called like the shape."""

_INNER = {
    "tests": "test", "messages": "guard", "updates": "guard", "creates": "guard", "channels": "channel",
    "cases": "case", "columns": "type", "versions": "version", "name": "label", "working_days": "weekday",
    "dimensions": "dimension", "indicators": "indicator", "points": "point", "bands": "band",
    "responses": "response",
    "choose": "branch", "split": "branch", "answers": "branch",
    **dict.fromkeys(("email", "sms", "wecom", "task"), "form"),
}  # fmt: skip
"""The family of what stands under a key, where it is not called like the key."""

EXAMPLES: Mapping[Place, list[Any]] = {
    ("workflow", "id"): ["silent-first-touch"],
    ("workflow", "module"): ["客户"],
    ("workflow", "priority"): [50],
    ("trigger", "every"): ["day", "monday", "month", "quarter", "30 minutes"],
    ("trigger_option", "timezone"): ["Asia/Shanghai"],
    ("limit", "per_owner_per_day"): [20],
    ("guard", "at_most"): [1000],
    ("guard", "share"): ["10 %"],
    ("response", "share"): ["30 %"],
    ("send_template", "via"): ["email"],
    ("field", "contact"): ["email"],
    ("module", "label"): ["客户", {"zh": "客户", "en": "Customer"}],
    ("workspace", "time_zone"): ["Asia/Shanghai"],
    ("workspace", "currency"): ["CNY"],
    ("workspace", "fallback_person"): ["S001"],
}


def home(block: str, word: str) -> str:
    """The family of a key; in a block of several families the word itself decides."""
    if block == "condition":
        if word in GROUPS:
            return "group"
        return "subject" if word in CONDITIONS else "comparison" if word in COMPARISONS else "option"
    if block == "step" and word in ACTIONS:
        return "action"
    if block == "trigger" and word not in TRIGGERS:
        return "trigger_option"
    if block == "indicator" and word in CONDITIONS:
        return "subject"
    return "option" if block in {"computed", "point", "indicator"} and word in _OPTIONS else block


_OPTIONS = {*OPTIONS, *(option for word in CONDITIONS.values() for option in word.options)}


@dataclass(slots=True)
class Describer:
    """Adds the texts of one language; remembers every word it met, by family."""

    titles: Titles | None
    suggested: Mapping[Place, list[Any]] = field(default_factory=dict)
    met: dict[str, dict[str, Any]] = field(default_factory=dict)
    required: set[Place] = field(default_factory=set)

    def shape(self, schema: Mapping[str, Any], family: str) -> dict[str, Any]:
        """The schema with texts on every key below it; `family` is that of its keys and words."""
        found = dict(schema)
        if "properties" in found:
            if len(found["properties"]) > 1:  # the only key of a block needs no saying
                self.required |= {(home(family, key), key) for key in found.get("required", ())}
            found["properties"] = {
                key: self._key(key, value, family) for key, value in found["properties"].items()
            }
        if KEPT_AT in found:
            found = _hidden(found)
        for part in ("items", "additionalProperties"):
            if isinstance(found.get(part), Mapping):
                found[part] = self.shape(found[part], family)
        if "anyOf" in found:
            found["anyOf"] = [self.shape(one, family) for one in found["anyOf"]]
        if "allOf" in found:
            found["allOf"] = [self._rule(one, family) for one in found["allOf"]]
        if "enum" in found:
            found["enumDescriptions"] = [self._word(str(word), family) for word in found["enum"]]
        return found

    def of(self, family: str, word: str, schema: Any = None) -> dict[str, str]:
        """The texts of a word as a schema shows them."""
        self.met.setdefault(family, {}).setdefault(word, schema)
        if self.titles is None:
            return {}
        texts, example = self.titles.of(family, word), _example(family, word)
        if not example:
            return texts
        return {
            **texts,
            "markdownDescription": f"{texts['description']}\n\n```yaml\n{laid_out(example)}\n```",
        }

    def _key(self, key: str, schema: Mapping[str, Any], block: str) -> dict[str, Any]:
        family = home(block, key)
        texts = self.of(family, key, schema)
        found = {**texts, **self.shape(schema, _INNER.get(key, key))}
        examples = self.suggested.get((family, key)) or EXAMPLES.get((family, key))
        return {**found, "examples": examples} if examples else found

    def _rule(self, rule: Mapping[str, Any], family: str) -> dict[str, Any]:
        """A rule of a block (`if` this word, `then` these keys); keys it shows again have their texts."""
        then = rule.get("then", {})
        told = {
            key: value if _is_shown(value) else self._key(key, value, family)
            for key, value in then.get("properties", {}).items()
        }
        return {**rule, "then": {**then, "properties": told}} if told else dict(rule)

    def _word(self, word: str, family: str) -> str:
        texts = self.of(family, word)
        return f"{texts['title']} - {texts['description']}" if texts else ""


def _example(family: str, word: str) -> str:
    """The example of a word that begins a block; editors show it beside the sentence."""
    if family == "group":
        return GROUPS_SHOWN[word]
    table: Mapping[str, Any] = {"trigger": TRIGGERS, "subject": CONDITIONS, "action": ACTIONS}.get(family, {})
    return str(table[word].example) if word in table else ""


def _is_shown(value: Any) -> bool:
    """Whether a rule only forbids a key, or points to one that is described already."""
    return value is False or value.get("$ref", "").count("$defs") > 1


def _hidden(block: dict[str, Any]) -> dict[str, Any]:
    """The keys of a block go to its `$defs`, for its rules to show; by themselves they are not suggested.

    `doNotSuggest` is what editors understand; beside `$ref` it would get lost, hence `allOf`.
    """
    kept = {key: value for key, value in block.items() if key != KEPT_AT}
    shown = {
        key: {"doNotSuggest": True, "allOf": [{"$ref": f"{block[KEPT_AT]}/$defs/{key}"}]}
        for key in block["properties"]
    }
    return {**kept, "properties": shown, "$defs": block["properties"]}


def vocabulary() -> Mapping[str, Mapping[str, Any]]:
    """Every word of the language by family, with the schema of what stands under it (None: nothing does)."""
    return _walked().met


def is_required(family: str, word: str) -> bool:
    """Whether a key must always be there."""
    return (family, word) in _walked().required


@lru_cache(maxsize=1)
def _walked() -> Describer:
    describer = Describer(None)
    for kind in KINDS:
        describer.of("file", kind)
    for kind, file_shape in file_shapes().items():
        describer.shape(file_shape, family_of_file(kind))
    for name, shape in shared_shapes().items():
        describer.shape(shape, FAMILY_OF_SHAPE.get(name, name))
        if name not in {"module", "model_field", "form", "indicator", "point"}:
            describer.of("shape", name, shape)
    for name in FILTERS:
        describer.of("filter", name)
    return describer


def family_of_file(kind: str) -> str:
    """The family of the keys at the top of a file; in tables.yaml those are names people choose."""
    return {"tables": "table", "segments": "segment", "scores": "score"}.get(kind, kind)
