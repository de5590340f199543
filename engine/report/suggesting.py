"""Suggested examples for people: each with a name that says what is other and what comes of it, as YAML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.report.coverage import gaps_json, told_gaps
from engine.report.layout import indented
from engine.suggestions.boundaries import Held
from engine.suggestions.gaps import Why
from engine.suggestions.suggested import Suggested
from engine.suggestions.suggesting import Suggestions
from engine.texts import Texts
from engine.workspace import Workspace

_LENGTHS = (
    (re.compile(r"(\d+) days? ago"), "ago"),
    (re.compile(r"in (\d+) days?"), "ahead"),
    (re.compile(r"(\d+) days?"), "days"),
)


def named_lines(found: Suggestions, language: str) -> list[list[str]]:
    """Every example under a name of its own, as a file writes it below `tests:`."""
    texts = Texts.of(language)
    names = [_name(one, texts) for one in found.examples]
    seen = Counter[str]()
    lines = []
    for one, name in zip(found.examples, names, strict=True):
        seen[name] += 1
        lines.append(one.lines(name if seen[name] == 1 else f"{name} ({seen[name]})"))
    return lines


def render_suggestions(found: Suggestions, workspace: Workspace, language: str, *, written: bool) -> str:
    """What a file may take below its `tests:`; all else as comments, so that it can be pasted as it is."""
    say, name = Texts.of(language).say, found.workflow.names.of(language)
    entries = [] if written else named_lines(found, language)
    notes = _notes(found, workspace, language)
    head = [say("suggest.written" if written else "suggest.title", name=name, count=len(found.examples))]
    if not found.examples:
        head = [say("suggest.none" if found.starts else "suggest.never", name=name)]
    body = [f"  {line}" for entry in entries for line in entry]
    return "\n".join([*(f"# {one}" for one in (*head, *notes)), *body])


def suggestions_json(found: Suggestions, language: str, *, written: bool) -> dict[str, Any]:
    """For machines; `text` is one example as YAML."""
    entries = named_lines(found, language)
    return {
        "workflow": found.workflow.id,
        "file": found.workflow.file,
        "starts": found.starts,
        "borrowed": found.is_borrowed,
        "written": written,
        "examples": [
            {"verdict": str(one.verdict), "text": "\n".join(lines) + "\n"}
            for one, lines in zip(found.examples, entries, strict=True)
        ],
        "left_out": gaps_json(found.coverage),
    }


def _notes(found: Suggestions, workspace: Workspace, language: str) -> Iterator[str]:
    texts = Texts.of(language)
    if found.is_borrowed and found.starts:
        yield texts.say("suggest.borrowed")
    if found.examples:
        yield texts.say("suggest.read")
    if set((found.coverage.whys or {}).values()) - {Why.NEVER}:
        yield texts.say("suggest.left_out")
        yield from map(
            indented, told_gaps(found.coverage, workspace, texts, without={Why.NEVER}).splitlines()
        )


def _name(one: Suggested, texts: Texts) -> str:
    say = texts.say
    verdict = say(f"suggest.{one.verdict}")
    if one.later:
        answer = one.later[0].answer
        return say("suggest.answered", answer=answer) if answer else say("suggest.unchanged")
    if not one.changed:
        return say("suggest.outcome", what=say("suggest.all_met"), verdict=verdict)
    return say(
        "suggest.outcome",
        what=say("plan.list").join(_told(held, texts) for held in one.changed),
        verdict=verdict,
    )


def _told(held: Held, texts: Texts) -> str:
    say = texts.say
    if held.rows:
        is_count = held.about.isdecimal()
        return (
            say("suggest.rows", name=held.name, count=held.about)
            if is_count
            else f"{held.name} {_value(held.about, texts)}"
        )
    if not held.text:
        return say("suggest.missing", name=held.name)
    return f"{held.name} {_value(held.text, texts)}"


def _value(text: str, texts: Texts) -> str:
    """Lengths in the reader's words."""
    if text == "today":
        return texts.say("suggest.today")
    for pattern, key in _LENGTHS:
        match = pattern.fullmatch(text)
        if match:
            return texts.say(f"suggest.{key}", count=match[1], text=text)
    return text
