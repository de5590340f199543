"""JSON Schema 2020-12 of every kind of file, in one language; with a workspace, its names are suggested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.actions import ACTIONS
from engine.catalogue.described import FAMILY_OF_SHAPE, Describer, family_of_file
from engine.catalogue.names import settable_fields, suggestions
from engine.catalogue.samples import example_value
from engine.catalogue.shapes import file_shapes, shared_shapes
from engine.catalogue.titles import Titles, titles
from engine.catalogue.typed import with_types
from engine.conditions import CONDITIONS
from engine.triggers import TRIGGERS
from engine.workspace import Workspace

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXEMPLIFIED = (
    ("trigger", "trigger", TRIGGERS),
    ("condition", "subject", CONDITIONS),
    ("step", "action", ACTIONS),
)
"""The blocks that begin with a word, the family of its texts, and the words."""
_HOVERED = {"condition", "step", "trigger"}
"""Shapes that stand in lists, where no key says what they are; the others would only repeat their key."""


def schemas(language: str, workspace: Workspace | None = None) -> dict[str, dict[str, Any]]:
    """The schema of each kind of file: workflow, model, tables, template, workspace."""
    texts = titles(language)
    describer = Describer(texts, suggestions(workspace, language) if workspace else {})
    shared = _shared(describer, texts, workspace)
    return {kind: _file(kind, shape, describer, shared) for kind, shape in file_shapes().items()}


def modeline(kind: str, folder: str) -> str:
    """The first line of a file by which an editor finds its schema in a folder of the workspace."""
    up = {"template": "../", "partial": "../../"}.get(kind, "")
    return f"# yaml-language-server: $schema={up}{folder}/{kind}.schema.json"


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
    for name, family, words in _EXEMPLIFIED:
        shared[name]["examples"] = [example_value(word.example) for word in words.values()]
        block = shared[name]["anyOf"][0] if name == "trigger" else shared[name]
        block["allOf"][0]["then"]["defaultSnippets"] = list(_snippets(family, words, texts))
    if workspace is not None:
        shared["condition"] = with_types(shared["condition"], workspace.model, texts.language)
        verbs = shared["step"]["$defs"]
        fields = settable_fields(workspace.model, texts.language, texts)
        entry = verbs["update_field"]["additionalProperties"]
        verbs["update_field"]["properties"] = {name: {**entry, **one} for name, one in fields.items()}
        if "create_record" in verbs:
            written = verbs["create_record"]["properties"]["fields"]
            entry = written["additionalProperties"]
            written["properties"] = {name: {**entry, **one} for name, one in fields.items()}
    return shared


def _snippets(family: str, words: Mapping[str, Any], texts: Titles) -> Iterator[dict[str, str]]:
    """The example of each word, to be inserted whole where none is written yet."""
    for name, word in words.items():
        if "\n" not in word.example:  # an editor would not indent further lines as the first
            text = word.example[1:-1] if word.example.startswith("{") else word.example
            yield {
                "label": f"{texts.title(family, name)} · {name}",
                "bodyText": text.replace("$", "\\$"),
                "markdownDescription": texts.help(family, name),
            }


def _needed(schema: Any, shared: Mapping[str, Any]) -> set[str]:
    """The names of all definitions that a schema refers to, directly or not."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            name = str(one.get("$ref", "")).removeprefix("#/$defs/").partition("/")[0]
            if name and name not in found:
                found.add(name)
                waiting.append(shared[name])
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return found
