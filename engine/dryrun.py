"""Dry run: what a workflow would do to the records as they are, told before it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any

from engine.agreement import stands_alone
from engine.drafting import KEPT_OUT
from engine.effect_lines import EXCLUSION, EffectLines, dumped, effect_json, words
from engine.funnel import FunnelStep, Lacking, funnel, lacking, missed_alone, with_near
from engine.model.effects import Draft, Effect, EffectBatch, EffectKind, Skipped, Undone, Update
from engine.model.entities import Field
from engine.model.operands import FieldValue
from engine.model.values import from_stored, plain
from engine.model.workflow import Bar, Workflow
from engine.pipeline import Prepared, Selected, name_json, prepare
from engine.plan import plan_effects
from engine.records.atoms import atoms_of
from engine.records.naming import find_record
from engine.records.session import Session
from engine.rows import RowError
from engine.sealing import PlanFile, digests, section_of
from engine.ticks import next_ticks
from engine.verdicts import Counts, Verdict, count_verdicts
from engine.workspace import Workspace

_PAGE = 2_000
"""So many rows are written at once."""
_BEHIND_SEQ = itemgetter(slice(1, None))


@dataclass(frozen=True)
class RecordPlan:
    """One record of a dry run: its verdict, what would happen to it, or why it cannot be processed."""

    record: str | int
    verdict: Verdict
    effects: tuple[Effect | Undone, ...] = ()
    error: RowError | None = None
    bar: Bar | None = None

    def as_json(self) -> dict[str, Any]:
        """The keys of DESIGN section 8."""
        found: dict[str, Any] = {"id": self.record, "verdict": str(self.verdict)}
        found["effects"] = [effect_json(one) for one in self.effects]
        if self.bar is not None:
            found["because"] = self.bar.reason or self.bar.path
        if self.error is not None:
            found["error"] = {"code": self.error.code, "path": self.error.path, **self.error.facts}
        return found


@dataclass(frozen=True, slots=True)
class Settled:
    """A field that a step would set to the value it already has, so that nothing is planned for it."""

    path: str
    field: Field
    value: Any

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"path": self.path, "field": self.field.key, "value": self.value}


@dataclass(frozen=True)
class Waking:
    """The enrollments that wait on one version of the workflow: which of them would go on."""

    workflow: Workflow
    selected: Selected

    def records(self) -> Iterator[tuple[str, RecordPlan]]:
        """Each that goes on, with the step that it has waited at."""
        for part in self.selected.parts:
            path = part.matched.path
            yield from ((path, plan_row(part, row)) for row in part.matched.all_rows())

    def as_json(self, limit: int | None) -> list[dict[str, Any]]:
        """For machines; at most so many."""
        return [
            {"id": plan.record, "version": self.workflow.version, "path": path, **_going_on(plan)}
            for path, plan in islice(self.records(), limit)
        ]


@dataclass(frozen=True)
class DryRun:
    """A workflow on a session, planned; `records` reads the effects on demand."""

    session: Session
    workspace: Workspace
    prepared: Prepared
    counts: Counts
    steps: tuple[FunnelStep, ...]
    lacks: tuple[Lacking, ...]
    earlier: tuple[str, ...]
    next_times: tuple[datetime, ...]
    wakings: tuple[Waking, ...] = ()
    kept: PlanFile | None = None

    @property
    def woken(self) -> int:
        """How many enrollments that wait would go on, or end."""
        return sum(one.selected.matched for one in self.wakings)

    @property
    def waiting(self) -> int:
        """How many enrollments wait."""
        return sum(one.selected.checked for one in self.wakings)

    @property
    def workflow(self) -> Workflow:
        """The workflow that is planned."""
        return self.prepared.workflow

    def records(self, limit: int | None = None) -> Iterator[RecordPlan]:
        """The records that would start, that wait for another day, that are barred, then the undecided."""
        left = limit if limit is not None else self.counts.checked
        for row in islice(self.prepared.matched.all_rows(), left):
            yield plan_row(self.prepared, row)
        yield from self._not_now(left - min(left, self.counts.matched))

    def lines(self, limit: int | None, seal: Seal) -> Iterator[str]:
        """The same records as JSON, of those that would start a page at a time; the seal reads them too."""
        left = limit if limit is not None else self.counts.checked
        writer = EffectLines(self.prepared.reader, is_kept_out)
        position = self.prepared.matched.positions()["id"]
        for rows in seal.pages(left):
            keys = words([row[position] for row in rows])
            for row, key, effects in zip(rows, keys, writer.of(rows), strict=True):
                if effects is None:
                    yield dumped(plan_row(self.prepared, row).as_json())
                else:
                    yield f'{{"id": {key}, "verdict": "{Verdict.MATCH}", "effects": {effects}}}'
        for plan in self._not_now(left - min(left, self.counts.matched)):
            yield dumped(plan.as_json())

    def _not_now(self, left: int) -> Iterator[RecordPlan]:
        for key in self.prepared.matched.deferred_ids(left):
            yield RecordPlan(key, Verdict.DEFERRED)
        left -= min(left, self.counts.deferred)
        for key, bar in self._barred(left):
            yield RecordPlan(key, Verdict(bar.kind), bar=bar)
        left -= min(left, sum(self.counts.by_bar))
        for key in self.undecided(left):
            yield RecordPlan(key, Verdict.UNDECIDED)

    def _barred(self, limit: int) -> Iterator[tuple[str | int, Bar]]:
        if not any(self.counts.by_bar):
            return
        for key, number in self.session.records_barred(self.workflow, self.prepared.draft, limit):
            yield key, self.workflow.bars[number - 1]

    def undecided(self, limit: int) -> list[str | int]:
        """Keys of records whose conditions cannot be answered, by key."""
        if not self.counts.undecided:
            return []
        return self.session.records_answering(self.workflow, self.prepared.draft, None, limit)

    def record(self, key: str | int) -> RecordPlan | None:
        """One record, whatever its verdict; None when there is none of that key."""
        answers = self.session.answers_of(self.workflow, self.prepared.draft, key)
        if answers is None:
            return None
        if answers.whole is not True:
            return RecordPlan(key, Verdict.UNDECIDED if answers.whole is None else Verdict.NO_MATCH)
        if answers.bar:
            bar = self.workflow.bars[answers.bar - 1]
            return RecordPlan(key, Verdict(bar.kind), bar=bar)
        row = self.prepared.matched.find(key)
        if row is None:
            return RecordPlan(key, Verdict.ALREADY)
        is_deferred = bool(row[self.prepared.matched.positions()["deferred"]])
        return RecordPlan(key, Verdict.DEFERRED) if is_deferred else plan_row(self.prepared, row)

    def named(self, written: str) -> RecordPlan | None:
        """The record that somebody names. Raises WrongUsage where there is none, or are several."""
        return self.record(find_record(self.session, self.workflow.module, written))

    def settled(self, key: str | int) -> tuple[Settled, ...]:
        """What a record that would start already has, of all that the steps for it set."""
        row = self.prepared.matched.find(key)
        return () if row is None else tuple(_settled(self.prepared, row))

    def fingerprint(self) -> str:
        """Names exactly this list of effects: same records, clock and version give the same."""
        return Seal(self).fingerprint()

    @property
    def is_unpublished(self) -> bool:
        """Whether a run would not do this, but what was published last."""
        if stands_alone(self.workspace, self.workflow):
            return False
        book = self.session.book if self.session.has_ledger else None
        return book is None or book.latest_version(self.workflow.id) != self.workflow.version

    def _warnings(self) -> list[dict[str, str]]:
        found = [{"kind": "earlier", "workflow": name} for name in self.earlier]
        found += [name_json(one) for one in self.prepared.odd_names]
        return (
            [*found, {"kind": "unpublished", "workflow": self.workflow.id}] if self.is_unpublished else found
        )

    def head_json(self) -> dict[str, Any]:
        """Everything of DESIGN section 8 but the records and the fingerprint."""
        counts, workflow = self.counts, self.workflow
        return {
            "workflow": workflow.id,
            "name": workflow.name,
            "version": workflow.version,
            "at": self.session.clock.local.isoformat(),
            "checked": counts.checked,
            "matched": counts.matched,
            "not_matched": counts.not_matched,
            "undecided": counts.undecided,
            "already": counts.already,
            "deferred": counts.deferred,
            "excluded": counts.excluded,
            "stopped": counts.stopped,
            "waiting": self.waiting,
            "woken": self.woken,
            "held": self.prepared.held.as_json() if self.prepared.held else None,
            "effects": {str(kind): count for kind, count in self.prepared.counts.items()},
            "messages": self.prepared.counts.get(EffectKind.MESSAGE, 0),
            "next_times": [one.isoformat() for one in self.next_times],
            "warnings": self._warnings(),
        }


class Seal:
    """Makes the fingerprint of a dry run, of the rows that are read from here and then of the rest."""

    def __init__(self, dry: DryRun) -> None:
        self._dry = dry
        self._matched = dry.prepared.matched
        self._digest = hashlib.sha256(dry.workflow.version.encode())
        self._digest.update(repr(dry.prepared.reader.constants()).encode())
        self._read = 0

    def pages(self, limit: int) -> Iterator[Sequence[tuple[Any, ...]]]:
        """The starts up to one of that number, page by page, from where the last page ended."""
        last = min(limit, self._matched.starts)
        while self._read < last:
            first, self._read = self._read + 1, min(self._read + _PAGE, last)
            rows = self._matched.rows(first, self._read)
            self._add(rows)
            yield rows

    def fingerprint(self) -> str:
        """Names exactly this list of effects; asked once, at the end."""
        for _ in self.pages(self._matched.starts):
            pass
        self._add(self._matched.all_related())
        for part in (part for one in self._dry.wakings for part in one.selected.parts):
            self._digest.update(part.matched.path.encode())
            self._add(part.matched.all_rows())
            self._add(part.matched.all_related())
        found = self._digest.hexdigest()[:16]
        if self._dry.kept is not None:
            self._keep(self._dry.kept, found)
        return found

    def _keep(self, kept: PlanFile, fingerprint: str) -> None:
        """Write the list down, so that exactly this can be approved."""
        for part in (self._dry.prepared, *(part for one in self._dry.wakings for part in one.selected.parts)):
            kept.note(section_of(part), digests(part))
        kept.close(fingerprint)

    def _add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Without `seq`, so that only the order counts."""
        told = map(repr, map(_BEHIND_SEQ, rows))
        while page := "".join(islice(told, _PAGE)):
            self._digest.update(page.encode())


