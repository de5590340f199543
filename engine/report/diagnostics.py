"""Diagnostics as people and machines read them: text with the source line, JSON, annotations for a forge."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from engine.model.diagnostics import Diagnostic, Severity
from engine.model.document import Document, Span
from engine.texts import Texts

_WIDEST = 100
_MARGIN = 20


def render_diagnostics(
    diagnostics: Iterable[Diagnostic], documents: Mapping[str, Document], language: str
) -> str:
    """Every diagnostic with its place, its line and its remedy, and a summary; without a line end."""
    texts = Texts.of(language)
    found = tuple(diagnostics)
    blocks = [_block(one, documents.get(one.at.file), texts) for one in found]
    return "\n\n".join([*blocks, _summary(found, len(documents), texts)])


def diagnostics_json(
    diagnostics: Iterable[Diagnostic], language: str, documents: Mapping[str, Document] = MappingProxyType({})
) -> list[dict[str, Any]]:
    """The diagnostics as objects with the keys of DESIGN section 8; with the files, also what mends them."""
    from engine.assist.fixes import fixes_of  # noqa: PLC0415 - text output, and every other command, does without

    texts = Texts.of(language)
    return [
        {
            "file": one.at.file,
            "line": one.at.line,
            "column": one.at.column,
            "end_line": one.at.end_line,
            "end_column": one.at.end_column,
            "code": one.code,
            "severity": str(one.severity),
            "message": texts.message(one.code, dict(one.facts)),
            "hint": texts.hint(one.code, dict(one.facts)),
            "fixes": fixes_of(one, documents[one.at.file].text, language) if one.at.file in documents else [],
        }
        for one in diagnostics
    ]


def render_github(diagnostics: Iterable[Diagnostic], language: str) -> str:
    """One workflow command of GitHub Actions a line, which it shows beside the changed file."""
    return "\n".join(_annotation(one) for one in diagnostics_json(diagnostics, language))


def odd_names(found: Iterable[Diagnostic], texts: Texts) -> Iterator[str]:
    """Names in a workflow that no record bears, or several: a line each, with the place."""
    for one in found:
        message = texts.message(one.code, dict(one.facts))
        yield texts.say("plan.odd_name", message=message, file=one.at.file, line=one.at.line)


def display_width(text: str) -> int:
    """How many cells of a terminal a text takes: Chinese characters take two, joined marks none."""
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _block(one: Diagnostic, document: Document | None, texts: Texts) -> str:
    facts = dict(one.facts)
    at, severity = one.at, texts.say(f"check.{one.severity}")
    message, hint = texts.message(one.code, facts), texts.hint(one.code, facts)
    lines = [f"{at.file}:{at.line}:{at.column}: {severity} {one.code} {message}"]
    lines += _source(at, document)
    if hint:
        lines.append(f"   = {texts.say('check.hint', hint=hint)}")
    return "\n".join(lines)


def _source(at: Span, document: Document | None) -> Iterator[str]:
    """The line and carets under what is meant; a long line is cut to the part around it."""
    line = document.line(at.line) if document is not None else ""
    if not line.strip():
        return
    begin, end = _marked(at, line)
    shown, begin, end = _cut(_printable(line), begin, end)
    number = str(at.line)
    gutter = " " * (len(number) + 2)
    before, marked = display_width(shown[:begin]), display_width(shown[begin:end])
    yield f"{gutter}|"
    yield f" {number} | {shown}".rstrip()
    yield f"{gutter}| {' ' * before}{'^' * max(1, marked)}"


def _marked(at: Span, line: str) -> tuple[int, int]:
    """First and last column, from 0; the whole line where a place is known by its line only."""
    text_begins = len(line) - len(line.lstrip())
    if at.column == 1 and text_begins > 0:
        return text_begins, len(line.rstrip())
    begin = min(at.column - 1, len(line))
    end = at.end_column - 1 if at.end_line == at.line else len(line.rstrip())
    return begin, min(max(begin + 1, end), max(len(line), begin + 1))


def _printable(line: str) -> str:
    return "".join(
        one if one.isprintable() or one == "\u3000" else " " if one.isspace() else "·" for one in line
    )


def _cut(line: str, begin: int, end: int) -> tuple[str, int, int]:
    if display_width(line) <= _WIDEST:
        return line, begin, end
    first = max(0, begin - _MARGIN) if display_width(line[:end]) > _WIDEST else 0
    last, width = first, 0
    while last < len(line) and width + _cells(line[last]) <= _WIDEST:
        width += _cells(line[last])
        last += 1
    head, tail = "…" if first else "", "…" if last < len(line) else ""
    return f"{head}{line[first:last]}{tail}", begin - first + len(head), min(end, last) - first + len(head)


def _summary(found: tuple[Diagnostic, ...], files: int, texts: Texts) -> str:
    errors = sum(one.severity is Severity.ERROR for one in found)
    warnings = len(found) - errors
    parts = [texts.say("check.errors" if errors else "check.errors_none", count=errors)]
    if not found:
        parts = [texts.say("check.fine")]
    if warnings:
        parts.append(texts.say("check.warnings", count=warnings))
    if files:
        parts.append(texts.say("check.files", count=files))
    return texts.say("check.summary", parts=texts.say("check.join").join(parts))


def _annotation(one: Mapping[str, Any]) -> str:
    places = {"file": one["file"], "line": one["line"], "endLine": one["end_line"], "col": one["column"]}
    if one["line"] == one["end_line"]:
        places["endColumn"] = one["end_column"]
    properties = ",".join(
        f"{name}={_escaped(value, also=':,')}" for name, value in (*places.items(), ("title", one["code"]))
    )
    text = f"{one['message']} {one['hint']}".strip()
    return f"::{one['severity']} {properties}::{_escaped(text)}"


def _escaped(value: object, also: str = "") -> str:
    return "".join(f"%{ord(one):02X}" if one in f"%\r\n{also}" else one for one in str(value))
