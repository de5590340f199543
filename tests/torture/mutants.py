"""Wakeline without one of the steps that keep effects from being lost or doubled (RELIABILITY, section 5).

Each is a change that a well-meaning person could make: undisturbed, the night is the same. The check of
crashes has to tell every one of them from the real program, or it proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import sqlalchemy as sa

from engine import lifecycle, units
from engine.deliver import _Batch
from engine.ledger.claims import Claims
from engine.ledger.post import Post
from engine.ledger.tables import runs
from engine.model.nights import LetterState, RunState
from engine.model.values import stored_instant
from engine.records.writing import ChunkWriter


@dataclass(frozen=True)
class Mutant:
    """What it does wrong, in which chapter that shows, and how the program is changed for it.

    `at` names the moments that tell, where the night itself does not differ. `stopped`: it takes a process
    that is stopped and goes on later, rather than one that dies.
    """

    said: str
    chapter: str
    change: Callable[[], None]
    at: str = ""
    stopped: bool = False


def _claims_in_memory_only() -> None:
    def claim(self: Post, letters: Any, hand: Any, now: Any) -> Any:
        at = stored_instant(now)
        begun = [(one, one.tries + 1, one.first_try_at or at) for one in letters]
        return [replace(one, tries=tries, first_try_at=first) for one, tries, first in begun]

    Post.claim = claim  # type: ignore[method-assign]  # the mutation


def _doubtful_letters_wait_again() -> None:
    def doubt(self: _Batch, letters: Any, answer: Any) -> None:
        self.post.mark_waiting([one.id for one in letters])

    _Batch._doubt = doubt  # type: ignore[method-assign]  # the mutation


def _letters_of_the_dead_are_dropped() -> None:
    def doubt(self: _Batch, letters: Any, answer: Any) -> None:
        self.post.mark_as(LetterState.DROPPED, [one.id for one in letters], answer)

    _Batch._doubt = doubt  # type: ignore[method-assign]  # the mutation


def _chunk_in_two_transactions() -> None:
    _commits_before(ChunkWriter, "update", lambda writer: writer.matched.connection)


def _waking_in_two_transactions() -> None:
    go_on = ChunkWriter.go_on

    def and_commit(self: ChunkWriter) -> None:
        go_on(self)
        commit(self.matched.connection)

    ChunkWriter.go_on = and_commit  # type: ignore[method-assign]  # the mutation


def _slots_are_seen_before_they_are_put() -> None:
    put = units._put

    def seen_and_put(shift: Any, one: Any, *due: Any, **rests: Any) -> None:
        shift.agenda.see([one.workflow.id], shift.now, shift.agenda.seen(), looked={})
        commit(shift.session.connection)
        put(shift, one, *due, **rests)

    units._put = seen_and_put  # type: ignore[assignment]  # the mutation


def _followers_are_told_afterwards() -> None:
    end_of_run = lifecycle.end_of_run

    @wraps(end_of_run)
    def told(shift: Any, run: int, workflow: str) -> None:
        commit(shift.session.connection)
        end_of_run(shift, run, workflow)

    lifecycle.end_of_run = told


def _fence_is_not_looked_at() -> None:
    fenced = Claims._fenced

    def unfenced(self: Claims, run: int, fence: int, values: Any) -> None:
        found = sa.select(runs.c.fence, runs.c.state).where(runs.c.id == run)
        present, state = self.connection.execute(found).one()
        if state != RunState.RUNNING:  # whoever took it over has ended it
            self.connection.execute(sa.update(runs).where(runs.c.id == run).values(state=RunState.RUNNING))
        fenced(self, run, present, values)

    Claims._fenced = unfenced  # type: ignore[method-assign]  # the mutation


def _commits_before(owner: type, name: str, connection: Callable[[Any], sa.Connection]) -> None:
    call = getattr(owner, name)

    def halved(self: Any, *values: Any) -> Any:
        commit(connection(self))
        return call(self, *values)

    setattr(owner, name, halved)


def commit(connection: sa.Connection) -> None:
    """End the transaction behind SQLAlchemy's back, and begin another."""
    driver: Any = connection.connection.dbapi_connection
    driver.commit()
    if connection.dialect.name == "sqlite":
        driver.cursor().execute("BEGIN IMMEDIATE")


HANDED_OVER = "mail send . after"

MUTANTS = {
    "claim": Mutant("a letter is claimed in memory only", "morning", _claims_in_memory_only, HANDED_OVER),
    "doubt": Mutant("letters in doubt go again", "morning", _doubtful_letters_wait_again, HANDED_OVER),
    "dead": Mutant(
        "letters of the dead are dropped", "morning", _letters_of_the_dead_are_dropped, HANDED_OVER
    ),
    "chunk": Mutant("a chunk is two transactions", "evening", _chunk_in_two_transactions),
    "wake": Mutant("waking is two transactions", "evening", _waking_in_two_transactions),
    "slot": Mutant("slots are seen before they are put", "evening", _slots_are_seen_before_they_are_put),
    "told": Mutant("who watches is told in a second transaction", "evening", _followers_are_told_afterwards),
    "fence": Mutant(
        "the fence is not looked at", "evening", _fence_is_not_looked_at, " before", stopped=True
    ),
}
