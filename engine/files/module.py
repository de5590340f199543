"""One module of model.yaml: its fields, and what some of them are for (LANGUAGE section 5)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from engine.files.names import note_dots, note_tag_names
from engine.files.scalars import text_of, texts_of
from engine.model.diagnostics import Problems, nearest
from engine.model.document import Mapping, Node, Scalar, Sequence, Span, is_nothing
from engine.model.entities import Field, FieldType, Labels, Module
from engine.model.values import Reader, ValueMistake
from engine.shapes.labels import LABEL, labels_of
from engine.shapes.schema import TEXT, YES_NO, block, listed, one_of_words, one_or_many, ref
from engine.shapes.shape import fits, note_kind
from engine.shapes.zones import read_zone

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
        "time_zone": TEXT,
        "counts_as": one_of_words("order", "contact", "nothing"),
        "table": TEXT,
        "columns": {"type": "object"},
        "fields": {"type": "object", "minProperties": 1},
    },
    "fields",
)
READER = Reader(ZoneInfo("UTC"))
"""Reads values that are written in the model."""


def read_module(key: Scalar, node: Mapping, problems: Problems) -> Module:
    """A module by its key; what is broken is noted and left out."""
    return _Reader(key, node, problems).module()


class _Reader:
    """Reads one module."""

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
            time_zone=self._time_zone(names, fields),
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
            note_value(written, field, self.problems)
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

    def _time_zone(self, names: dict[str, str], fields: dict[str, Field]) -> str:
        """The key of the field that holds names of time zones; its options have to be such names."""
        found = self._named("time_zone", names, fields, FieldType.TEXT)
        written = self.node.get("fields")
        node = written.get(found) if isinstance(written, Mapping) else None
        options = node.get("options") if isinstance(node, Mapping) else None
        for one in options.items if isinstance(options, Sequence) else ():
            read_zone(one, self.problems)
        return found

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
        if field is not None and kind is not None and not can_be(field, kind):
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


def note_value(node: Node | None, field: Field, problems: Problems) -> bool:
    """Whether a value written in the model is one of its field; noted when it is not."""
    if not isinstance(node, Scalar) or is_nothing(node) or field.type is FieldType.MONEY:
        return True
    try:
        READER.read(field, node.text)
    except ValueMistake as mistake:
        facts = {"kind": "", "known": "", "nearest": nearest(node.text, field.options), **mistake.facts}
        problems.error(node.span, mistake.code, place=place_of(field.at), **facts)
        return False
    return True


def can_be(field: Field, kind: FieldType) -> bool:
    """Whether people fill in a field with such values: a text may be chosen, a date may have a time."""
    kinds = {
        FieldType.DATE: {FieldType.DATE, FieldType.DATETIME},
        FieldType.TEXT: {FieldType.TEXT, FieldType.CHOICE},
    }
    return field.computed is None and field.type in kinds.get(kind, {kind})


def _first_text(fields: dict[str, Field]) -> str:
    return next((one.key for one in fields.values() if one.type is FieldType.TEXT and not one.computed), "")


def place_of(at: Span) -> str:
    """File and line, as hints name them."""
    return f"{at.file}:{at.line}"
