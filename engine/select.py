"""Select: the records that a workflow would start now, by one scan; nothing else is read."""

from __future__ import annotations

from engine.model.effects import Draft
from engine.model.workflow import Workflow
from engine.records.matched import Matched
from engine.records.session import Session


def select_records(session: Session, workflow: Workflow, draft: Draft) -> Matched:
    """The matched records in a temporary table, with every value that the draft needs of them."""
    return session.select(workflow, draft)
