"""Frozen dataclasses as plain lists, and back: what a file in JSON can hold, without running anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Read = Callable[[Any], Any]


def to_plain(value: object) -> Any:
    """Texts, whole numbers, truths, None and lists; a dataclass is the list of its values."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    if isinstance(value, frozenset):
        return sorted(to_plain(one) for one in value)
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value):
        kind: Any = type(value)
        return [to_plain(getattr(value, name)) for name in _names(kind)]
    raise TypeError(f"{type(value).__name__} is not plain")


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of a type; raises TypeError, ValueError or ArithmeticError when the lists do not fit.

    Texts, numbers and truths are taken as they are: whoever needs to know that nobody has touched them
    compares a digest of the whole.
    """
    asked: Any = kind
    read = _reader(asked)
    return cast("T", plain if read is None else read(plain))


@lru_cache(maxsize=256)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Read | None:
    """How a value of a type is read, made once a type; None where there is nothing to do."""
    origin, inner, make = get_origin(kind), get_args(kind), cast("Callable[..., Any]", kind)
    if origin in {Union, UnionType}:
        return _optional(inner)
    if origin is tuple and inner[-1] is not ...:
        return _row([_reader(one) for one in inner], lambda *values: values)
    if origin in {tuple, frozenset}:
        return _many(inner[0], origin)
    if is_dataclass(make):
        hints = get_type_hints(kind)
        return _row([_reader(hints[one.name]) for one in fields(make)], cast("Callable[..., Any]", kind))
    if kind is Decimal or issubclass(kind, Enum):
        return make
    if kind in {str, int, bool}:
        return None
    raise TypeError(f"{kind} is not plain")


def _many(kind: Any, make: Callable[..., Any]) -> Read:
    read = _reader(kind)
    return make if read is None else _each(read, make)


def _each(read: Read, make: Callable[..., Any]) -> Read:
    return lambda plain: make([read(one) for one in plain])


def _optional(kinds: tuple[Any, ...]) -> Read | None:
    one, *others = (kind for kind in kinds if kind is not NoneType)
    if others or NoneType not in kinds:
        raise TypeError(f"{kinds} is not plain")
    read = _reader(one)
    return None if read is None else lambda plain: None if plain is None else read(plain)


def _row(reads: list[Read | None], make: Callable[..., Any]) -> Read:
    """A list of so many values, of which some have to be read."""
    asked = [(number, read) for number, read in enumerate(reads) if read is not None]

    def read_row(plain: Any) -> Any:
        if len(plain) != len(reads):
            raise ValueError(f"{len(reads)} values expected")
        values = list(plain)
        for number, read in asked:
            values[number] = read(values[number])
        return make(*values)

    return read_row
