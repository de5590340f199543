"""What may be changed in a file, and where: the operations of a form."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

Path: TypeAlias = "tuple[str | int, ...]"
"""Keys and indexes from the top: `("conditions", "all", 0, "value")`."""


class Operation(StrEnum):
    """What an edit does."""

    SET = "set"
    UNSET = "unset"
    INSERT = "insert"
    REMOVE = "remove"
    MOVE = "move"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A value as it is to be written, in lines of its own: a sample, or a copy with its comments."""

    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. A path is a tuple, or the engine's own text such as `conditions/all/0`.

    A part that is a number finds an item of a list, or the key of that name; a text finds a key, or of digits
    alone an item. In a path text a key may hold `/`: the keys that are there decide.

    `set` gives a value to a key, an item or all that is missing on the way, a new key at `at` among the keys.
    `unset` takes a key away, `remove` an item, `insert` puts `value` into the list of the path before item
    `at`. `move` takes an item to `to`, whose last part counts after it has left. `rename` gives a key the
    name `value`. `at` None is the end.
    """

    operation: Operation | str
    path: Path | str
    value: Any = None
    at: int | None = None
    to: Path | str = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "operation", Operation(self.operation))


def place(path: Path, data: Any) -> Path:
    """A path with the keys and indexes of the data it leads through; what is not there keeps its parts."""
    found: list[str | int] = []
    for number, part in enumerate(path):
        key = _as_met(part, data)
        found.append(key)
        inside = _inside(data, key)
        if inside is None:
            return (*found, *path[number + 1 :])
        data = inside[0]
    return tuple(found)


def _as_met(part: str | int, data: Any) -> str | int:
    if isinstance(data, dict):
        return unicodedata.normalize("NFC", str(part))
    if isinstance(data, list) and isinstance(part, str) and part.isdecimal():
        return int(part)
    return part


def _inside(data: Any, key: str | int) -> tuple[Any] | None:
    if isinstance(data, dict):
        return (data[key],) if key in data else None
    if isinstance(data, list) and isinstance(key, int):
        return (data[key],) if 0 <= key < len(data) else None
    return None


def path_of(path: Path | str, data: Any) -> Path:
    """The path that a path, or a path text, means in some data."""
    if not isinstance(path, str):
        return place(path, data)
    parts = path.split("/") if path else []
    whole = _through(parts, data)
    if whole is None and parts:  # the last part may be new
        inner = _through(parts[:-1], data)
        whole = None if inner is None else (*inner, _number(parts[-1]))
    return place(tuple(map(_number, parts)) if whole is None else whole, data)


def _number(part: str) -> str | int:
    return int(part) if part.isdecimal() and part.isascii() else part


def _through(parts: list[str], data: Any) -> Path | None:
    """Keys and indexes that are there, a key being one part or several with `/` between them."""
    if not parts:
        return ()
    for count in range(1, len(parts) + 1 if isinstance(data, dict) else 2):
        key = _as_met("/".join(parts[:count]), data)
        inside = _inside(data, key)
        rest = None if inside is None else _through(parts[count:], inside[0])
        if rest is not None:
            return (key, *rest)
    return None
