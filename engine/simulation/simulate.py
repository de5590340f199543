"""A workspace, a store, a clock and a number of nights go in; what would come of them comes out."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from engine.ledger.crossings import Crossings
from engine.ledger.deeds import Deeds
from engine.model.diagnostics import WrongUsage, nearest
from engine.model.moments import Clock
from engine.model.operands import FieldValue, RecordKey
from engine.model.workflow import Workflow
from engine.records.session import Session
from engine.records.store import Store
from engine.schedule import slots_between
from engine.simulation.nights import Nights, weekly
from engine.simulation.outcome import Simulation, Week
from engine.simulation.reactions import Reactions
from engine.simulation.tally import Tally
from engine.workspace import Workspace

MOST_NIGHTS = 1_100
"""Three years: what records say of today tells nothing of later."""
_DAY = timedelta(days=1)


def _stays() -> bool:
    return False


@dataclass(frozen=True)
class Asked:
    """What is to be played: which workflows, how many nights, by which chance.

    `leaves` says that somebody wants to go, `name` is what is said of how far it has come.
    """

    workflows: Sequence[Workflow]
    nights: int = 180
    seed: int = 7
    is_named: bool = False
    leaves: Callable[[], bool] = _stays
    name: str = "simulate"


def simulate(workspace: Workspace, store: Store, clock: Clock, asked: Asked) -> Simulation:
    """Play the nights. Raises WrongUsage where there is nothing to play, StoreError."""
    workspace = replace(workspace, settings=replace(workspace.settings, recording=None))
    _demand_known(workspace, asked)
    _demand_due(workspace, clock, asked)
    with tempfile.TemporaryDirectory(prefix="wakeline-simulate-", ignore_cleanup_errors=True) as folder:
        copy = store.copy_to(Path(folder) / "copy.db", clock)
        with copy.write(clock) as session:
            return _played(workspace, session, asked)


def _played(workspace: Workspace, session: Session, asked: Asked) -> Simulation:
    _demand_records(session, asked.workflows)
    reactions = Reactions(workspace.responses, asked.seed, workspace.settings.calendar)
    tally = Tally(workspace.model, {one.id: one for one in asked.workflows})
    nights = Nights(workspace, session, asked.workflows, reactions, tally, asked.leaves)
    with session.transaction():
        before = Crossings.newest(session.connection)
    if asked.is_named:  # who names a workflow that rests wants to know what it would do
        nights.wake()
    nights.play(asked.nights, asked.name)
    with session.transaction():
        letters = Deeds(session.connection).letters(nights.runs)
        customers, names = session.count(tally.base), _names(session)
        crossings = Crossings(session.connection, since=before).all()
    return Simulation(
        first=session.clock.today,
        nights=asked.nights,
        lived=nights.lived,
        seed=asked.seed,
        workflows=tuple(asked.workflows),
        responses=workspace.responses,
        module=tally.base,
        customers=customers,
        capacity=workspace.settings.tasks_per_person,
        counts=dict(tally.cells),
        touches=dict(sorted(Counter(tally.touched.values()).items())),
        landings=tuple(tally.landings()),
        weeks=tuple(_weeks(workspace, tally, session.clock.today, asked.nights)),
        ended=nights.ended(),
        troubles=tuple(nights.troubles),
        letters=letters,
        failed_records=nights.failed_records,
        answered=tuple(reactions.counts),
        names=names,
        crossings=tuple(crossings),
    )


def _weeks(workspace: Workspace, tally: Tally, first: date, nights: int) -> list[Week]:
    """Every person's weeks; of a week only the days that are played count, as far as they are worked."""
    settings, last = workspace.settings, first + (nights - 1) * _DAY
    worked: dict[date, int] = {}
    for _, monday in weekly(tally):
        days = (monday + number * _DAY for number in range(7))
        worked[monday] = sum(first <= day <= last and settings.calendar.is_working(day) for day in days)
    capacity = settings.tasks_per_person
    return [
        Week(person, monday, tasks, None if capacity is None else capacity * worked[monday])
        for (person, monday), tasks in sorted(weekly(tally).items())
    ]


def _names(session: Session) -> dict[str, str]:
    """What colleagues are called."""
    people = session.tables.model.people
    if people is None:
        return {}
    staff = session.tables.model.modules[people.module]
    title = staff.title_field
    if title is None:
        return {}
    rows = session.read_all(staff, [RecordKey(staff), FieldValue(title, staff)])
    return {str(key): str(name) for key, name in rows if name}


def _demand_known(workspace: Workspace, asked: Asked) -> None:
    """A number of nights that can be played, something to play, responses to workflows that there are."""
    if not 1 <= asked.nights <= MOST_NIGHTS:
        raise WrongUsage("W930", value=asked.nights, most=MOST_NIGHTS)
    if not asked.workflows:
        raise WrongUsage("W933")
    known = [one.id for one in workspace.workflows]
    for one in workspace.responses:
        if one.workflow and one.workflow not in known:
            near = nearest(one.workflow, known)
            raise WrongUsage("W932", name=one.workflow, nearest=near, file=one.at.file, line=one.at.line)


def _demand_due(workspace: Workspace, clock: Clock, asked: Asked) -> None:
    """Something starts by itself in that time: a clock strikes, or something that happens is waited for."""
    settings = workspace.settings
    since = clock.midnight(clock.today) - timedelta(seconds=1)
    until = clock.midnight(clock.today + asked.nights * _DAY)
    for one in asked.workflows:
        slots = slots_between(one.triggers, settings.zone, settings.calendar, since=since, until=until)
        if one.watches or next(slots, None) is not None:
            return
    raise WrongUsage("W931", name="、".join(one.id for one in asked.workflows), count=asked.nights)


def _demand_records(session: Session, workflows: Sequence[Workflow]) -> None:
    modules = {one.module.key: one.module for one in workflows}.values()
    with session.transaction():
        if any(session.count(module) for module in modules):
            return
    raise WrongUsage("W934", module=workflows[0].module.labels.told)
