"""What runs have done for people: their effects with the enrollment they belong to, and how those ended."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.ledger.built import built_once
from engine.ledger.questions import IS_UNSENT
from engine.ledger.tables import asks, enrollments, journal, outbox
from engine.model.effects import EffectKind
from engine.model.nights import AskState, LetterState, Walking

_FOR_PEOPLE = (EffectKind.CREATE, EffectKind.MESSAGE, EffectKind.NOTICE, EffectKind.ASK)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Deed:
    """One effect: of which step, for which record, to whom; `made`: what it created, by module and key."""

    workflow: str
    version: str
    record: str
    started_on: str
    enrollment: int
    path: str
    kind: str
    to: str = ""
    made: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that waits for an answer."""

    number: int
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Deeds:
    """The deeds of runs over one connection."""

    connection: sa.Connection

    def of_runs(self, numbers: Collection[int]) -> Iterator[Deed]:
        """What some runs have done for people, in the order it was done."""
        for page in _pages(sorted(numbers)):
            is_one = (journal.c.run.in_(page), journal.c.kind.in_([str(one) for one in _FOR_PEOPLE]))
            found = _deeds(journal).where(*is_one).order_by(journal.c.enrollment, journal.c.path)
            yield from map(_deed, self.connection.execute(found))

    def unsent(self) -> Iterator[Deed]:
        """The messages that have not left yet."""
        waits = (IS_UNSENT, outbox.c.kind == EffectKind.MESSAGE, outbox.c.state == LetterState.WAITING)
        yield from map(_deed, self.connection.execute(_deeds(journal).where(*waits)))

    def open_ask(self, enrollment: int, path: str) -> OpenAsk | None:
        """The question of a step, while nobody has answered it."""
        is_it = (asks.c.enrollment == enrollment, asks.c.path == path, asks.c.state == AskState.OPEN)
        row = self.connection.execute(sa.select(asks.c.id, asks.c.answers).where(*is_it)).first()
        return None if row is None else OpenAsk(row.id, tuple(json.loads(row.answers)))

    def take_receipt(self, enrollment: int, path: str, receipt: str) -> None:
        """The receiver has told what became of a letter."""
        self.connection.execute(*_take_receipt(enrollment, path, receipt))

    def letters(self, numbers: Collection[int]) -> dict[str, int]:
        """How many messages of some runs stand in each state."""
        found: dict[str, int] = {}
        for page in _pages(sorted(numbers)):
            mine = (outbox.c.kind == EffectKind.MESSAGE, outbox.c.run.in_(page))
            counted = sa.select(outbox.c.state, sa.func.count()).where(*mine).group_by(outbox.c.state)
            for state, count in self.connection.execute(counted):
                found[state] = found.get(state, 0) + count
        return found

    def ended(self, since: str) -> list[tuple[str, str, str, int]]:
        """Of each workflow how many enrollments stand in which state, and why: they wait, or ended since."""
        is_mine = sa.or_(enrollments.c.state == Walking.WAITING, enrollments.c.ended_at >= since)
        where = (enrollments.c.workflow, enrollments.c.state, sa.func.coalesce(enrollments.c.reason, ""))
        counted = sa.select(*where, sa.func.count()).where(is_mine).group_by(*where).order_by(*where)
        return [tuple(row) for row in self.connection.execute(counted)]


def _deeds(done: sa.Table) -> sa.Select[Any]:
    """Rows of the journal with their enrollment, and who got the letter or the question."""
    letter = (outbox.c.enrollment == done.c.enrollment) & (outbox.c.path == done.c.path)
    ask = (asks.c.enrollment == done.c.enrollment) & (asks.c.path == done.c.path)
    joined = done.join(enrollments, enrollments.c.id == done.c.enrollment).outerjoin(outbox, letter)
    own = (enrollments.c.workflow, enrollments.c.version, enrollments.c.record, enrollments.c.started_on)
    to = sa.func.coalesce(outbox.c.recipient, asks.c.person, "").label("to")
    what = (done.c.enrollment, done.c.path, done.c.kind, done.c.details, to)
    return sa.select(*own, *what).select_from(joined.outerjoin(asks, ask))


@built_once
def _take_receipt(of: int, at: str, told: str) -> sa.Update:
    is_it = (outbox.c.enrollment == of, outbox.c.path == at)
    return sa.update(outbox).where(*is_it).values(receipt=told)


def _deed(row: Any) -> Deed:
    details = json.loads(row.details) if row.kind == EffectKind.CREATE and row.details else None
    made = None if details is None else (details["module"], str(details["id"]))
    own = (row.workflow, row.version, row.record, row.started_on)
    return Deed(*own, row.enrollment, row.path, row.kind, row.to, made)


def _pages(numbers: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(numbers), _PAGE):
        yield numbers[first : first + _PAGE]
