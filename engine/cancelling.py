"""Cancelling: somebody lets one enrollment wait no longer; its journal keeps who and why."""

from __future__ import annotations

import json

from engine.ledger.tables import LARGEST
from engine.ledger.waits import Waits
from engine.model.diagnostics import WrongUsage
from engine.model.effects import EffectKind
from engine.records.restoring import note
from engine.records.session import Session

CANCELLED = "W699"
"""Why an enrollment ended that a person has cancelled."""
_PATH = "cancelled"
"""Where that stands in its journal: no step has this path."""


def cancel(session: Session, number: int, by: str, because: str) -> None:
    """End an enrollment that waits; its open questions are withdrawn. The caller holds the transaction.

    Raises WrongUsage where there is none of that number, or it does not wait.
    """
    row = next(session.book.rows_of("enrollments", limit=1, id=number), None) if number <= LARGEST else None
    if row is None:
        raise WrongUsage("W653", enrollment=number)
    if not Waits(session.connection).cancel_one(number, CANCELLED, session.clock):
        raise WrongUsage("W654", enrollment=number, record=row["record"], kind=row["state"])
    facts = {name: value for name, value in (("by", by), ("because", because)) if value}
    details = json.dumps({"reason": CANCELLED, "facts": facts}, ensure_ascii=False)
    note(session, [(number, _PATH, EffectKind.STOP.value, row["run"], details)])
