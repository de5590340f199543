"""What it costs to see before: the selections alone, a dry run without and with its funnel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from benchmarks.night import clock_of, reference_workspace
from engine.dryrun import dry_run
from engine.model.workflow import Workflow
from engine.pipeline import members_in, store_of
from engine.plan import plan_effects
from engine.records.session import Session
from engine.workspace import Workspace

if TYPE_CHECKING:
    from benchmarks.modes import Asked, Found, Stopwatch


def select(asked: Asked, watch: Stopwatch) -> Found:
    """Every workflow's selection into its temporary table, and nothing else."""

    def one(session: Session, workspace: Workspace, workflow: Workflow) -> int:
        draft = plan_effects(workflow, workspace.model, session.clock, members_in(session))
        matched = session.select(workflow, draft)
        matched.close()
        return matched.starts

    return _each(asked, watch, one)


def who(asked: Asked, watch: Stopwatch) -> Found:
    """Every workflow's dry run without the funnel: who starts, what would happen in numbers."""
    return _each(asked, watch, lambda *given: _planned(*given, with_funnel=False))


def funnel(asked: Asked, watch: Stopwatch) -> Found:
    """The same with the funnel: verdicts, near misses by how much, what the undecided lack."""
    return _each(asked, watch, lambda *given: _planned(*given, with_funnel=True))


def _planned(session: Session, workspace: Workspace, workflow: Workflow, *, with_funnel: bool) -> int:
    dry = dry_run(session, workspace, workflow, with_funnel=with_funnel)
    dry.prepared.matched.close()
    return dry.counts.matched


def _each(
    asked: Asked, watch: Stopwatch, one: Callable[[Session, Workspace, Workflow], int]
) -> dict[str, Any]:
    workspace = reference_workspace(asked.folder)
    store, found = store_of(workspace, asked.url), 0
    with watch, store.read(clock_of(workspace, asked.at)) as session:
        for workflow in workspace.due_order():
            found += one(session, workspace, workflow)
    return {"hits": found}
