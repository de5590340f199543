"""The mistakes of a file at the controls they are about: who fills in a form need not look for a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from editor.forms.elements import Block, Element, Grid, Items, Path, id_of
from engine import Mapping as Keys
from engine import Node
from engine import Sequence as Listed


@dataclass(frozen=True)
class Trouble:
    """`at` has the mistakes by the id of the element they are shown at; `around` is what holds an error."""

    all: Sequence[tuple[Path, Mapping[str, Any]]] = ()

    @cached_property
    def at(self) -> Mapping[str, list[Mapping[str, Any]]]:
        """By the id of an element."""
        found = dict[str, list[Mapping[str, Any]]]()
        for path, problem in self.all:
            found.setdefault(id_of(path), []).append(problem)
        return found

    @cached_property
    def around(self) -> frozenset[str]:
        """The ids of all that holds an error, however deep."""
        errors = [path for path, one in self.all if one["severity"] == "error"]
        return frozenset(id_of(path[:length]) for path in errors for length in range(len(path) + 1))


def trouble_in(form: Block | None, root: Node | None, problems: Sequence[Mapping[str, Any]]) -> Trouble:
    """Every mistake with the path of the smallest element that holds its place."""
    if form is None or root is None:
        return Trouble()
    shown = set(_paths(form))
    return Trouble([(_shown_at(path_at(root, one["line"], one["column"]), shown), one) for one in problems])


def path_at(node: Node, line: int, column: int) -> Path:
    """The path of the innermost value, or of the key, at a place of the text."""
    if isinstance(node, Keys):
        for key, value in node.entries:
            if key.span.line == line and key.span.column <= column < key.span.end_column:
                return (key.text,)
            if _holds(value, line, column):
                return (key.text, *path_at(value, line, column))
    elif isinstance(node, Listed):
        for number, one in enumerate(node.items):
            if _holds(one, line, column):
                return (number, *path_at(one, line, column))
    return ()


def _holds(node: Node, line: int, column: int) -> bool:
    span = node.span
    return (span.line, span.column) <= (line, column) < (span.end_line, max(span.end_column, span.column + 1))


def _shown_at(path: Path, shown: set[Path]) -> Path:
    while path and path not in shown:
        path = path[:-1]
    return path


def _paths(element: Element) -> Iterator[Path]:
    yield element.place.path
    inner: Sequence[Any] = ()
    if isinstance(element, Block):
        inner = element.rows
    elif isinstance(element, Items):
        inner = element.items
    elif isinstance(element, Grid):
        inner = [cell for row in element.rows for cell in row.cells if cell is not None]
    for one in inner:
        yield from _paths(one)
