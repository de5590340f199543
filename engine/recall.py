"""Recall: why a workflow did, or did not, concern a record in a past run, from what that run recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from engine.dryrun import dry_run
from engine.explain import Asked, Conditions, Explanation, explain_record
from engine.hindsight import Fate, Hindsight, find_run, look_back
from engine.model.diagnostics import WrongUsage
from engine.model.entities import Module
from engine.model.nights import Cause
from engine.model.workflow import Bar
from engine.publishing import Runnable
from engine.recording import Recorded, last_recorded, recorded_key, recorded_of
from engine.records.naming import find_record
from engine.records.session import Session
from engine.records.tracing import trace
from engine.shift import Roster
from engine.verdicts import Verdict
from engine.workspace import Workspace


@dataclass(frozen=True)
class Recalled:
    """A past run and one record: what the ledger knows, what the run has recorded of its answers.

    `again`: where nothing was recorded, today's records asked once more at the moment of the run; None where
    record or workflow are gone. `is_about`: the run looked at the record; one of events looks at its own.
    """

    session: Session
    hindsight: Hindsight
    memory: Memory | None
    again: Explanation | None = None
    is_about: bool = True


@dataclass(frozen=True)
class Memory:
    """What a record answered in a run: the verdict, and the conditions of the version that ran.

    `today` are the same conditions asked of the record as it is now, where what they saw then is not kept.
    """

    verdict: Verdict
    bar: Bar | None
    conditions: Conditions
    today: Conditions | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "verdict": str(self.verdict),
            "because": (self.bar.reason or self.bar.path) if self.bar is not None else None,
            "has_values": self.conditions.has_values,
            "conditions": self.conditions.as_json(),
            "needs": [list(one) for one in self.conditions.needs],
        }


def remember(session: Session, one: Runnable, found: Hindsight, key: str | int | None) -> Memory | None:
    """What a run has recorded of a record; None where it has recorded nothing of it.

    `one` is the version that ran, `key` the key of the record where it is still there.
    """
    recorded = recorded_of(session, one.workflow, found.record, found.run["run"])
    if recorded is None:
        return None
    own = session.about(one.workspace.model, one.workspace.settings.late_calendar)
    then = replace(own, clock=replace(own.clock, now=found.at.astimezone(UTC)))
    asked = Asked(then, one.workspace, one.workflow)
    conditions = Conditions.of(asked, recorded.seen, None, values=recorded.has_values)
    today = None
    if key is not None and not recorded.has_values:
        now = replace(asked, session=own)
        today = Conditions.of(now, trace(own, one.workflow, key), key, values=True)
    bar = one.workflow.bars[recorded.answers.bar - 1] if recorded.answers.bar else None
    return Memory(_verdict(recorded, bar, found), bar if recorded.answers.whole else None, conditions, today)


def _verdict(recorded: Recorded, bar: Bar | None, found: Hindsight) -> Verdict:
    whole = recorded.answers.whole
    if whole is not True:
        return Verdict.UNDECIDED if whole is None else Verdict.NO_MATCH
    if bar is not None:
        return Verdict(bar.kind)
    if recorded.deferred:
        return Verdict.DEFERRED
    return Verdict.ALREADY if found.fate is Fate.NOT_STARTED else Verdict.MATCH


def recall(session: Session, workspace: Workspace, name: str, *, record: str, run: str) -> Recalled:
    """Why a run did, or did not, concern a record; `run` is its number, the day of its night, or `last`.

    Raises WrongUsage where there is no such run, or nobody knows the record.
    """
    workflow = workspace.workflow(name)
    row = find_run(session, name if workflow is None else workflow.id, run)
    one = Roster(workspace).of(session, row["workflow"], row["version"])
    module = one.workflow.module if one is not None else workflow.module if workflow is not None else None
    key = None if module is None else session.record_key(module, record)
    found = look_back(session, record if key is None else str(key), row)
    memory = None if one is None else remember(session, one, found, key)
    if memory is None and key is None and module is not None and not found.knows_record:
        kept = recorded_key(session, record, row["run"])
        named = str(record_meant(session, module, name, record)) if kept in {None, record} else kept
        return recall(session, workspace, name, record=named, run=str(row["run"]))
    if memory is None and not found.says_why and not _looks_at_all(session, found):
        return Recalled(session, found, None, is_about=False)
    if memory is not None or workflow is None or key is None:
        return Recalled(session, found, memory)
    then = replace(session, clock=replace(session.clock, now=found.at.astimezone(UTC)))
    return Recalled(session, found, None, explain_record(dry_run(then, workspace, workflow), key))


def record_meant(session: Session, module: Module, workflow: str, written: str) -> str | int:
    """The key of the record that somebody means.

    Raises WrongUsage where it is none, or one of several; of one that is gone with the run that knew it last.
    """
    try:
        return find_record(session, module, written)
    except WrongUsage as unknown:
        gone = last_recorded(session, workflow, written) if unknown.code == "W915" else None
        if gone is None:
            raise
        key, run = gone
        facts = {"record": key, "module": module.labels.told, "run": run}
        raise WrongUsage("W915", kind="gone", **facts) from None


def _looks_at_all(session: Session, found: Hindsight) -> bool:
    """Whether the run looked at the record without anything having been done: one of events looks at theirs,
    others at those who wait, or whom another run has touched.
    """
    if found.run["cause"] in {Cause.WAIT, Cause.LOOK, Cause.UNDO}:
        return False
    if found.run["cause"] != Cause.EVENT:
        return True
    rows = session.book.rows_of("events", limit=1, run=found.run["run"], record=found.record)
    return next(rows, None) is not None
