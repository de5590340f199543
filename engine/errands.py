"""What one command carries out, run by run, however often the database goes away meanwhile.

An errand goes over several connections: broken off anywhere, it goes on where it stopped. A run whose last
reply was lost is found again in the ledger, which knows whether it is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from engine.eventing import put_events
from engine.guards import Held
from engine.ledger.agenda import RunRow
from engine.lifecycle import barred_before, begin_by_hand, carry_out, claim_run
from engine.looks import versions_waiting
from engine.model.diagnostics import EngineError
from engine.model.nights import Cause, RunState
from engine.pipeline import RunResult
from engine.posting.deliveries import Deliveries
from engine.publishing import Runnable, named
from engine.sealing import ApprovedPlan, Sealed, waiting_sections
from engine.shift import Shift
from engine.units import OnLetters, deliver_all, put_tonight, reconcile, silent
from engine.work import Work

Done: TypeAlias = tuple[Runnable, RunResult, Deliveries]
Next: TypeAlias = Callable[[Shift], Work | None]
"""The next run of an errand, claimed; None when none is left. It may be asked on several connections."""

_OVER = frozenset({RunState.DONE, RunState.STOPPED, RunState.FAILED, RunState.HELD})


class Errand:
    """Runs one after the other; before the first and after each the outbox is emptied."""

    def __init__(self, take_next: Next, on_letters: OnLetters = silent) -> None:
        self._next, self._on_letters = take_next, on_letters
        self._work: Work | None = None
        self._untold: tuple[Runnable, RunResult] | None = None

    def go_on(self, shift: Shift) -> Iterator[Done]:
        """What is left of it, on a connection. Raises StoreAway; then it goes on with another."""
        deliveries = deliver_all(shift)  # what a killed run, or a broken connection, has left behind
        if self._untold is None:
            self._on_letters(deliveries)
        while True:
            if self._untold is not None:
                told, self._untold = self._untold, None
                yield *told, deliveries
            if self._work is None:
                self._work = self._next(shift)
                if self._work is None:
                    return
                result = carry_out(shift, self._work)
            else:
                result = self._go_on_with(shift, self._work)
            one, self._work = self._work.one, None
            if result is not None and is_worth_telling(result):
                self._untold = one, result
                deliveries = deliver_all(shift)

    def broken_off(self, at: datetime, failure: EngineError) -> tuple[Runnable, RunResult] | None:
        """What is told of the run in hand when it is given up; it stands in the ledger for the next time."""
        if self._untold is not None or self._work is None:
            return self._untold
        one = self._work.one
        return one, RunResult(None, one.workflow, "failed", at.isoformat(), error=failure)

    @staticmethod
    def _go_on_with(shift: Shift, work: Work) -> RunResult | None:
        """A run that broke off with its connection: it may be over without our knowing."""
        with shift.session.transaction():
            row = shift.agenda.run(work.run.id)
        if row is not None and row.state in _OVER:
            return _result_of(row, work)
        again = claim_run(shift, work.run.id)
        return None if again is None else carry_out(shift, replace(again, approved=work.approved))


class Tonight:
    """All that is due, in order."""

    def __init__(self) -> None:
        self._is_put = False

    def __call__(self, shift: Shift) -> Work | None:
        """The next run of the night."""
        if not self._is_put:
            put_tonight(shift)
            self._is_put = True
        while (row := reconcile(shift)) is not None:
            work = claim_run(shift, row.id)
            if work is not None:
                return work
        return None


class OnlyOne:
    """A run that stands in the ledger, if it may be taken up."""

    def __init__(self, run: int) -> None:
        self._left = [run]

    def __call__(self, shift: Shift) -> Work | None:
        """That run, once."""
        if not self._left:
            return None
        work = claim_run(shift, self._left[0])
        self._left.clear()
        return work


class OfEvents:
    """Runs of what has happened to records up to now, for a workflow that waits for that; without a turn."""

    def __init__(self, workflow: str, approved: Sealed | None = None) -> None:
        self._workflow, self._approved = workflow, approved
        self._is_put = False
        self._last = 0

    def __call__(self, shift: Shift) -> Work | None:
        """The next run of its events."""
        if not self._is_put:
            with shift.session.transaction():
                put_events(shift, shift.roster.all(shift.session))
            self._is_put = True
        while (row := self._due(shift)) is not None:
            work = claim_run(shift, row.id, at_once=True)
            self._last = row.id
            if work is not None:
                return replace(work, approved=self._approved)
        return None

    def _due(self, shift: Shift) -> RunRow | None:
        with shift.session.transaction():
            due = shift.agenda.due(self._workflow, Cause.EVENT)
        return next((row for row in due if row.id > self._last), None)


class Begun:
    """One run that a person starts, put and taken in one step; `approved` is exactly what it may do."""

    def __init__(self, one: Runnable, cause: Cause, approved: Sealed | None = None) -> None:
        self._left = [(one, cause)]
        self._approved = approved

    def __call__(self, shift: Shift) -> Work | None:
        """That run, once."""
        if not self._left:
            return None
        with shift.session.transaction():
            begun = shift.claims.in_hand(shift.name)  # it was begun, and the reply was lost
        if begun is None:
            work: Work | None = begin_by_hand(shift, *self._left[0], self._approved)
        else:
            work = claim_run(shift, begun)
        self._left.clear()
        return None if work is None else replace(work, approved=self._approved)


class ByHand:
    """Workflows that a person names: first what waits for each, by its version, then its start.

    With a `plan` that somebody has approved, of one workflow: each run is refused where it would do anything
    else. What waited for a version that nobody waits for any more is missing from the start.
    """

    def __init__(self, names: Sequence[str], plan: ApprovedPlan | None = None) -> None:
        self._names, self._plan = names, plan
        self._named: deque[Runnable] | None = None
        self._steps: deque[Next] = deque()

    def __call__(self, shift: Shift) -> Work | None:
        """The next run. Raises WrongUsage for a name that nobody knows."""
        if self._named is None:
            self._named = deque(named(shift.session, shift.roster.workspace, self._names))
        while self._steps or self._named:
            if not self._steps:
                self._steps.extend(self._steps_of(shift, self._named[0]))
                self._named.popleft()
            work = self._steps[0](shift)
            if work is not None:
                return work
            self._steps.popleft()
        return None

    def _steps_of(self, shift: Shift, one: Runnable) -> list[Next]:
        """The versions that something waits on, each to be looked at; then the start."""
        with shift.session.transaction():
            found = [
                shift.roster.of(shift.session, workflow, version)
                for workflow, version in versions_waiting(shift, one.workflow.id)
            ]
        versions = [version for version in found if version is not None]
        waiting = tuple(waiting_sections(version.workflow.version) for version in versions)
        looks: list[Next] = [
            Begun(version, Cause.LOOK, self._approved(partial(_begins, with_one_of=(sections,))))
            for version, sections in zip(versions, waiting, strict=True)
        ]
        approved = self._approved(lambda section: not _begins(section, waiting))
        if one.workflow.waits_for_events:
            return [*looks, OfEvents(one.workflow.id, approved)]
        return [*looks, Begun(one, Cause.HAND, approved)]

    def _approved(self, belongs: Callable[[str], bool]) -> Sealed | None:
        return None if self._plan is None else self._plan.sealed.only(belongs)


def _begins(section: str, with_one_of: tuple[str, ...]) -> bool:
    return section.startswith(with_one_of)


def is_worth_telling(result: RunResult) -> bool:
    """A look that found nothing is not."""
    return result.cause not in {Cause.LOOK, Cause.WAIT} or bool(result.matched) or result.error is not None


def _result_of(row: RunRow, work: Work) -> RunResult:
    """What became of a run that is over, from the ledger alone."""
    reason = dict(row.reason or {})
    return RunResult(
        run=row.id,
        workflow=work.one.workflow,
        state=str(row.state),
        at=work.session.clock.local.isoformat(),
        checked=row.checked,
        matched=row.matched,
        deferred=row.deferred,
        started=row.started,
        woken=row.woken,
        failed=row.failed,
        effects=row.effects,
        held=Held.of(row.held) if row.held else None,
        slot=row.slot,
        error=EngineError(str(reason.pop("code")), **reason) if row.state is RunState.FAILED else None,
        by_bar=barred_before(row, work.one.workflow),
        cause=row.cause,
    )
