"""What `check --fix` has changed, line by line."""

from __future__ import annotations

from collections.abc import Iterable

from engine.assist.fixing import Change
from engine.texts import Texts, visible


def render_changes(changes: Iterable[Change], language: str) -> str:
    """Each change with its place, and the line before and after; without a line end."""
    say, found = Texts.of(language).say, list(changes)
    lines: list[str] = []
    for one in found:
        label = say(f"assist.fix.{one.fix.label}", **one.fix.facts)
        lines.append(say("assist.fixed.at", file=one.file, line=one.line, code=one.code, label=label))
        lines.append(say("assist.fixed.before", line=visible(one.before)))
        lines.append(say("assist.fixed.after", line=visible(one.after)))
    done = say("assist.fixed.done", count=len(found)) if found else say("assist.fixed.none")
    return "\n".join([*lines, done])
