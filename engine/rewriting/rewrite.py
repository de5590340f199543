"""Edits of a file's text, each proved: the new text is loaded again and must say what was meant, no more.

Where no patch is found that does, the block of the top that holds the place is written anew, its comments
above it, and the result says so; where that fails too, nothing is changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from engine.model.diagnostics import Diagnostic, Problems, Severity
from engine.rewriting.anew import touched, written_anew
from engine.rewriting.applying import NotThere, Step, after, changes_nothing, is_same, step_of
from engine.rewriting.edits import Edit, Fragment, Path, path_of
from engine.rewriting.finer import finer
from engine.rewriting.loaded import NoValue, loaded, meant
from engine.rewriting.parts import BREAK, Unfit
from engine.rewriting.patching import Patched, patched
from engine.rewriting.sheet import sheet_of

_ENDED = re.compile(f"(?:{BREAK.pattern})\\Z")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Carried:
    """A comment that went with what it belongs to, or moved with it; the line is that before the edit."""

    text: str
    line: int
    has_moved: bool


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new text. `anew` names the blocks of the top that had to be written anew: show the difference."""

    text: str
    carried: tuple[Carried, ...] = ()
    anew: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed: why, and which edit it was, from 0."""

    diagnostics: tuple[Diagnostic, ...]
    number: int


def rewritten(text: str, edits: Iterable[Edit], name: str = "") -> Rewritten | Refused:
    """A text with all edits carried out, one after the other, or none of them.

    `name` is what messages call the file.
    """
    body = text.removeprefix(_BOM)
    carried: list[Carried] = []
    anew: dict[str, None] = {}
    for number, edit in enumerate(edits):
        done = _One(body, edit, name).done()
        if isinstance(done, tuple):
            return Refused(done, number)
        body = done.text
        carried += done.carried
        anew |= dict.fromkeys(done.anew)
    return Rewritten(text[: len(text) - len(text.removeprefix(_BOM))] + body, tuple(carried), tuple(anew))


class _One:
    """One edit of a text."""

    def __init__(self, text: str, edit: Edit, name: str) -> None:
        self.text, self.edit, self.name = text, edit, name
        self.before = loaded(text, name)

    def done(self) -> Rewritten | tuple[Diagnostic, ...]:
        """The text with the edit, or why there is none."""
        if self.before.data is None:
            return self.before.diagnostics
        try:
            if self._changes_nothing(self.edit.value):
                return Rewritten(self.text)
            value = meant(self.edit.value)
            plain = step_of(self.edit, value, self.before.data)
        except NotThere as missing:
            return (self._refusal(missing.kind, missing.path),)
        except NoValue:
            return (self._refusal("value", path_of(self.edit.path, self.before.data)),)
        is_ready = isinstance(self.edit.value, Fragment)
        if not is_ready and self._changes_nothing(value):
            return Rewritten(self.text)
        expected = after(plain, self.before.data)
        written = self.edit.value if is_ready else value
        step = step_of(self.edit, written, self.before.data)
        found = next(self._proved(step, expected), None)
        if found is None and self.before.errors:
            return tuple(one for one in self.before.diagnostics if one.severity is Severity.ERROR)
        return found or (self._refusal("", path_of(self.edit.path, self.before.data)),)

    def _changes_nothing(self, value: Any) -> bool:
        return changes_nothing(step_of(self.edit, value, self.before.data), self.before.data)

    def _refusal(self, kind: str, path: Path) -> Diagnostic:
        problems = Problems()
        told = "/".join(map(str, path))
        problems.error(self.before.span(path, self.name), "W945", kind=kind, path=told)
        return problems.found[0]

    # --- what is tried, and its proof ---------------------------------------------------------------

    def _proved(self, step: Step, expected: Any) -> Iterator[Rewritten]:
        for always_quoted in (False, True):
            for start in self._starts():
                with suppress(Unfit):
                    found = self._patched(start, step, always_quoted=always_quoted)
                    yield from self._right(found, expected)
        if not self.before.errors:
            for always_quoted in (False, True):
                with suppress(Unfit):
                    found = written_anew(
                        self._starts()[0], self.before.data, expected, always_quoted=always_quoted
                    )
                    yield from self._right(found, expected, touched(self.before.data, expected))

    def _patched(self, text: str, step: Step, *, always_quoted: bool) -> Patched:
        gone: list[tuple[str, int]] = []
        brought: list[str] = []
        for one in finer(step, self.before.data):
            done = patched(text, one, always_quoted=always_quoted)
            text = done.text
            gone += done.gone
            brought += done.brought
        return Patched(text, tuple(gone), tuple(brought))

    def _starts(self) -> list[str]:
        """The text with a line end; a text block at the very end then takes a `-`, for it had none."""
        if not self.text or _ENDED.search(self.text):
            return [self.text]
        sheet = sheet_of(self.text)
        starts = [self.text + sheet.eol]
        last = [] if sheet.root is None else list(sheet.root.leaves())[-1:]
        if last and last[0].is_text_block:
            header = last[0].start + 1
            starts.append(f"{self.text[:header]}-{self.text[header:].removeprefix('+')}{sheet.eol}")
        return starts

    def _right(self, found: Patched, expected: Any, anew: tuple[str, ...] = ()) -> Iterator[Rewritten]:
        """The texts, without the line end that was not there or with it, that say what is expected."""
        is_open = bool(self.text) and not _ENDED.search(self.text)
        for text in ([_ENDED.sub("", found.text)] if is_open else []) + [found.text]:
            now = loaded(text, self.name)
            says_it = is_same(now.data, expected) and not now.errors - self.before.errors
            if says_it and self._keeps_comments(text, found, is_anew=bool(anew)):
                yield Rewritten(text, self._carried(text, found), anew)

    def _keeps_comments(self, text: str, found: Patched, *, is_anew: bool) -> bool:
        gone = Counter(told for told, _ in found.gone)
        value = self.edit.value
        written = _comments(f"{value.text}\n") if isinstance(value, Fragment) and not is_anew else Counter()
        new = Counter(found.brought) + written
        return _comments(text) == _comments(self.text) - gone + new

    def _carried(self, text: str, found: Patched) -> tuple[Carried, ...]:
        """What became of comments. Where there were several steps, their lines are not those of before."""
        left = Counter(found.brought)
        gone = found.gone if found.brought or not found.gone else self._gone(text)
        carried = []
        for told, line in sorted(gone, key=lambda one: one[1]):
            carried.append(Carried(told, line, has_moved=left[told] > 0))
            left[told] -= 1
        return tuple(carried)

    def _gone(self, text: str) -> Iterable[tuple[str, int]]:
        """The comments of before that are no more, with their lines."""
        sheet = sheet_of(self.text)
        before, now = [[one.text for one in some.comments] for some in (sheet, sheet_of(text))]
        matcher = SequenceMatcher(None, before, now, autojunk=False)
        for tag, first, behind, _, _ in matcher.get_opcodes():
            if tag in {"delete", "replace"}:
                for one in sheet.comments[first:behind]:
                    yield one.text, sheet.line_of(one.start) + 1


def _comments(text: str) -> Counter[str]:
    return Counter(one.text for one in sheet_of(text).comments)
