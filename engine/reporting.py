"""A report: what happened in some days, what it led to, and where somebody should look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.files.responses import concerned
from engine.ledger.figures import DaySums, Figures, GoalSums, Touched
from engine.model.diagnostics import WrongUsage
from engine.model.entities import Module, Tasks
from engine.model.operands import FieldValue
from engine.model.values import stored_instant
from engine.records.session import Session, as_key
from engine.workspace import Workspace

LONGEST = 366
"""So many days are told of at most."""
USUAL_DAYS = 30
USUAL_MOST = 3
"""More workflows than these in a week are many for one customer."""
SUMS = ("runs", "checked", "matched", "started", "failed", "not_run")
"""What is counted of runs."""
_SHOWN = 100
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Period:
    """From which day to which, both included; of one workflow or all; `most` of them a week are not many."""

    since: date
    until: date
    workflow: str = ""
    most: int = USUAL_MOST

    def __post_init__(self) -> None:
        """Raises WrongUsage for days that are none."""
        if self.until < self.since:
            raise WrongUsage("W948", since=self.since.isoformat(), until=self.until.isoformat())
        if (self.until - self.since).days >= LONGEST:
            raise WrongUsage("W948", kind="long", limit=LONGEST)


@dataclass(frozen=True, slots=True)
class TaskSums:
    """The tasks that a workflow has made, and how many are done by now; None where the model says nothing."""

    workflow: str
    created: int
    done: int | None


@dataclass(frozen=True)
class Report:
    """All figures of some days. `touched` is how often a record was touched by too many workflows in a week,
    and the first of them; `names` what these are called.
    """

    asked: Period
    days: Sequence[DaySums] = ()
    effects: Mapping[str, int] = field(default_factory=dict)
    failures: Sequence[tuple[str, Mapping[str, str], int]] = ()
    letters: Sequence[tuple[str, str, int]] = ()
    tasks: Sequence[TaskSums] = ()
    goals: Sequence[GoalSums] = ()
    touched: tuple[int, Sequence[Touched]] = (0, ())
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_workflow(self) -> list[DaySums]:
        """The sums of each workflow; their `day` is empty."""
        found: defaultdict[str, list[DaySums]] = defaultdict(list)
        for one in self.days:
            found[one.workflow].append(one)
        return [_sum(workflow, some) for workflow, some in found.items()]

    @property
    def matched_nobody(self) -> list[str]:
        """The workflows that have looked at records and found none."""
        return [one.workflow for one in self.by_workflow if one.checked and not one.matched]


def report(session: Session, workspace: Workspace, asked: Period) -> Report:
    """The report of some days; empty where nothing was ever noted."""
    if not session.has_ledger:
        return Report(asked)
    figures = Figures(session.connection, asked.since, asked.until, asked.workflow)
    base = concerned(workspace.model)
    among = [one.id for one in workspace.workflows if one.module.key == base.key]
    touched = figures.touched(asked.most, among, _SHOWN)
    return Report(
        asked,
        figures.days(),
        figures.effects(),
        figures.failures(_SHOWN),
        figures.letters(),
        list(_tasks(session, workspace, figures)),
        figures.goals(stored_instant(session.clock.now)),
        touched,
        _names(session, base, [one.record for one in touched[1]]),
    )


def _sum(workflow: str, some: Sequence[DaySums]) -> DaySums:
    sums = [sum(getattr(one, name) for one in some) for name in SUMS]
    return DaySums(workflow, "", *sums)


def _tasks(session: Session, workspace: Workspace, figures: Figures) -> Iterator[TaskSums]:
    """Of the tasks that the model knows; which are done is for their records to say."""
    tasks = workspace.model.tasks
    if tasks is None:
        return
    made: defaultdict[str, list[str]] = defaultdict(list)
    for workflow, key in figures.created(tasks.module):
        made[workflow].append(key)
    for workflow, keys in sorted(made.items()):
        done = _done(session, workspace.model.modules[tasks.module], tasks, keys) if tasks.done else None
        yield TaskSums(workflow, len(keys), done)


def _done(session: Session, module: Module, tasks: Tasks, keys: Sequence[str]) -> int:
    """How many of these records say that they are done."""
    done = 0
    known = [key for one in keys if (key := as_key(module, one)) is not None]
    for first in range(0, len(known), _PAGE):
        page = known[first : first + _PAGE]
        left = set(page)
        for name, values in tasks.done.items():
            kept = session.kept_of(module, module.fields[name], page)
            left &= {key for key, value in kept.items() if value in values}
        done += len(left)
    return done


def _names(session: Session, module: Module, records: Sequence[str]) -> Mapping[str, str]:
    """What records are called, by key."""
    keys = [key for one in records if (key := as_key(module, one)) is not None]
    if module.title_field is None or not keys:
        return {}
    found = session.read_some(module, keys, [FieldValue(module.title_field, module)])
    return {str(key): str(name) for key, name in found if name is not None}
