"""Gates: what stands between a record that meets the conditions and what is done for it.

Not due yet, paused, held by a guard, a letter that waits for quiet hours to end or for room in the contact
budget. What bars a single record (goal, stop rules, exclusions, limits, an earlier start) is its verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.dryrun import DryRun, RecordPlan
from engine.files.channels import STAYS
from engine.files.scalars import text_of
from engine.ledger.agenda import Agenda
from engine.ledger.post import Letter
from engine.model.effects import Effect, EffectKind
from engine.model.values import stored_instant
from engine.posting.rules import PutOff, Rules
from engine.schedule import ON_TIME, slots_between


@dataclass(frozen=True, slots=True)
class Gate:
    """`kind`: paused, rests, unpublished, due, not_due, held, letter; `facts` are in plain values."""

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {"kind": self.kind, **self.facts}


def gates_of(dry: DryRun, plan: RecordPlan) -> Iterator[Gate]:
    """The gates that a record meets, in the order in which it meets them."""
    workflow, session = dry.workflow, dry.session
    if not workflow.active:
        yield Gate("paused")
    rests = Agenda(session.connection).paused().get(workflow.id) if session.has_ledger else None
    if rests is not None:
        yield Gate("rests", {name: str(value) for name, value in rests.items()})
    if dry.is_unpublished:
        yield Gate("unpublished", {"id": workflow.id})
    due = _due(dry) if rests is None else None
    if due is not None:
        yield Gate("due", {"at": stored_instant(due)})
    elif dry.next_times:
        yield Gate("not_due", {"at": stored_instant(dry.next_times[0])})
    yield from _holds(dry)
    yield from _letters(dry, plan, None if due is not None else next(iter(dry.next_times), None))


def _due(dry: DryRun) -> datetime | None:
    """The moment that has just come, and for which the workflow has not been run yet."""
    session, workflow, settings = dry.session, dry.workflow, dry.workspace.settings
    now = session.clock.now
    slots = list(
        slots_between(workflow.triggers, settings.zone, settings.calendar, since=now - ON_TIME, until=now)
    )
    if not slots or not workflow.active:
        return None
    has_run = session.has_ledger and Agenda(session.connection).has_row(workflow.id, slots[-1].name)
    return None if has_run else slots[-1].at


def _holds(dry: DryRun) -> Iterator[Gate]:
    """Runs of the workflow that wait for somebody to approve them."""
    held = Agenda(dry.session.connection).held() if dry.session.has_ledger else ()
    for run in held:
        if run.workflow == dry.workflow.id:
            yield Gate("held", {"run": run.id, **(run.held or {})})


def _letters(dry: DryRun, plan: RecordPlan, leaves: datetime | None) -> Iterator[Gate]:
    """Each message that would not leave at once: at a moment, or now."""
    session, workspace, settings = dry.session, dry.workspace, dry.workspace.settings
    leaving = {name for name, one in settings.channels.items() if text_of(one.get("kind")) not in STAYS}
    if not session.has_ledger:  # nobody has had a letter yet
        settings = replace(settings, contact_budget=None)
    rules = Rules(workspace.model, settings, workspace.templates)
    for effect in plan.effects:
        if not isinstance(effect, Effect) or effect.kind is not EffectKind.MESSAGE:
            continue
        if effect.details["channel"] in leaving:
            letter = _letter(effect, plan, dry.workflow.module.key)
            found = rules.has_to_wait(session, letter, leaves or session.clock.now)
            if isinstance(found, PutOff):
                facts = {"code": found.code, "path": effect.path, "until": stored_instant(found.until)}
                yield Gate("letter", {**facts, "to": str(effect.details["to"])})


def _letter(effect: Effect, plan: RecordPlan, module: str) -> Letter:
    """A planned message as the outbox would hold it; the record itself is taken for whom it is to."""
    details, record = effect.details, str(plan.record)
    return Letter(
        id=0,
        run=0,
        kind=str(effect.kind),
        record=record,
        channel=details["channel"],
        recipient=str(details["to"]),
        template=details["template"],
        subject=None,
        body="",
        urgent=False,
        key="",
        module=module,
        addressee=record,
    )
