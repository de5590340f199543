"""Who gets what is meant for an owner or the one above: a colleague who is still there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FALLBACK = "S0001"
_STEPS_UP = 4

Row = tuple[str, str, str | None, int | None]


@dataclass(frozen=True)
class People:
    """The staff by key: name, the one above, whether still there."""

    staff: Mapping[str, Row]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> People:
        """From rows of id, name, supervisor, active."""
        return cls({row[0]: row for row in rows})

    def name(self, key: str | None) -> str | None:
        """What they are called; None for nobody."""
        return None if key is None else self.staff[key][1]

    def present(self, owner: str | None, to: str) -> str:
        """Who stands in for the `owner`, or is the `lead` above."""
        who = self._above(owner) if to == "lead" else owner
        for _ in range(_STEPS_UP + (to == "owner")):
            if who is None:
                return FALLBACK
            if self.staff[who][3] != 0:
                return who
            who = self._above(who)
        return FALLBACK

    def _above(self, key: str | None) -> str | None:
        return None if key is None else self.staff[key][2]
