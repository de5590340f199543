"""Day by day: what is due runs as on any night, letters go nowhere, in the evening people answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from engine.decisions import decide
from engine.deliver import deliver_messages
from engine.ledger.agenda import RunRow
from engine.ledger.deeds import Deed, Deeds
from engine.ledger.waits import Waits
from engine.lifecycle import see_to, session_of
from engine.model.effects import EffectKind
from engine.model.nights import Cause
from engine.model.values import stored_instant
from engine.model.workflow import Workflow
from engine.pipeline import RunResult
from engine.plan import over_at
from engine.posting.hours import end_of_quiet
from engine.progress import listening, say_progress
from engine.publishing import Runnable
from engine.records.probing import may_go_on, may_start
from engine.records.session import Session
from engine.schedule import slots_between
from engine.shift import Clocks, Roster, Shift
from engine.simulation.outcome import Ended, Kind, Trouble
from engine.simulation.pretence import pretended, taken_from
from engine.simulation.reactions import Reactions
from engine.simulation.tally import Tally
from engine.units import execute_run, put_tonight, reconcile
from engine.workspace import Workspace

EVENING = time(18)
"""When people do what they are assumed to do."""
_SPREAD = timedelta(hours=1)
"""So long after the quiet hours the last letter has left."""
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


class Cast(Roster):
    """Only some workflows, as their files stand, whatever is published or paused there."""

    def __init__(self, workspace: Workspace, workflows: Iterable[Workflow]) -> None:
        super().__init__(workspace)
        chosen = sorted(workflows, key=lambda one: (one.priority, one.id))
        self._tonight = tuple(Runnable(workspace, replace(one, active=True)) for one in chosen)
        self._by_id = {one.workflow.id: one for one in self._tonight}

    def all(self, session: Session) -> tuple[Runnable, ...]:  # noqa: ARG002 - nothing is looked up
        """Every one of them, in the order of a night."""
        return self._tonight


@dataclass
class Nights:
    """Plays nights on a session that may write; `leaves` says that somebody wants to go."""

    workspace: Workspace
    session: Session
    workflows: Sequence[Workflow]
    reactions: Reactions
    tally: Tally
    leaves: Callable[[], bool]
    troubles: list[Trouble] = field(default_factory=list)
    runs: set[int] = field(default_factory=set)
    _idle: set[tuple[str, str, Cause]] = field(default_factory=set, init=False)
    failed_records: int = 0
    lived: int = 0

    def __post_init__(self) -> None:
        self._cast = Cast(self.workspace, self.workflows)
        self._outlets, self._taken = pretended(self.workspace, self.session)
        self._unsent: dict[tuple[int, str], Deed] = {}
        self._began = self.session.clock.now
        self._seen = self._midnight(self.session.clock.today) - _SECOND

    def play(self, nights: int, name: str) -> None:
        """So many days, from that of the session's clock on; fewer where somebody wants to go."""
        first = self.session.clock.today
        with self.session.transaction():
            unsent = list(Deeds(self.session.connection).unsent())
        self._unsent = {(one.enrollment, one.path): one for one in unsent}
        for number in range(nights):
            if self.leaves():
                return
            say_progress(name, number, nights)
            with listening(_nobody):  # of the runs inside nobody wants to know
                is_over = self._play_day(first + number * _DAY)
            if not is_over:
                return
            self.lived += 1

    def wake(self) -> None:
        """What somebody has paused is played all the same."""
        shift = Shift(self.session, self._cast)
        with self.session.transaction():
            for one in self.workflows:
                shift.agenda.resume(one.id)

    def ended(self) -> tuple[Ended, ...]:
        """What has become of those who went through a workflow in these nights, or were on their way."""
        with self.session.transaction():
            found = Deeds(self.session.connection).ended(stored_instant(self._began))
        known = {one.id for one in self.workflows}
        return tuple(Ended(*one) for one in found if one[0] in known)

    # --- a day ----------------------------------------------------------------------------------

    def _play_day(self, day: date) -> bool:
        """False where it was left before it was over."""
        with self.session.transaction():
            self.reactions.begin_day(self.session, day)
        due, calm = self._due_moments(day), self._calm_moments(day)
        for moment in sorted(due | calm):
            happened = moment == max(calm) and self.reactions.happen(self._session_at(moment))
            if moment in due or (happened and self._is_watched):
                self._run_due(moment, day)
            self._send(moment, day)
            if self.leaves():
                return False
        return True

    def _due_moments(self, day: date) -> set[datetime]:
        """When a clock strikes on a day; what fell due on the first one before now is due now."""
        settings, begin = self.workspace.settings, self._midnight(day)
        until = self._midnight(day + _DAY) - _SECOND
        slots = (
            slots_between(one.triggers, settings.zone, settings.calendar, since=begin - _SECOND, until=until)
            for one in self.workflows
        )
        return {max(slot.at.astimezone(UTC), self._began) for some in slots for slot in some}

    def _calm_moments(self, day: date) -> set[datetime]:
        """When letters leave that waited for the day, and when people do what they do."""
        settings, begin = self.workspace.settings, self._midnight(day)
        letters = end_of_quiet(settings.quiet_hours, settings.zone, begin) + _SPREAD
        return {max(one, self._began) for one in (letters, max(letters, self._at(day, EVENING)))}

    def _session_at(self, moment: datetime) -> Session:
        return replace(self.session, clock=replace(self.session.clock, now=moment))

    @property
    def _is_watched(self) -> bool:
        """Whether anything starts because of what happens to records; what waits is looked at by night."""
        return any(one.watches for one in self.workflows)

    def _run_due(self, moment: datetime, day: date) -> None:
        """All that is due at a moment."""
        session = self._session_at(moment)
        clocks = Clocks.standing(moment)
        shift = Shift(session, self._cast, clocks=clocks, leaves=self.leaves, counts_barred=False)
        put_tonight(shift, self._seen)
        self._seen = moment
        numbers = [self._run_noted(shift, result, day) for result in self._runs(shift)]
        done = {one for one in numbers if one is not None}
        self.runs |= done
        with session.transaction():
            deeds = list(Deeds(session.connection).of_runs(done))
        letters = [one for one in deeds if one.kind == EffectKind.MESSAGE]
        self._unsent |= {(one.enrollment, one.path): one for one in letters}
        self._count(session, [one for one in deeds if one.kind != EffectKind.MESSAGE], day)

    def _runs(self, shift: Shift) -> Iterator[RunResult]:
        """Every run that is due, in order.

        One that was idle the last time is first asked whether it is again: to ask is cheaper than to select.
        """
        while not shift.leaves() and (row := reconcile(shift)) is not None:
            kind = (row.workflow, row.version, row.cause)
            if kind in self._idle and self._is_idle(shift, row):
                continue
            done = execute_run(shift, row.id)
            if done is not None:
                (self._idle.discard if done[1].matched else self._idle.add)(kind)
                yield done[1]

    def _is_idle(self, shift: Shift, row: RunRow) -> bool:
        """Whether a run has nobody to start or to wake; then it is over, with what it would see to before."""
        with shift.session.transaction():
            one = shift.roster.of(shift.session, row.workflow, row.version)
            if one is None or row.cause not in {Cause.CLOCK, Cause.LOOK}:
                return False
            session, workflow = session_of(shift, row, one), one.workflow
            if row.cause is Cause.LOOK:
                waits = Waits(session.connection).all(workflow.id)
                paths = [each.path for each in waits if each.version == workflow.version]
                if any(
                    may_go_on(session, workflow, at, over_at(workflow, at, session.clock)) for at in paths
                ):
                    return False
            elif may_start(session, workflow):
                return False
            see_to(session, workflow, row.cause)
            shift.agenda.pass_over(row.id, shift.now)
            return True

    def _run_noted(self, shift: Shift, result: RunResult, day: date) -> int | None:
        """What a guard holds is noted, and goes on as if somebody had approved it."""
        self.failed_records += result.failed
        workflow = result.workflow.id
        if result.held is not None:
            self.troubles.append(Trouble(day, workflow, result.held.guard, is_held=True))
            assert result.run is not None
            decide(shift, result.run, "simulate", "simulate", approved=True)
        elif result.error is not None:
            self.troubles.append(Trouble(day, workflow, result.error.code, is_held=False))
        return result.run

    def _send(self, moment: datetime, day: date) -> None:
        """The letters that leave now, by the rules of the outbox."""
        session = self._session_at(moment)
        deliver_messages(session, replace(self._outlets, leaves=self.leaves), lambda: moment)
        keys = taken_from(self._taken)
        self._count(session, [self._unsent.pop(one) for one in keys if one in self._unsent], day)

    def _count(self, session: Session, deeds: Sequence[Deed], day: date) -> None:
        with session.transaction():
            for one in self.tally.take(session, deeds, day):
                self.reactions.note(str(one.kind), one.deed, one.about, day)

    # --- moments --------------------------------------------------------------------------------

    def _midnight(self, day: date) -> datetime:
        return self._at(day, time())

    def _at(self, day: date, wall: time) -> datetime:
        zone = self.workspace.settings.zone
        return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def _nobody(_: object) -> None:
    return


def weekly(tally: Tally) -> Counter[tuple[str, date]]:
    """How many tasks each person got in the week of a Monday."""
    found: Counter[tuple[str, date]] = Counter()
    for cell, count in tally.cells.items():
        if cell.kind is Kind.TASK and cell.person:
            found[cell.person, cell.night - timedelta(days=cell.night.weekday())] += count
    return found
