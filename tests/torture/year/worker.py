"""`wakeline start` in a process of its own, on a clock stepped from outside; it can be killed anywhere.

The process is forked from the one that watches, so a year of restarts costs no year of imports. What runs in
it is the command itself; only the clock, and how long it rests, are ours.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

from engine import apply, lifecycle, runners, shift, worker
from engine.cli import run_command
from engine.records import sqlite

CHUNK = 20
IN_VAIN = 120.0


@dataclass(frozen=True)
class Step:
    """One round of a worker: its moment, and what happens to it at the n-th point of its work, or chunk."""

    at: str
    dies: int = 0
    """It is killed there."""
    waits: int = 0
    """Before so many chunks it waits: somebody edits a file meanwhile, or restarts the database."""
    freezes: int = 0
    """Before so many chunks it is stopped, as a machine is suspended."""
    is_full: bool = False
    """The disk has no room left."""


@dataclass(frozen=True)
class Answer:
    """What a worker says: `well`, `away` (the round failed), `waits`, `freezes` or `dead`; points so far."""

    state: str
    points: int = 0


class Station:
    """A worker, as the one who watches sees it."""

    def __init__(self, root: Path, store: str, at: datetime, prepare: Callable[[], None]) -> None:
        """`prepare` is called in the new process before the command."""
        orders, answers = os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(orders[1]), os.close(answers[0])
            _work(root, store, at, prepare, orders[0], answers[1])
        os.close(orders[0]), os.close(answers[1])
        self._orders = os.fdopen(orders[1], "w", encoding="utf-8")
        self._answers = os.fdopen(answers[0], encoding="utf-8")

    def step(self, step: Step) -> Answer:
        """Let it work; what came of it."""
        self.send(step)
        return self.answer()

    def send(self, step: Step) -> None:
        """Let it work, without waiting."""
        self._tell(json.dumps(asdict(step)))

    def go_on(self) -> Answer:
        """It waited."""
        self._tell("on")
        return self.answer()

    def thaw(self) -> Answer:
        """It was stopped."""
        os.kill(self.pid, signal.SIGCONT)
        return self.answer()

    def kill(self) -> None:
        """SIGKILL, whatever it does."""
        os.kill(self.pid, signal.SIGKILL)
        self._bury()

    def leave(self) -> int:
        """SIGTERM; its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        self._tell("leave")
        return self._bury()

    def answer(self) -> Answer:
        """The next thing it says."""
        ready, _, _ = select.select([self._answers], [], [], IN_VAIN)
        assert ready, "a worker says nothing"
        line = self._answers.readline()
        if line:
            return Answer(**json.loads(line))
        self._bury()
        return Answer("dead")

    def _tell(self, line: str) -> None:
        print(line, file=self._orders, flush=True)

    def _bury(self) -> int:
        _, status = os.waitpid(self.pid, 0)
        self._answers.close()
        with suppress(BrokenPipeError):
            self._orders.close()
        return os.waitstatus_to_exitcode(status)


# --- in the process of the worker ---------------------------------------------------------------------------


class _Bench:
    """What the worker's process knows of the one who watches."""

    def __init__(self, at: datetime, orders: IO[str], answers: IO[str]) -> None:
        self.now, self._orders, self._answers = at, orders, answers
        self.step = Step(at.isoformat())
        self.points = self.chunks = 0

    def next(self) -> bool:
        """Wait for the next step; False when the worker is to leave."""
        line = self._orders.readline().strip()
        if line in {"", "leave"}:
            return False
        self.step = Step(**json.loads(line))
        self.now = datetime.fromisoformat(self.step.at)
        self.points = self.chunks = 0
        return True

    def say(self, state: str) -> None:
        print(json.dumps(asdict(Answer(state, self.points))), file=self._answers, flush=True)

    def point(self, *_: Any, **__: Any) -> None:
        """Something happens to the database or to a file."""
        self.points += 1
        if self.points == self.step.dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def chunk(self) -> None:
        """A chunk is to begin."""
        self.chunks += 1
        if self.chunks == self.step.waits:
            self.say("waits")
            self._orders.readline()
        if self.chunks == self.step.freezes:
            self.say("freezes")
            os.kill(os.getpid(), signal.SIGSTOP)

    def clocks(self, *_: Any) -> shift.Clocks:
        """All three of them stand until the next step."""

        def now() -> datetime:
            return self.now

        return shift.Clocks(now, now, lambda: now().timestamp())


def _work(
    root: Path, store: str, at: datetime, prepare: Callable[[], None], orders: int, answers: int
) -> None:
    """Run the command and end the process, whatever happens."""
    code = 70
    try:
        log = os.open(root / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for one in (1, 2):
            os.dup2(log, one)
        bench = _Bench(at, os.fdopen(orders, encoding="utf-8"), os.fdopen(answers, "w", encoding="utf-8"))
        gc.freeze()
        prepare()
        _install(bench)
        where = ["--workspace", str(root), *(["--store", store] if store else [])]
        how = ["--at", at.isoformat(), "--speed", "1000", "--every", "0.01", "--format", "json"]
        code = run_command(["start", *where, *how])
    finally:
        os._exit(code)


def _install(bench: _Bench) -> None:
    class Stepped(worker.Worker):
        """A round begins when the one who watches says so."""

        def round(self, leaves: Callable[[], bool]) -> Iterator[worker.Done]:
            if not bench.next():
                os.kill(os.getpid(), signal.SIGTERM)
                return
            try:
                yield from super().round(leaves)
            except BaseException:
                bench.say("away")
                raise
            bench.say("well")

    worker.Worker = Stepped  # type: ignore[misc]  # stepped from outside
    shift.Clocks.fast = bench.clocks  # type: ignore[method-assign, assignment]  # stepped from outside
    apply.CHUNK_RECORDS = CHUNK
    runners.local.LONGEST_PAUSE = 0.05
    _install_points(bench)


def _install_points(bench: _Bench) -> None:
    for event in ("before_cursor_execute", "after_cursor_execute", "commit", "begin"):
        sa.event.listen(sa.Engine, event, bench.point)
    fsync, goes_on, usual = os.fsync, lifecycle.Keeping.goes_on, sqlite._set_pragmas

    def noted(file: int) -> None:
        bench.point()
        fsync(file)
        bench.point()

    def chunk(self: lifecycle.Keeping) -> bool:
        bench.chunk()
        return goes_on(self)

    def pragmas(connection: Any, *, read_only: bool) -> None:
        usual(connection, read_only=read_only)
        if bench.step.is_full and not read_only:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages}")

    os.fsync = noted  # type: ignore[assignment]  # stepped from outside
    lifecycle.Keeping.goes_on = chunk  # type: ignore[method-assign]  # stepped from outside
    sqlite._set_pragmas = pragmas


def since(began: float) -> float:
    """Seconds since a moment by `time.monotonic`."""
    return time.monotonic() - began
