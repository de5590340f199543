"""A workspace: a folder (or the recorded files of a version) becomes model, tables, templates, workflows."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path

from engine.actions import read_steps
from engine.compile import compile_workflow
from engine.conditions import read_condition
from engine.files import calendar
from engine.files.definitions import Definitions
from engine.files.exclusions import read_exclusions
from engine.files.model import read_model
from engine.files.responses import Response, read_responses
from engine.files.scores import with_scores
from engine.files.segments import find_segments
from engine.files.settings import read_settings
from engine.files.tables import read_tables
from engine.files.templates import read_templates
from engine.load import load_bytes, load_document, load_file, read_file
from engine.model.diagnostics import Diagnostic, Problems, Severity, WrongUsage, has_errors
from engine.model.document import Document, Node, node_at
from engine.model.entities import FieldType, Labels, Model, Module
from engine.model.named import RecordName, in_order
from engine.model.operands import Operand
from engine.model.workflow import Workflow
from engine.shapes.people import check_roles
from engine.shapes.reading import Partial, Reading, Segment, Settings, Table, Template
from engine.summary import Summary, summary_of
from engine.validate import validate_base, validate_workflow, validate_workspace
from engine.versions import CALENDAR, MODEL, SCORES, SEGMENTS, SETTINGS, TABLES, TEMPLATES, Versions

_NOT_WORKFLOWS = {SETTINGS, MODEL, TABLES, SEGMENTS, SCORES, CALENDAR}
_SKIPPED_FOLDERS = {TEMPLATES, "presets", "samples", ".wakeline"}


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
    segments: Mapping[str, Segment] = field(default_factory=dict)
    partials: Mapping[str, Partial] = field(default_factory=dict)
    named: tuple[RecordName, ...] = ()
    responses: tuple[Response, ...] = ()
    origin: Origin | None = field(default=None, repr=False, compare=False)
    uses: Mapping[str, Collection[tuple[str, str]]] = field(default_factory=dict, repr=False)
    """By workflow: what it names in shared files, as kind and name: `field`, `customers.tier`."""

    @property
    def has_errors(self) -> bool:
        """Whether any file holds an error."""
        return has_errors(self.diagnostics)

    @cached_property
    def broken_base(self) -> tuple[Diagnostic, ...]:
        """The errors in the files that every workflow stands on."""
        return tuple(
            one
            for one in self.diagnostics
            if one.severity is Severity.ERROR and not is_workflow_file(one.at.file)
        )

    def workflow(self, name: str) -> Workflow | None:
        """The workflow of an id, or of a file as written on a command line."""
        by_id = self._by_id.get(name)
        return by_id or next((one for one in self.workflows if _same_file(self.root, one.file, name)), None)

    def workflow_of(self, file: str) -> Workflow | None:
        """The workflow of a file; None where it has errors, or another file has its id."""
        found = next((one for one in self.workflows if one.file == file), None)
        return found if found is not None and self._count_of[found.id] == 1 else None

    @property
    def foundation(self) -> object:
        """What all workflows stand on: the same object as long as none of these files has changed."""
        return self if self.origin is None else self.origin.base

    @cached_property
    def _by_id(self) -> Mapping[str, Workflow]:
        return {one.id: one for one in reversed(self.workflows)}

    @cached_property
    def _count_of(self) -> Counter[str]:
        return Counter(one.id for one in self.workflows)

    @cached_property
    def base_files(self) -> tuple[str, ...]:
        """The names of the files that every workflow stands on."""
        return tuple(name for name in self.documents if not is_workflow_file(name))

    def node_at(self, file: str, path: str) -> Node | None:
        """The node at a path of a workflow; what a segment asks stands in segments.yaml."""
        _, is_segment, inside = path.rpartition("/segment/")
        document = self.documents.get(SEGMENTS if is_segment else file)
        return None if document is None else node_at(document.root, inside if is_segment else path)

    def reading(self, module: Module, problems: Problems) -> Reading:
        """What a reader of another piece of text about a module may look at."""
        return Reading(
            self.model,
            module,
            self.settings,
            problems,
            self.tables,
            self.templates,
            self.partials,
            computed=self.computed,
            segments=self.segments,
            segment_names=tuple(self.segments),
            condition=read_condition,
            steps=read_steps,
        )

    def unknown_days(self, today: date) -> tuple[Diagnostic, ...]:
        """A warning where public holidays of a near year are not published yet; it depends on the day."""
        settings = self.documents.get(SETTINGS)
        asked = settings.root.get("calendar") if settings is not None and settings.root is not None else None
        country, problems = calendar.country_of(self.documents.get(CALENDAR), asked), Problems()
        if country is not None:
            calendar.note_unpublished(self.settings.calendar, country, today, problems)
        return problems.sorted()

    def with_fixed(self, reading: Reading, fixed: Mapping[tuple[str, str], Operand]) -> Workspace:
        """The same files, with values in place of some computed fields, as an example may ask."""
        files = find_segments(self.documents.get(SEGMENTS), Problems())
        definitions = Definitions(reading, files, fixed)
        return replace(self, computed=definitions.computed(), segments=definitions.segments())

    def due_order(self) -> tuple[Workflow, ...]:
        """The active workflows, in the order of a night: by priority, then id (DESIGN section 7)."""
        active = (one for one in self.workflows if one.active)
        return tuple(sorted(active, key=lambda one: (one.priority, one.id)))


@dataclass(frozen=True)
class FileRead:
    """A file as it was read: its bytes, what is in them, and what is told of it before it is compiled."""

    raw: bytes | None
    document: Document
    told: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class Compiled:
    """What a workflow file says, on its own, and what is told of that."""

    workflow: Workflow | None
    summary: Summary
    told: tuple[Diagnostic, ...]
    uses: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Origin:
    """What a workspace was made of, so that after a change only that need be read again."""

    files: Mapping[str, FileRead]
    base: Base
    told: tuple[Diagnostic, ...]
    compiled: Mapping[str, Compiled]


def open_workspace(
    root: Path,
    extra: Iterable[Path] = (),
    only: Collection[str] | None = None,
    before: Workspace | None = None,
) -> Workspace:
    """Read every file of a folder; `extra` are workflow files outside of it.

    `only` names the workflow files to read; what all workflows stand on is read in any case. `before` is the
    same folder as it was read earlier: of a file that has not changed, nothing is worked out again.
    """
    if not root.is_dir():
        raise WrongUsage("W910", folder=root)
    names = [name for name in file_names(root) if only is None or name in only or not is_workflow_file(name)]
    paths = {name: root / name for name in names} | {str(path): path for path in extra}
    origin = None if before is None else before.origin
    known = {} if origin is None else origin.files
    files = {name: _read(path, name, known.get(name), root) for name, path in paths.items()}
    return _build(root, files, whole=only is None, before=origin)


def with_text(workspace: Workspace, name: str, text: str) -> Workspace:
    """The same workspace with another text in place of a file, or with a new file; nothing is written.

    Only what depends on that file is worked out again.
    """
    origin = workspace.origin
    assert origin is not None, "a workspace of sources has no files"
    files = {**origin.files, name: _file_of(text, name)}
    ordered = {one: files[one] for one in sorted(files, key=lambda name: name.split("/"))}
    return _build(workspace.root, ordered, whole=True, before=origin)


def workspace_of_sources(root: Path, sources: Mapping[str, str]) -> Workspace:
    """The workspace as it was when a version was recorded: file names and their texts."""
    return _build(root, {name: _read_text(text, name) for name, text in sources.items()})


def _read(path: Path, name: str, known: FileRead | None, inside: Path) -> FileRead:
    problems = Problems()
    raw = read_file(path, name, problems, None if name == str(path) else inside)
    if known is not None and raw is not None and raw == known.raw:
        return known
    document = Document(name, None, "") if raw is None else load_bytes(raw, name, problems)
    return FileRead(raw, document, tuple(problems.found))


@lru_cache(maxsize=256)
def _read_text(text: str, name: str) -> FileRead:
    """Versions of many workflows were made of the same model and tables: each of these is read once."""
    return _file_of(text, name)


def _file_of(text: str, name: str) -> FileRead:
    problems = Problems()
    document = load_document(text, name, problems)
    return FileRead(None, document, tuple(problems.found))


def is_workflow_file(name: str) -> bool:
    """Whether a file of a workspace, by its name inside, holds a workflow."""
    return name not in _NOT_WORKFLOWS and not name.startswith(f"{TEMPLATES}/")


def file_names(root: Path) -> list[str]:
    """The names of all files of a workspace, workflows and others, in order."""
    return sorted(_names_below(root, ""), key=lambda name: name.split("/"))


def _names_below(folder: Path, prefix: str) -> Iterator[str]:
    with suppress(PermissionError, FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name not in _SKIPPED_FOLDERS - {TEMPLATES}:
                    yield from _names_below(folder / entry.name, f"{prefix}{entry.name}/")
            elif entry.name.endswith((".yaml", ".yml")) and (folder / entry.name).is_file():
                yield f"{prefix}{entry.name}"


def _build(
    root: Path, files: Mapping[str, FileRead], *, whole: bool = False, before: Origin | None = None
) -> Workspace:
    """The workspace of some files; `whole` when they are all there are."""
    documents = {name: one.document for name, one in files.items()}
    same = before if before is not None and _stands_on(files) == _stands_on(before.files) else None
    base, told = _base_of(root, files) if same is None else (same.base, same.told)
    compiled = {
        name: same.compiled[name]
        if same is not None and same.files.get(name) is files[name]
        else _compile(base, document)
        for name, document in documents.items()
        if is_workflow_file(name) and document.root is not None
    }
    misread = {name for name, one in files.items() if has_errors(one.told)}
    problems = Problems([*_told(files), *told, *_told(compiled)])
    validate_workspace([one.summary for one in compiled.values()], problems, whole=whole)
    sound = {name: one for name, one in compiled.items() if name not in misread}
    return replace(
        base.workspace,
        workflows=tuple(one.workflow for one in sound.values() if one.workflow is not None),
        uses={one.workflow.id: one.uses for one in sound.values() if one.workflow is not None},
        diagnostics=problems.sorted(),
        documents=documents,
        origin=Origin(files, base, told, compiled),
    )


def _stands_on(files: Mapping[str, FileRead]) -> dict[str, int]:
    """The files that all workflows stand on, each known by what was read."""
    return {name: id(one) for name, one in files.items() if not is_workflow_file(name)}


def _base_of(root: Path, files: Mapping[str, FileRead]) -> tuple[Base, tuple[Diagnostic, ...]]:
    """What workflows stand on, and what is told of it; what a file that cannot be read leads to is not."""
    known = list(_told({name: one for name, one in files.items() if not is_workflow_file(name)}))
    problems = Problems([*known])
    base = read_base(root, {name: one.document for name, one in files.items()}, problems)
    return base, tuple(problems.found[len(known) :])


def _told(parts: Mapping[str, FileRead | Compiled]) -> Iterator[Diagnostic]:
    return chain.from_iterable(one.told for one in parts.values())


def _compile(base: Base, document: Document) -> Compiled:
    problems, used = Problems(), set[tuple[str, str]]()

    def version(reading: Reading) -> str:
        used.update(reading.uses)
        return Versions(base.workspace, document).name(reading)

    workflow = base.compile(document, problems, version)
    return Compiled(workflow, summary_of(document, workflow), tuple(problems.found), frozenset(used))


@dataclass(frozen=True)
class Base:
    """What every workflow stands on: a workspace without workflows, and what workflows are read with."""

    workspace: Workspace
    reading: Reading

    def compile(
        self, document: Document, problems: Problems, version: Callable[[Reading], str]
    ) -> Workflow | None:
        """The workflow of a file, when nothing in it is an error; what is wrong is noted."""
        own = Problems()
        reading = replace(self.reading, problems=own)
        workflow = compile_workflow(document, reading, version)
        if workflow is not None:
            validate_workflow(workflow, document, reading)
        problems.found += own.found
        return None if own.has_errors else workflow


def open_base(root: Path, names: Iterable[str], problems: Problems) -> Base:
    """Read what all workflows of a folder stand on, of the files with these names; none of the workflows."""
    chosen = [name for name in names if not is_workflow_file(name)]
    return read_base(root, {name: load_file(root / name, name, problems, root) for name in chosen}, problems)


def read_base(root: Path, documents: Mapping[str, Document], problems: Problems) -> Base:
    """What all workflows stand on, from the loaded files; workflow files among them are kept, not read."""
    settings = read_settings(documents.get(SETTINGS), problems, documents.get(CALENDAR))
    model = read_model(documents.get(MODEL) or Document(MODEL, None, ""), problems)
    model = with_scores(model, documents.get(SCORES), problems)
    if MODEL not in documents:
        raise WrongUsage("W911", folder=root)
    base = Reading(model, _any_module(model), settings, problems)
    cells = replace(base.values, working_lengths=True)
    roles = settings.roles
    tables = read_tables(documents[TABLES], cells, problems, roles) if TABLES in documents else {}
    texts = {name: one for name, one in documents.items() if name.startswith(f"{TEMPLATES}/")}
    templates, partials = read_templates(texts, base)
    reading = replace(
        base,
        tables=tables,
        templates=templates,
        partials=partials,
        condition=read_condition,
        steps=read_steps,
    )
    definitions = Definitions(reading, find_segments(documents.get(SEGMENTS), problems))
    computed, segments = definitions.computed(), definitions.segments()
    workspace = Workspace(
        root, settings, model, tables, templates, computed, (), (), documents, definitions.made_of, segments,
        partials,
    )  # fmt: skip
    listed = tuple(definitions.segment_files)
    known = replace(reading, computed=computed, segments=segments, segment_names=listed)
    known = replace(known, exclusions=read_exclusions(settings.exclusions, known))
    responses = read_responses(settings.simulation, known)
    check_roles(known)
    validate_base(documents, known)
    return Base(replace(workspace, named=in_order(known.named), responses=responses), known)


def _any_module(model: Model) -> Module:
    """A module to begin with; every reader puts its own in place."""
    from engine.model.document import Span  # noqa: PLC0415 - used here only
    from engine.model.entities import Field  # noqa: PLC0415 - used here only

    at = Span(MODEL, 1, 1, 1, 2)
    key = Field("id", Labels("编号", "ID"), FieldType.TEXT, at, required=True, column="id")
    return next(iter(model.modules.values()), Module("", Labels("", ""), {}, at, key))


def _same_file(root: Path, file: str, written: str) -> bool:
    paths = {Path(file), root / file}
    if "\0" in written:  # no file is called so
        return False
    asked = Path(written)
    return asked in paths or asked.resolve() in {path.resolve() for path in paths}
