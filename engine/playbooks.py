"""Playbooks: what a workflow that ships stands on, what of that a workspace has, and what it may take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.model.diagnostics import Problems
from engine.model.document import Document
from engine.shapes.reading import Reading
from engine.versions import SEGMENTS, TABLES
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a workflow stands on; `file` is where it stands in the workspace that has it."""

    kind: str
    name: str
    file: str
    is_there: bool

    @property
    def can_be_taken(self) -> bool:
        """Whether it can be copied: what the data model lacks, its owner has to add."""
        return not self.is_there and bool(self.file)


def needs_of(shipped: Workspace, file: str, here: Workspace) -> list[Need]:
    """What a workflow of one workspace stands on, and whether another has it; fields by their labels."""
    found = (_need(shipped, kind, name, here) for kind, name in sorted(_uses(shipped, file)))
    return [one for one in found if one is not None]


def _uses(workspace: Workspace, file: str) -> set[tuple[str, str]]:
    """The names that the file is compiled with."""
    found: set[tuple[str, str]] = set()

    def keep(reading: Reading) -> str:
        found.update(reading.uses)
        return ""

    origin = workspace.origin
    assert origin is not None, "a workspace of sources has no files"
    origin.base.compile(workspace.documents[file], Problems(), keep)
    return found


def _need(shipped: Workspace, kind: str, name: str, here: Workspace) -> Need | None:
    places: Mapping[str, tuple[Callable[[], str], Callable[[], bool]]] = {
        "table": (lambda: TABLES, lambda: name in here.tables),
        "segment": (lambda: SEGMENTS, lambda: name in here.segments),
        "template": (lambda: shipped.templates[name].at.file, lambda: name in here.templates),
        "partial": (lambda: shipped.partials[name].at.file, lambda: name in here.partials),
        "role": (lambda: "", lambda: name in here.settings.roles),
    }
    if kind == "field":
        return _field(shipped, name, here)
    if kind not in places:
        return None
    where, is_there = places[kind]
    return Need(kind, name, where(), is_there())


def _field(shipped: Workspace, name: str, here: Workspace) -> Need | None:
    module, _, key = name.partition(".")
    own = shipped.model.modules[module]
    labels = own.fields[key].labels if key in own.fields else None
    if labels is None:
        return None
    other = here.model.module(module) or here.model.module(own.labels.zh)
    there = other is not None and (key in other.fields or other.field(labels.zh) is not None)
    return Need("field", f"{own.labels.zh}.{labels.zh}", "", there)


def taken_along(shipped: Workspace, here: Workspace, needs: Iterable[Need]) -> dict[str, str]:
    """The files of `here` with what is missing in them, as far as it can be copied: name -> new text."""
    found: dict[str, str] = {}
    for one in needs:
        if not one.can_be_taken:
            continue
        source = shipped.documents[one.file]
        if one.kind in {"template", "partial"}:
            found[one.file] = source.text
            continue
        before = found.get(one.file, here.documents[one.file].text if one.file in here.documents else "")
        between = "" if not before or before.endswith("\n") else "\n"
        found[one.file] = f"{before}{between}{''.join(_entry(source, one.name))}"
    return found


def _entry(source: Document, name: str) -> Iterator[str]:
    """The lines of a top-level entry with the comments right above it."""
    assert source.root is not None
    starts = [key.span.line for key, _ in source.root.entries]
    first = next(key.span.line for key, _ in source.root.entries if key.text == name)
    last = next((one for one in starts if one > first), None)
    lines = [f"{one}\n" for one in source.text.splitlines()]
    begin = _above(lines, first - 1)
    end = len(lines) if last is None else _above(lines, last - 1)
    yield from lines[begin:end]


def _above(lines: list[str], place: int) -> int:
    """Where the comments above a line begin."""
    while place and lines[place - 1].startswith("#"):
        place -= 1
    return place
