"""The front door: everything a command line, an editor or an embedding program may ask of Wakeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from unicodedata import normalize

from engine.deliver import Deliveries, deliver_messages
from engine.dryrun import DryRun, dry_run
from engine.examples import Outcome, try_examples
from engine.exchange import ImportReport, Refusal, export_module, import_file
from engine.explain import Explanation, explain_record
from engine.hindsight import Hindsight, look_back
from engine.model.diagnostics import Diagnostic, EngineError, FilesRejected, Problems, WrongUsage, nearest
from engine.model.entities import Module
from engine.model.moments import Clock, Length, Unit
from engine.model.values import Reader
from engine.model.workflow import Workflow
from engine.outlook import Outlook, outlooks
from engine.pipeline import RunResult, channels_of, run_workflow, store_of
from engine.publishing import Runnable, broken_ids, known_ids, publish, runnable
from engine.records.session import Session
from engine.records.store import Store
from engine.segments import SegmentList, list_segment
from engine.stock import take_stock
from engine.ticks import latest_tick
from engine.workspace import Workspace, open_workspace

_LOOK_BACK = Length(24, Unit.HOURS)
"""Without a scheduler, what fired within the last day counts as due tonight."""


class Desk:
    """A workspace, its store and a moment: where plans are made and runs are started."""

    def __init__(
        self, root: Path, store: str = "", at: datetime | None = None, files: Iterable[Path] = ()
    ) -> None:
        """`at`: an aware instant, or naive for the workspace's wall clock; None for now."""
        outside = [
            path for path in files if path.is_file() and not path.resolve().is_relative_to(root.resolve())
        ]
        self.workspace = open_workspace(root, outside)
        settings = self.workspace.settings
        zone = settings.zone
        moment = datetime.now(UTC) if at is None else at if at.tzinfo else at.replace(tzinfo=zone)
        self.clock = Clock(moment.astimezone(UTC), zone, settings.calendar)
        self.store = store_of(self.workspace, store)

    # --- before a run ------------------------------------------------------------------------

    @contextmanager
    def plan(self, name: str) -> Iterator[DryRun]:
        """The dry run of one workflow, on a connection that cannot write."""
        workflow = self._workflow(name)
        with self.store.read(self.clock) as session:
            yield dry_run(session, self.workspace, workflow)

    def plan_night(self) -> Iterator[DryRun]:
        """The dry runs of all that is due, each on what earlier ones wrote; everything is rolled back."""
        self._demand_base()
        with self.store.rehearse(self.clock) as session:
            for workflow in self.due():
                yield dry_run(session, self.workspace, workflow)
                run_workflow(session, self.workspace, workflow)

    @contextmanager
    def explain(self, name: str, record: str) -> Iterator[Explanation]:
        """Why a workflow does or does not concern a record. Raises WrongUsage for an unknown record."""
        with self.plan(name) as dry:
            found = explain_record(dry, dry.find(record))
            assert found is not None
            yield found

    @contextmanager
    def look_back(
        self, name: str, record: str, run: int
    ) -> Iterator[tuple[Session, Hindsight, Explanation | None]]:
        """What a past run did with a record, and today's records asked again at the moment of that run.

        The latter is None where record or workflow are gone: the ledger still knows them. Raises WrongUsage
        when nobody knows the record, or there is no such run of the workflow.
        """
        workflow, asked = self.workspace.workflow(name), normalize("NFC", record).strip()
        with self.store.read(self.clock) as session:
            key = session.record_key(workflow.module, asked) if workflow is not None else None
            known = asked if key is None else str(key)
            found = look_back(session, name if workflow is None else workflow.id, known, run)
            if workflow is None or key is None:
                if workflow is not None and not found.knows_record:
                    raise WrongUsage("W915", record=record, module=workflow.module.labels.told)
                yield session, found, None
                return
            clock = replace(self.clock, now=found.at.astimezone(UTC))
            with self.store.read(clock) as then:
                yield session, found, explain_record(dry_run(then, self.workspace, workflow), key)

    def outlooks(self, names: Sequence[str] = ()) -> Iterator[Outlook]:
        """Workflow files as they stand, with their next times: some, or all that are not paused."""
        return outlooks(self.workspace, self.clock, names)

    def sample(self, folder: Path) -> dict[str, int]:
        """Work on sample data instead of the store: a CSV file a module, named by its key.

        Gives the number of refused rows of each file that has some.
        """
        if not folder.is_dir():
            raise WrongUsage("W914", path=folder)
        self.store = Store("sqlite://", self.workspace.model, str(self.workspace.settings.zone))
        refused = {}
        for module in self.workspace.model.modules.values():
            path = folder / f"{module.key}.csv"
            if path.exists():
                refused[path.name] = self.import_file(module.key, path).refused_rows
        return {name: rows for name, rows in refused.items() if rows}

    def examples(self, problems: Problems, names: Sequence[str] = ()) -> Iterator[Outcome]:
        """The examples of all workflows, or of some."""
        chosen = [self._workflow(name) for name in names] or list(self.workspace.workflows)
        for workflow in chosen:
            yield from try_examples(self.workspace, workflow, problems)

    def stock(self, told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What a check has told, and what only the store shows: its records, its past versions."""
        with self.store.read(self.clock) as session:
            return take_stock(session, self.workspace, told)

    # --- runs --------------------------------------------------------------------------------

    def due(self) -> list[Workflow]:
        """The active workflows that the clock would have started within the last day, in order."""
        return [one for one in self.workspace.due_order() if self._is_due(one, self.workspace)]

    def run(self, names: Iterable[str] = ()) -> Iterator[tuple[Runnable, RunResult, Deliveries]]:
        """Execute now, one after the other: those named, or all that is due; then empty the outbox.

        A workflow that fails does not stop the others; its result holds the failure.
        """
        with self.store.write(self.clock) as session:
            channels = channels_of(self.workspace, session)
            deliver_messages(session, channels)  # what a killed run has left behind
            asked = list(names)
            chosen = [self._runnable(session, one) for one in asked] if asked else self._tonight(session)
            for one in chosen:
                result = self._run_one(session, one)
                yield one, result, deliver_messages(session, channels)

    def _run_one(self, session: Session, one: Runnable) -> RunResult:
        try:
            with self.store.translated():
                own = session.about(one.workspace.model, one.workspace.settings.calendar)
                return run_workflow(own, one.workspace, one.workflow)
        except EngineError as failure:
            at = session.clock.local.isoformat()
            return RunResult(None, one.workflow, "failed", at, error=failure)

    def publish(self, names: Sequence[str], by: str) -> Iterator[tuple[Workflow, bool]]:
        """Record versions: those named, or every workflow; True where something was new."""
        self._demand_base()
        chosen = [self._workflow(name) for name in names] or list(self.workspace.workflows)
        with self.store.write(self.clock) as session, session.transaction():
            for workflow in chosen:
                yield workflow, publish(session, self.workspace, workflow, by)

    def _runnable(self, session: Session, name: str) -> Runnable:
        with session.transaction():
            return runnable(session, self.workspace, name)

    def _tonight(self, session: Session) -> list[Runnable]:
        """What is due, in order. Files that were never published, or never valid, have nothing to run."""
        found: list[Runnable] = []
        for name in dict.fromkeys(known_ids(self.workspace)):
            try:
                one = self._runnable(session, name)
            except (WrongUsage, FilesRejected):
                continue
            if one.workflow.active and self._is_due(one.workflow, one.workspace):
                found.append(one)
        return sorted(found, key=lambda one: (one.workflow.priority, one.workflow.id))

    def _is_due(self, workflow: Workflow, workspace: Workspace) -> bool:
        """By the calendar of its own version, which may not be the newest."""
        settings, since = workspace.settings, self.clock.back(_LOOK_BACK)
        return any(
            latest_tick(one, settings.zone, settings.calendar, since=since, until=self.clock.now) is not None
            for one in workflow.triggers
        )

    @contextmanager
    def segment(self, name: str) -> Iterator[SegmentList]:
        """Who is on a list now. Raises WrongUsage for an unknown name."""
        self._demand_base()
        segment = self.workspace.segments.get(name)
        if segment is None:
            raise WrongUsage("W923", name=name, known="、".join(self.workspace.segments))
        with self.store.read(self.clock) as session:
            yield list_segment(session, segment)

    @contextmanager
    def segments(self) -> Iterator[Iterator[SegmentList]]:
        """Every list, with its size."""
        self._demand_base()
        with self.store.read(self.clock) as session:
            yield (list_segment(session, one) for one in self.workspace.segments.values())

    # --- records and ledger ------------------------------------------------------------------

    def import_file(
        self,
        module: str,
        path: Path,
        refused_to: Path | None = None,
        explain: Callable[[Refusal], str] | None = None,
        *,
        between: str = "; ",
        page: str = "",
    ) -> ImportReport:
        """Records from a file; refused rows are reported, the rest is kept.

        `refused_to` gets the refused rows, with the reasons that `explain` gives and `between` between them.
        `page` names the sheet of a workbook; else it is the first one that holds anything.
        """
        self._demand_base()
        settings = self.workspace.settings
        reader = Reader(settings.zone, settings.currency, lenient=True)
        with self.store.write(self.clock) as session:
            return import_file(
                session,
                self.module(module),
                path,
                model=self.workspace.model,
                reader=reader,
                refused_to=refused_to,
                explain=explain,
                between=between,
                page=page,
            )

    def export(self, module: str, out: Path | TextIO, language: str) -> int:
        """The records of a module, into a file (`.xlsx`, else CSV) or as CSV into a stream; their number."""
        self._demand_base()
        with self.store.read(self.clock) as session:
            return export_module(
                session, self.module(module), self.workspace.computed, out, language=language
            )

    @contextmanager
    def rows(self, name: str, **chosen: Any) -> Iterator[tuple[Session, Iterator[dict[str, Any]]]]:
        """Rows of the ledger (runs, journal, outbox …), and the session they come from."""
        with self.store.read(self.clock) as session:
            yield session, session.book.rows_of(name, **chosen) if session.has_ledger else iter(())

    def module(self, name: str) -> Module:
        """The module of a key or label. Raises WrongUsage."""
        found = self.workspace.model.module(name)
        if found is None:
            names = self.workspace.model.module_names()
            labels = "、".join(one.labels.zh for one in self.workspace.model.modules.values())
            raise WrongUsage("W916", name=name, nearest=nearest(name, names), known=labels)
        return found

    def _workflow(self, name: str) -> Workflow:
        self._demand_base()
        found = self.workspace.workflow(name)
        if found is None:
            if name in broken_ids(self.workspace) or name in self.workspace.documents:
                raise FilesRejected(self.workspace.diagnostics)
            raise WrongUsage("W912", name=name, known=" ".join(known_ids(self.workspace)))
        return found

    def _demand_base(self) -> None:
        """Nothing works on a broken model."""
        if self.workspace.broken_base:
            raise FilesRejected(self.workspace.broken_base)
