"""The names of one workspace, as suggestions for the places where its files may say them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Words
from typing import Any

from engine.catalogue.described import Place
from engine.catalogue.titles import Titles
from engine.files.scores import is_score
from engine.model.document import Mapping
from engine.model.entities import Field, FieldType, Model, Module
from engine.workspace import Workspace


def suggestions(workspace: Workspace, language: str) -> dict[Place, list[Any]]:
    """The names that fit each place; places without names are left out."""
    model = workspace.model
    modules = [module.labels.of(language) for module in model.modules.values()]
    channels = list(workspace.settings.channels)
    found: dict[Place, list[Any]] = {
        ("workflow", "module"): modules,
        ("people", "module"): modules,
        ("tasks", "module"): modules,
        ("field", "to"): modules,
        ("shape", "field"): _unique(_field_names(model, language, set(FieldType))),
        ("shape", "date_field"): _unique(
            _field_names(model, language, {kind for kind in FieldType if kind.is_moment})
        ),
        ("shape", "relation"): _unique(name for name, _ in _relations(model)),
        ("shape", "related_field"): _unique(
            f"{name}.{one.labels.of(language)}"
            for name, other in _relations(model)
            for one in other.fields.values()
        ),
        ("value", "table"): [
            f"{table.name}.{column}" for table in workspace.tables.values() for column in table.columns
        ],
        ("send_template", "template"): _templates(workspace, task=False),
        ("create_task", "text_from"): _templates(workspace, task=True),
        ("send_template", "via"): channels,
        ("field", "contact"): channels,
        ("workspace", "notices"): channels,
        ("notify", "via"): _unique(iter([workspace.settings.notices, *channels])),
        **dict.fromkeys((("action", "add_tag"), ("action", "remove_tag")), _tags(model)),
        ("action", "start_workflow"): [one.id for one in workspace.workflows],
        ("create_record", "module"): modules,
        ("person", "records"): _unique(name for name, _ in _relations(model)),
        **_task_options(model),
        **_offered(workspace, modules),
    }
    return {place: names for place, names in found.items() if names}


def _offered(workspace: Workspace, modules: list[Any]) -> dict[Place, list[Any]]:
    """The names from files that a workspace need not have."""
    segments, settings = list(workspace.segments), workspace.settings
    return {
        ("group", "segment"): segments,
        ("option", "among"): segments,
        ("subject", "band_of"): [*_scores(workspace.model)],
        **dict.fromkeys((("segment", "module"), ("score", "module")), modules),
        ("point", "for_each"): _unique(name for name, _ in _relations(workspace.model)),
        ("person", "role"): list(settings.roles),
        ("trigger_option", "names"): list(settings.calendar.festivals),
    }


def _scores(model: Model) -> Iterator[str]:
    for module in model.modules.values():
        for one in module.fields.values():
            if isinstance(one.computed, Mapping) and is_score(one.computed):
                yield one.labels.zh


def _tags(model: Model) -> list[Any]:
    return _unique(tag for module in model.modules.values() for tag in module.tags)


def settable_fields(model: Model, language: str, texts: Titles) -> dict[str, Any]:
    """For update_field: the fields of all modules that a file may set, with their options."""
    found: dict[str, Any] = {}
    options = _options(model, language)
    for module in model.modules.values():
        for one in module.fields.values():
            name = one.labels.of(language)
            if one.computed is None and name not in found:
                kind = texts.title("type", one.type)
                about = f"{module.labels.of(language)}{texts.phrase('separator')}{kind}"
                found[name] = {"title": name, "description": about, "examples": options.get(name, [])}
    return {name: {key: part for key, part in one.items() if part} for name, one in found.items()}


def _field_names(model: Model, language: str, kinds: Collection[FieldType]) -> Iterator[str]:
    """Fields of every module, then those behind one link, then the keys that files may say instead."""
    modules = model.modules.values()
    for module in modules:
        yield from (one.labels.of(language) for one in module.fields.values() if one.type in kinds)
    for module in modules:
        for link in module.fields.values():
            if link.type is FieldType.LINK:
                for one in model.linked(link).fields.values():
                    if one.type in kinds:
                        yield f"{link.labels.of(language)}.{one.labels.of(language)}"
    for module in modules:
        yield from (one.key for one in module.fields.values() if one.type in kinds)


def _relations(model: Model) -> Iterator[tuple[str, Module]]:
    for module in model.modules.values():
        yield from ((one.name, one.module) for one in model.relations(module))


def _options(model: Model, language: str) -> Words[str, list[str]]:
    found: dict[str, list[str]] = {}
    for module in model.modules.values():
        for one in module.fields.values():
            if one.type is FieldType.CHOICE:
                known = found.setdefault(one.labels.of(language), [])
                known += [option for option in one.options if option not in known]
    return found


def _task_options(model: Model) -> dict[Place, list[Any]]:
    """The options of the fields that the parts of a task are written to."""
    if model.tasks is None:
        return {}
    fields = model.modules[model.tasks.module].fields
    parts = {part: fields[key] for part, key in model.tasks.fields.items() if part in {"type", "priority"}}
    return {("create_task", part): _spellings(one) for part, one in parts.items()}


def _spellings(field: Field) -> list[Any]:
    return [*field.options, *field.also_options]


def _templates(workspace: Workspace, *, task: bool) -> list[Any]:
    return [
        one.name
        for one in workspace.templates.values()
        if any((form.channel == "task") == task for form in one.forms)
    ]


def _unique(names: Iterator[str]) -> list[Any]:
    return list(dict.fromkeys(names))
