"""model.yaml becomes the Model: modules, fields, links, people, tasks (LANGUAGE section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from engine.files.names import note_clashes, note_dots, note_tag_names
from engine.model.diagnostics import Problems, nearest
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, Span, is_nothing
from engine.model.entities import Field, FieldType, Labels, Model, Module, People, Tasks
from engine.model.values import Reader, ValueMistake, to_stored
from engine.shapes.labels import LABEL, labels_of
from engine.shapes.modules import find_module
from engine.shapes.schema import TEXT, YES_NO, block, listed, one_of_words, one_or_many, ref
from engine.shapes.shape import fits, note_kind, note_unknown_key

_TYPES = [*FieldType]
FIELD = block(
    {
        "label": LABEL,
        "also": one_or_many(TEXT),
        "type": one_of_words(*_TYPES),
        "options": listed(TEXT),
        "also_options": {"type": "object"},
        "retired": listed(TEXT),
        "ordered": YES_NO,
        "required": YES_NO,
        "default": {"type": ["string", "number", "boolean"]},
        "computed": ref("computed"),
        "to": TEXT,
        "as": TEXT,
        "contact": TEXT,
        "consent": TEXT,
    },
    "type",
)
MODULE = block(
    {
        "label": LABEL,
        "also": one_or_many(TEXT),
        "key": TEXT,
        "title": TEXT,
        "owner": TEXT,
        "tags": listed(TEXT),
        "happens_on": TEXT,
        "changed_on": TEXT,
        "counts_as": one_of_words("order", "contact", "nothing"),
        "table": TEXT,
        "columns": {"type": "object"},
        "fields": {"type": "object", "minProperties": 1},
    },
    "fields",
)
TASK_PARTS = ("subject", "record", "to", "type", "due", "priority", "text")
SCHEMA = block(
    {
        "people": block({"module": TEXT, "supervisor": TEXT, "active": TEXT, "email": TEXT}, "module"),
        "tasks": block(
            {
                "module": TEXT,
                **dict.fromkeys(TASK_PARTS, TEXT),
                "defaults": {"type": "object"},
                "done": {"type": "object", "minProperties": 1},
            },
            "module",
            "subject",
        ),
        "modules": {"type": "object", "minProperties": 1},
    },
    "modules",
)


def read_model(document: Document, problems: Problems) -> Model:
    """The model of a file; what is broken is noted and left out."""
    root = document.root
    if root is None:
        return Model({}, file=document.file)
    fits(root, SCHEMA, problems)
    found: dict[str, Module] = {}
    modules = root.get("modules")
    for key, node in modules.entries if isinstance(modules, Mapping) else ():
        if not isinstance(node, Mapping):
            note_kind(node, key.text, "object", problems)
        elif fits(node, MODULE, problems):
            note_dots(key, node, problems)
            found[key.text] = _Fields(key, node, problems).module()
    note_clashes(found.values(), problems)
    model = _with_links(found, document.file, problems)
    people, tasks = _people(root, model, problems), _tasks(root, model, problems)
    return Model(model.modules, people, tasks, document.file)


def text_of(node: Node | None, default: str = "") -> str:
    """The text of a scalar, or the default."""
    return node.text if isinstance(node, Scalar) and not is_nothing(node) else default


def texts_of(node: Node | None) -> tuple[str, ...]:
    """The texts of a list of scalars, or of a single one."""
    nodes = node.items if isinstance(node, Sequence) else (node,) if node is not None else ()
    return tuple(one.text for one in nodes if isinstance(one, Scalar))


class _Fields:
    """Reads the fields of one module."""

    def __init__(self, key: Scalar, node: Mapping, problems: Problems) -> None:
        self.key = key
        self.node = node
        self.problems = problems
        columns = node.get("columns")
        pairs = columns.entries if isinstance(columns, Mapping) else ()
        self.columns = {name.text: text_of(value) for name, value in pairs}
        self.tags = texts_of(node.get("tags"))
        note_tag_names(node.get("tags"), problems)

    def module(self) -> Module:
        labels = labels_of(self.node.get("label"), self.key.text, texts_of(self.node.get("also")))
        fields = self._fields()
        names = {name: one.key for one in fields.values() for name in (one.key, *one.labels.all())}
        return Module(
            key=self.key.text,
            labels=labels,
            fields=fields,
            at=self.key.span,
            record_key=self._record_key(fields, names),
            title=self._title(names, fields) or _first_text(fields),
            owner=self._named("owner", names, fields, FieldType.LINK),
            tags=self.tags,
            happens_on=self._named("happens_on", names, fields, FieldType.DATE),
            table=text_of(self.node.get("table")),
            changed_on=self._named("changed_on", names, fields, FieldType.DATE),
            counts_as=text_of(self.node.get("counts_as")),
        )

    def _fields(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        nodes = self.node.get("fields")
        for key, node in nodes.entries if isinstance(nodes, Mapping) else ():
            if not isinstance(node, Mapping):
                note_kind(node, key.text, "object", self.problems)
            elif fits(node, FIELD, self.problems) or text_of(node.get("type")) in _TYPES:
                note_dots(key, node, self.problems)
                field = self._field(key, node)
                self._note_doubles(field, found)
                found[key.text] = field
        if self.tags and not any(one.type is FieldType.TAGS for one in found.values()):
            labels = Labels("标签", "Tags")
            found["tags"] = Field(
                "tags",
                labels,
                FieldType.TAGS,
                self.key.span,
                self.tags,
                column=self.columns.get("tags", "tags"),
            )
        return found

    def _field(self, key: Scalar, node: Mapping) -> Field:
        kind = FieldType(text_of(node.get("type")))
        options = texts_of(node.get("options")) or (self.tags if kind is FieldType.TAGS else ())
        if kind is FieldType.TAGS:
            note_tag_names(node.get("options"), self.problems)
        if kind is FieldType.CHOICE and not options:
            self.problems.error(key.span, "W270", field=key.text)
        also = node.get("also_options")
        default = node.get("default")
        field = Field(
            key=key.text,
            labels=labels_of(node.get("label"), key.text, texts_of(node.get("also"))),
            type=kind,
            at=key.span,
            options=options,
            retired=texts_of(node.get("retired")),
            also_options={name.text: text_of(value) for name, value in also.entries}
            if isinstance(also, Mapping)
            else {},
            ordered=text_of(node.get("ordered")) == "true",
            required=text_of(node.get("required")) == "true",
            default=text_of(default) if default is not None else None,
            computed=node.get("computed"),
            to=text_of(node.get("to")),
            as_name=text_of(node.get("as")),
            contact=text_of(node.get("contact")),
            consent=text_of(node.get("consent")),
            column=self.columns.get(key.text, key.text),
        )
        others = [value for _, value in also.entries] if isinstance(also, Mapping) else []
        for written in (*others, default):
            _note_value(written, field, self.problems)
        return field

    def _note_doubles(self, field: Field, known: dict[str, Field]) -> None:
        for other in known.values():
            shared = {field.key, *field.labels.all()} & {other.key, *other.labels.all()}
            if shared:
                self.problems.error(field.at, "W271", name=min(shared), line=other.at.line)

    def _record_key(self, fields: dict[str, Field], names: dict[str, str]) -> Field:
        written = self.node.get("key")
        if isinstance(written, Scalar):
            key = self._named("key", names)
            if key and fields[key].type in {FieldType.TEXT, FieldType.NUMBER}:
                return fields[key]
            if key:
                self.problems.error(written.span, "W274", field=written.text, type=fields[key].type)
        column = self.columns.get("id", "id")
        return Field("id", Labels("编号", "ID"), FieldType.TEXT, self.key.span, required=True, column=column)

    def _title(self, names: dict[str, str], fields: dict[str, Field]) -> str:
        """The key of the field by which people call a record; records are found by it, so it is kept."""
        found, written = self._named("title", names), self.node.get("title")
        field = fields.get(found)
        if field is None or field.computed is None or written is None:
            return found
        self.problems.error(written.span, "W577", field=field.labels.told)
        return ""

    def _named(
        self,
        word: str,
        names: dict[str, str],
        fields: dict[str, Field] | None = None,
        kind: FieldType | None = None,
    ) -> str:
        """The key of the field that `word` names; of that kind, where the word asks for one."""
        written = self.node.get(word)
        if not isinstance(written, Scalar):
            return ""
        field = (fields or {}).get(names.get(written.text, ""))
        if field is not None and kind is not None and not _is_of(field, kind):
            self.problems.error(
                written.span, "W279", key=word, value=written.text, type=field.type, expected=kind
            )
            return ""
        if written.text not in names:
            near = nearest(written.text, names)
            self.problems.error(
                written.span, "W203" if near else "W204", value=written.text, nearest=near,
                module=labels_of(self.node.get("label"), self.key.text).zh,
                place=f"{self.key.span.file}:{self.key.span.line}",
            )  # fmt: skip
        return names.get(written.text, "")


_READER = Reader(ZoneInfo("UTC"))


def _note_value(node: Node | None, field: Field, problems: Problems) -> bool:
    """Whether a value written in the model is one of its field; noted when it is not."""
    if not isinstance(node, Scalar) or is_nothing(node) or field.type is FieldType.MONEY:
        return True
    try:
        _READER.read(field, node.text)
    except ValueMistake as mistake:
        facts = {"kind": "", "known": "", "nearest": nearest(node.text, field.options), **mistake.facts}
        problems.error(node.span, mistake.code, place=_place(field.at), **facts)
        return False
    return True


def _is_of(field: Field, kind: FieldType) -> bool:
    return field.computed is None and (field.type.is_moment if kind is FieldType.DATE else field.type is kind)


def _first_text(fields: dict[str, Field]) -> str:
    return next((one.key for one in fields.values() if one.type is FieldType.TEXT and not one.computed), "")


def _with_links(found: dict[str, Module], file: str, problems: Problems) -> Model:
    """The model with links and consents resolved from labels to keys."""
    draft = Model(found, file=file)
    resolved: dict[str, Module] = {}
    for module in found.values():
        fields = {key: _resolved(one, module, draft, problems) for key, one in module.fields.items()}
        record_key = fields.get(module.record_key.key, module.record_key)
        resolved[module.key] = replace(module, fields=fields, record_key=record_key)
    return Model(resolved, file=file)


def _resolved(field: Field, module: Module, model: Model, problems: Problems) -> Field:
    changes: dict[str, Any] = {}
    if field.type is FieldType.LINK:
        other = model.module(field.to)
        if other is None:
            names = model.module_names()
            near = nearest(field.to, names)
            problems.error(
                field.at,
                "W272",
                field=field.labels.told,
                value=field.to,
                nearest=near,
                known="、".join(names),
            )
            return replace(field, type=FieldType.TEXT, to="")
        changes["to"] = other.key
    if field.consent:
        consent = module.field(field.consent)
        if consent is None or consent.type is not FieldType.YES_NO:
            problems.error(field.at, "W273", field=field.labels.told, value=field.consent)
        changes["consent"] = consent.key if consent else ""
    return replace(field, **changes) if changes else field


_PEOPLE = {"supervisor": FieldType.LINK, "active": FieldType.YES_NO, "email": None}


def _people(root: Mapping, model: Model, problems: Problems) -> People | None:
    node = root.get("people")
    if not isinstance(node, Mapping):
        return None
    module = find_module(node.get("module"), model, problems)
    if module is None:
        return None
    keys = {word: _field_key(node.get(word), module, problems) for word in _PEOPLE}
    for word, kind in _PEOPLE.items():
        field, written = module.fields.get(keys[word]), node.get(word)
        if field is not None and written is not None and kind is not None and not _is_of(field, kind):
            problems.error(
                written.span, "W279", key=word, value=text_of(written), type=field.type, expected=kind
            )
            keys[word] = ""
    return People(module.key, **keys)


def _tasks(root: Mapping, model: Model, problems: Problems) -> Tasks | None:
    node = root.get("tasks")
    if not isinstance(node, Mapping):
        return None
    module = find_module(node.get("module"), model, problems)
    if module is None:
        return None
    fields = {part: _field_key(node.get(part), module, problems) for part in TASK_PARTS if part in node}
    defaults = {key: values[0] for key, values in _values_in(node.get("defaults"), module, problems)}
    done = {
        key: tuple(_kept(module.fields[key], one) for one in values)
        for key, values in _values_in(node.get("done"), module, problems)
    }
    return Tasks(module.key, {part: key for part, key in fields.items() if key}, defaults, done)


def _kept(field: Field, text: str) -> str | int | None:
    """A value that was found right in its kept form; money is read where the currency is known."""
    return text if field.type is FieldType.MONEY else to_stored(_READER.read(field, text))


def _values_in(
    written: Node | None, module: Module, problems: Problems
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fields of a module, each with the values written for it; what fits no field is noted and left out."""
    for key, value in written.entries if isinstance(written, Mapping) else ():
        field = module.field(key.text)
        if field is None:
            note_unknown_key(key, module.field_names(), problems)
            continue
        nodes = value.items if isinstance(value, Sequence) else (value,)
        values = tuple(text_of(one) for one in nodes if _note_value(one, field, problems))
        if values:
            yield field.key, values


def _field_key(node: Node | None, module: Module, problems: Problems) -> str:
    if not isinstance(node, Scalar):
        return ""
    field = module.field(node.text)
    if field is None:
        near = nearest(node.text, module.field_names())
        place = _place(module.at)
        problems.error(
            node.span,
            "W203" if near else "W204",
            module=module.labels.told,
            value=node.text,
            nearest=near,
            place=place,
        )
        return ""
    return field.key


def _place(at: Span) -> str:
    return f"{at.file}:{at.line}"
