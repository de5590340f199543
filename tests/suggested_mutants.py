"""Workflow files with one condition a little otherwise, made by changing their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_KEY = re.compile(r"^[a-z_]+:", re.MULTILINE)
_BOUND = re.compile(r"\b(at_least|more_than|at_most|less_than): (\d+)\b(?! ?%)")
_COUNTED = re.compile(r"\b(count_of: [^{}]*?\bis): (\d+)\b")
_WINDOW = re.compile(r"\bduring: (last )?(\d+) days\b")
_OPTIONS = re.compile(r"\bis: \[([^\]]+)\]")
_ONE = re.compile(r"\b(field|band_of): ([^,{}]+), (is|is_not): ([^,{}\[\]]+)")


class Mutant(NamedTuple):
    """A file's text, what is other in it, and on which line."""

    text: str
    change: str
    line: int


def mutants_of(text: str) -> Iterator[Mutant]:
    """Every border of the conditions one further and one nearer, every option left out, every `is` turned."""
    start, end = _conditions(text)
    for pattern, group in ((_BOUND, 2), (_COUNTED, 2), (_WINDOW, 2)):
        for found in pattern.finditer(text, start, end):
            number = int(found[group])
            for other in (number + 1, number - 1):
                if other >= 0:
                    yield _put(text, found.span(group), str(other), found[0])
    for found in _OPTIONS.finditer(text, start, end):
        options = found[1].split(", ")
        for one in options if len(options) > 1 else ():
            kept = ", ".join(other for other in options if other != one)
            yield _put(text, found.span(1), kept, f"{found[0]} without {one}")
    for found in _ONE.finditer(text, start, end):
        yield _put(text, found.span(3), "is" if found[3] == "is_not" else "is_not", found[0])


def _conditions(text: str) -> tuple[int, int]:
    """Where the conditions of a file begin and end."""
    head = re.search(r"^conditions:", text, re.MULTILINE)
    if head is None:
        return 0, 0
    following = _KEY.search(text, head.end())
    return head.end(), len(text) if following is None else following.start()


def _put(text: str, span: tuple[int, int], new: str, about: str) -> Mutant:
    changed = text[: span[0]] + new + text[span[1] :]
    return Mutant(changed, f"{about} -> {new}", text.count("\n", 0, span[0]) + 1)
