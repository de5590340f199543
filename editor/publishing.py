"""What publishing would change, in words and in text; and publishing itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from editor.analysis import Analysis
from editor.vocabulary import kind_of
from editor.words import words_in
from engine import EngineError, Sentence, describe, is_workflow_file, render_sentence

_BULLET = re.compile(r"^\s*(?:[·-]\s+)?")
"""What stands before a line of a sentence that is a list."""


@dataclass(frozen=True)
class Line:
    """A line of a difference: `del`, `ins`, `gap`, or neither."""

    kind: str
    text: str


@dataclass(frozen=True)
class Changes:
    """What is another in a new text: the sentences that go and come, the lines that do."""

    told: tuple[Line, ...]
    lines: tuple[Line, ...]
    is_only_layout: bool
    """Whether it says the same as before."""


def changes_between(before: Analysis, after: Analysis) -> Changes:
    """From one text to another."""
    lines = tuple(_lines(before.text, after.text))
    return Changes(tuple(_sentences(before, after)), lines, before.says == after.says)


def _sentences(before: Analysis, after: Analysis) -> Iterator[Line]:
    """Of a workflow its own lines; of a file that workflows share those of every workflow that it changes."""
    if kind_of(after.file) in {"template", "partial"}:  # what is said to whom is for the text to show
        return
    if kind_of(after.file) == "workflow":
        yield from _compared(_told(before.sentence, before.language), _told(after.sentence, after.language))
        return
    changed = {one.file for one in before.desk.releases.changed(after.desk.workspace)}
    old, new = ({one.id: one for one in _all(side, changed)} for side in (before, after))
    for name, one in new.items():
        lines = list(_compared(_told(old.get(name), before.language), _told(one, after.language)))
        say = words_in(after.language).say
        yield from (Line(one_.kind, say("publish.of", name=one.name, text=one_.text)) for one_ in lines)


def _all(one: Analysis, changed: Collection[str]) -> list[Sentence]:
    desk = one.desk
    known = desk.workspace.documents.items()
    files = [file for file, read in known if file in changed and is_workflow_file(file) and read.root]
    return describe(desk.outlooks(files), desk.workspace, one.language) if files else []


def _compared(old: list[str], new: list[str]) -> Iterator[Line]:
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (Line("del", one) for one in old[i:j])
            yield from (Line("ins", one) for one in new[k:m])


def _told(one: Sentence | None, language: str) -> list[str]:
    """Line by line, as a list of its own shows them; without the next times, which change with the hour."""
    if one is None:
        return []
    lines = render_sentence(one, language).splitlines()
    kept = lines[:-1] if one.next_times else lines
    return [_BULLET.sub("", line).rstrip("；; ") for line in kept]


def _lines(before: str, after: str) -> Iterator[Line]:
    for number, line in enumerate(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)):
        if number > 1:  # the names of the two sides
            kind = {"-": "del", "+": "ins", "@": "gap"}.get(line[:1], "")
            yield Line(kind, line if kind == "gap" else line[1:])


def matching(one: Analysis) -> int | None:
    """How many records the text would start for now; None where nobody can say."""
    if one.id is None or not one.desk.store.is_there:
        return None
    try:
        with one.desk.plan(one.id, with_funnel=False) as dry:
            return dry.counts.matched
    except EngineError:
        return None