def _going_on(plan: RecordPlan) -> dict[str, Any]:
    return {name: value for name, value in plan.as_json().items() if name not in {"id", "verdict"}}


def dry_run(
    session: Session,
    workspace: Workspace,
    workflow: Workflow,
    wakings: tuple[Waking, ...] = (),
    *,
    with_funnel: bool = True,
) -> DryRun:
    """Plan a workflow on a session that cannot write; nothing is changed.

    `wakings`: what waits on its versions, planned before. Without the funnel nobody is asked why not.
    """
    prepared = prepare(session, workspace, workflow)
    matched = prepared.matched
    steps: tuple[FunnelStep, ...] = ()
    lacks: tuple[Lacking, ...] = ()
    if with_funnel:
        answers = session.answers(workflow, prepared.draft)
        counts = count_verdicts(answers, matched.starts, matched.deferred, workflow.bars)
        near = session.misses(workflow, prepared.draft, missed_alone(workflow.condition, answers))
        steps = with_near(funnel(workflow.condition, answers), near, session.clock)
        lacks = tuple(lacking(workflow.condition, answers))
    else:
        counts = Counts(prepared.checked, matched.starts, matched.deferred, by_bar=(0,) * len(workflow.bars))
    earlier = tuple(one.id for one in _earlier_writers(session, workspace, workflow))
    next_times = tuple(next_runs(workflow, workspace, session))
    return DryRun(session, workspace, prepared, counts, steps, lacks, earlier, next_times, wakings)


