"""The data model as people read it, and what would break if a part of it were gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from editor.searching import Search
from editor.words import words_in
from engine import (
    MODEL,
    Desk,
    Diagnostic,
    Edit,
    Field,
    Module,
    Node,
    Rewritten,
    Texts,
    Usage,
    is_workflow_file,
    plain_value,
    rewritten,
    usage_of,
)
from engine import Mapping as Block

_UNITS = {"percent": "%"}
_LONGEST = 100


@dataclass(frozen=True)
class FieldTold:
    """A field; `users` are the workflows by what they do with it: each with file and name."""

    field: Field
    name: str
    type: str
    unit: str
    link: Module | None
    made_of: str
    marks: tuple[str, ...]
    users: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]

    @property
    def others(self) -> tuple[str, ...]:
        """What it is called beside its name: its key, the other language, older names."""
        names = dict.fromkeys((self.field.key, *self.field.labels.all()))
        return tuple(one for one in names if one != self.name)


@dataclass(frozen=True)
class ModuleTold:
    """A module: its fields, and what points to its records."""

    module: Module
    name: str
    facts: tuple[tuple[str, str], ...]
    relations: tuple[tuple[str, str, str], ...]
    """Name, module key and module name of what points here."""
    fields: tuple[FieldTold, ...]


def modules_told(desk: Desk, language: str, wanted: str = "") -> list[ModuleTold]:
    """Every module with those of its fields that hold what is looked for, in a name or a value."""
    words = _Words(desk, language)
    told = [words.module(one, Search.of(wanted)) for one in desk.workspace.model.modules.values()]
    return [one for one in told if one.fields]


class _Words:
    def __init__(self, desk: Desk, language: str) -> None:
        self.desk, self.language = desk, language
        self.say = words_in(language).say
        self.usage = usage_of(desk.workspace, desk.clock)
        self.workflows = {one.id: (one.file, one.names.of(language)) for one in desk.workspace.workflows}

    def module(self, one: Module, search: Search) -> ModuleTold:
        model = self.desk.workspace.model
        name = one.labels.of(self.language)
        is_whole = search.finds(one.key, *one.labels.all())
        fields = tuple(self.field(each, one) for each in one.fields.values())
        if not is_whole:
            fields = tuple(each for each in fields if search.finds(*_sought(each)))
        relations = tuple(
            (each.name, each.module.key, each.module.labels.of(self.language))
            for each in model.relations(one)
        )
        return ModuleTold(one, name, tuple(self._facts(one)), relations, fields)

    def _facts(self, one: Module) -> Iterator[tuple[str, str]]:
        people, tasks = self.desk.workspace.model.people, self.desk.workspace.model.tasks
        yield "key", one.key
        for key, named in (("title", one.title), ("owner", one.owner), ("happens_on", one.happens_on)):
            if named in one.fields:
                yield key, one.fields[named].labels.of(self.language)
        if one.table:
            yield "table", one.table
        if people is not None and people.module == one.key:
            yield "is", self.say("model.people")
        if tasks is not None and tasks.module == one.key:
            yield "is", self.say("model.tasks")

    def field(self, one: Field, module: Module) -> FieldTold:
        linked = self.desk.workspace.model.modules.get(one.to) if one.to else None
        kind = Texts.of(self.language).say(f"types.{one.type}")
        unit = self.desk.workspace.settings.currency if one.type == "money" else _UNITS.get(one.type, "")
        made_of = "" if one.computed is None else shorten(flow(one.computed))
        if one.at.file != MODEL:
            made_of = one.at.file
        usage = self.usage.get((module.key, one.key), Usage())
        name = one.labels.of(self.language)
        return FieldTold(
            one, name, kind, unit, linked, made_of, tuple(self._marks(one, module)), self._users(usage)
        )

    def _marks(self, one: Field, module: Module) -> Iterator[str]:
        if one.required:
            yield self.say("model.required")
        if one.ordered:
            yield self.say("model.ordered")
        if one.default is not None:
            yield self.say("model.default", value=one.default)
        if one.contact:
            yield self.say("model.contact", channel=one.contact)
        if one.consent:
            yield self.say("model.consent", field=module.fields[one.consent].labels.of(self.language))

    def _users(self, usage: Usage) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        kinds = (("read", usage.read), ("through", usage.through), ("written", usage.written))
        return tuple((kind, tuple(map(self.workflows.__getitem__, ids))) for kind, ids in kinds if ids)


def _sought(one: FieldTold) -> Iterator[str]:
    field = one.field
    yield from (field.key, *field.labels.all(), *field.options, *field.retired)


def shorten(text: str) -> str:
    """What is long is there to be read in the file."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def flow(node: Node) -> str:
    """What is written, on one line."""
    return _flow(plain_value(node)).removeprefix("{").removesuffix("}")


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value)


@dataclass(frozen=True)
class Break:
    """A mistake that a file would have, on which lines."""

    file: str
    name: str
    lines: tuple[int, ...]
    message: str
    is_workflow: bool


def breaks_without(desk: Desk, field: tuple[str, str], value: str, language: str) -> list[Break] | None:
    """What the check would say if a value, or with none the field itself, were not in the model.

    `field`: the keys of its module and its own. None where that cannot be tried: it is not written in the
    model's own file, or not as a list.
    """
    path = ("modules", field[0], "fields", field[1])
    text = desk.workspace.documents[MODEL].text
    edit = Edit("unset", path)
    if value:
        place = _place_of(desk, path, value)
        if place is None:
            return None
        edit = Edit("remove", place)
    done = rewritten(text, [edit], MODEL)
    if not isinstance(done, Rewritten):
        return None
    known = {_gist(one) for one in desk.workspace.diagnostics}
    found = desk.trying(MODEL, done.text).workspace.diagnostics
    return [*_told(desk, [one for one in found if _gist(one) not in known], language)]


def _place_of(desk: Desk, path: Sequence[str], value: str) -> tuple[str | int, ...] | None:
    node: Node | None = desk.workspace.documents[MODEL].root
    for key in (*path, "options"):
        node = node.get(key) if isinstance(node, Block) else None
    values = None if node is None else plain_value(node)
    if not isinstance(values, list) or value not in map(str, values):
        return None
    return (*path, "options", [*map(str, values)].index(value))


def _gist(one: Diagnostic) -> tuple[str, str, int]:
    """The same mistake, wherever it stands in the model that has lost a line."""
    return one.at.file, one.code, 0 if one.at.file == MODEL else one.at.line


def _told(desk: Desk, found: Sequence[Diagnostic], language: str) -> Iterator[Break]:
    """The same mistake of a file is told once."""
    names = {one.file: one.names.of(language) for one in desk.workspace.workflows}
    lines: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for one in found:
        lines[one.at.file, Texts.of(language).message(one.code, dict(one.facts))].add(one.at.line)
    for (file, message), some in lines.items():
        yield Break(file, names.get(file, file), tuple(sorted(some)), message, is_workflow_file(file))
