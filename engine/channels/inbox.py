"""`kind: inbox`: notices that a colleague reads on their Wakeline page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.channels.parcel import Outcome, Parcel, Sent


@dataclass(frozen=True)
class Inbox:
    """Puts rows into the inbox through `put`, which ignores keys that are there already."""

    name: ClassVar[str] = "inbox"
    is_ours: ClassVar[bool] = True
    leaves: ClassVar[bool] = False

    put: Callable[[Sequence[Mapping[str, Any]]], None]

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
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
        return [Sent() for _ in parcels]

    def known(self, keys: Collection[str]) -> frozenset[str] | None:  # noqa: ARG002 - the protocol's
        """Never asked: a page and the mark of its letters are one transaction."""
        return None

    def close(self) -> None:
        """Nothing is open."""