def plan_row(prepared: Prepared, row: tuple[Any, ...]) -> RecordPlan:
    """What happens to one matched record."""
    position = prepared.matched.positions()["id"]
    try:
        related = prepared.matched.related_to(row)
        effects = (_with_cause(one, prepared, row) for one in prepared.reader.effects(row, related))
        return RecordPlan(row[position], Verdict.MATCH, tuple(effects))
    except RowError as error:
        return RecordPlan(row[position], Verdict.MATCH, error=error)


def _with_cause(effect: Effect | Undone, prepared: Prepared, row: tuple[Any, ...]) -> Effect | Undone:
    """What an exclusion kept back, with the place of that exclusion; without where none is found."""
    if not isinstance(effect, Undone) or effect.reason != KEPT_OUT:
        return effect
    kept_out = (
        one.batch
        for one in prepared.reader.batches
        if one.batch.path == effect.path and is_kept_out(one.batch) and one.is_open(row)
    )
    behind = next(kept_out, None)
    if behind is None:
        return effect
    return replace(effect, facts={**effect.facts, EXCLUSION: exclusion_of(behind, prepared.draft)})


def is_kept_out(batch: EffectBatch) -> bool:
    """Whether a batch stands for what an exclusion keeps back."""
    return isinstance(batch, Skipped) and batch.reason == KEPT_OUT


