"""Where a text finds its values: a slot for each path, made by whoever reads the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.text.tree import Path
from engine.text.values import as_is


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a path's value in a row, how it is shown, and how filters and tests see it.

    None reaches neither function. `value` gives yes/no as bool and numbers as int or Decimal. With the
    default, `as_is`, the translation reads the row without a call. Of a list, `value` gives the rows, each a
    sequence; the slots of what stands in them count positions there.
    """

    position: int
    show: Callable[[Any], str] = as_is
    value: Callable[[Any], Any] = as_is


Slots: TypeAlias = Mapping[Path, Slot]
TextWriter: TypeAlias = Callable[[Sequence[Any]], str]
