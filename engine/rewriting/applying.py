"""An edit of plain data: what the file must say afterwards, in one step that can be carried out on text."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.rewriting.edits import Edit, Operation, Path, path_of


class NotThere(Exception):
    """An edit that the data do not allow: why, and how far its path leads."""

    def __init__(self, kind: str, path: Path) -> None:
        self.kind, self.path = kind, path
        super().__init__(kind, path)


@dataclass(frozen=True, slots=True)
class Put:
    """A value in the place of another."""

    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class Add:
    """A new key among those of a mapping."""

    path: Path
    key: str
    value: Any
    at: int


@dataclass(frozen=True, slots=True)
class Into:
    """A new item of a list, or several."""

    path: Path
    at: int
    value: Any
    more: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Out:
    """An item or an entry is taken away."""

    path: Path


@dataclass(frozen=True, slots=True)
class Name:
    """A key gets another name."""

    path: Path
    key: str


@dataclass(frozen=True, slots=True)
class Carry:
    """An item goes to another place; `step` is how it would be put there anew."""

    path: Path
    step: Put | Add | Into


Step: TypeAlias = Put | Add | Into | Out | Name | Carry


def step_of(edit: Edit, value: Any, data: Any) -> Step:
    """The one step that an edit is, given the data that it finds. Raises NotThere."""
    path = path_of(edit.path, data)
    match Operation(edit.operation):
        case Operation.SET:
            return _set(path, value, edit.at, data)
        case Operation.INSERT:
            return _insert(path, value, edit.at, data)
        case Operation.UNSET:
            return Out(_child(path, data, dict))
        case Operation.REMOVE:
            return Out(_child(path, data, list))
        case Operation.RENAME:
            return _rename(path, value, data)
        case Operation.MOVE:
            return _move(_child(path, data, list), edit, data)


def after(step: Step, data: Any) -> Any:
    """The data with a step carried out."""
    data = deepcopy(data)
    if not step.path and isinstance(step, Put):
        return step.value
    match step:
        case Put():
            value_at(data, step.path[:-1])[step.path[-1]] = step.value
        case Add():
            _add(value_at(data, step.path), step.key, step.value, step.at)
        case Into():
            value_at(data, step.path)[step.at : step.at] = [step.value, *step.more]
        case Out():
            del value_at(data, step.path[:-1])[step.path[-1]]
        case Name():
            _rename_in(value_at(data, step.path[:-1]), str(step.path[-1]), step.key)
        case Carry():
            return after(step.step, after(Out(step.path), data))
    return data


def changes_nothing(step: Step, data: Any) -> bool:
    """Whether all is so already."""
    match step:
        case Put():
            return is_same(value_at(data, step.path), step.value)
        case Name():
            return step.path[-1] == step.key
        case Carry():
            return isinstance(step.step, Into) and step.path == (*step.step.path, step.step.at)
    return False


def value_at(data: Any, path: Path) -> Any:
    """What stands at a path that is there."""
    for part in path:
        data = data[part]
    return data


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are written alike: keys in the same order, `1` neither `true` nor `1.0`."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _reach(path: Path, data: Any) -> int:
    """How many parts of a path are there."""
    for number, part in enumerate(path):
        if isinstance(data, dict):
            if part not in data:
                return number
        elif not isinstance(data, list) or not isinstance(part, int) or not 0 <= part < len(data):
            return number
        data = data[part]
    return len(path)


def _child(path: Path, data: Any, kind: type) -> Path:
    count = _reach(path, data)
    if not path or count < len(path):
        raise NotThere("missing", path[: count + 1])
    if not isinstance(value_at(data, path[:-1]), kind):
        raise NotThere("list" if kind is list else "mapping", path)
    return path


def _set(path: Path, value: Any, at: int | None, data: Any) -> Put | Add | Into:
    count = _reach(path, data)
    if count == len(path):
        if not path and not isinstance(value, dict):
            raise NotThere("mapping", path)
        return Put(path, value)
    held, part = value_at(data, path[:count]), path[count]
    if held is None:
        return Put(path[:count], _nested(path[count:], value, path))
    inner = _nested(path[count + 1 :], value, path)
    if isinstance(held, dict):
        is_placed = count == len(path) - 1 and at is not None and 0 <= at <= len(held)
        return Add(path[:count], str(part), inner, at if is_placed and at is not None else len(held))
    if isinstance(held, list) and part == len(held):
        return Into(path[:count], len(held), inner)
    raise NotThere("missing" if isinstance(held, list) else "through", path[: count + 1])


def _nested(path: Path, value: Any, whole: Path) -> Any:
    """A value with the lists and mappings around it that are not there yet."""
    for part in reversed(path):
        if isinstance(part, int) and part:
            raise NotThere("missing", whole)
        value = [value] if isinstance(part, int) else {part: value}
    return value


def _insert(path: Path, value: Any, at: int | None, data: Any) -> Put | Add | Into:
    count = _reach(path, data)
    held = value_at(data, path) if count == len(path) else None
    if held is None:
        if at not in {None, 0}:
            raise NotThere("missing", (*path, at or 0))
        return _set(path, [value], None, data)
    if not isinstance(held, list):
        raise NotThere("list", path)
    index = len(held) if at is None else at
    if not 0 <= index <= len(held):
        raise NotThere("missing", (*path, index))
    return Into(path, index, value)


def _rename(path: Path, value: Any, data: Any) -> Name:
    _child(path, data, dict)
    if not isinstance(value, str) or not value.strip():
        raise NotThere("value", path)
    if value != path[-1] and value in value_at(data, path[:-1]):
        raise NotThere("taken", (*path[:-1], value))
    return Name(path, value)


def _move(path: Path, edit: Edit, data: Any) -> Carry:
    value = value_at(data, path)
    rest = after(Out(path), data)
    to = path_of(edit.to, rest)
    if not to or not isinstance(to[-1], int):
        raise NotThere("list", to)
    if path[-1] == to[-1] and path[:-1] == to[:-1]:
        return Carry(path, Into(to[:-1], to[-1], value))
    step = _insert(to[:-1], value, to[-1], rest)
    if isinstance(step, Into) and step.path != to[:-1]:  # items on the way are not made
        raise NotThere("missing", to)
    return Carry(path, step)


def _add(held: dict[str, Any], key: str, value: Any, at: int) -> None:
    entries = list(held.items())
    entries.insert(at, (key, value))
    held.clear()
    held.update(entries)


def _rename_in(held: dict[str, Any], key: str, name: str) -> None:
    entries = [(name if one == key else one, value) for one, value in held.items()]
    held.clear()
    held.update(entries)
