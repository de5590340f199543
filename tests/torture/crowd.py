"""Worker processes on one store and one clock; some die at a statement that is told, and are hired again."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import RawArray
from pathlib import Path

import sqlalchemy as sa

from engine import apply
from engine.front import Desk
from engine.log import configure
from engine.runners import Local
from engine.shift import Clocks
from engine.worker import Habits, Worker

CHUNK = 2
IN_VAIN = 120.0


@dataclass
class Crowd:
    """`count` workers. What they all see is the board: the clock, whether to leave, and how many statements
    each has left to live (0: no end is set).
    """

    root: Path
    url: str
    count: int
    eve: datetime
    kills: int = 0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._board = RawArray("q", [int(self.eve.timestamp()), 0, *(0 for _ in range(self.count))])
        self._pids = [self._hire(seat) for seat in range(self.count)]

    def step(self, now: datetime, doomed: Mapping[int, int], is_over: Callable[[], bool]) -> None:
        """The clock goes on to a moment; some die after so many statements, others take their seats. It ends
        when they have, and all is done.
        """
        for seat, statements in doomed.items():
            self._board[2 + seat] = statements
        self._board[0] = int(now.timestamp())
        left = set(doomed)

        def has_ended() -> bool:
            left.difference_update([seat for seat in left if self._has_died(seat)])
            return not left and is_over()

        self.until(has_ended, f"{now} is not over")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something; what is wrong if it does not come."""
        end = time.monotonic() + IN_VAIN
        while not holds():
            if time.monotonic() > end:
                self.wrong.append(what)
                return
            time.sleep(0.03)

    def leave(self) -> None:
        """All leave in peace; one that does not is put out."""
        self._board[1] = 1
        left = set(self._pids)

        def have_left() -> bool:
            for pid in sorted(left):
                gone, status = os.waitpid(pid, os.WNOHANG)
                if gone:
                    left.remove(pid)
                    self.wrong += (
                        [f"a worker left with {os.waitstatus_to_exitcode(status)}"] if status else []
                    )
            return not left

        self.until(have_left, "a worker does not leave")
        for pid in left:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _has_died(self, seat: int) -> bool:
        gone, status = os.waitpid(self._pids[seat], os.WNOHANG)
        if gone:
            self.kills += os.waitstatus_to_exitcode(status) == -signal.SIGKILL
            self._pids[seat] = self._hire(seat)
        return bool(gone)

    def _hire(self, seat: int) -> int:
        pid = os.fork()
        if not pid:
            self._work(seat)
        return pid

    # --- in the process of a worker -------------------------------------------------------------------------

    def _work(self, seat: int) -> None:
        """It never comes back from here."""
        code = 70
        try:
            log = os.open(self.root / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for one in (1, 2):
                os.dup2(log, one)
            gc.freeze()
            self._count_statements(2 + seat)
            apply.CHUNK_RECORDS = CHUNK
            configure(as_json=True)
            desk = Desk(self.root, self.url, self.eve)
            habits = Habits(timedelta(seconds=0.1), version="torture")
            clocks = Clocks(self._now, passed=lambda: self._now().timestamp())
            Local(Worker(desk.workspace, self.url, clocks, habits)).run_worker(lambda: bool(self._board[1]))
            code = 0
        finally:
            os._exit(code)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._board[0], UTC)

    def _count_statements(self, place: int) -> None:
        def count(*_: object, **__: object) -> None:
            if self._board[place]:
                self._board[place] -= 1
                if not self._board[place]:
                    os.kill(os.getpid(), signal.SIGKILL)

        for event in ("before_cursor_execute", "after_cursor_execute", "begin", "commit"):
            sa.event.listen(sa.Engine, event, count)
