"""`kind: inbox`: notices that a colleague reads on their Wakeline page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.channels.parcel import Parcel


@dataclass(frozen=True)
class Inbox:
    """Puts rows into the inbox through `put`, which ignores keys that are there already."""

    name: ClassVar[str] = "inbox"
    is_ours: ClassVar[bool] = True

    put: Callable[[Sequence[Mapping[str, Any]]], None]

    def send(self, parcels: Sequence[Parcel]) -> None:
        """One row a parcel."""
        self.put(
            [
                {
                    "person": one.to,
                    "run": one.run,
                    "at": one.at,
                    "text": one.body,
                    "urgent": int(one.urgent),
                    "key": one.key,
                }
                for one in parcels
            ]
        )
