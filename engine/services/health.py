"""Whether all is well, for whoever asks from outside: no person, no record, no sentence of the files."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from engine.doctor import Checkup, Doctor, Mark
from engine.model.moments import Clock
from engine.records.store import Store
from engine.workspace import Workspace

FRESH = 10.0
"""Seconds for which a look holds good: somebody may ask every second."""


@dataclass(eq=False)
class Health:
    """What `wakeline doctor` sees, and how the worker is, where this stands beside one."""

    workspace: Callable[[], Workspace]
    open_store: Callable[[], Store]
    clock: Callable[[], Clock]
    version: str
    worker: Callable[[], Mapping[str, object]] | None = None
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _doctor: Doctor | None = field(default=None, init=False, repr=False)
    _seen: tuple[float, Checkup] | None = field(default=None, init=False, repr=False)

    def look(self) -> tuple[bool, dict[str, Any]]:
        """Whether all is well, and the checks; looked at anew when the last look is some seconds old."""
        with self._lock:
            found = self._fresh()
        worker = None if self.worker is None else dict(self.worker())
        is_well = found.status is not Mark.PROBLEM and (worker is None or bool(worker.get("is_well")))
        checks = [
            {"group": one.group, "name": one.name, "status": str(one.status), "code": one.code}
            for one in found.checks
        ]
        status = str(found.status) if is_well else str(Mark.PROBLEM)
        beside = {} if worker is None else {"worker": worker}
        return is_well, {"status": status, **beside, "checks": checks}

    def _fresh(self) -> Checkup:
        if self._seen is not None and time.monotonic() - self._seen[0] < FRESH:
            return self._seen[1]
        workspace = self.workspace()
        if self._doctor is None or self._doctor.workspace is not workspace:
            self._doctor = Doctor(workspace, self.open_store, self.version)
        found = self._doctor.look(self.clock())
        self._seen = (time.monotonic(), found)
        return found
