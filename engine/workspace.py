"""A workspace: a folder (or the recorded files of a version) becomes model, tables, templates, workflows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
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
from engine.model.document import Document, Node, Scalar, node_at, plain_value
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
    made_of: Mapping[tuple[str, str], Collection[tuple[str, str]]] = field(default_factory=dict)

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
            if one.severity is Severity.ERROR and not is_workflow_file(one.at.file)
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


def open_workspace(root: Path, extra: Iterable[Path] = (), only: Collection[str] | None = None) -> Workspace:
    """Read every file of a folder; `extra` are workflow files outside of it.

    `only` names the workflow files to read; what all workflows stand on is read in any case.
    """
    if not root.is_dir():
        raise WrongUsage("W910", folder=root)
    problems = Problems()
    names = [name for name in _file_names(root) if only is None or name in only or not is_workflow_file(name)]
    documents = {name: load_file(root / name, name, problems) for name in names}
    for path in extra:
        documents[str(path)] = load_file(path, str(path), problems)
    return _build(root, documents, problems)


def workspace_of_sources(root: Path, sources: Mapping[str, str]) -> Workspace:
    """The workspace as it was when a version was recorded: file names and their texts."""
    problems = Problems()
    documents = {name: load_document(text, name, problems) for name, text in sources.items()}
    return _build(root, documents, problems)


def is_workflow_file(name: str) -> bool:
    """Whether a file of a workspace, by its name inside, holds a workflow."""
    return name not in _NOT_WORKFLOWS and not name.startswith(f"{TEMPLATES}/")


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
    templates = _templates([documents[name] for name in names], problems)
    reading = replace(base, tables=tables, templates=templates, condition=read_condition, steps=read_steps)
    fields = ComputedFields(reading)
    computed = fields.all()
    workspace = Workspace(
        root, settings, model, tables, templates, computed, (), (), documents, fields.made_of
    )  # fmt: skip
    workflows = _compile_all(workspace, replace(reading, computed=computed), problems)
    validate_workspace(workflows, documents, problems)
    return replace(workspace, workflows=workflows, diagnostics=problems.sorted())


def _templates(documents: Iterable[Document], problems: Problems) -> dict[str, Template]:
    """The templates by name; of two with one name the first counts, and the second is a mistake."""
    found: dict[str, Template] = {}
    for document in documents:
        template = read_template(document, problems)
        if template is not None and template.name in found:
            problems.error(template.at, "W249", name=template.name, file=found[template.name].at.file)
        elif template is not None:
            found[template.name] = template
    return found


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
        if not is_workflow_file(name) or document.root is None:
            continue
        own = Problems()
        workflow = compile_workflow(
            document, replace(reading, problems=own), _Versions(workspace, document).name
        )
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
        uses = self._with_origins(reading.uses)
        for kind, name in sorted(uses):
            parts[f"{kind} {name}"] = self._resolved(kind, name)
        modules = {name.split(".", 1)[0] for kind, name in uses if kind == "field"}
        for module in sorted({reading.module.key, *modules}):
            parts[f"module {module}"] = self._set_up(module, uses)
        for part in ("people", "tasks"):
            parts[part] = self._of_model(part)
        parts["settings"] = self._settings()
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _with_origins(self, uses: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """What is used, and what the computed fields among it are made of."""
        found, waiting = set(uses), list(uses)
        while waiting:
            kind, name = waiting.pop()
            module, _, key = name.partition(".")
            more = set(self.workspace.made_of.get((module, key), ())) if kind == "field" else set()
            waiting += more - found
            found |= more
        return found

    def _set_up(self, module: str, uses: Collection[tuple[str, str]]) -> object:
        """A module without its fields and names: owner, happens_on, table, columns; tags where used."""
        node = node_at(self.workspace.documents[MODEL].root, f"modules/{module}")
        facts = plain_value(node) if node is not None else {}
        tags = self.workspace.model.modules[module].tags_field()
        has_tags = tags is not None and ("field", f"{module}.{tags.key}") in uses
        left_out = {"fields", "label", "also", *(() if has_tags else ("tags",))}
        return {word: fact for word, fact in facts.items() if word not in left_out}

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
            node = (
                node.get(part)
                if node is not None and not isinstance(node, Scalar) and hasattr(node, "get")
                else None
            )
        return node

    def _settings(self) -> list[str]:
        """What the workspace's settings change in what a workflow does."""
        settings = self.workspace.settings
        zone, currency = str(settings.zone), settings.currency
        return [zone, currency, settings.language, settings.fallback_person, settings.notices]

    def _of_model(self, part: str) -> object:
        root = self.workspace.documents[MODEL].root
        node = root.get(part) if root else None
        return plain_value(node) if node is not None else None


def _same_file(root: Path, file: str, written: str) -> bool:
    paths = {Path(file), root / file}
    asked = Path(written)
    return asked in paths or asked.resolve() in {path.resolve() for path in paths}
