"""The stages in order: load, validate, compile (workspace.py), then select, plan, apply, deliver, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.apply import Receipt, apply_effects
from engine.channels import File, Inbox
from engine.channels.parcel import Channel
from engine.guards import LOOK_BACK_RUNS, Counted, Held, count_by_kind, held_by
from engine.model.diagnostics import Diagnostic, EngineError, Problems
from engine.model.document import Scalar
from engine.model.effects import Draft, EffectKind
from engine.model.predicates import Predicate
from engine.model.values import Show
from engine.model.workflow import Bar, Barred, Workflow
from engine.plan import plan_effects
from engine.records.directory import members, note_names
from engine.records.matched import Matched
from engine.records.session import Session
from engine.records.store import Store
from engine.rows import RowReader
from engine.select import select_records
from engine.workspace import Workspace


@dataclass(frozen=True)
class Prepared:
    """A workflow, selected and planned on a session: nothing has happened yet."""

    workflow: Workflow
    draft: Draft
    matched: Matched
    reader: RowReader
    checked: int
    counts: Mapping[EffectKind, int]
    held: Held | None
    by_batch: tuple[int, ...] = ()
    odd_names: tuple[Diagnostic, ...] = ()
    by_bar: tuple[int, ...] = ()


@dataclass(frozen=True)
class RunResult:
    """What a run did. States: done, held, refused, stopped (too many errors), failed."""

    run: int | None
    workflow: Workflow
    state: str
    at: str
    checked: int = 0
    matched: int = 0
    deferred: int = 0
    started: int = 0
    failed: int = 0
    effects: Mapping[str, int] = field(default_factory=dict)
    held: Held | None = None
    slot: str | None = None
    error: EngineError | None = None
    warnings: tuple[Diagnostic, ...] = ()
    by_bar: tuple[int, ...] = ()

    @property
    def barred(self) -> list[tuple[Bar, int]]:
        """What kept how many records from starting."""
        counted = zip(self.workflow.bars, self.by_bar, strict=False)
        return [(bar, count) for bar, count in counted if count]

    def barred_json(self) -> list[dict[str, Any]]:
        """The same for machines and for the ledger."""
        return [
            {"kind": str(bar.kind), "because": bar.reason or bar.path, "count": count}
            for bar, count in self.barred
        ]

    def counts(self) -> dict[str, int]:
        """The numbers of records that the ledger keeps of a run."""
        return {
            "checked": self.checked,
            "matched": self.matched,
            "deferred": self.deferred,
            "started": self.started,
            "failed": self.failed,
        }

    def as_json(self) -> dict[str, Any]:
        """The keys of DESIGN section 8, and `name`, `checked`, `deferred` beside them."""
        return {
            "run": self.run,
            "workflow": self.workflow.id,
            "name": self.workflow.name,
            "version": self.workflow.version,
            "slot": self.slot,
            "at": self.at,
            "state": self.state,
            "checked": self.checked,
            "matched": self.matched,
            "deferred": self.deferred,
            "excluded": sum(count for bar, count in self.barred if bar.kind is Barred.EXCLUDED),
            "stopped": sum(count for bar, count in self.barred if bar.kind is Barred.STOPPED),
            "barred": self.barred_json(),
            "started": self.started,
            "effects": dict(self.effects),
            "failed": self.failed,
            "held": self.held.as_json() if self.held else None,
            "error": {"code": self.error.code, **self.error.facts} if self.error else None,
            "warnings": [name_json(one) for one in self.warnings],
        }


def prepare(session: Session, workspace: Workspace, workflow: Workflow) -> Prepared:
    """Plan and select: what `plan` shows and what `run` carries out are this same value."""
    draft = plan_effects(workflow, workspace.model, session.clock, _members_in(session))
    matched = select_records(session, workflow, draft)
    show = Show(workspace.settings.language, workspace.settings.currency, session.clock.zone)
    by_batch = matched.count_effects()
    counts = count_by_kind(draft, by_batch)
    checked = session.count(workflow.module)
    has_history = session.has_ledger
    counted = Counted(
        starts=matched.starts,
        effects=counts,
        module_size=checked,
        earlier_starts=session.book.last_starts(workflow.id, LOOK_BACK_RUNS) if has_history else (),
        messages_today=session.book.messages_on(session.clock.today) if has_history else 0,
    )
    held = held_by(counted, workspace.settings.guards, workflow.guard)
    reader = RowReader(draft, matched.positions(), show, session.clock)
    odd = Problems()
    note_names(session, {*workspace.named, *workflow.named}, odd)
    return Prepared(workflow, draft, matched, reader, checked, counts, held, tuple(by_batch), odd.sorted())


def name_json(odd: Diagnostic) -> dict[str, str]:
    """A name in a workflow that no record bears, or several."""
    facts = dict(odd.facts)
    place = {"file": odd.at.file, "line": str(odd.at.line)}
    return {"kind": "name", "code": odd.code, **place, "name": facts["value"], "module": facts["module"]}


def _members_in(session: Session) -> Callable[[Predicate], tuple[str, ...]]:
    """Who has a role, each looked up once."""
    known: dict[Predicate, tuple[str, ...]] = {}

    def look_up(role: Predicate) -> tuple[str, ...]:
        if role not in known:
            known[role] = members(session, role)
        return known[role]

    return look_up


def run_workflow(session: Session, workspace: Workspace, workflow: Workflow) -> RunResult:
    """One execution: counted, held against the guards, carried out chunk by chunk, noted in the ledger.

    What takes more than this night is refused before anything happens: half of it would be worse than none.
    """
    if plan_effects(workflow, workspace.model, session.clock).waits:
        error = EngineError("W611", workflow=workflow.id)
        return RunResult(None, workflow, "refused", session.clock.local.isoformat(), error=error)
    with session.transaction():
        run = session.book.begin_run(workflow.id, workflow.version, session.clock)
    try:
        with session.transaction():
            session.close_episodes(workflow)
            prepared = prepare(session, workspace, workflow)
            prepared = replace(prepared, by_bar=session.count_barred(workflow, prepared.draft))
        if prepared.held is not None:
            return _held(session, run, prepared)
        notices = workspace.settings.notices
        receipt = apply_effects(session, prepared.matched, prepared.reader, run=run, notices=notices)
    except BaseException:
        with session.transaction():
            session.book.note_run(run, state="failed")
        raise
    return _finished(session, run, prepared, receipt)


def _held(session: Session, run: int, prepared: Prepared) -> RunResult:
    assert prepared.held is not None
    result = _result(session, run, prepared, state="held", receipt=Receipt())
    with session.transaction():
        session.book.note_run(
            run, state="held", held=prepared.held.as_json(), barred=result.barred_json(), **result.counts()
        )
        prepared.matched.close()
    return result


def _finished(session: Session, run: int, prepared: Prepared, receipt: Receipt) -> RunResult:
    result = _result(session, run, prepared, state="stopped" if receipt.stopped else "done", receipt=receipt)
    with session.transaction():
        session.book.note_run(
            run,
            state=result.state,
            effects=dict(result.effects),
            barred=result.barred_json(),
            **result.counts(),
        )
        prepared.matched.close()
    return result


def _result(session: Session, run: int, prepared: Prepared, *, state: str, receipt: Receipt) -> RunResult:
    return RunResult(
        run=run,
        workflow=prepared.workflow,
        state=state,
        at=session.clock.local.isoformat(),
        checked=prepared.checked,
        matched=prepared.matched.starts,
        deferred=prepared.matched.deferred,
        started=receipt.started,
        failed=receipt.failed,
        effects={str(kind): count for kind, count in receipt.effects.items()},
        held=prepared.held if state == "held" else None,
        warnings=tuple(one for one in prepared.odd_names if one.at.file == prepared.workflow.file),
        by_bar=prepared.by_bar,
    )


def channels_of(workspace: Workspace, session: Session) -> dict[str, Channel]:
    """The channels of workspace.yaml, ready to send; `inbox` is always there."""
    found: dict[str, Channel] = {workspace.settings.notices: Inbox(session.book.put_in_inbox)}
    for name, node in workspace.settings.channels.items():
        kind, path = node.get("kind"), node.get("path")
        if isinstance(kind, Scalar) and kind.text == File.name:
            written = path.text if isinstance(path, Scalar) else f".wakeline/outbox/{name}.jsonl"
            found[name] = File(workspace.root / Path(written))
        else:
            found[name] = Inbox(session.book.put_in_inbox)
    return found


def store_of(workspace: Workspace, url: str = "") -> Store:
    """The store a command names, else the workspace's, else SQLite inside the workspace."""
    chosen = url or workspace.settings.store
    if not chosen:
        chosen = str(workspace.root / ".wakeline" / "wakeline.db")
        folder = Path(chosen).parent
        folder.mkdir(exist_ok=True)
    elif (
        chosen.startswith("sqlite:///")
        and not Path(chosen.removeprefix("sqlite:///")).is_absolute()
        and not url
    ):
        chosen = f"sqlite:///{workspace.root / chosen.removeprefix('sqlite:///')}"
    return Store(chosen, workspace.model, str(workspace.settings.zone))
