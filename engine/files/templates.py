"""templates/*.yaml: messages in versions, each in the forms of its channels; templates/partials/*.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from engine.files.messages import warn_of_length, warn_of_selling
from engine.files.scalars import text_of
from engine.model.document import Document, Node, Scalar, Sequence, is_nothing, plain_value
from engine.model.document import Mapping as Block
from engine.shapes.reading import ChannelText, Partial, Reading, Template, Version
from engine.shapes.schema import TEXT, block, listed, one_of_words, ref
from engine.shapes.shape import fits, note_kind, note_unknown_key
from engine.shapes.texts import inner_span, note_mistakes

T = TypeVar("T", Template, Partial)

PARTIALS = "templates/partials/"
"""The folder of the texts that others take in."""
CHANNELS = ("email", "sms", "wecom", "task")
"""What every template may have a form for, beside the workspace's own channels."""
CLASSES = ("commercial", "service", "internal")
FORM = block({"subject": TEXT, "text": TEXT, "html": TEXT})
PLAIN_FORM = block({"text": TEXT}, "text")
_FORMS = {one: FORM if one == "email" else PLAIN_FORM for one in CHANNELS}
VERSION: Mapping[str, Any] = {
    "type": "object",
    "properties": {"if": ref("condition"), **_FORMS},
    "minProperties": 1,
    "additionalProperties": FORM,
}
SCHEMA = block(
    {
        "name": TEXT,
        "class": one_of_words(*CLASSES),
        "versions": listed(VERSION),
        "partials": {"type": "object", "additionalProperties": TEXT},
        **_FORMS,
    },
    "name",
)
PARTIAL = block({"name": TEXT, "text": TEXT}, "name", "text")


def read_templates(
    documents: Mapping[str, Document], reading: Reading
) -> tuple[dict[str, Template], dict[str, Partial]]:
    """Templates and partials by name; of two with one name the first counts, the second is a mistake."""
    partials: dict[str, Partial] = {}
    for name, document in documents.items():
        if name.startswith(PARTIALS):
            _keep(_read_partial(document, reading), partials, "partial", reading)
    reading = reading.with_partials(partials)
    _check_partials(partials, reading)
    templates: dict[str, Template] = {}
    for name, document in documents.items():
        if not name.startswith(PARTIALS):
            _keep(_read_template(document, reading), templates, "", reading)
    return templates, partials


def _keep(one: T | None, found: dict[str, T], kind: str, reading: Reading) -> None:
    if one is not None and one.name in found:
        reading.problems.error(one.at, "W249", kind=kind, name=one.name, file=found[one.name].at.file)
    elif one is not None:
        found[one.name] = one


def _read_partial(document: Document, reading: Reading) -> Partial | None:
    root = document.root
    if root is None or not fits(root, PARTIAL, reading.problems):
        return None
    name, text = root.get("name"), root.get("text")
    assert isinstance(name, Scalar)
    assert isinstance(text, Scalar)
    return Partial(name.text, text.text, inner_span(text), name.span)


def _check_partials(partials: Mapping[str, Partial], reading: Reading) -> None:
    """A partial that no text takes in is read as well."""
    for name, one in partials.items():
        note_mistakes(f"{{% include {name!r} %}}", one.text_at, reading)


def _read_template(document: Document, reading: Reading) -> Template | None:
    """The template of a file, or None with its mistakes noted."""
    root = document.root
    own = tuple(one for one in reading.settings.channels if one not in CHANNELS)
    shape = {**SCHEMA, "properties": {**SCHEMA["properties"], **dict.fromkeys(own, FORM)}}
    if root is None or not fits(root, shape, reading.problems):
        return None
    name, versions = root.get("name"), root.get("versions")
    assert isinstance(name, Scalar)
    partials = _own_partials(root.get("partials"))
    reader = _Versions(text_of(root.get("class"), "commercial"), own, reading.with_partials(partials))
    _check_partials(partials, reader.reading)
    top = Block(tuple(entry for entry in root.entries if entry[0].text in {*CHANNELS, *own}), root.span)
    if top.entries and versions is not None:
        one = top.entries[0][0]
        reading.problems.error(one.span, "W217", one="versions", other=one.text)
        return None
    if isinstance(versions, Sequence):
        found = reader.read(versions.items)
    elif top.entries:
        found = reader.read((top,))
    else:
        reading.problems.error(root.span.start(), "W211", key="versions")
        return None
    return Template(name.text, reader.kind, found, name.span, partials) if found else None


def _own_partials(node: Node | None) -> dict[str, Partial]:
    entries = node.entries if isinstance(node, Block) else ()
    return {
        name.text: Partial(name.text, text.text, inner_span(text), name.span)
        for name, text in entries
        if isinstance(text, Scalar)
    }


class _Versions:
    """Reads the versions of one template; `own` are the channels that this workspace has beside the usual."""

    def __init__(self, kind: str, own: tuple[str, ...], reading: Reading) -> None:
        self.kind = kind
        self.own = own
        self.reading = reading

    def read(self, nodes: Iterable[Node]) -> tuple[Version, ...]:
        """The versions; the empty tuple where one of them cannot be read."""
        found: list[Version] = []
        complete = True
        for node in nodes:
            version = self._version(node) if isinstance(node, Block) else None
            if version is None:
                complete = False
            else:
                self._check_order(version, found)
                found.append(version)
        return tuple(found) if complete else ()

    def _version(self, node: Block) -> Version | None:
        forms: list[ChannelText] = []
        entries = [entry for entry in node.entries if entry[0].text != "if"]
        for key, form in entries:
            if key.text not in {*CHANNELS, *self.own}:
                note_unknown_key(key, ["if", *CHANNELS, *self.own], self.reading.problems)
            elif isinstance(form, Block):
                read = self._form(key, form)
                forms += [read] if read is not None else []
        if not entries:
            self.reading.problems.error(node.span.start(), "W211", key=CHANNELS[0])
        if not forms or len(forms) < len(entries):
            return None
        condition = node.get("if")
        if condition is not None and is_nothing(condition):
            note_kind(condition, "if", "object", self.reading.problems)
            return None
        return Version(tuple(forms), condition, node.span)

    def _form(self, key: Scalar, node: Block) -> ChannelText | None:
        subject, text, html = node.get("subject"), node.get("text"), node.get("html")
        body = html or text
        if not isinstance(body, Scalar):
            self.reading.problems.error(key.span, "W211", key="text")
            return None
        subject_at = inner_span(subject if isinstance(subject, Scalar) else body)
        form = ChannelText(
            key.text, text_of(subject), body.text, subject_at, inner_span(body), html=html is not None
        )
        note_mistakes(form.subject, subject_at, self.reading)
        parsed = note_mistakes(form.body, form.body_at, self.reading)
        if parsed is not None and self.kind == "commercial":
            warn_of_selling(form.channel, parsed, key.span, self.reading.problems)
        if parsed is not None and form.channel == "sms":
            warn_of_length(parsed, key.span, self.reading.problems)
        return form

    def _check_order(self, version: Version, earlier: list[Version]) -> None:
        """Of two versions for the same people only the first is ever said."""
        problems = self.reading.problems
        for one in earlier:
            if one.condition is None:
                problems.error(version.at.start(), "W571", line=one.at.line)
                return
            if version.condition is not None and plain_value(one.condition) == plain_value(version.condition):
                problems.warning(version.condition.span.start(), "W572", line=one.condition.span.line)
                return
