"""What fits a value of a file that is filled in: of which type it is, and from what it is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.actions import ACTIONS
from engine.assist.about import About, options_of
from engine.assist.halfway import Path
from engine.assist.names import answers_in, bands_of, keys_named, values_named, verbs_done
from engine.catalogue import vocabulary
from engine.catalogue.titles import titles
from engine.conditions.comparisons import SCHEMAS as COMPARISONS
from engine.conditions.step import FATES
from engine.example_shapes import GOAL
from engine.files.tables import NONE
from engine.model.entities import Field, FieldType, Module
from engine.model.values import Show
from engine.shapes.fields import EVENT

_ENDS = {"from", "to"}
_TYPES: Mapping[str, FieldType] = {
    **dict.fromkeys(("count_of", "distinct_of"), FieldType.NUMBER),
    "share_of": FieldType.PERCENT,
    "usual_gap_of": FieldType.LENGTH,
    "time_since": FieldType.LENGTH,
    "time_until": FieldType.LENGTH,
    "expected_next_of": FieldType.DATE,
}
"""What a subject comes to, whatever field it speaks of."""
_OF_FIELD = ("sum_of", "average_of", "smallest_of", "largest_of", "latest_of", "earliest_of")
"""Subjects that are of the type of the related field that they speak of."""
_CELLS = {"rows", "otherwise"}
"""Where a table has its cells."""
_CHANGES = {"falls_by", "rises_by"}
_YES_NO = {
    "zh": {"是": ("yes", "Yes", "true", "True"), "否": ("no", "No", "false", "False")},
    "en": {"yes": ("是", "Yes", "true", "True"), "no": ("否", "No", "false", "False")},
}


@dataclass(frozen=True, slots=True)
class Choosable:
    """A word of a file, and what people call it."""

    word: str
    called: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """`type` is empty where the value is a name. `spelt` has other spellings of what is chosen; `nothing` is
    the word that may stand instead of a value.
    """

    type: FieldType | None = None
    choices: tuple[Choosable, ...] = ()
    spelt: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    nothing: str = ""
    is_open: bool = False
    """Whether something else may stand there as well."""


def fitting_at(about: About, path: Path) -> Fitting | None:
    """What fits the value at a path; None where the words of the language say it all."""
    keys = [part for part in path if isinstance(part, str)]
    if not keys:
        return None
    asked = _asked(about.at(path), path, keys)
    if isinstance(asked, Field):
        found = of_field(asked, about)
        return _people(about) if found.type is FieldType.LINK and "expect" in keys else found
    if asked is not None:
        return Fitting(asked, nothing=NONE if about.kind == "tables" else "")
    if "expect" in keys[:-1] and keys[-1] == "to":
        return _people(about)
    named = _chosen(about.at(path), path, keys[-1])
    return Fitting(choices=named) if named else None


def key_called(about: About, path: Path) -> str:
    """What people call a key that is a word although its block takes any; empty for a name of somebody's."""
    keys = [part for part in path if isinstance(part, str)]
    if "expect" not in keys or keys[-1] == "expect":
        return ""
    inside, told = keys[keys.index("expect") + 1 :], titles(about.language)
    verb, detail = inside[0], inside[1] if len(inside) > 1 else ""
    if not detail:
        return told.title("action", verb) if verb in ACTIONS else ""
    if len(inside) > 2:
        return told.title("value", keys[-1]) if keys[-1] in vocabulary()["value"] else ""
    if detail in vocabulary().get(verb, {}):
        return told.title(verb, detail)
    return told.texts.say(f"assist.expected.{detail}") if detail in _SHOWN else ""


_SHOWN = {"channel", "subject", "body", "until"}
"""What an example may say of what is done although the action does not."""


def names_at(about: About) -> dict[str, list[str]]:
    """By shape, the names of the model that fit a place."""
    moments = {kind for kind in FieldType if kind.is_moment}
    found = {
        "field": about.fields(),
        "date_field": about.fields(moments),
        "relation": about.relations(),
        "related_field": about.related_fields(),
    }
    return {shape: list(dict.fromkeys(one.name for one in names)) for shape, names in found.items()}


