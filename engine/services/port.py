"""What a service is: something that `wakeline start` runs beside the worker, in a thread of its own.

Another package adds one by an entry point of the group `wakeline.services`: a function that is given a
Beside and gives a Service, or None when it is not switched on. What cannot begin raises an EngineError there,
and `wakeline start` says why and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol, TypeAlias

from engine.model.moments import Clock
from engine.records.store import Store
from engine.tally import Tally
from engine.workspace import Workspace


@dataclass(frozen=True)
class Beside:
    """What a service may look at. The worker reads changed files anew: ask each time.

    `options` are those of the command line, by the names of the services they switch on.
    """

    workspace: Callable[[], Workspace]
    open_store: Callable[[], Store]
    clock: Callable[[], Clock]
    health: Callable[[], Mapping[str, object]]
    tally: Tally
    version: str
    options: Mapping[str, str] = field(default_factory=dict)


class Service(Protocol):
    """Ready to begin: what it listens on is open."""

    name: str

    def run(self, stop: Event) -> None:
        """Serve until asked to stop; returns within a second or two, and lets go of what it holds."""


Opening: TypeAlias = Callable[[Beside], Service | None]
