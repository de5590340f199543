"""Select: the records that a workflow would start now, by one scan; nothing else is read."""

from __future__ import annotations

from engine.model.effects import Draft
from engine.model.workflow import Workflow
from engine.records.matched import Matched
from engine.records.session import Session


def select_records(
    session: Session, workflow: Workflow, draft: Draft, only: str | int | None = None
) -> Matched:
    """The matched records in a temporary table, with every value that the draft needs of them.

    `only`: the one record that is asked about; others need not be there.
    """
    return session.select(workflow, draft, only)
