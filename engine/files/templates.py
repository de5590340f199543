"""templates/*.yaml: messages in the forms of their channels."""

from __future__ import annotations

from engine.files.model import text_of
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence
from engine.shapes.reading import ChannelText, Template
from engine.shapes.schema import TEXT, block, listed, one_of_words
from engine.shapes.shape import fits
from engine.shapes.texts import inner_span

FORM = block({"subject": TEXT, "text": TEXT, "html": TEXT})
VERSION = {"type": "object", "minProperties": 1, "additionalProperties": FORM}
SCHEMA = block(
    {
        "name": TEXT,
        "class": one_of_words("commercial", "service", "internal"),
        "versions": listed(VERSION),
    },
    "name",
    "versions",
)


def read_template(document: Document, problems: Problems) -> Template | None:
    """The template of a file, or None with its mistakes noted."""
    root = document.root
    if root is None or not fits(root, SCHEMA, problems):
        return None
    name = root.get("name")
    versions = root.get("versions")
    assert isinstance(name, Scalar)
    assert isinstance(versions, Sequence)
    if len(versions.items) > 1:
        problems.error(versions.items[1].span.start(), "W290", word="versions")
        return None
    version = versions.items[0]
    assert isinstance(version, Mapping)
    forms = tuple(form for key, node in version.entries if (form := _form(key, node, problems)))
    return Template(name.text, text_of(root.get("class"), "commercial"), forms, name.span)


def _form(key: Scalar, node: Node, problems: Problems) -> ChannelText | None:
    assert isinstance(node, Mapping)
    subject, text, html = node.get("subject"), node.get("text"), node.get("html")
    body = html or text
    if not isinstance(body, Scalar):
        problems.error(key.span, "W211", key="text")
        return None
    subject_at = inner_span(subject if isinstance(subject, Scalar) else body)
    return ChannelText(key.text, text_of(subject), body.text, subject_at, inner_span(body), html is not None)
