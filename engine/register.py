"""The register of a workspace: its workflows by id, file and name, those that hold mistakes too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from engine.model.diagnostics import WrongUsage, alike, near_facts
from engine.model.document import Document, Node, Scalar
from engine.workspace import Workspace, is_workflow_file

_ID_LINE = re.compile(r"""^id[ \t]*:[ \t]*["']?([a-z0-9][a-z0-9-]*)""", re.MULTILINE)


def known_ids(workspace: Workspace) -> Iterator[str]:
    """The ids of all workflow files, broken ones too."""
    yield from (workflow.id for workflow in workspace.workflows)
    yield from (written for _, document in _broken(workspace) if (written := written_id(document)))


def broken_ids(workspace: Workspace) -> list[str]:
    """The ids of workflow files that hold errors."""
    good = {workflow.id for workflow in workspace.workflows}
    return [one for one in known_ids(workspace) if one not in good]


def is_broken(workspace: Workspace, name: str) -> bool:
    """Whether a name stands for a file that holds errors: the id in it, or the file; where not even an id can
    be read, what the file is called does.
    """
    if name in broken_ids(workspace) or name in workspace.documents:
        return True
    unread = (file for file, document in _broken(workspace) if not written_id(document))
    return any(PurePath(file).stem == name for file in unread)


def written_id(document: Document) -> str:
    """The id that stands in a file; also of one that is no YAML, by the line that says so."""
    if document.root is None:
        found = _ID_LINE.search(document.text)
        return found[1] if found else ""
    return _text(document.root.get("id"))


def unknown_workflow(workspace: Workspace, name: str) -> WrongUsage:
    """That there is no such workflow, with those that are called nearly so."""
    spellings = list(spellings_of(workspace))
    near = near_facts(alike(name, spellings))
    return WrongUsage("W912", name=name, kind="" if spellings else "none", **near)


def spellings_of(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Everything that somebody may call a workflow by, each with its id."""
    for workflow in workspace.workflows:
        names = (workflow.id, workflow.file, *workflow.names.all())
        yield from ((name, workflow.id) for name in dict.fromkeys(names))
    for name, document in _broken(workspace):
        if written := written_id(document):
            told = "" if document.root is None else _text(document.root.get("name"))
            yield from ((one, written) for one in (written, name, told))


def _broken(workspace: Workspace) -> Iterator[tuple[str, Document]]:
    good = {workflow.file for workflow in workspace.workflows}
    for name, document in workspace.documents.items():
        if name not in good and is_workflow_file(name):
            yield name, document


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
