"""Values of effects in words: from their JSON form to a text in one language."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from engine.model.entities import Field, FieldType
from engine.model.lengths import parse_length, show_length
from engine.texts import Texts, visible


def told_moment(kept: str, zone: tzinfo) -> str:
    """An instant as kept, on the clock of a zone."""
    return f"{datetime.fromisoformat(kept).astimezone(zone):%Y-%m-%d %H:%M}"


def told_value(field: Field, value: Any, texts: Texts, zone: tzinfo) -> str:
    """A value as people read it; days and numbers as they are written in files, links by their keys."""
    if value is None:
        return texts.say("answer.empty")
    if field.type is FieldType.YES_NO:
        return texts.say("answer.yes" if value else "answer.no")
    if isinstance(value, list):
        return visible(texts.say("plan.list").join(value))
    if field.type is FieldType.DATETIME:
        return told_moment(str(value), zone)
    if field.type is FieldType.PERCENT:
        return f"{value} %"
    if field.type is FieldType.LENGTH:
        length = parse_length(str(value))
        return str(value) if length is None else show_length(length, texts.language)
    return visible(str(value))
