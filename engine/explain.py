"""Explain: why a workflow does, or does not, concern one record; every condition with what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from engine.dryrun import DryRun, RecordPlan
from engine.model.document import Span
from engine.model.moments import Clock, Length
from engine.model.operands import Constant
from engine.model.predicates import Compare, Comparison, Elapsed
from engine.model.values import Value, days_between, plain
from engine.records.session import Session
from engine.records.tracing import LeafTrace, trace
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
    days_ahead: int | None = None
    units: tuple[Value, ...] = ()
    ranked: int | None = None

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
            "days_ahead": self.days_ahead,
            "short": plain(self.short),
            "units": [plain(one) for one in self.units],
            "ranked": self.ranked,
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
            "because": self.plan.as_json().get("because"),
            "active": self.dry.workflow.active,
            "started": {"on": self.started_on, "run": self.started_run} if self.started_on else None,
            "conditions": [one.as_json() for one in self.answers],
            "effects": self.plan.as_json()["effects"],
            "error": self.plan.as_json().get("error"),
        }


def explain_record(dry: DryRun, key: str | int) -> Explanation | None:
    """Everything that is to be said about one record; None when there is none of that key."""
    plan = dry.record(key)
    if plan is None:
        return None
    clock = dry.session.clock
    answers = tuple(_answer(one, dry, clock) for one in trace(dry.session, dry.workflow, key))
    started = next(_starts(dry.session, dry.workflow.id, str(key)), None)
    day, run = (started["started_on"], started["run"]) if started else (None, None)
    return Explanation(dry, plan, answers, day, run)


def _starts(session: Session, workflow: str, record: str) -> Iterator[dict[str, Any]]:
    if session.has_ledger:
        yield from session.book.rows_of("enrollments", limit=1, workflow=workflow, record=record)


def _answer(seen: LeafTrace, dry: DryRun, clock: Clock) -> LeafAnswer:
    node = dry.workspace.node_at(dry.workflow.file, seen.leaf.path)
    at = node.span if node is not None else Span("", 0, 0, 0, 0)
    elapsed = next((one for one in seen.leaf.tests if isinstance(one, Elapsed)), None)
    days = None
    if elapsed is not None and isinstance(seen.actual, date | datetime):
        days = _days(_day(seen.actual, clock), elapsed, clock.today)
    ahead = elapsed is not None and elapsed.ahead
    short = None if seen.answer is not False else _short(seen, clock)
    return LeafAnswer(
        seen.leaf.path, at, seen.answer, seen.actual, seen.cell,
        None if ahead else days, short, days if ahead else None, seen.units, seen.ranked,
    )  # fmt: skip


def _days(day: date, elapsed: Elapsed, today: date) -> int:
    """The days since (or until) a day, or since the last (until the next) day of its kind in a year."""
    if elapsed.yearly:
        years = (today.year + step for step in ((0, 1) if elapsed.ahead else (0, -1)))
        days = [_in_year(day, year) for year in years]
        day = next(one for one in days if (one >= today if elapsed.ahead else one <= today))
    return days_between(today, day) if elapsed.ahead else days_between(day, today)


def _in_year(day: date, year: int) -> date:
    """29 February falls on the 28th in years that have none (Meaning 3)."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _day(value: date | datetime, clock: Clock) -> date:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(clock.zone).date()
    return value


def _short(seen: LeafTrace, clock: Clock) -> int | Decimal | None:
    """How far a lower bound is from being reached: days for a length, an amount for a number."""
    for test in seen.leaf.tests:
        if (
            isinstance(test, Elapsed)
            and test.comparison in _LOWER
            and not (test.ahead or test.yearly)
            and isinstance(seen.actual, date | datetime)
            and _day(seen.actual, clock) <= clock.today
        ):
            length = test.length if isinstance(test.length, Length) else seen.cell
            if isinstance(length, Length) and length.counts_days:
                if length.is_working:
                    due = clock.shift(_day(seen.actual, clock), length, 1)
                    return max(days_between(clock.today, due), 0) or None
                wanted = clock.shift(clock.today, length, -1)
                return max(days_between(wanted, _day(seen.actual, clock)), 0) or None
        if isinstance(test, Compare) and test.comparison in _LOWER and isinstance(seen.actual, Decimal):
            bound = test.to.value if isinstance(test.to, Constant) else seen.cell
            if isinstance(bound, Decimal) and bound > seen.actual:
                return bound - seen.actual
    return None
