"""A workspace: a folder (or the recorded files of a version) becomes model, tables, templates, workflows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.actions import read_steps
from engine.compile import compile_workflow
from engine.conditions import read_condition
from engine.files.computed import ComputedFields
from engine.files.model import read_model
from engine.files.settings import read_settings
from engine.files.tables import read_tables
from engine.files.templates import read_template
from engine.load import load_document, load_file
from engine.model.diagnostics import Diagnostic, Problems, Severity, WrongUsage, has_errors
from engine.model.document import Document, Node, Scalar, plain_value
from engine.model.entities import FieldType, Labels, Model, Module
from engine.model.predicates import Operand
from engine.model.workflow import Workflow
from engine.shapes.reading import Reading, Settings, Table, Template
from engine.validate import validate_workflow, validate_workspace

SETTINGS, MODEL, TABLES, TEMPLATES = "workspace.yaml", "model.yaml", "tables.yaml", "templates"
_NOT_WORKFLOWS = {SETTINGS, MODEL, TABLES, "segments.yaml", "scores.yaml", "calendar.yaml"}
_SKIPPED_FOLDERS = {TEMPLATES, "samples", ".wakeline"}


@dataclass(frozen=True)
class Workspace:
    """Everything the files of a workspace say, with the mistakes found in them."""

    root: Path
    settings: Settings
    model: Model
    tables: Mapping[str, Table]
    templates: Mapping[str, Template]
    computed: Mapping[tuple[str, str], Operand]
    workflows: tuple[Workflow, ...]
    diagnostics: tuple[Diagnostic, ...]
    documents: Mapping[str, Document] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        """Whether any file holds an error."""
        return has_errors(self.diagnostics)

    @property
    def broken_base(self) -> tuple[Diagnostic, ...]:
        """The errors in the files that every workflow stands on."""
        return tuple(
            one
            for one in self.diagnostics
            if one.severity is Severity.ERROR and (one.at.file in _NOT_WORKFLOWS or one.at.file.startswith(TEMPLATES))
        )

    def workflow(self, name: str) -> Workflow | None:
        """The workflow of an id, or of a file as written on a command line."""
        by_id = next((one for one in self.workflows if one.id == name), None)
        return by_id or next((one for one in self.workflows if _same_file(self.root, one.file, name)), None)

    def reading(self, module: Module, problems: Problems) -> Reading:
        """What a reader of another piece of text about a module may look at."""
        return Reading(
            self.model, module, self.settings, problems, self.tables, self.templates, self.computed,
            condition=read_condition, steps=read_steps,
        )  # fmt: skip

    def due_order(self) -> tuple[Workflow, ...]:
        """The active workflows, in the order of a night: by priority, then id (DESIGN section 7)."""
        active = (one for one in self.workflows if one.active)
        return tuple(sorted(active, key=lambda one: (one.priority, one.id)))


def open_workspace(root: Path, extra: Iterable[Path] = ()) -> Workspace:
    """Read every file of a folder; `extra` are workflow files outside of it."""
    if not root.is_dir():
        raise WrongUsage("W910", folder=root)
    problems = Problems()
    documents = {name: load_file(root / name, name, problems) for name in _file_names(root)}
    for path in extra:
        documents[str(path)] = load_file(path, str(path), problems)
    return _build(root, documents, problems)


def workspace_of_sources(root: Path, sources: Mapping[str, str]) -> Workspace:
    """The workspace as it was when a version was recorded: file names and their texts."""
    problems = Problems()
    documents = {name: load_document(text, name, problems) for name, text in sources.items()}
    return _build(root, documents, problems)


def _file_names(root: Path) -> list[str]:
    found = []
    for path in sorted((*root.rglob("*.yaml"), *root.rglob("*.yml"))):
        name = path.relative_to(root).as_posix()
        folders = name.split("/")[:-1]
        hidden = any(part.startswith(".") or part in _SKIPPED_FOLDERS - {TEMPLATES} for part in folders)
        if path.is_file() and not hidden:
            found.append(name)
    return found


def _build(root: Path, documents: Mapping[str, Document], problems: Problems) -> Workspace:
    settings = read_settings(documents.get(SETTINGS), problems)
    model = read_model(documents.get(MODEL) or Document(MODEL, None, ""), problems)
    if MODEL not in documents:
        raise WrongUsage("W911", folder=root)
    base = Reading(model, _any_module(model), settings, problems)
    tables = read_tables(documents[TABLES], base.values, problems) if TABLES in documents else {}
    names = [name for name in documents if name.startswith(f"{TEMPLATES}/")]
    read = [read_template(documents[name], problems) for name in names]
    templates = {one.name: one for one in read if one is not None}
    reading = replace(base, tables=tables, templates=templates, condition=read_condition, steps=read_steps)
    computed = ComputedFields(reading).all()
    workspace = Workspace(root, settings, model, tables, templates, computed, (), (), documents)
    workflows = _compile_all(workspace, replace(reading, computed=computed), problems)
    validate_workspace(workflows, documents, problems)
    return replace(workspace, workflows=workflows, diagnostics=problems.sorted())


def _any_module(model: Model) -> Module:
    """A module to begin with; every reader puts its own in place."""
    from engine.model.document import Span  # noqa: PLC0415 - used here only
    from engine.model.entities import Field  # noqa: PLC0415 - used here only

    at = Span(MODEL, 1, 1, 1, 2)
    key = Field("id", Labels("编号", "ID"), FieldType.TEXT, at, required=True, column="id")
    return next(iter(model.modules.values()), Module("", Labels("", ""), {}, at, key))


def _compile_all(workspace: Workspace, reading: Reading, problems: Problems) -> tuple[Workflow, ...]:
    found: list[Workflow] = []
    for name, document in workspace.documents.items():
        if name in _NOT_WORKFLOWS or name.startswith(f"{TEMPLATES}/") or document.root is None:
            continue
        own = Problems()
        workflow = compile_workflow(document, replace(reading, problems=own), _Versions(workspace, document).name)
        if workflow is not None:
            validate_workflow(workflow, document, replace(reading, problems=own))
        problems.found += own.found
        if workflow is not None and not own.has_errors:
            found.append(workflow)
    return tuple(found)


@dataclass(frozen=True)
class _Versions:
    """Names the version of a workflow: the hash of all it resolves to, layout and comments aside."""

    workspace: Workspace
    document: Document

    def name(self, reading: Reading) -> str:
        assert self.document.root is not None
        parts: dict[str, object] = {"workflow": plain_value(self.document.root)}
        for kind, name in sorted(reading.uses):
            parts[f"{kind} {name}"] = self._resolved(kind, name)
        for part in ("people", "tasks"):
            parts[part] = self._of_model(part)
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _resolved(self, kind: str, name: str) -> object:
        if kind == "table":
            document = self.workspace.documents.get(TABLES)
            node = document.root.get(name) if document and document.root else None
        elif kind == "template":
            at = self.workspace.templates[name].at.file
            node = self.workspace.documents[at].root
        else:
            node = self._field(*name.split(".", 1))
        return plain_value(node) if node is not None else None

    def _field(self, module: str, key: str) -> Node | None:
        node: Node | None = self.workspace.documents[MODEL].root
        for part in ("modules", module, "fields", key):
            node = node.get(part) if node is not None and not isinstance(node, Scalar) and hasattr(node, "get") else None
        return node

    def _of_model(self, part: str) -> object:
        root = self.workspace.documents[MODEL].root
        node = root.get(part) if root else None
        return plain_value(node) if node is not None else None


def _same_file(root: Path, file: str, written: str) -> bool:
    paths = {Path(file), root / file}
    asked = Path(written)
    return asked in paths or asked.resolve() in {path.resolve() for path in paths}
