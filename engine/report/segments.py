"""Segments as tables for people."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.values import Show
from engine.report.layout import columns, indented, shortened
from engine.segments import SegmentList
from engine.shapes.reading import Settings
from engine.texts import Texts

_CELLS = 32


def render_segment(found: SegmentList, settings: Settings, language: str, limit: int) -> str:
    """One list: its head, its first rows."""
    texts, segment = Texts.of(language), found.segment
    module = segment.module.labels.of(language)
    lines = [texts.say("segment.title", name=segment.labels.of(language), module=module, count=found.count)]
    if found.undecided:
        lines.append(texts.say("segment.undecided", count=found.undecided))
    show = Show(language, settings.currency, found.session.clock.zone)
    head = (texts.say("segment.id"), *(one.labels.of(language) for one in found.columns))
    kinds = [one.type for one in found.columns]
    rows = [
        (str(key), *(shortened(show.value(*pair), _CELLS) for pair in zip(kinds, values, strict=True)))
        for key, values in found.rows(limit)
    ]
    if rows:
        lines += ["", columns([head, *rows])]
    if len(rows) < found.count:
        lines.append(texts.say("segment.more", shown=len(rows), count=found.count))
    return "\n".join(lines)


def render_segments(found: Sequence[SegmentList], language: str) -> str:
    """All lists with their sizes."""
    texts = Texts.of(language)
    if not found:
        return texts.say("segment.none")
    rows = [(one.segment.name, one.segment.module.labels.of(language), str(one.count)) for one in found]
    return f"{texts.say('segment.all')}\n{indented(columns(rows, right={2}))}"
