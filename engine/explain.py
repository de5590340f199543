"""Explain: why a workflow does, or does not, concern one record; every condition with what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.dryrun import DryRun, RecordPlan
from engine.model.document import Document, Span, node_at
from engine.model.moments import Clock, Length, shift_day
from engine.model.predicates import Compare, Comparison, Constant, Elapsed
from engine.model.values import Value, days_between, plain
from engine.records.session import LeafTrace, Session
from engine.verdicts import Verdict

_LOWER = {Comparison.AT_LEAST, Comparison.MORE_THAN}


@dataclass(frozen=True, slots=True)
class LeafAnswer:
    """One condition and one record: what was asked, what was found, what is missing to match."""

    path: str
    at: Span
    answer: bool | None
    actual: Value
    demanded: Value
    days_ago: int | None
    short: int | Decimal | None

    def as_json(self) -> dict[str, Any]:
        """For machines; `short` is the number of days, or the amount, that is missing."""
        return {
            "path": self.path,
            "file": self.at.file,
            "line": self.at.line,
            "verdict": {True: "yes", False: "no", None: "unknown"}[self.answer],
            "actual": plain(self.actual),
            "required": plain(self.demanded),
            "days_ago": self.days_ago,
            "short": plain(self.short),
        }


@dataclass(frozen=True)
class Explanation:
    """A workflow and one record: the verdict, every condition, earlier gates, what would happen."""

    dry: DryRun
    plan: RecordPlan
    answers: tuple[LeafAnswer, ...]
    started_on: str | None
    started_run: int | None

    @property
    def already(self) -> str | None:
        """Why a record that meets the conditions does not start: it did, or nothing would change."""
        if self.plan.verdict is not Verdict.ALREADY:
            return None
        return "unchanged" if self.started_on is None else "started"

    def as_json(self) -> dict[str, Any]:
        """The keys of DESIGN section 8."""
        return {
            "workflow": self.dry.workflow.id,
            "version": self.dry.workflow.version,
            "at": self.dry.session.clock.local.isoformat(),
            "record": self.plan.record,
            "verdict": str(self.plan.verdict),
            "already": self.already,
            "active": self.dry.workflow.active,
            "started": {"on": self.started_on, "run": self.started_run} if self.started_on else None,
            "conditions": [one.as_json() for one in self.answers],
            "effects": self.plan.as_json()["effects"],
            "error": self.plan.as_json().get("error"),
        }


def explain_record(dry: DryRun, document: Document | None, key: str | int) -> Explanation | None:
    """Everything that is to be said about one record; None when there is none of that key."""
    plan = dry.record(key)
    if plan is None:
        return None
    clock = dry.session.clock
    answers = tuple(_answer(trace, document, clock) for trace in dry.session.trace(dry.workflow, key))
    started = next(_starts(dry.session, dry.workflow.id, str(key)), None)
    day, run = (started["started_on"], started["run"]) if started else (None, None)
    return Explanation(dry, plan, answers, day, run)


def _starts(session: Session, workflow: str, record: str) -> Iterator[dict[str, Any]]:
    if session.has_ledger:
        yield from session.book.rows_of("enrollments", limit=1, workflow=workflow, record=record)


def _answer(trace: LeafTrace, document: Document | None, clock: Clock) -> LeafAnswer:
    node = node_at(document.root, trace.leaf.path) if document is not None else None
    at = node.span if node is not None else Span("", 0, 0, 0, 0)
    days = None
    if isinstance(trace.actual, date | datetime) and any(
        isinstance(one, Elapsed) for one in trace.leaf.tests
    ):
        days = days_between(_day(trace.actual, clock), clock.today)
    short = None if trace.answer is not False else _short(trace, clock)
    return LeafAnswer(trace.leaf.path, at, trace.answer, trace.actual, trace.cell, days, short)


def _day(value: date | datetime, clock: Clock) -> date:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(clock.zone).date()
    return value


def _short(trace: LeafTrace, clock: Clock) -> int | Decimal | None:
    """How far a lower bound is from being reached: days for a length, an amount for a number."""
    for test in trace.leaf.tests:
        if (
            isinstance(test, Elapsed)
            and test.comparison in _LOWER
            and isinstance(trace.actual, date | datetime)
        ):
            length = test.length if isinstance(test.length, Length) else trace.cell
            if isinstance(length, Length) and length.counts_days:
                wanted = shift_day(clock.today, length, -1)
                return max(days_between(wanted, _day(trace.actual, clock)), 0) or None
        if isinstance(test, Compare) and test.comparison in _LOWER and isinstance(trace.actual, Decimal):
            bound = test.to.value if isinstance(test.to, Constant) else trace.cell
            if isinstance(bound, Decimal) and bound > trace.actual:
                return bound - trace.actual
    return None
