"""Quick fixes: a diagnostic and the text it is about become the edits that mend it, each with a label."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict
from typing import Any

from engine.assist.mending.source import Case, Edit, Fix
from engine.assist.mending.table import FIXES
from engine.load import load_document
from engine.model.diagnostics import Diagnostic, Problems
from engine.texts import Texts

UNREADABLE = "W104"
_MOST = 6
_LONGEST_LINE = 2000
"""Nobody looks for a slip in a longer one, and looking for it would take long."""


def fixes_of(one: Diagnostic, text: str, language: str) -> list[dict[str, Any]]:
    """The fixes of a diagnostic: `{label, line, column, end_line, end_column, insert, certain}` each.

    `text` is that of the file. A `certain` one may be done without asking.
    """
    say = Texts.of(language).say
    return [
        {"label": say(f"assist.fix.{fix.label}", **fix.facts), **asdict(fix.edit), "certain": fix.is_certain}
        for fix in find_fixes(one, text)
    ]


def find_fixes(one: Diagnostic, text: str) -> list[Fix]:
    """The fixes of a diagnostic, the likelier first."""
    make = FIXES.get(one.code)
    if make is None or not text:
        return []
    case = Case(one, unicodedata.normalize("NFC", text.removeprefix("\ufeff")))
    if not 0 < one.at.line <= len(case.lines) or len(case.here) > _LONGEST_LINE:
        return []
    found = (fix for fix in make(case) if _is_in_order(fix.edit))
    return [fix for fix in found if one.code != UNREADABLE or _can_be_read(case, fix.edit)][:_MOST]


def _can_be_read(case: Case, edit: Edit) -> bool:
    """Whether the parser no longer stumbles there: of what it could not read at all, a fix is a guess."""
    problems = Problems()
    load_document(edited(case.text, edit), case.at.file, problems)
    first = min((other.at.line for other in problems.found if other.code == UNREADABLE), default=0)
    return case.one not in problems.found and (first == 0 or first >= min(edit.line, case.at.line))


def _is_in_order(edit: Edit) -> bool:
    """Whether an edit has a place, and does something there."""
    begin, end = (edit.line, edit.column), (edit.end_line, edit.end_column)
    return (1, 1) <= begin <= end and (begin != end or bool(edit.insert))


def edited(text: str, edit: Edit) -> str:
    """A text with one edit done; line ends stay as they are, in what is inserted they follow the text."""
    lines = text.splitlines(keepends=True)
    end = "\r\n" if "\r\n" in text else "\n"
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    begin = _index(starts, lines, edit.line, edit.column)
    stop = _index(starts, lines, edit.end_line, edit.end_column)
    insert = edit.insert.replace("\n", end)
    if edit.line > len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
        insert = end + insert.removesuffix(end)
    return text[:begin] + insert + text[stop:]


def _index(starts: list[int], lines: list[str], line: int, column: int) -> int:
    if line > len(lines):
        return starts[-1]
    return starts[line - 1] + min(column - 1, len(lines[line - 1].rstrip("\r\n")))
