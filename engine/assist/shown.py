"""The small HTML of a hover, every name in it escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from engine.assist.about import About
from engine.catalogue.titles import titles
from engine.files.scores import is_score
from engine.model.document import Mapping, Node, Scalar, Sequence
from engine.model.entities import Field, FieldType, Module
from engine.shapes.reading import Table
from engine.versions import TABLES

_MOST_ROWS = 12


def paragraphs(title: str, code: str, sentences: Iterable[str], example: str = "") -> str:
    """A title with its word, some sentences and an example."""
    parts = [f"<p><strong>{escape(title)}</strong> <code>{escape(code)}</code></p>"]
    parts += [f"<p>{escape(one)}</p>" for one in sentences if one]
    if example:
        parts.append(f"<pre>{escape(example)}</pre>")
    return "".join(parts)


def field_html(one: Field, module: Module, about: About) -> str:
    """A field: what it is called, its type, options and unit, and where it belongs."""
    told, language = titles(about.language), about.language
    say, separator = told.texts.say, told.texts.say("types.list")
    is_a_score = isinstance(one.computed, Mapping) and is_score(one.computed)
    kind = told.title("file", "scores") if is_a_score else told.title("type", one.type)
    sentences = [f"{kind} · {module.labels.of(language)}"]
    for key, names in (("options", one.options), ("retired", one.retired)):
        if names:
            sentences.append(say(f"assist.hover.{key}", options=separator.join(names)))
    if one.type is FieldType.MONEY:
        sentences.append(say("assist.hover.unit", unit=about.workspace.settings.currency))
    if one.labels.also:
        sentences.append(say("assist.hover.also", names=separator.join(one.labels.also)))
    if one.computed is not None:
        sentences.append(say("assist.hover.computed"))
    elif one.required:
        sentences.append(say("assist.hover.required"))
    return paragraphs(one.labels.of(language), one.key, sentences)


def module_html(module: Module, language: str) -> str:
    """A module with its fields."""
    names = [one.labels.of(language) for one in module.fields.values()]
    rest = ["…"] if len(names) > _MOST_ROWS else []
    told = titles(language).texts.say("types.list").join([*names[:_MOST_ROWS], *rest])
    return paragraphs(module.labels.of(language), module.key, [told])


def table_html(about: About, table: Table, column: str) -> str:
    """The rows of a table as they are written, of one column or of all."""
    document = about.workspace.documents.get(TABLES)
    written = document.root.get(table.name) if document is not None and document.root is not None else None
    rows = written.get("rows") if isinstance(written, Mapping) else None
    if not isinstance(rows, Sequence):
        return ""
    columns = [*table.by, *([column] if column in table.columns else table.columns)]
    heads = "".join(f"<th>{escape(one)}</th>" for one in columns)
    lines = [_row(one, columns) for one in rows.items[:_MOST_ROWS]]
    left = len(rows.items) - _MOST_ROWS
    more = (
        f"<p>{escape(titles(about.language).texts.say('assist.hover.rows', count=left))}</p>"
        if left > 0
        else ""
    )
    title = f"<p><strong>{escape(table.name)}</strong></p>"
    return f"{title}<table><tr>{heads}</tr>{''.join(lines)}</table>{more}"


def _row(row: Node, columns: Iterable[str]) -> str:
    cells = (row.get(one) if isinstance(row, Mapping) else None for one in columns)
    told = (one.text if isinstance(one, Scalar) else "" for one in cells)
    return f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in told)}</tr>"
