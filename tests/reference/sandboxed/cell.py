"""A value of a row as the sandbox sees it: missing or there, shown or compared, never opened."""

from __future__ import annotations

from typing import Any

from engine.text.slots import Slot
from engine.text.tree import Path
from engine.text.values import as_number, as_text, compare, has_value


class Cell:
    """A value of a row as a text sees it. Templates never reach its attributes."""

    __hash__ = None  # type: ignore[assignment]  # Compared by value, which may be anything.
    __slots__ = ("_raw", "_slot", "path")

    def __init__(self, path: Path, slot: Slot, raw: Any) -> None:
        self.path = path
        self._raw = raw
        self._slot = slot

    @property
    def is_there(self) -> bool:
        return self._raw is not None

    def emptied(self) -> Cell:
        return Cell(self.path, self._slot, None)

    def text(self) -> str | None:
        shown = None if self._raw is None else self._slot.show(self._raw)
        return None if shown is None else as_text(shown)

    def value(self) -> Any:
        return None if self._raw is None else self._slot.value(self._raw)

    def __bool__(self) -> bool:
        return has_value(self.value())

    def __eq__(self, other: object) -> bool:
        return self._compare("eq", other)

    def __ne__(self, other: object) -> bool:
        return self._compare("ne", other)

    def __lt__(self, other: object) -> bool:
        return self._compare("lt", other)

    def __le__(self, other: object) -> bool:
        return self._compare("lteq", other)

    def __gt__(self, other: object) -> bool:
        return self._compare("gt", other)

    def __ge__(self, other: object) -> bool:
        return self._compare("gteq", other)

    def _compare(self, comparison: str, other: object) -> bool:
        return compare(
            comparison, self.value(), other.value() if isinstance(other, Cell) else as_number(other)
        )
