"""Course: how far a record has come in a workflow, what was done for it, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.hindsight import in_file_order, opened
from engine.model.nights import Walking
from engine.model.workflow import Workflow
from engine.plan import following
from engine.publishing import Runnable
from engine.records.session import Session
from engine.shift import Roster
from engine.workspace import Workspace

_MOST = 200
"""So many steps are told of one enrollment."""


@dataclass(frozen=True)
class Course:
    """The newest enrollment of a record, on the version it began with; rows are those of the ledger.

    `taken` are the rows of its journal in the order of its steps, `to_come` the paths of the steps behind
    the one it waits at. `one` is None where that version cannot be read any more.
    """

    enrollment: Mapping[str, Any]
    taken: tuple[Mapping[str, Any], ...]
    to_come: tuple[str, ...]
    one: Runnable | None

    @property
    def waits(self) -> bool:
        """Whether it waits."""
        return bool(self.enrollment["state"] == Walking.WAITING)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        kept = ("id", "run", "version", "started_on", "state", "reason", "path", "since", "until")
        return {
            **{name: self.enrollment[name] for name in kept},
            "taken": [{name: row[name] for name in ("path", "kind", "run")} for row in self.taken],
            "to_come": list(self.to_come),
        }


def course_of(session: Session, workspace: Workspace, workflow: str, record: str) -> Course | None:
    """How far a record has come; None where it has never started."""
    if not session.has_ledger:
        return None
    rows = session.book.rows_of("enrollments", limit=1, workflow=workflow, record=record)
    walk = next(rows, None)
    if walk is None:
        return None
    journal = session.book.rows_of("journal", limit=_MOST, workflow=workflow, record=record)
    own = [opened(one) for one in journal if one["enrollment"] == walk["id"]]
    one = Roster(workspace).of(session, workflow, walk["version"])
    to_come = () if one is None else _to_come(one.workflow, walk)
    taken = sorted(own, key=lambda row: (row["run"], in_file_order(row["path"])))
    return Course(walk, tuple(taken), to_come, one)


def _to_come(workflow: Workflow, walk: Mapping[str, Any]) -> tuple[str, ...]:
    """The steps behind the one that is waited at; none where nothing waits."""
    if walk["state"] != Walking.WAITING or not walk["path"]:
        return ()
    _, rest = following(workflow.steps, walk["path"])
    return tuple(step.path for step in rest)
