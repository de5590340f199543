"""What a text does other than the live one, to the same records at the same moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine import ChangeTold, Desk, DiffTold

ADDED, DROPPED, CHANGED = "added", "dropped", "changed"
_KINDS = (ADDED, DROPPED, CHANGED)
LISTED = 50
"""Of each change so many records are listed; all are counted."""


@dataclass(frozen=True)
class Listed:
    """A kind of change: `added`, `dropped` or `changed`; how many records, and the first of them."""

    kind: str
    count: int
    records: tuple[ChangeTold, ...]


@dataclass(frozen=True)
class Comparison:
    """The records that the text starts beside those of the live version, or no more, or does otherwise to.

    `effects`: name, how often before, how often after; `waiting` stay on the version they began with.
    """

    checked: int
    same: int
    lists: tuple[Listed, ...]
    effects: tuple[tuple[str, int, int], ...]
    held: tuple[str, ...]
    waiting: int

    @property
    def is_same(self) -> bool:
        """Whether it does the same to everybody."""
        return not any(one.count for one in self.lists)


def compared(live: Desk, tried: Desk, file: str, languages: Iterable[str]) -> dict[str, Comparison]:
    """By language; nothing where one of the two has no workflow without errors in this file.

    Raises EngineError where the records cannot be read, or are others on the two sides.
    """
    sides = tried.beside(live, file)
    if sides is None:
        return {}
    with tried.diff(*sides) as found:
        records = list(found.records(LISTED))
        told = {language: DiffTold(found, records, language) for language in languages}
        counts = {str(kind): count for kind, count in found.counts.items()}
        return {
            language: Comparison(
                found.after.prepared.checked,
                found.same,
                tuple(Listed(kind, counts.get(kind, 0), tuple(words.records(kind))) for kind in _KINDS),
                tuple(words.effects()),
                tuple(words.held()),
                found.waiting,
            )
            for language, words in told.items()
        }
