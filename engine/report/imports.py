"""Imports for people and for machines: counts, what was refused and why, what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.exchange import ImportReport, LooseColumn, LoosePlace, Note, Refusal
from engine.exchange.report import facts_of
from engine.model.entities import Module
from engine.texts import Texts

_SHOWN_ROWS = 20


def render_import(module: Module, report: ImportReport, language: str) -> str:
    """What an import did, the first rows that were refused, and what is to be looked at."""
    texts = Texts.of(language)
    label = module.labels.of(language)
    counts = {"added": report.added, "updated": report.updated, "refused": report.refused_rows}
    lines = [texts.say("import.done", module=label, source=_source(report, texts), **counts)]
    for note in report.notes:
        lines.append(f"  {texts.message(note.code, dict(note.facts))}")
        if note.is_warning:
            lines += _hint(note, texts)
    lines += _refused(report, texts)
    for column in report.loose:
        lines += _loose(column, texts)
    return "\n".join(lines)


def import_json(module: Module, report: ImportReport, language: str) -> dict[str, Any]:
    """The same for machines."""
    texts = Texts.of(language)
    return {
        "module": module.key,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused_rows": report.refused_rows,
        "refused": [
            {
                "row": one.row,
                "column": one.column,
                "value": one.value,
                "code": one.code,
                "reason": texts.message(one.code, dict(one.facts)),
            }
            for one in report.refused
        ],
        "loose": [
            {
                "column": one.column,
                "module": one.to.key,
                "required": one.is_required,
                "to_come": one.to_is_empty,
                "count": one.count,
                "places": [{"row": place.row, "value": place.value} for place in one.places],
            }
            for one in report.loose
        ],
        "notes": [
            {
                "code": one.code,
                "message": texts.message(one.code, dict(one.facts)),
                "hint": texts.hint(one.code, dict(one.facts)),
            }
            for one in report.notes
        ],
        "kind": "xlsx" if report.page else "csv",
        "sheet": report.page,
        # From before `kind` was told: scripts ask it here.
        "encoding": "XLSX" if report.page else report.encoding,
    }


def reason_in_file(one: Refusal, language: str) -> str:
    """A reason in the file of refused rows: its column as the header calls it; several stand in one cell."""
    texts = Texts.of(language)
    reason = texts.message(one.code, dict(one.facts)).rstrip("。.")
    return texts.say("import.reason", column=one.column, reason=reason) if one.column else reason


def _source(report: ImportReport, texts: Texts) -> str:
    if report.page:
        return texts.say("import.workbook", page=report.page)
    return texts.say("import.text", encoding=report.encoding)


def _refused(report: ImportReport, texts: Texts) -> Iterator[str]:
    rows = list(dict.fromkeys(one.row for one in report.refused))[:_SHOWN_ROWS]
    for one in report.refused:
        if one.row in rows:
            reason = texts.message(one.code, dict(one.facts))
            yield texts.say("import.refused", row=one.row, column=one.column or "—", reason=reason)
    if report.refused_rows > len(rows):
        yield texts.say("import.more", count=report.refused_rows - len(rows))


def _loose(column: LooseColumn, texts: Texts) -> Iterator[str]:
    """One line where a whole file is still to come, else a line a cell."""
    if column.to_is_empty:
        note = _loose_note(column, column.places[0], "to_come")
        yield f"  {texts.message(note.code, dict(note.facts))}"
        yield from _hint(note, texts)
        return
    shown = column.places[:_SHOWN_ROWS]
    kind = "required" if column.is_required else ""
    for place in shown:
        note = _loose_note(column, place, kind)
        reason = texts.message(note.code, dict(note.facts))
        yield texts.say("import.refused", row=place.row, column=column.column, reason=reason)
    if column.count > len(shown):
        yield texts.say("import.more_loose", column=column.column, count=column.count - len(shown))
    yield from _hint(_loose_note(column, shown[0], kind), texts)


def _loose_note(column: LooseColumn, place: LoosePlace, kind: str) -> Note:
    to, name = column.to.labels.told, column.column
    return Note(
        "W330",
        facts_of(kind=kind, module=to, column=name, count=column.count, row=place.row, value=place.value),
        is_warning=True,
    )


def _hint(note: Note, texts: Texts) -> Iterator[str]:
    if hint := texts.hint(note.code, dict(note.facts)):
        yield "    " + texts.say("check.hint", hint=hint)
