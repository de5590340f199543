"""The runner of one machine: a loop in this process. The ledger is its queue, so to submit is to wake it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from engine.log import log_of
from engine.model.diagnostics import EngineError, StoreAway
from engine.pauses import pause_after
from engine.runners.port import Stop
from engine.worker import Done, Worker

BUG = "bug"
"""In place of a code where a round broke by a mistake of the program."""
_STEP = 0.5
"""So often the loop looks whether it is to leave."""


def _silent(_: Done) -> None:
    return


class Local:
    """Rounds of one worker, one after the other; while the database is away it waits longer and longer."""

    def __init__(self, worker: Worker, on_done: Callable[[Done], None] = _silent) -> None:
        self.worker, self._on_done = worker, on_done
        self._wake = threading.Event()
        self._log = log_of(worker.name)
        self._failures = 0
        self._last_round: float | None = None
        self._code = ""

    def submit_run(self, run: int) -> None:  # noqa: ARG002 - the ledger knows which
        """Look at once."""
        self._wake.set()

    def submit_delivery(self, channel: str) -> None:  # noqa: ARG002 - as above
        """Look at once."""
        self._wake.set()

    def run_worker(self, stop: Stop) -> None:
        """Rounds until asked to leave."""
        self._log.info("worker_begins", every=self.worker.habits.every.total_seconds())
        while not stop():
            self._rest(self._round(stop), stop)
        with suppress(EngineError):
            self.worker.leave()
        self._log.info("worker_leaves")

    def health(self) -> Mapping[str, object]:
        """Well when the last round went through; `since_round` seconds ago."""
        since = None if self._last_round is None else time.monotonic() - self._last_round
        return {"is_well": self._failures == 0, "since_round": since, "code": self._code}

    def _round(self, stop: Stop) -> float:
        """One round; the seconds until the next."""
        try:
            for done in self.worker.round(stop):
                self._on_done(done)
        except EngineError as failure:
            # A database that is away is told once, anything else every time.
            if not self._failures or not isinstance(failure, StoreAway):
                self._log.error("store_away", code=failure.code)
            return self._failed(failure.code)
        except Exception:  # noqa: BLE001 - a worker does not die of one round
            self._log.exception("round_broke")
            return self._failed(BUG)
        if self._failures:
            self._log.info("store_back", tries=self._failures)
        self._failures, self._code, self._last_round = 0, "", time.monotonic()
        return self.worker.habits.every.total_seconds()

    def _failed(self, code: str) -> float:
        self._failures, self._code = self._failures + 1, code
        return pause_after(self._failures)

    def _rest(self, seconds: float, stop: Stop) -> None:
        until = time.monotonic() + seconds
        while not stop() and (left := until - time.monotonic()) > 0:
            if self._wake.wait(min(left, _STEP)):
                self._wake.clear()
                return
