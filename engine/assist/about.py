"""What a place of a half-written file is about: its kind, the module, and the fields and names that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.assist.halfway import Path
from engine.catalogue.titles import titles
from engine.model.entities import Field, FieldType, Model, Module
from engine.shapes.fields import EVENT
from engine.versions import CALENDAR, MODEL, SCORES, SEGMENTS, SETTINGS, TABLES, TEMPLATES
from engine.workspace import Workspace

_KINDS = {
    MODEL: "model",
    TABLES: "tables",
    SEGMENTS: "segments",
    SCORES: "scores",
    SETTINGS: "workspace",
    CALENDAR: "calendar",
}
_RELATED = (
    "count_of", "share_of", "sum_of", "average_of", "smallest_of", "largest_of", "latest_of", "earliest_of",
    "distinct_of", "usual_gap_of", "expected_next_of", "records", "for_each", "of",
)  # fmt: skip
"""Words with related records behind them, beside which `where` is about these."""


def kind_of(file: str) -> str:
    """The kind of a file, by its name in the workspace."""
    if file.startswith(f"{TEMPLATES}/partials/"):
        return "partial"
    if file.startswith(f"{TEMPLATES}/"):
        return "template"
    return _KINDS.get(file, "workflow")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that may be written, what it is in a few words, and a sentence; `field` where it is one."""

    name: str
    detail: str = ""
    info: str = ""
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class About:
    """A place of a file; `data` is the whole file as it is so far."""

    workspace: Workspace
    file: str
    language: str
    data: Any
    path: Path

    @property
    def kind(self) -> str:
        """The kind of the file."""
        return kind_of(self.file)

    def at(self, path: Path) -> About:
        """Another place of the same file."""
        return replace(self, path=path)

    def block(self) -> Mapping[str, Any]:
        """The group that the last key on the way to this place is in."""
        last = max((place for place, part in enumerate(self.path) if isinstance(part, str)), default=0)
        found = value_at(self.data, self.path[:last])
        return found if isinstance(found, dict) else {}

    @property
    def model(self) -> Model:
        """The model of the workspace."""
        return self.workspace.model

    def module(self) -> Module | None:
        """The module whose fields are meant here; None where it may be any."""
        found = self._module_of_file()
        here = self.data
        for part in self.path:
            above, here = here, child_of(here, part)
            if part == "where" and isinstance(above, dict):
                found = self._related(found, above)
            elif part == "fields" and isinstance(above, dict) and "module" in above:
                found = self.model.module(str(above["module"]))
            elif isinstance(part, str) and self.kind == "workflow" and self.path[:1] == ("tests",) and found:
                relation = self.model.relation(found, part)
                found = relation.module if relation else found
        return found

    def _module_of_file(self) -> Module | None:
        if self.kind == "workflow":
            return self._named(self.data)
        if self.kind in {"template", "partial"}:
            return self._usual_module()
        if self.kind in {"segments", "scores"} and self.path:
            return self._named(child_of(self.data, self.path[0]))
        if self.kind == "model" and self.path[:1] == ("modules",) and len(self.path) > 1:
            return self.model.module(str(self.path[1]))
        if self.kind == "workspace" and self.path[:1] == ("roles",) and self.model.people:
            return self.model.module(self.model.people.module)
        above = child_of(child_of(self.data, "exclusions"), self.path[1]) if len(self.path) > 1 else None
        return self._named(above) or self._usual_module() if self.kind == "workspace" else None

    def _usual_module(self) -> Module | None:
        """The module that most workflows are about: texts do not say whom they are written to."""
        names = Counter(one.module.key for one in self.workspace.workflows)
        return self.model.modules.get(names.most_common(1)[0][0]) if names else None

    def _named(self, block: Any) -> Module | None:
        name = block.get("module") if isinstance(block, dict) else None
        return self.model.module(str(name)) if name is not None else None

    def _related(self, module: Module | None, block: dict[str, Any]) -> Module | None:
        """The module of the related records that a group speaks of."""
        written = next((str(block[word]) for word in _RELATED if word in block), "")
        relation = self.relation(module, written.partition(".")[0])
        return relation if relation is not None else module

    def relation(self, module: Module | None, name: str) -> Module | None:
        """The module of related records, by their name; any module's when none is meant."""
        modules = self.model.modules.values() if module is None else [module]
        for one in modules:
            found = self.model.relation(one, name)
            if found is not None:
                return found.module
        return None

    def modules(self) -> list[Module]:
        """The modules whose fields may be meant."""
        module = self.module()
        return [module] if module is not None else list(self.model.modules.values())

    def started_by(self) -> str:
        """What the related record is that starts the workflow: `订单`; empty where none does."""
        if self.kind != "workflow" or self.module() is not self._module_of_file():
            return ""
        triggers = child_of(self.data, "trigger")
        blocks = [
            one for one in (triggers if isinstance(triggers, list) else [triggers]) if isinstance(one, dict)
        ]
        return next((str(one["of"]) for one in blocks if "of" in one), "")

    def event(self) -> Module | None:
        """The module of the related record that starts the workflow; None where none does."""
        name = self.started_by()
        return self.relation(self.module(), name) if name else None

    def field(self, written: str) -> tuple[Field, Module] | None:
        """The field of a name as a file says it, links followed, and the module it belongs to."""
        root, _, rest = written.partition(".")
        event = self.event() if root == EVENT and rest else None
        if event is not None:
            return _followed(self.model, event, rest.split("."))
        for module in self.modules():
            found = _followed(self.model, module, written.split("."))
            if found is not None:
                return found
        return None

    def fields(self, kinds: Collection[FieldType] | None = None, *, links: bool = True) -> Iterator[Named]:
        """The fields of this place, then those behind one link, then those of what has started it."""
        modules = self.modules()
        found = [one for each in modules for one in self._own_fields(each)]
        if links:
            found += [one for each in modules for one in self._behind_links(each)]
            event = self.event()
            found += (
                [] if event is None else [self._before(EVENT, one, event) for one in event.fields.values()]
            )
        return (one for one in found if kinds is None or (one.field is not None and one.field.type in kinds))

    def fields_in(self, module: Module) -> Iterator[Named]:
        """The fields of a module, and those of the records that its links point to: `负责人.区域`."""
        yield from self._own_fields(module)
        yield from self._behind_links(module)

    def _own_fields(self, module: Module) -> Iterator[Named]:
        return (self._told(one.labels.of(self.language), one, module) for one in module.fields.values())

    def _behind_links(self, module: Module) -> Iterator[Named]:
        for link in module.fields.values():
            if link.type is FieldType.LINK:
                other = self.model.linked(link)
                for one in other.fields.values():
                    yield self._before(link.labels.of(self.language), one, other)

    def _before(self, name: str, one: Field, module: Module) -> Named:
        return self._told(f"{name}.{one.labels.of(self.language)}", one, module)

    def settable(self) -> Iterator[Named]:
        """The fields of this place that a file may set."""
        return (
            one for one in self.fields(links=False) if one.field is not None and one.field.computed is None
        )

    def relations(self) -> Iterator[Named]:
        """The related records of this place."""
        seen: set[str] = set()
        for module in self.modules():
            for one in self.model.relations(module):
                if one.name not in seen:
                    seen.add(one.name)
                    yield Named(one.name, one.module.labels.of(self.language))

    def related_fields(self) -> Iterator[Named]:
        """Related records with each of their fields: `订单.金额`."""
        for module in self.modules():
            for relation in self.model.relations(module):
                for one in relation.module.fields.values():
                    name = f"{relation.name}.{one.labels.of(self.language)}"
                    yield self._told(name, one, relation.module)

    def _told(self, name: str, one: Field, module: Module) -> Named:
        kind = titles(self.language).title("type", one.type)
        return Named(name, f"{kind} · {module.labels.of(self.language)}", "", one)


def options_of(one: Field, language: str) -> tuple[str, ...]:
    """What may be written as the value of a field with a few words for values."""
    if one.type is FieldType.CHOICE:
        return one.options
    if one.type is FieldType.YES_NO:
        return ("yes", "no") if language == "en" else ("是", "否")
    return ()


def _followed(model: Model, module: Module, names: list[str]) -> tuple[Field, Module] | None:
    found = module.field(names[0])
    if found is None or len(names) == 1:
        return None if found is None else (found, module)
    if found.type is not FieldType.LINK:
        return None
    return _followed(model, model.linked(found), names[1:])


def value_at(data: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does yet."""
    for part in path:
        data = child_of(data, part)
    return data


def child_of(data: Any, part: str | int) -> Any:
    """What stands under a key or a number; None where nothing does yet."""
    if isinstance(data, dict):
        return data.get(str(part))
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return data[part]
    return None
