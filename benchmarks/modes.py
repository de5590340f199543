"""What is measured, each in a process of its own: `python -m benchmarks.modes MODE FOLDER` prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.data import DATABASE, NIGHT, clock_of, filled_folder
from benchmarks.hand import run_by_hand
from benchmarks.outcome import outcome_of
from benchmarks.statements import count_statements
from engine.by_hand import run_workflow
from engine.deliver import deliver_messages
from engine.front import Desk
from engine.pipeline import channels_of, store_of
from engine.records.sqlite import file_engine
from engine.report.plan import plan_json
from engine.workspace import open_workspace


@dataclass
class Stopwatch:
    """CPU and wall seconds of what happens inside `with`, and how high the memory of the process rose."""

    figures: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        cpu, wall = time.process_time() - self._cpu, time.perf_counter() - self._wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        self.figures |= {"cpu": cpu, "wall": wall, "peak_mb": peak / 1e6}


def hand(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """The night by hand, through the engine's own driver and settings of SQLite."""
    with watch, file_engine(folder / DATABASE, read_only=False).connect() as connection:
        run_by_hand(connection.connection.driver_connection)
    return {}


def night(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """The night as the engine runs it, to the last commit; nothing is delivered."""
    workspace = open_workspace(folder)
    with watch, store_of(workspace).write(clock_of(workspace)) as session:
        results = [run_workflow(session, workspace, one) for one in workspace.due_order()]
    assert all(one.state == "done" for one in results), results
    return {"effects": sum(count for one in results for count in one.effects.values())}


def read_files(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """The workspace's files, from text to compiled workflows."""
    with watch:
        workspace = open_workspace(folder)
    return {"workflows": len(workspace.workflows)}


def plan(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """Each workflow's dry run with every effect of every record, as JSON."""
    return _planned(folder, watch, None)


def counts(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """Each workflow's dry run without its records: verdicts, effects by kind, the funnel."""
    return _planned(folder, watch, 0)


def deliver(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """What the night left in the outbox, handed to the file and the inbox."""
    workspace = open_workspace(folder)
    with watch, store_of(workspace).write(clock_of(workspace)) as session:
        done = deliver_messages(session, channels_of(workspace, session, {}), lambda: session.clock.now)
    assert done.failed == 0
    return {"sent": done.sent}


def read_in(folder: Path, watch: Stopwatch) -> dict[str, Any]:
    """The CSV file of customers into an empty store."""
    desk = _desk(folder, f"sqlite:///{folder / 'imported.db'}")
    desk.import_file("staff", folder / "staff.csv")
    with watch:
        report = desk.import_file("customers", folder / "customers.csv")
    assert report.refused_rows == 0, report.refused[:3]
    return {"rows": report.added}


def _planned(folder: Path, watch: Stopwatch, limit: int | None) -> dict[str, Any]:
    desk = _desk(folder)
    characters = 0
    with watch:
        for workflow in desk.workspace.due_order():
            with desk.plan(workflow.id) as dry:
                characters += sum(len(piece) for piece in plan_json(dry, "zh", limit))
    return {"characters": characters}


def _desk(folder: Path, store: str = "") -> Desk:
    return Desk(folder, store, at=NIGHT)


MEASURED: Mapping[str, Callable[[Path, Stopwatch], dict[str, Any]]] = {
    "hand": hand,
    "night": night,
    "open": read_files,
    "plan": plan,
    "counts": counts,
    "deliver": deliver,
    "read_in": read_in,
}
ASKED: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "fill": lambda size: {"folder": str(filled_folder(int(size)))},
    "outcome": lambda folder: outcome_of(Path(folder) / DATABASE),
    "statements": lambda folder: count_statements(Path(folder)),
}


def main() -> None:
    mode, argument = sys.argv[1:3]
    watch = Stopwatch()
    found = ASKED[mode](argument) if mode in ASKED else MEASURED[mode](Path(argument), watch)
    print(json.dumps(watch.figures | found))


if __name__ == "__main__":
    main()
