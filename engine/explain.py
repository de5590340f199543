"""Explain: why a workflow does, or does not, concern one record; every condition with what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine.conditions import CONDITIONS
from engine.dryrun import DryRun, RecordPlan, Settled, next_runs
from engine.funnel import Lacking, lacking
from engine.gates import Gate, gates_of
from engine.model.document import Mapping, Node, Scalar, Span
from engine.model.effects import Effect
from engine.model.entities import FieldType, Model, Module
from engine.model.moments import Clock, Length
from engine.model.operands import Constant, FieldValue, MomentValue, Operand
from engine.model.predicates import (
    Among,
    Compare,
    EachUnit,
    Elapsed,
    Empty,
    Fate,
    HasTags,
    OnDay,
    Standing,
    Test,
    TextPart,
    Trend,
    compared_with,
    operands_of,
    whole_answer,
)
from engine.model.values import Show, Value, days_between, plain
from engine.model.workflow import Workflow
from engine.pipeline import Prepared, members_in
from engine.plan import plan_effects
from engine.records.answering import Answers
from engine.records.session import Session
from engine.records.tracing import LeafTrace, trace
from engine.rows import RowReader
from engine.select import select_records
from engine.shortfall import Measure, local_day, shortfall
from engine.verdicts import Counts, Verdict, ways_to_yes
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LeafAnswer:
    """One condition and one record: what was asked, what was found, what is missing to match."""

    path: str
    at: Span
    field: str | None
    answer: bool | None
    actual: Value
    demanded: Value
    required: Any
    days_ago: int | None
    short: int | Decimal | None
    days_ahead: int | None = None
    units: tuple[Value, ...] = ()
    ranked: int | None = None
    within: Value = None

    def as_json(self) -> dict[str, Any]:
        """For machines; `short` is the number of days, or the amount, that is missing.

        `field` is what is asked about, by its keys; `required` what it is held against: one value, a list
        of those that are named, or each of several comparisons with its own; `within` how far back is looked
        where a table says it. Records go by their keys.
        """
        return {
            "path": self.path,
            "file": self.at.file,
            "line": self.at.line,
            "field": self.field,
            "verdict": {True: "yes", False: "no", None: "unknown"}[self.answer],
            "actual": plain(self.actual),
            "required": self.required,
            "within": plain(self.within),
            "days_ago": self.days_ago,
            "days_ahead": self.days_ahead,
            "short": plain(self.short),
            "units": [plain(one) for one in self.units],
            "ranked": self.ranked,
        }


@dataclass(frozen=True)
class Asked:
    """A workflow of a workspace, asked on a session at its moment."""

    session: Session
    workspace: Workspace
    workflow: Workflow


@dataclass(frozen=True)
class Conditions:
    """What the conditions of a workflow answered of a record, in file order.

    `has_values`: what they saw is known too.
    """

    asked: Asked
    answers: tuple[LeafAnswer, ...]
    has_values: bool = True

    @classmethod
    def of(
        cls, asked: Asked, seen: Sequence[LeafTrace], key: str | int | None, *, values: bool
    ) -> Conditions:
        """From what was seen. Without a `key` the record may be gone: nothing is looked up in it."""
        told = tuple(_answer(one, asked, key) for one in seen)
        return cls(asked, told, values)

    @property
    def needs(self) -> list[tuple[str, ...]]:
        """What would have to become yes for the record to match: the smallest sets of conditions."""
        return ways_to_yes(self.asked.workflow.condition, [one.answer for one in self.answers])

    @property
    def lacks(self) -> list[Lacking]:
        """What the record lacks where it cannot be decided, with the conditions that need it."""
        told, condition = tuple(one.answer for one in self.answers), self.asked.workflow.condition
        is_open = condition is not None and whole_answer(condition, told) is None
        return lacking(condition, [Answers(None, told, 1)]) if is_open else []

    def at(self, path: str) -> LeafAnswer:
        """The answer of the condition at a path."""
        return next(one for one in self.answers if one.path == path)

    def as_json(self) -> list[dict[str, Any]]:
        """For machines."""
        return [one.as_json() for one in self.answers]


@dataclass(frozen=True)
class Explanation:
    """A workflow and one record: the verdict, every condition, earlier gates, what would happen."""

    dry: DryRun
    plan: RecordPlan
    conditions: Conditions
    started_on: str | None
    started_run: int | None
    settled: tuple[Settled, ...] = ()
    gates: tuple[Gate, ...] = ()
    undone_by: int | None = None

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
            "gates": [one.as_json() for one in self.gates],
            "started": self._started(),
            "conditions": self.conditions.as_json(),
            "needs": [list(one) for one in self.conditions.needs],
            "missing": [{"field": one.field_key, "paths": list(one.paths)} for one in self.conditions.lacks],
            "effects": self.plan.as_json()["effects"],
            "unchanged": [one.as_json() for one in self.settled],
            "error": self.plan.as_json().get("error"),
        }

    def _started(self) -> dict[str, Any] | None:
        """When it started last, and the run that has undone that since."""
        if self.started_on is None:
            return None
        return {"on": self.started_on, "run": self.started_run, "undone_by": self.undone_by}


def explain_record(dry: DryRun, key: str | int) -> Explanation | None:
    """Everything that is to be said about one record; None when there is none of that key."""
    plan = dry.record(key)
    if plan is None:
        return None
    asked = Asked(dry.session, dry.workspace, dry.workflow)
    conditions = Conditions.of(asked, trace(dry.session, dry.workflow, key), key, values=True)
    day, run = started(dry.session, dry.workflow.id, key)
    undone_by = None if run is None else _undone_by(dry.session, run)
    gates = tuple(gates_of(dry, plan))
    return Explanation(dry, plan, conditions, day, run, settled_of(dry, plan), gates, undone_by)


def _undone_by(session: Session, run: int) -> int | None:
    found = next(session.book.rows_of("runs", limit=1, run=run), None)
    return None if found is None else found["undone_by"]


def explain_one(
    session: Session, workspace: Workspace, workflow: Workflow, key: str | int
) -> Explanation | None:
    """The same without looking at any other record, as far as none has to be weighed against it."""
    draft = plan_effects(workflow, workspace.model, session.clock, members_in(session))
    matched = select_records(session, workflow, draft, key)
    show = Show(workspace.settings.language, workspace.settings.currency, session.clock.zone)
    reader = RowReader(draft, matched.positions(), show, session.clock)
    prepared = Prepared(workflow, draft, matched, reader, checked=1, counts={}, held=None)
    counts = Counts(1, matched.starts, matched.deferred, by_bar=(0,) * len(workflow.bars))
    times = tuple(next_runs(workflow, workspace, session))
    return explain_record(DryRun(session, workspace, prepared, counts, (), (), (), times), key)


def settled_of(dry: DryRun, plan: RecordPlan) -> tuple[Settled, ...]:
    """The fields that already are what the steps for a record set, and that no step changes."""
    if plan.verdict is not Verdict.MATCH or plan.error is not None:
        return ()
    changed = {
        name for one in plan.effects if isinstance(one, Effect) for name in one.details.get("changes", ())
    }
    found = {one.field.key: one for one in dry.settled(plan.record) if one.field.key not in changed}
    return tuple(found.values())


def started(session: Session, workflow: str, record: str | int) -> tuple[str | None, int | None]:
    """The day on which a workflow has started for a record last, and the run that did."""
    if not session.has_ledger:
        return None, None
    rows = session.book.rows_of("enrollments", limit=1, workflow=workflow, record=str(record))
    found = next(rows, None)
    return (None, None) if found is None else (found["started_on"], found["run"])


def _answer(seen: LeafTrace, asked: Asked, key: str | int | None) -> LeafAnswer:
    clock = asked.session.clock
    node = asked.workspace.node_at(asked.workflow.file, seen.leaf.path)
    at = node.span if node is not None else Span("", 0, 0, 0, 0)
    elapsed = next((one for one in seen.leaf.tests if isinstance(one, Elapsed)), None)
    days = None
    if elapsed is not None and isinstance(seen.actual, date | datetime):
        days = _days(local_day(seen.actual, clock), elapsed, clock.today)
    ahead = elapsed is not None and elapsed.ahead
    short = _short(seen, clock) if seen.answer is False else None
    is_window = compared_with(seen.leaf) is None
    return LeafAnswer(
        seen.leaf.path, at, _field(seen, node, asked), seen.answer, seen.actual,
        None if is_window else seen.cell, _required(seen, asked, key), None if ahead else days, short,
        days if ahead else None, seen.units, seen.ranked, seen.cell if is_window else None,
    )  # fmt: skip


def _field(seen: LeafTrace, node: Node | None, asked: Asked) -> str | None:
    """What a condition asks about, by keys: `tier`, `owner.name`, `订单.amount`; None for a step."""
    word = next((one for one in node.keys() if one in CONDITIONS), "") if isinstance(node, Mapping) else ""
    written = node.get(word) if isinstance(node, Mapping) and word else None
    if isinstance(written, Scalar) and word != "step":
        return _keys(written.text, asked.workflow.module, asked.workspace.model)
    subject = operands_of(seen.leaf.tests[0])[0]
    if not isinstance(subject, FieldValue):
        return None
    return ".".join(one.key for one in (*subject.links, subject.field))


def _keys(name: str, module: Module | None, model: Model) -> str:
    """A name of a field, over links or related records, by keys; what is no field stays as it is written."""
    keys = []
    for part in name.split("."):
        field = None if module is None else module.field(part)
        relation = None if module is None or field is not None else model.relation(module, part)
        keys.append(part if field is None else field.key)
        module = relation.module if relation is not None else None
        if field is not None and field.to:
            module = model.module(field.to)
    return ".".join(keys)


def _required(seen: LeafTrace, asked: Asked, key: str | int | None) -> Any:
    """What the value would have to be, for machines; what stands in the record itself is looked up."""
    found = [(_comparison(one), _wanted(one, seen, asked, key)) for one in seen.leaf.tests]
    return found[0][1] if len(found) == 1 else dict(found)


def _comparison(test: Test) -> str:
    if isinstance(test, Compare | OnDay | Elapsed | EachUnit):
        return str(test.comparison)
    return type(test).__name__.lower()


def _wanted(test: Test, seen: LeafTrace, asked: Asked, key: str | int | None) -> Any:
    clock, others = asked.session.clock, operands_of(test)[1:]
    match test:
        case Among():
            return [_value(one, seen, asked, key) for one in others]
        case OnDay():
            is_day = test.operand.type is FieldType.DATE
            return plain(test.moment.day(clock) if is_day else test.moment.instant(clock))
        case Elapsed() if isinstance(test.length, Length):
            return plain(test.length)
        case Empty():
            return {"is_empty": test.wanted}
        case TextPart():
            return test.text
        case HasTags():
            return list(test.tags)
        case Fate():
            return list(test.fates)
        case Standing():
            return test.number if test.share is None else f"{plain(test.share * 100)} %"
        case Trend():
            return f"{plain(test.by)} %" if test.relative else plain(test.by)
    return _value(others[0], seen, asked, key)


def _value(operand: Operand, seen: LeafTrace, asked: Asked, key: str | int | None) -> Any:
    """A value that something is held against: written, or of the record; a named record by its key."""
    if isinstance(operand, Constant):
        return plain(operand.value)
    if isinstance(operand, MomentValue):
        clock, is_day = asked.session.clock, operand.type is FieldType.DATE
        return plain(operand.moment.day(clock) if is_day else operand.moment.instant(clock))
    if key is None:
        return plain(seen.cell)
    return plain(asked.session.fields_of(asked.workflow.module, key, {"value": operand})["value"])


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


def _short(seen: LeafTrace, clock: Clock) -> int | Decimal | None:
    """How far a lower bound is from being reached: days for a length, an amount for a number."""
    found = shortfall(seen.leaf, seen.actual, seen.cell, clock)
    if found is None or not found.is_short:
        return None
    return found.by if found.measure is Measure.DAYS else Decimal(found.by)
