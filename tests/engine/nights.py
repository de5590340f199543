"""A worker on the small company: shifts at chosen moments, and what the ledger says afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import enrollments, inbox, metadata, runs
from engine.shift import PREPARING, Clocks, Roster, Shift
from engine.units import run_all, tick
from engine.workspace import Workspace
from tests.engine.small import HEAD, Place, clock_at, files_with, workspace_with

WAKE = """\
once_per: customer
conditions: {field: 客户层级, is: A}
actions: [{add_tag: 高潜}]
"""
NIGHT = "2026-03-31T01:00"
LAPSED = PREPARING + timedelta(seconds=1)
"""So much later a run that nobody goes on with is anybody's."""
MACHINE = datetime(2026, 1, 1, tzinfo=UTC)
"""What the machines' clocks say; leases go by it."""


def company(body: str = WAKE, head: str = HEAD, customers: int = 3, **files: str) -> Place:
    """The company with one workflow and some customers of tier A."""
    workspace = workspace_of(body, head, **files)
    rows = {f"C{n}": {"客户名称": f"客户{n}", "客户层级": "A"} for n in range(1, customers + 1)}
    return Place.make(workspace, {"客户": rows})


def held_place(step: str = "update_field: {唤醒次数: 1}") -> Place:
    """A company of three customers whose run is held: more updates than the workspace allows."""
    files = files_with(WAKE.replace("add_tag: 高潜", step))
    files["workspace.yaml"] += "guards: {updates: {at_most: 2, share: 100 %}}\nfallback_person: S9\n"
    rows = {f"C{n}": {"客户名称": f"客户{n}", "客户层级": "A"} for n in range(1, 4)}
    found = Place.make(workspace_with("", files), {"客户": rows})
    with shift_at(found, NIGHT) as shift:
        tick(shift)
        assert [result.state for _, result in run_all(shift)] == ["held"]
    return found


def workspace_of(body: str = WAKE, head: str = HEAD, **files: str) -> Workspace:
    found = files_with(body, head)
    found["workspace.yaml"] += "fallback_person: S9\n"
    return workspace_with("", found | {f"{name}.yaml": text for name, text in files.items()})


def ticked(at: str) -> Place:
    """The company at a moment, its run waiting on the agenda."""
    found = company()
    with shift_at(found, at) as shift:
        tick(shift)
    return found


@contextmanager
def shift_at(
    place: Place,
    text: str,
    name: str = "anna",
    later: timedelta = timedelta(),
    leaves: Callable[[], bool] = lambda: False,
) -> Iterator[Shift]:
    """A worker on a connection; `text` is the wall clock, `later` how much later it is by the machines."""
    clock = clock_at(text)
    clocks = Clocks(now=lambda: clock.now, machine=lambda: MACHINE + later)
    with place.session(clock) as session:
        yield Shift(session, Roster(place.workspace), name, clocks, leaves=leaves)


def rows(shift: Shift, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of all runs, oldest first; JSON opened."""
    with shift.session.transaction():
        found = shift.session.connection.execute(runs.select().order_by(runs.c.id)).mappings().all()
    opened = {"reason", "held", "effects"}
    return [tuple(json.loads(row[c]) if c in opened and row[c] else row[c] for c in columns) for row in found]


def started(shift: Shift) -> int:
    """How many records have started."""
    with shift.session.transaction():
        found = shift.session.connection.execute(sa.select(sa.func.count()).select_from(enrollments))
        return int(found.scalar_one())


def notices(shift: Shift) -> list[tuple[str, str]]:
    with shift.session.transaction():
        found = shift.session.connection.execute(inbox.select().order_by(inbox.c.id)).all()
    return [(row.person, row.text) for row in found]


def dump(shift: Shift, *, without: tuple[str, ...] = ("wakeline_schedules",)) -> dict[str, list[Any]]:
    """Every table of the ledger, and the customers."""
    connection = shift.session.connection
    with shift.session.transaction():
        names = [name for name in metadata.tables if name not in without]
        names += [shift.session.tables.of(shift.session.tables.model.modules["customers"]).name]
        return {
            name: sorted(map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{name}"')), key=repr)
            for name in names
        }
