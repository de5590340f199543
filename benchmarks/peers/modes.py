"""What the peers take, each in its own process: `python -m benchmarks.peers.modes MODE JSON` prints JSON.

They are apart from benchmarks/modes.py, so that what they import is in nobody else's memory.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.modes import Asked, Found, Modes, Stopwatch, measure_with
from benchmarks.night import clock_of, reference_workspace
from benchmarks.peers import dict_loop, orm
from benchmarks.peers.selections import SELECTORS, select_all
from engine.pipeline import store_of
from engine.plan import plan_effects
from engine.records.selection import MATCHED
from engine.records.sqlite import file_engine

BY_ENGINE = "selections"


def night_of_dicts(asked: Asked, watch: Stopwatch) -> Found:
    """The whole night by the dict loop, through the engine's own driver and settings of SQLite."""
    with watch, file_engine(_path(asked), read_only=False).connect() as connection:
        dict_loop.run_night(connection.connection.driver_connection)
    return {}


def night_of_objects(asked: Asked, watch: Stopwatch) -> Found:
    """The whole night by the mapper, through the same driver and settings."""
    with watch, file_engine(_path(asked), read_only=False).connect() as connection:
        orm.run_night(connection)
    return {}


def selections_by_engine(asked: Asked, watch: Stopwatch) -> Found:
    """The engine's six selections, none of which is acted on, each into its temporary table."""
    workspace = reference_workspace(asked.folder)
    cpu, keys = 0.0, []
    with store_of(workspace, asked.url).write(clock_of(workspace)) as session:
        for workflow in workspace.due_order():
            with watch:
                matched = session.select(workflow, plan_effects(workflow, workspace.model, session.clock))
            cpu += watch.figures["cpu"]
            chosen = session.connection.exec_driver_sql(f"SELECT id FROM {MATCHED} ORDER BY seq")
            keys.append([key for [key] in chosen])
            matched.close()
    watch.figures["cpu"] = cpu
    return {"keys": _told(keys)}


def selections_by(name: str, asked: Asked, watch: Stopwatch) -> Found:
    """The same selections by a peer, from reading the records on."""
    with file_engine(_path(asked), read_only=True).connect() as connection, watch:
        keys = select_all(connection.connection.driver_connection, name)
    return {"keys": _told(keys)}


def _told(keys: Sequence[Sequence[str]]) -> list[int | str]:
    """How many each workflow selects, and which."""
    return [*map(len, keys), hashlib.sha256(repr(keys).encode()).hexdigest()[:16]]


def _path(asked: Asked) -> Path:
    return Path(asked.url.removeprefix("sqlite:///"))


MODES: Modes = {
    "dict loop": night_of_dicts,
    "orm": night_of_objects,
    BY_ENGINE: selections_by_engine,
    **{name: partial(selections_by, name) for name in SELECTORS},
}


measure = partial(measure_with, MODES)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], json.loads(sys.argv[2]))))
