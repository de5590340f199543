"""Where matched records stand after a run: at a step that waits, or at an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa

from engine.model.effects import Column, Fixed, Stop
from engine.model.entities import FieldType
from engine.model.moments import end_of_wait, length_of_minutes
from engine.model.nights import Walking
from engine.model.values import stored_instant
from engine.records.matched import Matched
from engine.records.tables import Sql


@dataclass(frozen=True)
class Walk:
    """Says of each row what its enrollment's row holds from now on."""

    matched: Matched

    @property
    def now(self) -> Sql:
        """The moment of the run."""
        return sa.literal(stored_instant(self.matched.selection.clock.now))

    def columns(self) -> Mapping[str, Sql]:
        """State and reason; where it waits, since when and until when; when it was over."""
        pauses = [(self.matched.gate(one.gate), one) for one in self.matched.draft.pauses]
        waits = sa.or_(sa.false(), *(gate for gate, _ in pauses))
        stops = [(self.matched.gate(one.gate), one) for one in self._stops]
        ended = [(gate, sa.literal(_state_of(one))) for gate, one in stops]
        is_over = sa.literal(Walking.DONE.value)
        return {
            "state": sa.case((waits, sa.literal(Walking.WAITING.value)), *ended, else_=is_over),
            "reason": _first_of([(gate, sa.literal(one.reason)) for gate, one in stops]),
            "path": _first_of([(gate, sa.literal(one.path)) for gate, one in pauses]),
            "since": sa.case((waits, self.now), else_=None),
            "until": _first_of([(gate, self.instant(one.until)) for gate, one in pauses]),
            "ended_at": sa.case((waits, None), else_=self.now),
        }

    @property
    def is_goal(self) -> Sql:
        """Whether a row ends because the goal is reached."""
        goals = [self.matched.gate(one.gate) for one in self._stops if one.is_goal]
        return sa.or_(*goals) if goals else sa.false()

    def instant(self, part: Fixed | Column) -> Sql:
        """When a wait ends: an instant for all, or a length from now that each record has.

        A length that a record lacks is over at once.
        """
        if isinstance(part, Fixed) and part.type is not FieldType.LENGTH:
            return sa.literal(part.value)
        ends = self._ends_of(part)
        column = self.matched.part(part)
        cases = [(column == minutes, sa.literal(end)) for minutes, end in ends.items()]
        return sa.case(*cases, else_=self.now) if cases else self.now

    def _ends_of(self, part: Fixed | Column) -> Mapping[int, str]:
        """The ends of the lengths that the records have: few, however many records."""
        if isinstance(part, Fixed):
            found = [] if part.value is None else [int(part.value)]
        else:
            column = self.matched.part(part)
            asked = sa.select(column).select_from(self.matched.table).where(column.is_not(None))
            found = [int(one) for one in self.matched.connection.execute(asked.distinct()).scalars()]
        clock = self.matched.selection.clock
        return {one: stored_instant(end_of_wait(length_of_minutes(one), clock)) for one in found}

    @cached_property
    def _stops(self) -> tuple[Stop, ...]:
        return tuple(one for one in self.matched.draft.batches if isinstance(one, Stop))


def _first_of(cases: Sequence[tuple[Sql, Sql]]) -> Sql:
    """The value of the first gate that stands open; missing where none does."""
    return sa.case(*cases, else_=None) if cases else sa.null()


def _state_of(stop: Stop) -> str:
    return (Walking.GOAL if stop.is_goal else Walking.STOPPED).value
