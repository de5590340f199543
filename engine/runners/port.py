"""What a runner can do; ids go in, and whatever it repeats or loses, the ledger keeps the promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

Stop: TypeAlias = Callable[[], bool]
"""Asked again and again; True when the worker is to leave."""


class Runner(Protocol):
    """Brings runs and letters to workers."""

    def submit_run(self, run: int) -> None:
        """A run is due; twice is as good as once."""

    def submit_delivery(self, channel: str) -> None:
        """Letters wait for a channel."""

    def run_worker(self, stop: Stop) -> None:
        """Work until asked to leave; the chunk in hand is finished."""

    def health(self) -> Mapping[str, object]:
        """How it is: `is_well`, and what an operator asks next."""
