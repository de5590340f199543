"""What is measured, each in a process of its own: `python -m benchmarks.modes MODE JSON` prints JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeAlias

import sqlalchemy as sa

from benchmarks import foresight
from benchmarks.days import change, settle
from benchmarks.hand import run_by_hand
from benchmarks.hand.dialects import DIALECTS
from benchmarks.night import NIGHT, STEADY, THIRD, clock_of, reference_workspace
from benchmarks.outcome import outcome_of
from benchmarks.statements import count_statements
from engine.by_hand import run_workflow
from engine.front import Desk
from engine.garbage import look_seldom
from engine.model.moments import Clock
from engine.pipeline import RunResult, store_of
from engine.records.database import Database, database_at
from engine.records.store import Store
from engine.report.plan import plan_json
from engine.workspace import Workspace

Found = dict[str, Any]
Modes: TypeAlias = "Mapping[str, Callable[[Asked, Stopwatch], Found]]"


_MOMENTS = {"": NIGHT, "steady": STEADY, "third": THIRD}


@dataclass(frozen=True)
class Asked:
    """On what a mode works: a store, the folder of a workspace, a moment.

    `after`: a night that the same process has run again before, as a worker does that runs every night; what
    happens until `at` happens in between.
    """

    url: str
    folder: Path
    at: datetime = NIGHT
    after: datetime | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """As it was written for the process."""
        at, after = _MOMENTS[given.get("at", "")], given.get("after")
        return cls(given["url"], Path(given["folder"]), at, None if after is None else _MOMENTS[after])


@dataclass
class Stopwatch:
    """CPU and wall seconds of what happens inside `with`, and how high the memory of the process rose.

    What PostgreSQL works for us, it works in a process of its own for each connection: what that has used is
    looked up when the connection is closed, and belongs to it.
    """

    figures: Found = field(default_factory=dict)
    _served: float = 0.0

    def __enter__(self) -> Self:
        sa.event.listen(sa.pool.Pool, "close", self._count)
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        client, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        sa.event.remove(sa.pool.Pool, "close", self._count)
        self.figures |= {
            "cpu": client + self._served,
            "client": client,
            "wall": wall,
            "peak_mb": _peak() / 1e6,
        }

    def _count(self, connection: Any, _: object) -> None:
        info = getattr(connection, "info", None)
        if info is not None:
            self._served += _used_by(info.backend_pid)


def _used_by(process: int) -> float:
    """CPU seconds of another process so far."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _peak() -> int:
    """The most memory this process has had, in bytes; what its parent had before it began does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text(encoding="utf-8").splitlines() if "VmHWM" in one)
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


# --- the modes ----------------------------------------------------------------------------------------------


def hand(asked: Asked, watch: Stopwatch) -> Found:
    """The night by hand, through the engine's own driver and settings."""
    workspace = reference_workspace(asked.folder)
    database = database_at(asked.url, str(workspace.settings.zone))
    if asked.after is not None:
        _by_hand(database, clock_of(workspace, asked.after))
        _pass_time(asked, asked.after)
    with watch:
        return {"hits": _by_hand(database, clock_of(workspace, asked.at))}


def _by_hand(database: Database, clock: Clock) -> int:
    with database.connect(read_only=False) as connection:
        raw = connection.connection.driver_connection
        return run_by_hand(raw, DIALECTS[connection.dialect.name], clock)


def night(asked: Asked, watch: Stopwatch) -> Found:
    """The night as the engine runs it, to the last commit; nothing is delivered."""
    workspace = reference_workspace(asked.folder)
    store = store_of(workspace, asked.url)
    if asked.after is not None:
        _by_engine(workspace, store, asked.after)
        _pass_time(asked, asked.after)
    with watch:
        results = _by_engine(workspace, store, asked.at)
    return {
        "hits": sum(one.matched for one in results),
        "effects": sum(count for one in results for count in one.effects.values()),
    }


def _by_engine(workspace: Workspace, store: Store, at: datetime) -> Sequence[RunResult]:
    with store.write(clock_of(workspace, at)) as session:
        results = [run_workflow(session, workspace, one) for one in workspace.due_order()]
    assert all(one.state == "done" for one in results), [(one.workflow.id, one.state) for one in results]
    return results


def _pass_time(asked: Asked, after: datetime) -> None:
    if asked.at > after:
        change(asked.url, asked.at)
    settle(asked.url)


def read_files(asked: Asked, watch: Stopwatch) -> Found:
    """The workspace's files, from text to compiled workflows."""
    with watch:
        workspace = reference_workspace(asked.folder)
    return {"workflows": len(workspace.workflows)}


def plan(asked: Asked, watch: Stopwatch) -> Found:
    """Each workflow's dry run with every effect of every record, as JSON."""
    return _planned(asked, watch, None)


def counts(asked: Asked, watch: Stopwatch) -> Found:
    """Each workflow's dry run without its records: verdicts, effects by kind, the funnel."""
    return _planned(asked, watch, 0)


def plan_night(asked: Asked, watch: Stopwatch) -> Found:
    """The dry run of the whole night, each workflow on what the earlier ones would have written."""
    desk = Desk(asked.folder, asked.url, at=asked.at)
    with watch:
        characters = sum(len(piece) for dry in desk.plan_night() for piece in plan_json(dry, "zh", None))
    return {"characters": characters}


def _planned(asked: Asked, watch: Stopwatch, limit: int | None) -> Found:
    desk = Desk(asked.folder, asked.url, at=asked.at)
    characters = 0
    with watch:
        for workflow in desk.workspace.due_order():
            with desk.plan(workflow.id) as dry:
                characters += sum(len(piece) for piece in plan_json(dry, "zh", limit))
    return {"characters": characters}


def outcome(asked: Asked, _: Stopwatch) -> Found:
    """What a night has left."""
    return {"outcome": outcome_of(asked.url)}


def statements(asked: Asked, _: Stopwatch) -> Found:
    """Which statements a night sends."""
    return {"workflows": count_statements(asked.folder, asked.url)}


MODES: Modes = {
    "hand": hand,
    "night": night,
    "read files": read_files,
    "plan": plan,
    "plan night": plan_night,
    "counts": counts,
    "select": foresight.select,
    "who": foresight.who,
    "funnel": foresight.funnel,
    "outcome": outcome,
    "statements": statements,
}


def measure_with(modes: Modes, mode: str, given: Mapping[str, str]) -> Found:
    """The figures of one mode, in this process."""
    look_seldom()  # as the command does
    watch = Stopwatch()
    found = modes[mode](Asked.of(given), watch)
    return watch.figures | found


measure = partial(measure_with, MODES)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], json.loads(sys.argv[2]))))
