"""Take stock: files held against the records in the store and against the versions published before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.files.model import read_model
from engine.ledger.book import RecordedVersion
from engine.ledger.past import latest_recorded
from engine.load import load_document
from engine.model.diagnostics import Diagnostic, Problems
from engine.model.document import Document, Node, Scalar, plain_value
from engine.model.entities import Field, FieldType, Model
from engine.records.directory import note_names
from engine.records.session import Session
from engine.records.strays import Stray, find_strays
from engine.records.tables import RecordTables
from engine.versions import MODEL
from engine.workspace import Workspace, is_workflow_file

_UNKNOWN_FIELD = ("W203", "W204")
_UNKNOWN_OPTION = "W205"
_MOST_MODELS = 20
"""So many models of the past are looked at for names that have changed since."""


def take_stock(
    session: Session, workspace: Workspace, told: Iterable[Diagnostic] = ()
) -> tuple[Diagnostic, ...]:
    """What was `told` of the files, with names explained that were known once, and what else is found."""
    problems = Problems()
    for stray in find_strays(session):
        _note_stray(stray, session.tables.model, problems)
    _note_columns(session.tables, problems)
    of_workflows = [name for workflow in workspace.workflows for name in workflow.named]
    note_names(session, {*workspace.named, *of_workflows}, problems)
    past = tuple(latest_recorded(session.book)) if session.has_ledger else ()
    _note_changes(past, workspace, problems)
    models = _models_of(past)
    problems.found += [_explained(one, workspace.model, models) for one in told]
    return problems.sorted()


# --- records ------------------------------------------------------------------------------------------------


def _note_stray(stray: Stray, model: Model, problems: Problems) -> None:
    field = stray.field
    facts: dict[str, object] = {
        "module": stray.module.labels.told,
        "field": field.labels.told,
        "count": stray.count,
        "record": stray.record,
    }
    at = stray.module.at if field.type is FieldType.TAGS else field.at
    if stray.value is None:
        problems.warning(at, "W596", **facts)
    elif field.type is FieldType.LINK:
        problems.warning(at, "W595", **facts, value=stray.value, other=model.linked(field).labels.told)
    else:
        kinds = {FieldType.TAGS: "tags", FieldType.YES_NO: "yes_no", FieldType.TEXT: "zone"}
        kind = kinds.get(field.type, "table" if stray.module.table else "")
        problems.warning(at, "W594", kind=kind, **facts, value=stray.value)


def _note_columns(tables: RecordTables, problems: Problems) -> None:
    """What no record can be given, whatever it holds: else every run would find out anew."""
    for module in tables.model.modules.values():
        for field in module.fields.values():
            if tables.takes_days_only(field):
                facts = {"module": module.labels.told, "field": field.labels.told}
                problems.warning(field.at, "W674", **facts)


# --- published versions -------------------------------------------------------------------------------------


def _note_changes(past: Iterable[RecordedVersion], workspace: Workspace, problems: Problems) -> None:
    """The id of a file, and what lets a record start once: both decide who starts again."""
    by_id = {one.workflow: one for one in past}
    by_file: dict[str, RecordedVersion] = {}
    for one in by_id.values():
        by_file.setdefault(one.file, one)
    ids = {name: _id_of(one) for name, one in workspace.documents.items() if is_workflow_file(name)}
    written = {one.text for one in ids.values() if one is not None}
    for name, node in ids.items():
        old = by_file.get(name)
        if node is None:
            continue
        if node.text in by_id:
            _note_once_per(node, by_id[node.text], workspace.documents[name], problems)
        elif old is not None and old.workflow not in written:
            problems.error(node.span, "W598", old=old.workflow, id=node.text)


def _id_of(document: Document) -> Scalar | None:
    node = None if document.root is None else document.root.get("id")
    return node if isinstance(node, Scalar) else None


def _note_once_per(node: Scalar, recorded: RecordedVersion, document: Document, problems: Problems) -> None:
    before = load_document(recorded.files.get(recorded.file, ""), recorded.file, Problems())
    old, new = _once_per(before), _once_per(document)
    if before.root is not None and _told(old) != _told(new):
        problems.warning((new or node).span, "W599", old=_told(old), new=_told(new))


def _once_per(document: Document) -> Node | None:
    return None if document.root is None else document.root.get("once_per")


def _told(node: Node | None) -> str:
    """`once_per` as it would be written on one line; without it, each episode starts once."""
    value = "episode" if node is None else plain_value(node)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {one}" for key, one in value.items())
        return f"{{{inner}}}"
    return str(value)


# --- names that have changed --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Renamed:
    """A name of the past, and the field that has it no more."""

    field: Field
    is_option: bool = False


def _models_of(past: Iterable[RecordedVersion]) -> list[Model]:
    texts = dict.fromkeys(one.files[MODEL] for one in past if MODEL in one.files)
    return [
        read_model(load_document(one, MODEL, Problems()), Problems()) for one in list(texts)[:_MOST_MODELS]
    ]


def _explained(one: Diagnostic, model: Model, models: Iterable[Model]) -> Diagnostic:
    """An unknown name that a model of the past knew, told by the name of today."""
    facts = dict(one.facts)
    found = next(_renamed(one.code, facts, model, models), None)
    if found is None:
        return one
    problems = Problems()
    place = f"{found.field.at.file}:{found.field.at.line}"
    kind = "option" if found.is_option else ""
    name = found.field.labels.told
    problems.error(one.at, "W597", kind=kind, value=facts["value"], name=name, place=place)
    return problems.found[0]


def _renamed(
    code: str, facts: Mapping[str, str], model: Model, models: Iterable[Model]
) -> Iterator[_Renamed]:
    for key, module in model.modules.items():
        pasts = (old.modules[key] for old in models if key in old.modules)
        for old in pasts if code in _UNKNOWN_FIELD and facts.get("module") == module.labels.told else ():
            field = old.field(facts["value"])
            if field is not None and field.key in module.fields:
                yield _Renamed(module.fields[field.key])
        for field in module.fields.values() if code == _UNKNOWN_OPTION else ():
            if facts.get("field") == field.labels.told and _was_option(
                facts["value"], key, field.key, models
            ):
                yield _Renamed(field, is_option=True)


def _was_option(value: str, module: str, key: str, models: Iterable[Model]) -> bool:
    fields = (one.modules[module].fields.get(key) for one in models if module in one.modules)
    return any(one is not None and value in (*one.options, *one.also_options) for one in fields)
