"""model.yaml becomes the Model: modules, fields, links, people, tasks (LANGUAGE section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.files.module import MODULE, READER, can_be, note_value, place_of, read_module
from engine.files.names import note_clashes, note_dots
from engine.files.scalars import text_of
from engine.model.diagnostics import Problems, nearest
from engine.model.document import Document, Mapping, Node, Scalar, Sequence
from engine.model.entities import Field, FieldType, Model, Module, People, Tasks
from engine.model.values import to_stored
from engine.shapes.modules import find_module
from engine.shapes.schema import TEXT, block
from engine.shapes.shape import fits, note_kind, note_unknown_key

TASK_PARTS = ("subject", "record", "to", "type", "due", "priority", "text")
SCHEMA = block(
    {
        "people": block({"module": TEXT, "supervisor": TEXT, "active": TEXT, "email": TEXT}, "module"),
        "tasks": block(
            {
                "module": TEXT,
                **dict.fromkeys(TASK_PARTS, TEXT),
                "defaults": {"type": "object"},
                "done": {"type": "object", "minProperties": 1},
                "cancelled": {"type": "object", "minProperties": 1},
            },
            "module",
            "subject",
        ),
        "modules": {"type": "object", "minProperties": 1},
    },
    "modules",
)


def read_model(document: Document, problems: Problems) -> Model:
    """The model of a file; what is broken is noted and left out."""
    root = document.root
    if root is None:
        return Model({}, file=document.file)
    fits(root, SCHEMA, problems)
    found: dict[str, Module] = {}
    modules = root.get("modules")
    for key, node in modules.entries if isinstance(modules, Mapping) else ():
        if not isinstance(node, Mapping):
            note_kind(node, key.text, "object", problems)
        elif fits(node, MODULE, problems):
            note_dots(key, node, problems)
            found[key.text] = read_module(key, node, problems)
    note_clashes(found.values(), problems)
    model = _with_links(found, document.file, problems)
    people, tasks = _people(root, model, problems), _tasks(root, model, problems)
    return Model(model.modules, people, tasks, document.file)


def _with_links(found: dict[str, Module], file: str, problems: Problems) -> Model:
    """The model with links and consents resolved from labels to keys."""
    draft = Model(found, file=file)
    resolved: dict[str, Module] = {}
    for module in found.values():
        fields = {key: _resolved(one, module, draft, problems) for key, one in module.fields.items()}
        record_key = fields.get(module.record_key.key, module.record_key)
        resolved[module.key] = replace(module, fields=fields, record_key=record_key)
    return Model(resolved, file=file)


def _resolved(field: Field, module: Module, model: Model, problems: Problems) -> Field:
    changes: dict[str, Any] = {}
    if field.type is FieldType.LINK:
        other = model.module(field.to)
        if other is None:
            names = model.module_names()
            near = nearest(field.to, names)
            problems.error(
                field.at,
                "W272",
                field=field.labels.told,
                value=field.to,
                nearest=near,
                known="、".join(names),
            )
            return replace(field, type=FieldType.TEXT, to="")
        changes["to"] = other.key
    if field.consent:
        consent = module.field(field.consent)
        if consent is None or consent.type is not FieldType.YES_NO:
            problems.error(field.at, "W273", field=field.labels.told, value=field.consent)
        changes["consent"] = consent.key if consent else ""
    return replace(field, **changes) if changes else field


_PEOPLE = {"supervisor": FieldType.LINK, "active": FieldType.YES_NO, "email": None}


def _people(root: Mapping, model: Model, problems: Problems) -> People | None:
    node = root.get("people")
    if not isinstance(node, Mapping):
        return None
    module = find_module(node.get("module"), model, problems)
    if module is None:
        return None
    keys = {word: _field_key(node.get(word), module, problems) for word in _PEOPLE}
    for word, kind in _PEOPLE.items():
        field, written = module.fields.get(keys[word]), node.get(word)
        if field is not None and written is not None and kind is not None and not can_be(field, kind):
            problems.error(
                written.span, "W279", key=word, value=text_of(written), type=field.type, expected=kind
            )
            keys[word] = ""
    return People(module.key, **keys)


def _tasks(root: Mapping, model: Model, problems: Problems) -> Tasks | None:
    node = root.get("tasks")
    if not isinstance(node, Mapping):
        return None
    module = find_module(node.get("module"), model, problems)
    if module is None:
        return None
    fields = {part: _field_key(node.get(part), module, problems) for part in TASK_PARTS if part in node}
    defaults = {key: values[0] for key, values in _values_in(node.get("defaults"), module, problems)}
    done = {
        key: tuple(_kept(module.fields[key], one) for one in values)
        for key, values in _values_in(node.get("done"), module, problems)
    }
    cancelled = {
        key: _kept(module.fields[key], values[0])
        for key, values in _values_in(node.get("cancelled"), module, problems)
    }
    return Tasks(module.key, {part: key for part, key in fields.items() if key}, defaults, done, cancelled)


def _kept(field: Field, text: str) -> str | int | None:
    """A value that was found right in its kept form; money is read where the currency is known."""
    return text if field.type is FieldType.MONEY else to_stored(READER.read(field, text))


def _values_in(
    written: Node | None, module: Module, problems: Problems
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fields of a module, each with the values written for it; what fits no field is noted and left out."""
    for key, value in written.entries if isinstance(written, Mapping) else ():
        field = module.field(key.text)
        if field is None:
            note_unknown_key(key, module.field_names(), problems)
            continue
        nodes = value.items if isinstance(value, Sequence) else (value,)
        values = tuple(text_of(one) for one in nodes if note_value(one, field, problems))
        if values:
            yield field.key, values


def _field_key(node: Node | None, module: Module, problems: Problems) -> str:
    if not isinstance(node, Scalar):
        return ""
    field = module.field(node.text)
    if field is None:
        near = nearest(node.text, module.field_names())
        place = place_of(module.at)
        problems.error(
            node.span,
            "W203" if near else "W204",
            module=module.labels.told,
            value=node.text,
            nearest=near,
            place=place,
        )
        return ""
    return field.key
