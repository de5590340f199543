"""What waits for a second person to publish it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from engine.ledger.access_tables import proposals
from engine.ledger.book import AUTOMATIC
from engine.model.moments import Clock
from engine.model.values import instant_of, stored_instant


class ProposalState(StrEnum):
    """What has become of a proposal."""

    OPEN = "open"
    PUBLISHED = "published"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text that somebody wants in a file; `base` names the one that it was written against."""

    id: int
    file: str
    text: str
    base: str
    on_change: str
    note: str
    by: str
    at: datetime
    state: ProposalState
    decided_by: str = ""
    decided_at: datetime | None = None
    because: str = ""


@dataclass(frozen=True)
class Proposals:
    """The proposals of a workspace, over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def put(self, wanted: Proposal) -> int:
        """Keep one; what its author has proposed for the same file before is withdrawn by it. Its number."""
        mine = (proposals.c.file == wanted.file) & (proposals.c.by == wanted.by) & _IS_OPEN
        gone = {"state": ProposalState.WITHDRAWN.value, "decided_by": wanted.by}
        at = stored_instant(wanted.at)
        self.connection.execute(proposals.update().where(mine).values(**gone, decided_at=at))
        names = ("file", "text", "base", "on_change", "note", "by")
        values = {name: getattr(wanted, name) for name in names}
        done = self.connection.execute(proposals.insert().values(**values, at=at, state=wanted.state.value))
        assert done.inserted_primary_key is not None
        return int(done.inserted_primary_key[0])

    def of(self, number: int) -> Proposal | None:
        """One of them."""
        row = self.connection.execute(sa.select(proposals).where(proposals.c.id == number)).first()
        return None if row is None else _proposal(row)

    def all(self, *, is_open: bool, limit: int) -> list[Proposal]:
        """Those that wait, or those that do not any more; newest first."""
        mine = _IS_OPEN if is_open else sa.not_(_IS_OPEN)
        found = sa.select(proposals).where(mine).order_by(proposals.c.id.desc()).limit(limit)
        return [_proposal(row) for row in self.connection.execute(found)]

    def waiting(self, *, but: str, hidden: Collection[str]) -> int:
        """How many wait that somebody else has made, for other files than some."""
        mine = _IS_OPEN & (proposals.c.by != but) & proposals.c.file.not_in(list(hidden))
        return int(self.connection.execute(sa.select(sa.func.count()).where(mine)).scalar_one())

    def standing(self, file: str, text: str) -> ProposalState | None:
        """Whether this text waits to be published, or was refused: nobody is asked the same thing twice."""
        standing = proposals.c.state.in_([ProposalState.OPEN.value, ProposalState.REFUSED.value])
        is_it = (proposals.c.file == file) & (proposals.c.text == text) & standing
        found = sa.select(proposals.c.state).where(is_it).order_by(proposals.c.id.desc()).limit(1)
        state = self.connection.execute(found).scalar()
        return None if state is None else ProposalState(state)

    def settle(self, file: str, text: str, clock: Clock, *, by: str) -> None:
        """A file was published: what was found in it and waited does so no longer."""
        mine = (proposals.c.file == file) & (proposals.c.by == AUTOMATIC) & _IS_OPEN
        is_it = proposals.c.text == text
        state = sa.case((is_it, ProposalState.PUBLISHED.value), else_=ProposalState.WITHDRAWN.value)
        done = {"state": state, "decided_by": by or None, "decided_at": stored_instant(clock.now)}
        self.connection.execute(proposals.update().where(mine).values(**done))

    def decide(self, number: int, state: ProposalState, clock: Clock, *, by: str, because: str) -> bool:
        """End one that waits; False where somebody was quicker."""
        values = {"state": state.value, "decided_by": by, "decided_because": because or None}
        is_it = (proposals.c.id == number) & _IS_OPEN
        at = stored_instant(clock.now)
        done = self.connection.execute(proposals.update().where(is_it).values(**values, decided_at=at))
        return done.rowcount == 1


def _proposal(row: sa.Row[tuple[object, ...]]) -> Proposal:
    return Proposal(
        row.id,
        row.file,
        row.text,
        row.base,
        row.on_change,
        row.note,
        row.by,
        instant_of(row.at),
        ProposalState(row.state),
        row.decided_by or "",
        instant_of(row.decided_at) if row.decided_at else None,
        row.decided_because or "",
    )


_IS_OPEN = proposals.c.state == ProposalState.OPEN.value
