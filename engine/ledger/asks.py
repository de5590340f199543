"""Questions to colleagues in the ledger: asked by workflows, answered by people."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from engine.ledger.tables import asks
from engine.model.moments import Clock
from engine.model.nights import AskState
from engine.model.values import stored_instant


@dataclass(frozen=True, slots=True)
class Question:
    """One question to one colleague; others may have been asked the same at the same step."""

    id: int
    enrollment: int
    step: str
    workflow: str
    record: str
    person: str
    question: str
    answers: tuple[str, ...]
    until: str
    state: AskState
    answer: str | None
    decided_by: str | None
    decided_at: str | None


@dataclass(frozen=True)
class Asks:
    """The questions over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def find(self, number: int) -> Question | None:
        """The question of a number."""
        row = self.connection.execute(sa.select(asks).where(asks.c.id == number)).first()
        if row is None:
            return None
        return Question(
            row.id, row.enrollment, row.step, row.workflow, row.record, row.person, row.question,
            tuple(json.loads(row.answers)), row.until, AskState(row.state), row.answer, row.decided_by,
            row.decided_at,
        )  # fmt: skip

    def asked_with(self, question: Question) -> list[str]:
        """Everybody who was asked the same."""
        same = (asks.c.enrollment == question.enrollment, asks.c.step == question.step)
        return list(self.connection.execute(sa.select(asks.c.person).where(*same)).scalars())

    def decide(self, question: Question, answer: str, by: str, clock: Clock) -> bool:
        """Keep the first answer (Meaning 12) and withdraw the question from the others.

        False when somebody was quicker, or time is over.
        """
        now = stored_instant(clock.now)
        is_open = (asks.c.state == AskState.OPEN.value, asks.c.until > now)
        values = {"state": AskState.ANSWERED.value, "answer": answer, "decided_by": by, "decided_at": now}
        mine = sa.update(asks).values(**values).where(asks.c.id == question.id, *is_open)
        if self.connection.execute(mine).rowcount != 1:
            return False
        others = (asks.c.enrollment == question.enrollment, asks.c.step == question.step)
        rest = sa.update(asks).values(state=AskState.WITHDRAWN.value)
        self.connection.execute(rest.where(*others, asks.c.id != question.id))
        return True
