"""What a form is made of. Every element knows its place in the file; templates know how it looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
_REFERENCES = re.compile(r"(\w+) ?[:：] ?(\d[\d ,，、/.-]*)")


@dataclass(frozen=True)
class Place:
    """Where something stands: its path, its lines (from 1, both included), the comments that belong to it."""

    path: Path
    line: int
    end_line: int
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same as long as the path is: focus and morphing go by it."""
        return id_of(self.path)

    @property
    def remarks(self) -> tuple[str, ...]:
        """The comments that say something."""
        return tuple(one for one in self.notes if not _REFERENCES.fullmatch(one))

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The comments that are a word with nothing but numbers behind it: for those who keep the files."""
        found = (_REFERENCES.fullmatch(one) for one in self.notes)
        return tuple((one[1], one[2]) for one in found if one)


def id_of(path: Path) -> str:
    """The id of what stands at a path, on its page."""
    return "f-" + "-".join(_spelt(str(one)) for one in path)


def _spelt(part: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else f"_{ord(sign):x}" for sign in part)


@dataclass(frozen=True)
class Choice:
    """One of several values."""

    value: Any
    label: str
    help: str = ""
    is_unknown: bool = False


@dataclass(frozen=True)
class Offer:
    """A button that changes the file: operations as the page sends them."""

    label: str
    edit: Any
    help: str = ""


@dataclass(frozen=True)
class Control:
    """One value; `kind` is what it is changed with: text, long, number, unit, date, time, select, chips or
    check.

    `unit` is what stands behind a number; of the kind `unit` the pattern that holds it (`in {} days`).
    """

    place: Place
    kind: str
    label: str
    help: str
    value: Any
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    suggestions: tuple[str, ...] = ()
    names: str = ""
    """Of a text that is one of many names: their shape; the page has each list once."""
    instead: tuple[Offer, ...] = ()
    remove: Offer | None = None
    is_number: bool = False
    """Where a number stands now, digits are a number again."""
    takes_fields: bool = False
    """Whether `{{ 客户名称 }}` may stand in it."""

    @property
    def edit(self) -> dict[str, Any]:
        """The operation that the control's value is filled into."""
        return {"kind": "set", "path": list(self.place.path)}


@dataclass(frozen=True)
class Block:
    """Keys with their values. `said` is the block in words: what has words can be closed to them."""

    place: Place
    label: str
    help: str
    rows: tuple[Element, ...]
    offers: tuple[Offer, ...] = ()
    instead: tuple[Offer, ...] = ()
    said: str = ""
    number: str = ""
    is_step: bool = False
    remove: Offer | None = None
    moves: tuple[tuple[str, Offer], ...] = ()
    copy: Offer | None = None


@dataclass(frozen=True)
class Items:
    """A list; each entry is an element of its own."""

    place: Place
    label: str
    help: str
    items: tuple[Element, ...]
    offers: tuple[Offer, ...] = ()
    instead: tuple[Offer, ...] = ()
    remove: Offer | None = None
    shape: str = ""
    """Of a list that takes what all of its shape take: the name of that palette."""


@dataclass(frozen=True)
class GridRow:
    """A row of a table: a cell a column, None where there is nothing to be written."""

    place: Place
    label: str
    cells: tuple[Control | None, ...]
    remove: Offer | None = None
    moves: tuple[tuple[str, Offer], ...] = ()
    is_rest: bool = False
    """Whether it holds for what no other row names."""


@dataclass(frozen=True)
class Grid:
    """A list of rows, under the same names."""

    place: Place
    label: str
    help: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    offers: tuple[Offer, ...] = ()
    remove: Offer | None = None


@dataclass(frozen=True)
class Stranger:
    """What the form does not know: shown as it is written, and left alone."""

    place: Place
    label: str
    text: str


Element: TypeAlias = Control | Block | Items | Grid | Stranger


def offers_to_set(path: Path, choices: Sequence[tuple[str, str, Any]]) -> tuple[Offer, ...]:
    """Offers that put a value at a path: label, help and value of each."""
    return tuple(
        Offer(label, {"kind": "set", "path": list(path), "value": value}, help_)
        for label, help_, value in choices
    )


def is_simple(element: Element) -> bool:
    """Whether it is read at one glance: a value, or a block of values with a line each."""
    return isinstance(element, Control) or (
        isinstance(element, Block)
        and not element.offers
        and all(isinstance(one, Control) for one in element.rows)
    )
