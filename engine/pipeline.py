"""The stages in order: load, validate, compile (workspace.py), then select, plan, apply, deliver, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.channels.table import open_channels
from engine.guards import LOOK_BACK_RUNS, Counted, Held, count_by_kind, held_by
from engine.ledger.post import Post
from engine.model.diagnostics import Diagnostic, EngineError, Problems
from engine.model.document import Scalar
from engine.model.effects import Draft, EffectKind
from engine.model.nights import Cause
from engine.model.predicates import Predicate
from engine.model.values import Show
from engine.model.workflow import Bar, Barred, Workflow
from engine.plan import plan_effects
from engine.posting.instance import Instance
from engine.posting.outlets import Outlets
from engine.posting.rules import Rules
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
    odd_names: tuple[Diagnostic, ...] = ()
    by_bar: tuple[int, ...] = ()


@dataclass(frozen=True)
class Selected:
    """What a run does, in parts: one, or one for each step that enrollments go on from."""

    parts: tuple[Prepared, ...]
    checked: int
    held: Held | None

    @property
    def matched(self) -> int:
        """How many records start, or enrollments go on."""
        return sum(one.matched.starts for one in self.parts)

    @property
    def deferred(self) -> int:
        """How many records wait for another day."""
        return sum(one.matched.deferred for one in self.parts)

    @property
    def odd_names(self) -> tuple[Diagnostic, ...]:
        """Names that no record bears, or several."""
        return tuple(dict.fromkeys(name for one in self.parts for name in one.odd_names))

    def close(self) -> None:
        """Drop the temporary tables."""
        for one in self.parts:
            one.matched.close()


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
    cause: Cause = Cause.HAND
    woken: int = 0
    drift: Mapping[str, Any] | None = None

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
            "woken": self.woken,
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
            "cause": str(self.cause),
            "at": self.at,
            "state": self.state,
            "checked": self.checked,
            "matched": self.matched,
            "deferred": self.deferred,
            "excluded": sum(count for bar, count in self.barred if bar.kind is Barred.EXCLUDED),
            "stopped": sum(count for bar, count in self.barred if bar.kind is Barred.STOPPED),
            "barred": self.barred_json(),
            "started": self.started,
            "woken": self.woken,
            "effects": dict(self.effects),
            "failed": self.failed,
            "held": self.held.as_json() if self.held else None,
            "error": {"code": self.error.code, **self.error.facts} if self.error else None,
            "drift": self.drift,
            "warnings": [name_json(one) for one in self.warnings],
        }


def prepare(session: Session, workspace: Workspace, workflow: Workflow) -> Prepared:
    """Plan and select: what `plan` shows and what `run` carries out are this same value."""
    draft = plan_effects(workflow, workspace.model, session.clock, members_in(session))
    matched = select_records(session, workflow, draft)
    show = Show(workspace.settings.language, workspace.settings.currency, session.clock.zone)
    counts = count_by_kind(draft, matched.effects)
    checked = session.count(workflow.module)
    has_history = session.has_ledger
    counted = Counted(
        starts=matched.starts,
        effects=counts,
        module_size=checked,
        earlier_starts=session.book.last_starts(workflow.id, LOOK_BACK_RUNS) if has_history else (),
        messages_today=session.book.messages_on(session.clock.today) if has_history else 0,
        was=_former_id(session, workspace, workflow) if has_history else "",
    )
    held = held_by(counted, workspace.settings.guards, workflow.guard)
    reader = RowReader(draft, matched.positions(), show, session.clock)
    odd = Problems()
    note_names(session, {*workspace.named, *workflow.named}, odd)
    return Prepared(workflow, draft, matched, reader, checked, counts, held, odd.sorted())


def _former_id(session: Session, workspace: Workspace, workflow: Workflow) -> str:
    """The id that the file has run by before, where it is another; empty where that id is still there.

    By a new id everybody starts anew (RELIABILITY F24), which hardly anybody wants who corrects a name.
    """
    if session.book.has_started(workflow.id):
        return ""
    was = session.book.last_in_file(workflow.file, but=workflow.id)
    is_gone = was is not None and workspace.workflow(was) is None
    return was if was is not None and is_gone and session.book.has_started(was) else ""


def name_json(odd: Diagnostic) -> dict[str, str]:
    """A name in a workflow that no record bears, or several."""
    facts = dict(odd.facts)
    place = {"file": odd.at.file, "line": str(odd.at.line)}
    return {"kind": "name", "code": odd.code, **place, "name": facts["value"], "module": facts["module"]}


def members_in(session: Session) -> Callable[[Predicate], tuple[str, ...]]:
    """Who has a role, each looked up once."""
    known: dict[Predicate, tuple[str, ...]] = {}

    def look_up(role: Predicate) -> tuple[str, ...]:
        if role not in known:
            known[role] = members(session, role)
        return known[role]

    return look_up


def channels_of(
    workspace: Workspace,
    session: Session,
    environment: Mapping[str, str],
    leaves: Callable[[], bool] = lambda: False,
) -> Outlets:
    """The channels of workspace.yaml with all that guards them; `environment` holds their secrets.

    Once `leaves` says so, no letter begins to leave, and no answer is waited for long.
    """
    settings, post = workspace.settings, Post(session.connection)
    wanted = {name: node.get("in_doubt") for name, node in settings.channels.items()}
    return Outlets(
        channels=open_channels(settings, workspace.root, post.put_in_inbox, environment, hurries=leaves),
        rules=Rules(workspace.model, settings, workspace.templates),
        instance=Instance(workspace.root / ".wakeline"),
        on_doubt={name: one.text for name, one in wanted.items() if isinstance(one, Scalar)},
        leaves=leaves,
    )


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
