"""What an edit does to plain data, and where it takes what stood at a path."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Path = tuple[Any, ...]


def at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def edited(data: Any, operation: str, path: Path, value: Any = None, place: Any = None) -> Any:
    """The data after an edit; `place` is the index of `insert`, or the path that `move` goes to."""
    data = deepcopy(data)
    if operation == "insert":
        at(data, path).insert(place, value)
        return data
    held, last = at(data, path[:-1]), path[-1]
    if operation == "set":
        held[last] = value
    elif operation == "rename":
        entries = [(value if key == last else key, one) for key, one in held.items()]
        held.clear()
        held.update(entries)
    else:
        taken = held.pop(last)
        if operation == "move":
            at(data, place[:-1]).insert(place[-1], taken)
    return data


def path_after(whose: Path, operation: str, path: Path, value: Any = None, place: Any = None) -> Path | None:
    """Where the item or entry of a path is after an edit; None when it went."""
    if operation == "set":
        return None if whose[: len(path)] == path and len(whose) > len(path) else whose
    if operation == "insert":
        return _shifted(whose, (*path, place), 1)
    if operation == "rename":
        return (*path[:-1], value, *whose[len(path) :]) if whose[: len(path)] == path else whose
    if whose[: len(path)] == path:
        return None if operation != "move" else (*place, *whose[len(path) :])
    rest = _shifted(whose, path, -1)
    return _shifted(rest, place, 1) if operation == "move" else rest


def _shifted(whose: Path, item: Path, by: int) -> Path:
    """A path where an item came (1) before those from its place on, or went (-1)."""
    level = len(item) - 1
    is_behind = (
        isinstance(item[-1], int)
        and len(whose) > level
        and whose[:level] == item[:level]
        and whose[level] >= item[-1] + (by < 0)
    )
    return (*whose[:level], whose[level] + by, *whose[level + 1 :]) if is_behind else whose
