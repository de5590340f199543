"""How the nights go, in numbers: what waits for too long, what failed, who is there. Nothing here writes.

Everything is counted in the database, so that it costs as little on a large ledger as on a small one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from engine.ledger.claims import precise
from engine.ledger.facts import Facts
from engine.ledger.questions import IS_UNSENT
from engine.ledger.tables import enrollments, events, outbox, runs, schedules, workers
from engine.model.nights import BY_PEOPLE, Cause, EventState, LetterState, RunState, Walking
from engine.model.values import instant_of, stored_instant

_ENDED = (RunState.DONE, RunState.STOPPED, RunState.FAILED)


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker, when it was heard of last, and its version."""

    name: str
    seen_at: datetime
    version: str


@dataclass(frozen=True, slots=True)
class Running:
    """A run that somebody has taken up; `lease_until` is when others may."""

    run: int
    workflow: str
    worker: str
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class Lateness:
    """So many of something are late; the first of them since when."""

    workflow: str
    version: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters of a channel in one state; `since` is the moment of the oldest run among theirs."""

    channel: str
    state: str
    count: int
    since: datetime | None = None


@dataclass(frozen=True)
class Pulse:
    """The present state of the ledger, over one connection."""

    connection: sa.Connection

    @property
    def facts(self) -> Facts:
        """What is kept under names."""
        return Facts(self.connection)

    # --- who is there, and how far they have looked -----------------------------------------

    def workers(self) -> list[WorkerSeen]:
        """Everybody who came and has not said goodbye, the latest first."""
        found = self.connection.execute(sa.select(workers).order_by(workers.c.seen_at.desc()))
        return [WorkerSeen(row.name, instant_of(row.seen_at), row.version) for row in found]

    def running(self) -> list[Running]:
        """The runs that somebody has taken up."""
        found = sa.select(runs.c.id, runs.c.workflow, runs.c.worker, runs.c.lease_until)
        rows = self.connection.execute(found.where(runs.c.state == RunState.RUNNING).order_by(runs.c.id))
        return [
            Running(
                row.id,
                row.workflow,
                row.worker or "",
                instant_of(row.lease_until) if row.lease_until else None,
            )
            for row in rows
        ]

    def seen_until(self) -> dict[str, datetime]:
        """Workflow -> the instant up to which its slots have been looked at."""
        found = self.connection.execute(sa.select(schedules.c.workflow, schedules.c.seen_until))
        return {row.workflow: instant_of(row.seen_until) for row in found}

    # --- what was to run --------------------------------------------------------------------

    def latest_slots(self, workflows: Iterable[str]) -> dict[str, datetime]:
        """Workflow -> the moment of its latest slot that has a row."""
        mine = (runs.c.workflow.in_(list(workflows)), runs.c.slot.is_not(None), runs.c.due_at.is_not(None))
        of_clock = runs.c.cause == Cause.CLOCK
        found = sa.select(runs.c.workflow, sa.func.max(runs.c.due_at)).where(*mine, of_clock)
        rows = self.connection.execute(found.group_by(runs.c.workflow))
        return {workflow: instant_of(at) for workflow, at in rows}

    def has_slots(self) -> bool:
        """Whether anything was ever run by the clock."""
        found = sa.select(runs.c.id).where(runs.c.cause == Cause.CLOCK).limit(1)
        return self.connection.execute(found).first() is not None

    def due_before(self, moment: datetime) -> list[Lateness]:
        """Runs that fell due before and that nobody has taken up, by workflow, the oldest first.

        What waits for a held run of its workflow is not late.
        """
        held = runs.alias("held")
        is_behind = (held.c.workflow == runs.c.workflow) & (held.c.state == RunState.HELD)
        behind = sa.exists().where(is_behind, held.c.due_at < runs.c.due_at)
        late = (runs.c.state == RunState.DUE, runs.c.due_at < stored_instant(moment), sa.not_(behind))
        first = sa.func.min(runs.c.due_at)
        found = sa.select(runs.c.workflow, sa.func.count(), first).where(*late).group_by(runs.c.workflow)
        rows = self.connection.execute(found.order_by(first, runs.c.workflow))
        return [Lateness(workflow, "", count, instant_of(since)) for workflow, count, since in rows]

    def failed_in_a_row(self, since: date, most: int) -> dict[str, int]:
        """Workflow -> how many of its latest runs since a day failed in a row, counted up to `most`.

        What a person started by hand does not count: they have seen how it ended.
        """
        ended = (runs.c.on_day >= since.isoformat(), runs.c.state.in_(_ENDED), runs.c.cause.not_in(BY_PEOPLE))
        place = sa.func.row_number().over(
            partition_by=runs.c.workflow, order_by=(runs.c.ended_at.desc(), runs.c.id.desc())
        )
        by_itself = sa.or_(runs.c.state != RunState.STOPPED, runs.c.reason.is_(None))
        latest = sa.select(runs.c.workflow, runs.c.state, place.label("place")).where(*ended, by_itself)
        inner = latest.subquery("latest")
        found = sa.select(inner).where(inner.c.place <= most).order_by(inner.c.workflow, inner.c.place)
        counted: dict[str, int] = {}
        well: set[str] = set()
        for row in self.connection.execute(found):
            if row.state == RunState.DONE:
                well.add(row.workflow)
            elif row.workflow not in well:
                counted[row.workflow] = counted.get(row.workflow, 0) + 1
        return counted

    def left_out(self, since: date) -> dict[str, tuple[int, int]]:
        """Workflow -> how many records its latest run since a day could not process, and how many it did."""
        mine = (runs.c.on_day >= since.isoformat(), runs.c.state.in_(_ENDED), runs.c.checked > 0)
        latest = sa.select(sa.func.max(runs.c.id)).where(*mine).group_by(runs.c.workflow)
        found = sa.select(runs.c.workflow, runs.c.failed, runs.c.started + runs.c.woken)
        failing = found.where(runs.c.id.in_(latest), runs.c.failed > 0).order_by(runs.c.workflow)
        return {row[0]: (row[1], row[2]) for row in self.connection.execute(failing)}

    def refused_events(self, since: datetime) -> dict[str, int]:
        """Workflow -> how many events since a moment it was not started for, because it would never end."""
        lately = (
            events.c.state == sa.literal_column(f"'{EventState.REFUSED}'"),
            events.c.at >= stored_instant(since),
        )
        found = sa.select(events.c.workflow, sa.func.count()).where(*lately).group_by(events.c.workflow)
        rows = self.connection.execute(found.order_by(events.c.workflow))
        return {workflow: count for workflow, count in rows}  # noqa: C416 - rows are no pairs to mypy

    # --- what waits -------------------------------------------------------------------------

    def waits_past(self, moment: datetime) -> list[Lateness]:
        """Enrollments whose wait ended before and that nobody has let go on, by workflow and version."""
        late = (enrollments.c.state == Walking.WAITING, enrollments.c.until < stored_instant(moment))
        where = (enrollments.c.workflow, enrollments.c.version)
        found = sa.select(*where, sa.func.count(), sa.func.min(enrollments.c.until)).where(*late)
        rows = self.connection.execute(found.group_by(*where).order_by(*where))
        return [
            Lateness(workflow, version, count, instant_of(since)) for workflow, version, count, since in rows
        ]

    def letters_unsent(self) -> list[Letters]:
        """Letters that have not left, by channel and state."""
        where = (outbox.c.channel, outbox.c.state)
        found = sa.select(*where, sa.func.count()).where(outbox.c.state != LetterState.SENT)
        return [Letters(*row) for row in self.connection.execute(found.group_by(*where).order_by(*where))]

    def letters_late(self, now: datetime, before: datetime) -> list[Letters]:
        """Letters that might go now, of runs before a moment, by channel."""
        may_go = outbox.c.not_before.is_(None) | (outbox.c.not_before <= stored_instant(now))
        late = (IS_UNSENT, outbox.c.state == LetterState.WAITING, may_go, runs.c.at < stored_instant(before))
        joined = outbox.join(runs, runs.c.id == outbox.c.run)
        found = sa.select(outbox.c.channel, sa.func.count(), sa.func.min(runs.c.at)).select_from(joined)
        rows = self.connection.execute(
            found.where(*late).group_by(outbox.c.channel).order_by(outbox.c.channel)
        )
        return [
            Letters(channel, LetterState.WAITING, count, instant_of(since)) for channel, count, since in rows
        ]


def is_lapsed(one: Running, now: datetime) -> bool:
    """Whether anybody may go on with a run that somebody has taken up."""
    return one.lease_until is None or precise(one.lease_until) < precise(now)


def by_state(letters: Iterable[Letters], *states: str) -> Mapping[str, int]:
    """Channel -> how many letters are in one of these states."""
    found: dict[str, int] = {}
    for one in letters:
        if one.state in states:
            found[one.channel] = found.get(one.channel, 0) + one.count
    return found
