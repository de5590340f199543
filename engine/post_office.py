"""The post office of a workspace: sends what waits, and does what people decide about sending."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.deliver import deliver_messages
from engine.ledger.bounces import Bounces
from engine.ledger.post import Post
from engine.model.diagnostics import WrongUsage
from engine.model.nights import LetterState
from engine.pipeline import channels_of
from engine.posting.bounced import Bounced
from engine.posting.deliveries import Deliveries
from engine.posting.outlets import Outlets
from engine.posting.switch import resume_sending, stop_sending
from engine.records.session import Session
from engine.workspace import Workspace

DECISIONS: Mapping[str, tuple[LetterState, frozenset[LetterState]]] = {
    "sent": (LetterState.SENT, frozenset({LetterState.IN_DOUBT})),
    "resend": (
        LetterState.WAITING,
        frozenset({LetterState.IN_DOUBT, LetterState.FAILED, LetterState.SUPPRESSED}),
    ),
    "drop": (
        LetterState.DROPPED,
        frozenset({LetterState.IN_DOUBT, LetterState.FAILED, LetterState.WAITING}),
    ),
}
"""What may be decided about a letter: what it becomes, and in which states it may be."""


@dataclass(frozen=True)
class PostOffice:
    """Over one session; every method is a transaction of its own, or several."""

    session: Session
    outlets: Outlets

    @classmethod
    def of(cls, session: Session, workspace: Workspace, environment: Mapping[str, str]) -> PostOffice:
        """With the workspace's own channels; `environment` holds their secrets."""
        return cls(session, channels_of(workspace, session, environment))

    @property
    def _post(self) -> Post:
        return Post(self.session.connection)

    def deliver(self, now: Callable[[], datetime]) -> Deliveries:
        """Send all that may be sent; `now` is asked again and again."""
        return deliver_messages(self.session, self.outlets, now)

    def stop(self, by: str, because: str, now: datetime) -> None:
        """Nothing leaves any more, from the next letter on."""
        with self.session.transaction():
            stop_sending(self._post, by, because, now)

    def resume(self) -> bool:
        """What waits may leave again; False where nothing was stopped."""
        with self.session.transaction():
            return resume_sending(self._post)

    def settle(self, number: int, decision: str, by: str, now: datetime) -> None:
        """What a person knows of a letter. Raises WrongUsage where there is nothing to decide."""
        becomes, from_states = DECISIONS[decision]
        with self.session.transaction():
            letter = self._post.letter(number)
            if letter is None:
                raise WrongUsage("W735", value=number)
            if letter.state not in from_states:
                raise WrongUsage("W736", value=number, kind=letter.state)
            if becomes is LetterState.SENT:
                self._post.mark_sent([number], now)
            elif becomes is LetterState.WAITING:
                self._post.settle(number, by, tries=0, not_before=None)
                if letter.state == LetterState.SUPPRESSED:  # whoever says so knows that the address is right
                    Bounced(Bounces(self.session.connection), letter.channel).forget(letter)
            is_dropped = becomes is LetterState.DROPPED
            dropped = json.dumps({"code": "W728", "by": by}, ensure_ascii=False) if is_dropped else None
            self._post.settle(number, by, state=becomes, answer=dropped)

    def confirm(self, by: str, now: datetime) -> tuple[int, int]:
        """This place may send for this database. How many letters had left already, and how many are lost."""
        assert self.outlets.instance is not None
        with self.session.transaction():
            return self.outlets.instance.confirm(self._post, by, now)