def called_at(about: About) -> dict[str, str]:
    """What people call the fields of what has started the workflow, by what files call them."""
    event, say, language = about.event(), titles(about.language).texts.say, about.language
    names = [] if event is None else [one.labels.of(language) for one in event.fields.values()]
    relation = about.started_by()
    return {f"{EVENT}.{name}": say("assist.event.field", relation=relation, field=name) for name in names}


def keys_at(about: About, path: Path) -> list[str]:
    """The names that may be keys there; none where keys are words of the language."""
    named = keys_named(about.at(path), path)
    return list(dict.fromkeys(one.name for one in named or ()))


# --- values of fields ---------------------------------------------------------------------------------


def of_field(one: Field, about: About) -> Fitting:
    """What fits a field of that type."""
    if one.type is FieldType.YES_NO:
        known = _YES_NO[about.language]
        spelt = {other: word for word, others in known.items() for other in others}
        return Fitting(one.type, tuple(Choosable(word, word) for word in known), spelt)
    if one.type is FieldType.CHOICE:
        called = {option: _option_called(one, option, about.language) for option in options_of(one, "")}
        choices = tuple(Choosable(word, name) for word, name in called.items())
        return Fitting(one.type, choices, one.also_options)
    if one.type is FieldType.TAGS:
        tags = next((each.tags for each in about.model.modules.values() if one in each.fields.values()), ())
        return Fitting(one.type, tuple(Choosable(tag, tag) for tag in tags))
    unit = _sign(about) if one.type is FieldType.MONEY else ""
    return Fitting(one.type, unit=unit)


def _sign(about: About) -> str:
    settings = about.workspace.settings
    return Show(about.language, settings.currency, settings.zone).sign


def _option_called(one: Field, option: str, language: str) -> str:
    """An option in the reader's language, where it is spelt in both."""
    known = (option, *(other for other, meant in one.also_options.items() if meant == option))
    return next((name for name in known if name.isascii() == (language == "en")), option)


def _asked(here: About, path: Path, keys: list[str]) -> Field | FieldType | None:
    """The field whose value stands there, or its type."""
    key, above = keys[-1], keys[-2] if len(keys) > 1 else ""
    if here.kind == "tables":
        return _of_cell(here, path, key)
    if "expect" in keys[:-1]:
        return _expected(here, keys[keys.index("expect") + 1 :])
    if above == "update_field" or (above == "fields" and "create_record" in keys) or "given" in keys[:-1]:
        return _found(here.at(path[: path.index(key, len(path) - 2)]), key)
    if above == "create_task":
        return _of_task(here, key)
    return _compared(here, key) if key in COMPARISONS or key in _ENDS | _CHANGES else None


def _found(here: About, name: str) -> Field | None:
    found = here.field(name)
    return None if found is None else found[0]


def _compared(here: About, key: str) -> Field | FieldType | None:
    """What a subject comes to."""
    block = here.block()
    if key == "is_empty":
        return None
    if key in _CHANGES:
        return FieldType.PERCENT
    if "field" in block:
        return _found(here, str(block["field"]))
    if word := next((one for one in _TYPES if one in block), ""):
        return _TYPES[word]
    word = next((one for one in _OF_FIELD if one in block), "")
    relation, _, name = str(block.get(word, "")).partition(".")
    module = here.relation(here.module(), relation) if name else None
    return module.field(name) if module is not None else None


def _of_task(here: About, part: str) -> Field | None:
    """The field that a part of a task is written to; the parts with words of their own have none."""
    tasks = here.model.tasks
    if tasks is None or part not in {"type", "priority"} or part not in tasks.fields:
        return None
    return here.model.modules[tasks.module].fields[tasks.fields[part]]


