"""`check --fix`: the fixes that need no asking are written into the files, and told line by line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.assist.fixes import edited, find_fixes
from engine.assist.mending.source import Fix
from engine.checking import Checked
from engine.model.diagnostics import Diagnostic
from engine.rewriting.whole import write_whole

_MOST_ROUNDS = 60
"""One mistake may hide the next: so many times the files are read anew."""
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a file, as it was and as it is; `code` is what was wrong with it."""

    file: str
    line: int
    before: str
    after: str
    code: str
    fix: Fix


@dataclass(slots=True)
class Fixed:
    """What was changed, and what a check says afterwards."""

    checked: Checked
    changes: list[Change] = field(default_factory=list)


def fix_files(root: Path, check: Callable[[], Checked]) -> Fixed:
    """Write the certain fixes of the files that `check` is about, until it finds no more of them."""
    fixed, left_alone = Fixed(check()), set[str]()
    for _ in range(_MOST_ROUNDS):
        wanted = {name: found for name, found in _certain(fixed.checked).items() if name not in left_alone}
        if not wanted:
            break
        kept = {name: _write(root, name, fixed.checked, found) for name, found in wanted.items()}
        now = check()
        for name, (path, raw, changes) in kept.items():
            if changes and _has_helped(name, wanted[name], fixed.checked, now):
                fixed.changes += changes
                continue
            left_alone.add(name)
            if changes:
                write_whole(path, raw)
        fixed.checked = check() if left_alone & kept.keys() else now
    fixed.changes.sort(key=lambda one: (one.file, one.line))
    return fixed


def _certain(checked: Checked) -> dict[str, list[tuple[Diagnostic, Fix]]]:
    """For each file the fixes that need no asking, at most one a line."""
    found: dict[str, dict[int, tuple[Diagnostic, Fix]]] = {}
    for one in checked.diagnostics:
        document = checked.documents.get(one.at.file)
        for fix in find_fixes(one, document.text) if document is not None else ():
            is_simple = fix.edit.line == fix.edit.end_line and "\n" not in fix.edit.insert
            if fix.is_certain and is_simple:
                found.setdefault(one.at.file, {}).setdefault(fix.edit.line, (one, fix))
                break
    return {name: list(lines.values()) for name, lines in found.items()}


def _write(
    root: Path, name: str, checked: Checked, found: Iterable[tuple[Diagnostic, Fix]]
) -> tuple[Path, bytes, list[Change]]:
    """Do these fixes in a file; its path, what it held before, and what was changed."""
    path = root / name if (root / name).is_file() else Path(name)
    raw = path.read_bytes()
    text, encode = _decoded(raw)
    changes: list[Change] = []
    if unicodedata.normalize("NFC", text) != checked.documents[name].text:
        return path, raw, changes  # somebody has written it meanwhile
    for one, fix in found:
        number = fix.edit.line
        text = _with_normal_line(text, number)
        before = text.splitlines()[number - 1]
        text = edited(text, fix.edit)
        changes.append(Change(name, number, before, text.splitlines()[number - 1], one.code, fix))
    write_whole(path, encode(text))
    return path, raw, changes


def _decoded(raw: bytes) -> tuple[str, Callable[[str], bytes]]:
    """The text of a file, and how to turn a text back into such a file, mark at its beginning and all."""
    coding = _UTF_16.get(raw[:2], "utf-8")
    text = raw.decode(coding)
    mark = _BOM if text.startswith(_BOM) else ""
    return text.removeprefix(_BOM), lambda new: f"{mark}{new}".encode(coding)


def _with_normal_line(text: str, number: int) -> str:
    """A text in which one line counts its characters as diagnostics do; all others stay as they are."""
    lines = text.splitlines(keepends=True)
    lines[number - 1] = unicodedata.normalize("NFC", lines[number - 1])
    return "".join(lines)


def _has_helped(name: str, done: Iterable[tuple[Diagnostic, Fix]], before: Checked, after: Checked) -> bool:
    """Whether the mistakes are gone, and no line that was changed cannot be read now."""
    old, new = list(_told(name, before)), list(_told(name, after))
    lines = {fix.edit.line for _, fix in done}
    gone = all(new.count(_mark(one)) < old.count(_mark(one)) for one, _ in done)
    return gone and not any(code == "W104" and line in lines for line, _, code, _ in set(new) - set(old))


def _told(name: str, checked: Checked) -> Iterator[tuple[int, int, str, object]]:
    return (_mark(one) for one in checked.diagnostics if one.at.file == name)


def _mark(one: Diagnostic) -> tuple[int, int, str, object]:
    return one.at.line, one.at.column, one.code, one.facts
