"""Segments as tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.model.entities import Field
from engine.model.values import Show, Value
from engine.report.effects import EffectWords
from engine.report.layout import columns, indented, shortened
from engine.segments import Column, SegmentList
from engine.shapes.reading import Segment
from engine.texts import Texts
from engine.workspace import Workspace

_CELLS = 32


def render_segment(found: SegmentList, workspace: Workspace, language: str, limit: int) -> str:
    """One list: its head, its first rows; colleagues by their names."""
    texts, segment = Texts.of(language), found.segment
    module = segment.module.labels.of(language)
    lines = [texts.say("segment.title", name=segment.labels.of(language), module=module, count=found.count)]
    if found.undecided:
        lines.append(texts.say("segment.undecided", count=found.undecided))
    show = Show(language, workspace.settings.currency, found.session.clock.zone)
    head = (texts.say("segment.id"), *(one.labels.of(language) for one in found.columns))
    fields, told = segment.module.fields, (show, EffectWords(texts, workspace, found.session))
    rows = [
        (
            str(key),
            *(
                _cell(one, value, fields.get(one.key), told)
                for one, value in zip(found.columns, values, strict=True)
            ),
        )
        for key, values in found.rows(limit)
    ]
    if rows:
        lines += ["", columns([head, *rows])]
    if len(rows) < found.count:
        lines.append(texts.say("segment.more", shown=len(rows), count=found.count))
    return "\n".join(lines)


def _cell(column: Column, value: Value, field: Field | None, told: tuple[Show, EffectWords]) -> str:
    show, words = told
    if value is not None and field is not None and words.is_person(field):
        return words.person(str(value))
    return shortened(show.value(column.type, value), _CELLS)


def segment_json(segment: Segment) -> dict[str, Any]:
    """A list for machines where no database tells its size; the keys are those of `head_json`."""
    return {
        "segment": segment.name,
        "module": segment.module.key,
        "at": None,
        "count": None,
        "undecided": None,
    }


def render_segments(found: Sequence[tuple[Segment, int | None]], language: str) -> str:
    """All lists, with their sizes where these are known."""
    texts = Texts.of(language)
    if not found:
        return texts.say("segment.none")
    rows = [
        (one.name, one.module.labels.of(language), "" if count is None else str(count))
        for one, count in found
    ]
    return f"{texts.say('segment.all')}\n{indented(columns(rows, right={2}))}"
