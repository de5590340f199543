"""Names that people chose, where a file may say them: fields, options, steps, rows, workflows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from engine.actions import ACTIONS
from engine.assist.about import About, Named, options_of, value_at
from engine.assist.halfway import Path
from engine.catalogue.titles import titles
from engine.model.document import plain_value
from engine.model.entities import Field, FieldType

_MOMENTS = {kind for kind in FieldType if kind.is_moment}
_OWN_FIELDS = {"owner", "title", "happens_on", "changed_on", "key", "time_zone", "consent"}
"""Keys of a module in model.yaml behind which one of its own fields stands."""
_BRANCHES = {"if", "choose", "split"}
"""Verbs that do nothing by themselves."""
_OFTEN = ("day", "working_day", "month", "quarter", "festival", "30_minutes")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_USUAL = {
    "since": ("start", "today", "start_of_month", "start_of_year"),
    "period": ("last_30_days", "last_90_days", "last_12_months", "this_month", "previous_month", "this_year"),
    "length": ("3_days", "7_days", "30_days", "90_days", "12_months", "5_working_days"),
    **dict.fromkeys(("day", "moment"), ("today", "in_3_days", "in_7_days", "end_of_month", "start_of_year")),
}
"""By shared shape; spelt with `_` for a blank."""
_ID = re.compile("[a-z0-9][a-z0-9-]{0,63}")


def keys_named(about: About, path: Path) -> list[Named] | None:
    """The names that are keys there; None where keys are words of the language."""
    last = path[-1] if path else ""
    above = path[-2] if len(path) > 1 else ""
    if about.kind == "workflow" and (
        last in {"update_field", "given"} or (above == "create_record" and last == "fields")
    ):
        here = about.at(path)
        return [*here.fields(links=False), *here.relations()] if last == "given" else list(here.settable())
    if about.kind == "workflow" and path[:1] == ("tests",) and "given" in path and isinstance(last, int):
        return list(about.at(path).settable())
    if about.kind == "tables" and (path[1:] == ("otherwise",) or (path[1:2] == ("rows",) and len(path) == 3)):
        return _cells(about, path)
    if about.kind == "model" and last in {"defaults", "done", "cancelled"} and path[:1] == ("tasks",):
        return [Named(name) for name in _fields_of(about, about.data.get("tasks"))]
    return None


def values_named(about: About, path: Path, shapes: Collection[str]) -> list[Named] | None:
    """The names that are values there; None where the words of the language, or examples, are to be told."""
    keys = [part for part in path if isinstance(part, str)]
    key = keys[-1] if keys else ""
    if "field" in shapes:
        return list(about.fields())
    if "date_field" in shapes:
        return list(about.fields(_MOMENTS))
    if "relation" in shapes:
        return list(about.relations())
    if "related_field" in shapes:
        return list(about.related_fields())
    block = about.at(path).block()
    if "update_field" in keys[:-1] or (keys[-2:-1] == ["fields"] and "create_record" in keys):
        return _options(about.at(path[: path.index(key)]).field(key), about.language)
    if about.kind == "model":
        return _in_model(about, path, key, block)
    if about.kind == "tables" and len(path) > 1:
        return _in_tables(about, path, key)
    choose = _BY_KEY.get(key)
    return choose(about, path, block) if choose else _usual(shapes, about.language)


def _compared(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:
    """What a field may be compared with, or change from and to."""
    if "band_of" in block:
        return bands_of(about, str(block["band_of"]))
    return _options(about.at(path).field(str(block["field"])), about.language) if "field" in block else None


def bands_of(about: About, score: str) -> list[Named] | None:
    """The bands of a score."""
    found = about.field(score)
    bands = None if found is None or found[0].computed is None else plain_value(found[0].computed)
    listed = bands.get("bands", ()) if isinstance(bands, dict) else ()
    return [Named(str(one["name"])) for one in listed if isinstance(one, dict) and "name" in one] or None


def _tags(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:  # noqa: ARG001 - the shape of the table
    return [Named(tag) for module in about.modules() for tag in module.tags]


def _steps(about: About, path: Path, block: Mapping[str, Any]) -> list[Named]:  # noqa: ARG001 - as above
    """The steps of this file that have a name."""
    steps = titles(about.language).title("shape", "step")
    return [Named(name, steps) for name in dict.fromkeys(_step_names(about.data.get("actions")))]


def _step_names(data: Any) -> Iterator[str]:
    if isinstance(data, list):
        for one in data:
            yield from _step_names(one)
    elif isinstance(data, dict):
        if isinstance(data.get("name"), str):
            yield data["name"]
        for key, one in data.items():
            if key != "name":
                yield from _step_names(one)


def _workflows(about: About, path: Path, block: Mapping[str, Any]) -> list[Named]:  # noqa: ARG001 - as above
    return [Named(one.id, one.name) for one in about.workspace.workflows]


def _answers(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:  # noqa: ARG001 - as above
    """The answers that the questions of this file may get."""
    if path[:1] != ("tests",):
        return None
    return [Named(one) for one in answers_in(about.data)]


def answers_in(data: Any) -> list[str]:
    """The answers that the questions of a workflow may get, each once."""
    return list(dict.fromkeys(_answered(data.get("actions")))) if isinstance(data, dict) else []


def _answered(data: Any) -> Iterator[str]:
    for one in data if isinstance(data, list) else data.values() if isinstance(data, dict) else ():
        if isinstance(one, dict) and isinstance(one.get("answer"), str):
            yield one["answer"]
        yield from _answered(one)


def _tables(about: About, path: Path, block: Mapping[str, Any]) -> list[Named]:  # noqa: ARG001 - as above
    """Every column of every table, with the type of its cells and what its rows go by."""
    told = titles(about.language)
    return [
        Named(f"{table.name}.{column}", f"{told.title('type', kind)} · {'、'.join(table.by)}")
        for table in about.workspace.tables.values()
        for column, kind in table.columns.items()
    ]


def _segments(about: About, path: Path, block: Mapping[str, Any]) -> list[Named]:  # noqa: ARG001 - as above
    module, language = about.module(), about.language
    return [
        Named(one.name, one.module.labels.of(language))
        for one in about.workspace.segments.values()
        if module is None or one.module is module
    ]


def _channels(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:  # noqa: ARG001 - as above
    settings = about.workspace.settings
    return [Named(one) for one in dict.fromkeys((*settings.channels, settings.notices))]


def _every(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:  # noqa: ARG001 - as above
    """How often a trigger may come round."""
    return None if path[:1] != ("trigger",) else rhythms(about.language)


def usual_words(language: str) -> dict[str, str]:
    """Lengths, periods and moments as files say them, with what people call them."""
    say = titles(language).texts.say
    words = {"last", *(word for some in _USUAL.values() for word in some)}
    return {word.replace("_", " "): say(f"assist.usual.{word}") for word in words}


def rhythms(language: str) -> list[Named]:
    """How often something may come round, with what people call it."""
    say = titles(language).texts.say
    usual = [Named(word.replace("_", " "), say(f"assist.every.{word}")) for word in _OFTEN]
    weekly = [
        Named(day, say("phrase.trigger.every_weekday", days=say(f"phrase.trigger.{day}"), at=""))
        for day in _WEEKDAYS
    ]
    return usual + weekly


def _expected(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:  # noqa: ARG001 - as above
    """In a list what was done, one action after the other."""
    told = titles(about.language)
    if not isinstance(path[-1], int):
        return None
    return [Named(verb, told.title("action", verb), told.help("action", verb)) for verb in verbs_done()]


def verbs_done() -> list[str]:
    """The verbs that do something by themselves."""
    return [verb for verb in ACTIONS if verb not in _BRANCHES]


def _usual(shapes: Collection[str], language: str) -> list[Named] | None:
    """Lengths, periods and moments that files often say, for those who have not written one yet."""
    say = titles(language).texts.say
    for shape, words in _USUAL.items():
        if shape in shapes:
            return [Named(word.replace("_", " "), say(f"assist.usual.{word}")) for word in words]
    return None


def _listed_fields(about: About, path: Path, block: Mapping[str, Any]) -> list[Named] | None:  # noqa: ARG001 - as above
    return list(about.fields()) if about.kind == "segments" else None


def _ids(about: About, path: Path, block: Mapping[str, Any]) -> list[Named]:  # noqa: ARG001 - as above
    """What a workflow may be called: like its file."""
    stem = PurePosixPath(about.file).stem
    return [Named(stem)] if _ID.fullmatch(stem) and len(path) == 1 else []


_BY_KEY: Mapping[str, Callable[[About, Path, Mapping[str, Any]], list[Named] | None]] = {
    **dict.fromkeys(("is", "is_not", "from", "to"), _compared),
    **dict.fromkeys(("has", "has_all", "has_none", "add_tag", "remove_tag"), _tags),
    **dict.fromkeys(("start_workflow", "workflow"), _workflows),
    **dict.fromkeys(("segment", "among"), _segments),
    "id": _ids,
    **dict.fromkeys(("via", "channel"), _channels),
    "every": _every,
    "expect": _expected,
    "step": _steps,
    "answer": _answers,
    "table": _tables,
    "columns": _listed_fields,
}
"""What stands behind a key: one line a key."""


def _in_model(about: About, path: Path, key: str, block: Mapping[str, Any]) -> list[Named] | None:
    """In model.yaml names are those that the file itself has so far."""
    if path[:1] == ("modules",) and len(path) == 3 and key in _OWN_FIELDS:
        return [Named(name) for name in _labels(block.get("fields"))]
    if key == "consent":
        return [Named(name) for name in _labels(value_at(about.data, path[:3]))]
    if path[:1] in {("people",), ("tasks",)} and len(path) == 2 and key != "module":
        return [Named(name) for name in _fields_of(about, block)]
    if key == "default" and block.get("type") == "choice":
        return [Named(str(one)) for one in block.get("options") or ()]
    return None


def _fields_of(about: About, part: Any) -> list[str]:
    """The labels of the fields of the module that `people` or `tasks` name."""
    wanted = str(part.get("module", "")) if isinstance(part, dict) else ""
    modules = about.data.get("modules")
    for key, module in modules.items() if isinstance(modules, dict) else ():
        if isinstance(module, dict) and wanted in {key, *_names_in(module.get("label"))}:
            return _labels(module.get("fields"))
    return []


def _labels(fields: Any) -> list[str]:
    found = fields.items() if isinstance(fields, dict) else ()
    return [
        next(iter(_names_in(one.get("label") if isinstance(one, dict) else None)), key) for key, one in found
    ]


def _names_in(label: Any) -> list[str]:
    return (
        [str(one) for one in label.values()]
        if isinstance(label, dict)
        else []
        if label is None
        else [str(label)]
    )


def _in_tables(about: About, path: Path, key: str) -> list[Named] | None:
    """Behind `by` fields, in a row the options of the field that it goes by."""
    if key == "by":
        return list(about.fields())
    table = about.data.get(path[0])
    by = table.get("by") if isinstance(table, dict) else None
    if len(path) > 3 and key in (by if isinstance(by, list) else [by]):
        return _options(about.field(key), about.language)
    return None


def _cells(about: About, path: Path) -> list[Named]:
    """What a row of a table has: what it goes by, and its columns."""
    table = about.data.get(path[0])
    told = table if isinstance(table, dict) else {}
    by, columns = told.get("by") or [], told.get("columns") or {}
    names = titles(about.language)
    fields = [Named(str(one), names.title("table", "by")) for one in (by if isinstance(by, list) else [by])]
    kinds = {one.value for one in FieldType}
    cells = [
        Named(str(one), names.title("type", str(kind)) if str(kind) in kinds else "")
        for one, kind in columns.items()
    ]
    return [*(fields if path[1] == "rows" else []), *cells]


def _options(found: tuple[Field, Any] | None, language: str) -> list[Named] | None:
    if found is None:
        return None
    return [Named(one, found[0].labels.of(language)) for one in options_of(found[0], language)] or None
