"""A workflow file as it stands, to be told to people: also one that cannot run yet, with its next times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.model.diagnostics import FilesRejected, Problems
from engine.model.document import Document, Node, Scalar, Span
from engine.model.document import Mapping as Block
from engine.model.entities import Field, FieldType, Labels, Module
from engine.model.moments import Clock
from engine.register import unknown_workflow
from engine.ticks import next_ticks
from engine.triggers import read_triggers
from engine.versions import SETTINGS
from engine.workspace import Workspace, is_workflow_file

_COUNT = 5
_DEFAULT_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Outlook:
    """A workflow file: what it says, the module it is about, and when it runs next."""

    id: str
    root: Block
    module: Module
    is_broken: bool
    next_times: tuple[datetime, ...]
    exclusions: Node | None = None

    @property
    def is_paused(self) -> bool:
        """Whether the file says that it does not run."""
        return _text(self.root.get("status")) == "paused"


def outlooks(workspace: Workspace, clock: Clock, names: Sequence[str] = ()) -> Iterator[Outlook]:
    """Those of some ids or files, else of all workflows that are not paused, in the order of a night."""
    known = {
        name: document
        for name, document in workspace.documents.items()
        if is_workflow_file(name) and document.root is not None
    }
    if names:
        yield from (_outlook(workspace, clock, _find(workspace, known, name)) for name in names)
        return
    found = [_outlook(workspace, clock, document) for document in known.values()]
    yield from sorted((one for one in found if not one.is_paused), key=_order)


def _order(one: Outlook) -> tuple[int, str]:
    written = _text(one.root.get("priority"))
    return int(written) if written.isdecimal() else _DEFAULT_PRIORITY, one.id


def _find(workspace: Workspace, known: Mapping[str, Document], name: str) -> Document:
    by_id = next((one for one in known.values() if one.root and _text(one.root.get("id")) == name), None)
    compiled = workspace.workflow(name)
    found = by_id or known.get(name) or (known.get(compiled.file) if compiled else None)
    if found is not None:
        return found
    if name in workspace.documents:
        raise FilesRejected(workspace.diagnostics)
    raise unknown_workflow(workspace, name)


def _outlook(workspace: Workspace, clock: Clock, document: Document) -> Outlook:
    root = document.root
    assert root is not None
    module = _module(workspace, _text(root.get("module")))
    settings = workspace.documents.get(SETTINGS)
    return Outlook(
        id=_text(root.get("id")) or document.file,
        root=root,
        module=module,
        is_broken=all(one.file != document.file for one in workspace.workflows),
        next_times=_next_times(workspace, clock, root.get("trigger"), module),
        exclusions=settings.root.get("exclusions") if settings and settings.root else None,
    )


def _module(workspace: Workspace, name: str) -> Module:
    """The module of that name; one without fields when there is none, so that all names stay as written."""
    found = workspace.model.module(name)
    if found is not None:
        return found
    at, labels = Span("", 1, 1, 1, 2), Labels(name, name)
    return Module("", labels, {}, at, Field("id", labels, FieldType.TEXT, at))


def _next_times(
    workspace: Workspace, clock: Clock, node: Node | None, module: Module
) -> tuple[datetime, ...]:
    if node is None:
        return ()
    settings = workspace.settings
    found: list[datetime] = []
    for trigger in read_triggers(node, workspace.reading(module, Problems())):
        found += next_ticks(trigger, settings.zone, settings.calendar, after=clock.now, count=_COUNT)
    return tuple(sorted(found, key=datetime.timestamp)[:_COUNT])


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
