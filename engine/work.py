"""A run that somebody works on, and what keeps it: its claim, its chunks, the wish to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.ledger.agenda import RunRow
from engine.model.nights import BY_PEOPLE
from engine.pipeline import Selected
from engine.progress import say_progress
from engine.publishing import Runnable
from engine.records.session import Session
from engine.sealing import Sealed
from engine.shift import Shift


@dataclass(frozen=True)
class Work:
    """A claimed run: its row, the fence of the claim, its workflow, a session at the run's own moment.

    `approved`: a person has approved exactly this before the run began.
    """

    run: RunRow
    fence: int
    one: Runnable
    session: Session
    approved: Sealed | None = None


@dataclass(frozen=True)
class Opened:
    """A run whose guards have let it pass; `prepared` is what it does, `by_bar` what kept how many away."""

    work: Work
    prepared: Selected
    by_bar: tuple[int, ...] = ()
    goes_on: bool = False


@dataclass
class Keeping:
    """Notes every chunk of a part under the fence, and leaves when its worker is asked to or it is paused."""

    shift: Shift
    work: Work
    number: int
    total: int
    paused: Mapping[str, object] | None = None

    def note(self, so_far: Mapping[str, Any]) -> None:
        """What was done so far; raises StaleFence when somebody else has the run."""
        shift, run, fence = self.shift, self.work.run.id, self.work.fence
        hand = shift.hand()
        shift.claims.renew(run, fence, hand.now + shift.lease, **so_far)
        shift.claims.note_shard(run, self.number, "running", hand=hand, fence=fence)
        if shift.version:
            shift.claims.beat(hand, shift.version)
        done = sum(so_far[name] for name in ("started", "woken", "failed"))
        say_progress(self.work.run.workflow, done, max(done, self.total))

    def goes_on(self) -> bool:
        """Until its worker leaves, or somebody pauses the workflow (RELIABILITY F23)."""
        if self.shift.leaves():
            return False
        if self.work.run.cause not in BY_PEOPLE:
            with self.shift.session.transaction():
                self.paused = self.shift.agenda.paused().get(self.work.run.workflow)
        return self.paused is None
