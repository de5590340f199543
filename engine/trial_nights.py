"""The nights of an example: each is lived through, the ones between its days too, one after the other.

What waits goes on, then the workflow's own selection runs, if its clock strikes on that day. What a run did
is told from its plan, as far as the journal has it: what was planned and not done does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.actions.create_task import CreateTask
from engine.deciding import decide
from engine.dryrun import plan_row
from engine.example_shapes import GOAL
from engine.expectations import Happened
from engine.lifecycle import begin_by_hand, close_run, execute_part, open_claimed
from engine.model.diagnostics import WrongUsage
from engine.model.effects import Effect, EffectKind, Undone
from engine.model.moments import Clock
from engine.model.nights import AskState, Cause, Walking
from engine.model.values import stored_instant
from engine.model.workflow import Workflow, all_steps
from engine.plan import over_at
from engine.publishing import Runnable
from engine.records.probing import may_go_on, may_start
from engine.records.session import Session
from engine.rows import RowError
from engine.shift import Roster, Shift
from engine.ticks import latest_tick
from engine.trial_world import People
from engine.waking import look_after
from engine.work import Opened
from engine.workspace import Workspace

NOON = time(12)
"""Every night of an example is run at this time of its day."""
_GOAL, _STOP = "goal/if", "stop"
_ALL = 10_000
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


def clock_on(day: date, workspace: Workspace) -> Clock:
    """The clock of an example on a day."""
    settings = workspace.settings
    moment = datetime.combine(day, NOON, tzinfo=settings.zone)
    return Clock(moment.astimezone(UTC), settings.zone, settings.late_calendar)


@dataclass
class Lived:
    """What happened to the record of an example, in order; `undone` tells why steps were not done."""

    happened: list[Happened] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    started: bool = False
    error: RowError | None = None


@dataclass
class Nights:
    """Lives through the nights of one example; `record` is the key of the record that it is about.

    Workspace and workflow are those of the present day: an example may fix computed fields anew.
    """

    base: Session
    record: str | int
    workspace: Workspace
    workflow: Workflow

    def at(self, day: date) -> Session:
        """The session at the moment of a day's night."""
        return replace(self.base, clock=clock_on(day, self.workspace))

    def begin(self, day: date) -> None:
        """The first night; what it does is known from its dry run."""
        self._run(self.at(day), Cause.HAND, Lived())

    def between(self, before: date, until: date) -> Lived:
        """The nights after one day and before another, neither included."""
        lived = Lived()
        for number in range(1, (until - before).days):
            self.live(before + number * _DAY, lived)
        return lived

    def live(self, day: date, lived: Lived) -> None:
        """One night, on top of what was lived through before."""
        session = self.at(day)
        walks = self._walks(session)
        if self._needs_look(walks, session.clock):
            with session.transaction():
                look_after(session, self.workflow)
            lived.happened += self._seen_goal(session)
        woken = self._may_wake(session, walks)
        if woken:
            self._run(session, Cause.LOOK, lived)
        if self._strikes(session.clock):
            with session.transaction():
                session.close_episodes(self.workflow)
            if woken or not any(map(_waits, walks)):  # of a record only one enrollment is open
                self._start(session, lived)

    def answer(self, day: date, answer: str) -> bool:
        """Answer the question that is open for the record; False when there is none, or not such a one."""
        session = self.at(day)
        asks = session.book.rows_of("asks", limit=_ALL, workflow=self.workflow.id, record=str(self.record))
        asked = next((one["id"] for one in list(asks) if one["state"] == AskState.OPEN.value), None)
        if asked is None:
            return False
        try:
            with session.transaction():
                decide(session, asked, answer, "")
        except WrongUsage:
            return False
        return True

    def told(self, session: Session, effects: Iterable[Effect | Undone]) -> Iterator[Happened]:
        """Each effect with who the owner and the superior are at its step: an earlier one may change them.

        That an enrollment waits, and goes on, is told; that it has waited is not.
        """
        module, people = self.workflow.module, People(self.workspace, self.workflow.module, session)
        owner = people.owner(self.record)
        for one in effects:
            if isinstance(one, Undone) or one.kind is EffectKind.WOKE:
                continue
            yield Happened(self._word(one), one, people.around(owner), session.clock)
            if one.kind is EffectKind.UPDATE:  # of the record itself: no step changes another
                owner = one.details["changes"].get(module.owner, (None, owner))[1]

    # --- one night ---------------------------------------------------------------------------

    def _walks(self, session: Session) -> Sequence[Mapping[str, Any]]:
        """The enrollments of the record."""
        book, record = session.book, str(self.record)
        return list(book.rows_of("enrollments", limit=_ALL, workflow=self.workflow.id, record=record))

    def _needs_look(self, walks: Sequence[Mapping[str, Any]], clock: Clock) -> bool:
        """Whether a goal is watched past the end of an enrollment, or tasks may become done."""
        if not walks:
            return False
        now = stored_instant(clock.now)
        is_watched = any(
            not _waits(one) and one["goal_at"] is None and (one["goal_by"] or "") >= now for one in walks
        )
        actions = [one.action for one in all_steps(self.workflow.steps)]
        return is_watched or any(isinstance(one, CreateTask) and one.done_when is not None for one in actions)

    def _seen_goal(self, session: Session) -> Iterator[Happened]:
        """A goal that was seen reached this night, past the end of the enrollment."""
        now = stored_instant(session.clock.now)
        for one in self._walks(session):
            if one["goal_at"] == now and one["state"] != Walking.GOAL.value:
                effect = Effect(EffectKind.STOP, _GOAL, self.record, {"reason": GOAL})
                yield from self.told(session, [effect])

    def _may_wake(self, session: Session, walks: Sequence[Mapping[str, Any]]) -> bool:
        """Whether anything that waits may go on; all of it is looked at only then."""
        for path in sorted({one["path"] for one in walks if _waits(one)}):
            if may_go_on(session, self.workflow, path, over_at(self.workflow, path, session.clock)):
                return True
        return False

    def _start(self, session: Session, lived: Lived) -> None:
        """The workflow's own selection, as on any night."""
        if may_start(session, self.workflow, self.record):
            count = self._run(session, Cause.HAND, lived)
            lived.started = lived.started or count > 0

    def _run(self, session: Session, cause: Cause, lived: Lived) -> int:
        """A run as on any night; how many plans there were for the record."""
        shift = Shift(session, Roster(self.workspace))
        work = begin_by_hand(shift, Runnable(self.workspace, self.workflow), cause)
        opened = open_claimed(shift, work)
        assert isinstance(opened, Opened)  # no guard holds an example
        plans = [
            plan
            for part in opened.prepared.parts
            for row in part.matched.all_rows()
            if (plan := plan_row(part, row)).record == self.record
        ]
        told = [[*self.told(session, plan.effects)] for plan in plans]
        for part in shift.claims.shards(work.run.id):
            execute_part(shift, opened, part.number)
        close_run(shift, work.run.id, work.fence)
        opened.prepared.close()
        rows = session.book.rows_of("journal", limit=_ALL, run=work.run.id, record=str(self.record))
        done = {(one["path"], one["kind"]) for one in rows}
        for plan, happened in zip(plans, told, strict=True):
            lived.happened += [one for one in happened if (one.effect.path, str(one.effect.kind)) in done]
            lived.undone += [one for one in plan.effects if isinstance(one, Undone)]
            lived.error = lived.error or plan.error
        return len(plans)

    # --- words -------------------------------------------------------------------------------

    def _strikes(self, clock: Clock) -> bool:
        """Whether the clock of the workflow strikes at any time of the day."""
        settings = self.workspace.settings
        since, until = (clock.midnight(clock.today + days) - _SECOND for days in (0 * _DAY, _DAY))
        return any(
            latest_tick(one, settings.zone, settings.calendar, since=since, until=until) is not None
            for one in self.workflow.triggers
        )

    def _word(self, effect: Effect) -> str:
        """The word of the step that an effect belongs to: `actions/0/to/1` is one of `actions/0`.

        What ends an enrollment from outside its steps is called goal or stop.
        """
        path, goal = effect.path, self.workflow.goal
        if path == _GOAL:
            return GOAL
        steps = all_steps((*self.workflow.steps, *(goal.then if goal is not None else ())))
        words = {step.path: step.action.name for step in steps}
        while path not in words and "/" in path:
            path = path.rpartition("/")[0]
        return words.get(path, _STOP if effect.kind is EffectKind.STOP else "")


def _waits(walk: Mapping[str, Any]) -> bool:
    """Whether an enrollment waits."""
    return bool(walk["state"] == Walking.WAITING.value)