def _expected(here: About, inside: list[str]) -> Field | FieldType | None:
    """What is expected of a verb's detail."""
    if len(inside) != 2:
        return None
    verb, name = inside
    if name == "until":
        return FieldType.DATE
    module = here.at(()).module()
    if verb in {"update_field", "assign"}:
        return None if module is None else module.field(name)
    tasks = here.model.tasks
    if verb != "create_task" or tasks is None:
        return None
    of_tasks: Module = here.model.modules[tasks.module]
    return of_tasks.field(tasks.fields.get(name, name)) if name not in {"subject", "text", "to"} else None


def _of_cell(here: About, path: Path, key: str) -> Field | FieldType | None:
    """What a row goes by is a field; its other cells are of the type of their column."""
    if len(path) < 3 or path[1] not in _CELLS:
        return None
    table = here.data.get(path[0])
    columns = table.get("columns") if isinstance(table, dict) else None
    kind = str(columns.get(key)) if isinstance(columns, dict) and key in columns else ""
    if kind in {str(one) for one in FieldType} - {FieldType.CHOICE}:
        return FieldType(kind)
    return None if kind or bands_of(here, key) else _found(here, key)


def _people(about: About) -> Fitting:
    """The words for people; somebody's key or name may stand as well."""
    told = titles(about.language)
    words = tuple(Choosable(one, told.title("person", one)) for one in ("owner", "supervisor", "customer"))
    return Fitting(choices=words, is_open=True)


# --- names --------------------------------------------------------------------------------------------

_NAMED = {
    "has", "has_all", "has_none", "add_tag", "remove_tag", "start_workflow", "workflow", "segment", "among",
    "via", "channel", "step", "answer", "table", "is", "is_not",
}  # fmt: skip
"""Keys behind which one of the names of the workspace stands."""
_BY_ID = {"start_workflow", "workflow"}
"""Of these the files say ids, and people names."""


def _chosen(here: About, path: Path, key: str) -> tuple[Choosable, ...]:
    """The names that fit."""
    if key in {"is", "is_not"} and "step" in here.block():
        return tuple(_fates(here))
    if key == "expect":
        return tuple(_verbs(here, path))
    if here.kind == "tables":
        return tuple(Choosable(one, one) for one in _cells_named(here, path, key))
    if key in {"template", "text_from"}:
        return tuple(_templates(here, is_task=key == "text_from"))
    found = (values_named(here, path, ()) or []) if key in _NAMED else []
    return tuple(Choosable(one.name, one.detail if key in _BY_ID else one.name) for one in found)


def _cells_named(here: About, path: Path, key: str) -> list[str]:
    """Roles, and the bands of a score that rows go by."""
    if len(path) < 3 or path[1] not in _CELLS:
        return []
    table = here.data.get(path[0])
    columns = table.get("columns") if isinstance(table, dict) else None
    if isinstance(columns, dict) and columns.get(key) == "role":
        return list(here.workspace.settings.roles)
    return [one.name for one in bands_of(here, key) or ()]


def _fates(here: About) -> Iterator[Choosable]:
    """What may have become of a step, and the answers that its question may get."""
    say = titles(here.language).texts.say
    yield from (Choosable(fate, say(f"phrase.fate.{fate}")) for fate in FATES)
    yield from (Choosable(one, one) for one in answers_in(here.data))


def _templates(here: About, *, is_task: bool) -> Iterator[Choosable]:
    """The templates that say something on a channel, or in a task."""
    for one in here.workspace.templates.values():
        if any((form.channel == "task") == is_task for form in one.forms):
            yield Choosable(one.name, one.name)


def _verbs(here: About, path: Path) -> Iterator[Choosable]:
    """In a list of what is expected: what is done, and that a goal is reached."""
    if not isinstance(path[-1], int):
        return
    told = titles(here.language)
    yield from (Choosable(verb, told.title("action", verb)) for verb in verbs_done())
    if "later" in path:
        yield Choosable(GOAL, told.title("expect", GOAL))