def exclusion_of(batch: EffectBatch, draft: Draft) -> str:
    """Where the exclusion stands that a batch is kept back by: the last question of its gate."""
    number, _ = batch.gate.taken[-1]
    return draft.branches[number].path


def _settled(prepared: Prepared, row: tuple[Any, ...]) -> Iterator[Settled]:
    for one in prepared.reader.batches:
        if not isinstance(one.batch, Update) or not one.is_open(row):
            continue
        values = prepared.reader.values(one, row)
        for number, change in enumerate(one.batch.changes):
            before, after = values[2 * number : 2 * number + 2]
            if before == after:
                value = plain(from_stored(change.field.type, after))
                yield Settled(one.batch.path, change.field, value)


def next_runs(workflow: Workflow, workspace: Workspace, session: Session, count: int = 5) -> list[datetime]:
    """The next times of all its triggers together."""
    found: list[datetime] = []
    settings = workspace.settings
    for trigger in workflow.triggers:
        found += next_ticks(trigger, settings.zone, settings.calendar, after=session.clock.now, count=count)
    return sorted(found, key=datetime.timestamp)[:count]


def _earlier_writers(session: Session, workspace: Workspace, workflow: Workflow) -> list[Workflow]:
    """Active workflows that run before this one and write a field that it reads."""
    read = {
        (one.module.key, one.field.key)
        for one in (*atoms_of(workflow.condition), *_read_by_steps(session, workspace, workflow))
        if isinstance(one, FieldValue)
    }
    found = []
    for other in workspace.due_order():
        if other.id == workflow.id:
            break
        writes = plan_effects(other, workspace.model, session.clock).writes
        if other.fires and any((other.module.key, change.field.key) in read for change in writes):
            found.append(other)
    return found if workflow.active and workflow.fires else []


def _read_by_steps(session: Session, workspace: Workspace, workflow: Workflow) -> list[Any]:
    draft = plan_effects(workflow, workspace.model, session.clock)
    return [*atoms_of(draft.branches), *atoms_of(draft.wanted), *atoms_of(draft.fans)]
