"""JSON Schema 2020-12 of every kind of file, in one language; with a workspace, its names are suggested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.actions import ACTIONS
from engine.catalogue.described import FAMILY_OF_SHAPE, Describer, family_of_file
from engine.catalogue.names import option_rules, settable_fields, suggestions
from engine.catalogue.shapes import file_shapes, shared_shapes
from engine.catalogue.titles import Titles, titles
from engine.conditions import CONDITIONS
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import plain_value
from engine.triggers import TRIGGERS
from engine.workspace import Workspace

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HOVERED = {"condition", "step", "trigger"}
"""Shapes that stand in lists, where no key says what they are; the others would only repeat their key."""


def schemas(language: str, workspace: Workspace | None = None) -> dict[str, dict[str, Any]]:
    """The schema of each kind of file: workflow, model, tables, template, workspace."""
    texts = titles(language)
    describer = Describer(texts, suggestions(workspace, language) if workspace else {})
    shared = _shared(describer, texts, workspace)
    return {kind: _file(kind, shape, describer, shared) for kind, shape in file_shapes().items()}


def example_value(example: str) -> Any:
    """The example of a word as plain data."""
    root = load_document(example, "example", Problems()).root
    assert root is not None
    return plain_value(root)


def _file(
    kind: str, shape: Mapping[str, Any], describer: Describer, shared: Mapping[str, Any]
) -> dict[str, Any]:
    described = describer.shape(shape, family_of_file(kind))
    needed = _needed(described, shared)
    texts = describer.titles
    assert texts is not None
    folder = "" if texts.language == "zh" else f"{texts.language}/"
    return {
        "$schema": DIALECT,
        "$id": f"{folder}{kind}.schema.json",
        **texts.of("file", kind),
        **described,
        **({"$defs": {name: shared[name] for name in shared if name in needed}} if needed else {}),
    }


def _shared(describer: Describer, texts: Titles, workspace: Workspace | None) -> dict[str, dict[str, Any]]:
    shared = {}
    for name, shape in shared_shapes().items():
        found = describer.shape(shape, FAMILY_OF_SHAPE.get(name, name))
        shared[name] = {**texts.of("shape", name), **found} if name in _HOVERED else found
        if names := describer.suggested.get(("shape", name)):
            shared[name] = {"anyOf": [{"type": "string", "enum": names}, {"type": "string"}]}
    for name, words in (("trigger", TRIGGERS), ("condition", CONDITIONS), ("step", ACTIONS)):
        shared[name]["examples"] = [example_value(word.example) for word in words.values()]
    if workspace is not None:
        shared["condition"]["allOf"] += option_rules(workspace.model, texts.language)
        verbs = shared["step"]["properties"]
        fields = settable_fields(workspace.model, texts.language, texts)
        entry = verbs["update_field"]["additionalProperties"]
        verbs["update_field"]["properties"] = {name: {**entry, **one} for name, one in fields.items()}
    return shared


def _needed(schema: Any, shared: Mapping[str, Any]) -> set[str]:
    """The names of all definitions that a schema refers to, directly or not."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            name = str(one.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(shared[name])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found
