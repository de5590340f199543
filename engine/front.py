"""The front door: everything a command line, an editor or an embedding program may ask of Wakeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from unicodedata import normalize

from engine.by_hand import run_waiting, run_workflow
from engine.deciding import decide
from engine.dryrun import DryRun, Waking, dry_run
from engine.duty import Duty
from engine.errands import Done
from engine.eventing import put_from_outside
from engine.examples import Outcome, try_examples
from engine.exchange import ImportReport, Refusal, export_module, import_file
from engine.explain import Explanation, explain_record
from engine.handover import HandedOver, OnChange, hand_over
from engine.hindsight import Hindsight, look_back
from engine.ledger.agenda import Agenda
from engine.ledger.asks import Question
from engine.ledger.events import Event
from engine.ledger.waits import Waits
from engine.model.diagnostics import (
    Diagnostic,
    FilesRejected,
    Problems,
    StoreError,
    WrongUsage,
    nearest,
)
from engine.model.entities import Module
from engine.model.moments import Clock
from engine.model.values import Reader
from engine.model.workflow import Workflow
from engine.outlook import Outlook, outlooks
from engine.pipeline import store_of
from engine.post_office import PostOffice
from engine.publishing import broken_ids, known_ids, publish, runnable
from engine.records.session import Session
from engine.records.store import Store
from engine.schedule import slots_between
from engine.segments import SegmentList, list_segment
from engine.shift import Clocks, Roster
from engine.simulation import Asked, Simulation, simulate
from engine.stock import take_stock
from engine.units import LOOK_BACK, OnLetters, silent
from engine.waking import prepare_waking
from engine.workspace import open_workspace


class Desk:
    """A workspace, its store and a moment: where plans are made and runs are started."""

    def __init__(
        self, root: Path, store: str = "", at: datetime | None = None, files: Iterable[Path] = ()
    ) -> None:
        """`at`: an aware instant, or naive for the workspace's wall clock; None for now.

        It is the clock of all that the desk does; sending looks at it as well.
        """
        outside = [
            path for path in files if path.is_file() and not path.resolve().is_relative_to(root.resolve())
        ]
        self.workspace = open_workspace(root, outside)
        settings = self.workspace.settings
        zone = settings.zone
        moment = datetime.now(UTC) if at is None else at if at.tzinfo else at.replace(tzinfo=zone)
        self.clock = Clock(moment.astimezone(UTC), zone, settings.late_calendar)
        self.clocks = Clocks() if at is None else Clocks.standing(self.clock.now)
        self.store = store_of(self.workspace, store)

    # --- before a run ------------------------------------------------------------------------

    @contextmanager
    def plan(self, name: str) -> Iterator[DryRun]:
        """The dry run of one workflow, on a connection that cannot write."""
        workflow = self._workflow(name)
        with self.store.read(self.clock) as session:
            yield dry_run(session, self.workspace, workflow, tuple(self._wakings(session, workflow)))

    def _wakings(self, session: Session, workflow: Workflow) -> Iterator[Waking]:
        """What waits on each version of a workflow, planned."""
        if not session.has_ledger:
            return
        roster, place = Roster(self.workspace), 1
        for version in dict.fromkeys(one.version for one in Waits(session.connection).all(workflow.id)):
            one = roster.of(session, workflow.id, version)
            if one is not None:
                own = session.about(one.workspace.model, one.workspace.settings.late_calendar)
                found = prepare_waking(own, one.workspace, one.workflow, everything=True, first_place=place)
                place += len(found.parts)
                yield Waking(one.workflow, found)

    def plan_night(self) -> Iterator[DryRun]:
        """The dry runs of all that is due, each on what earlier ones wrote; everything is rolled back."""
        self.demand_base()
        with self.store.rehearse(self.clock) as session:
            for workflow, at in self._due(session):
                then = replace(session, clock=replace(session.clock, now=at.astimezone(UTC)))
                yield dry_run(then, self.workspace, workflow, tuple(self._wakings(then, workflow)))
                run_waiting(then, self.workspace, workflow)
                run_workflow(then, self.workspace, workflow)

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

    def simulate(self, names: Sequence[str], *, nights: int, seed: int, **more: Any) -> Simulation:
        """Many nights on a copy that is thrown away: of those named, or of all that are active."""
        self.demand_base()
        named = {one.id: one for one in map(self._workflow, names)}
        chosen = tuple(named.values()) or self.workspace.due_order()
        asked = Asked(chosen, nights, seed, is_named=bool(names), **more)
        return simulate(self.workspace, self.store, self.clock, asked)

    # --- runs --------------------------------------------------------------------------------

    def due(self) -> list[Workflow]:
        """The active workflows that fell due within the last day and have not run since, in their order."""
        try:
            with self.store.read(self.clock) as session:
                return [workflow for workflow, _ in self._due(session)]
        except StoreError:  # no records yet, or none that can be read: nothing has run
            return [workflow for workflow, _ in self._due(None)]

    def _due(self, session: Session | None) -> list[tuple[Workflow, datetime]]:
        """Each with the moment it stands for: the earlier goes first, then by priority and id."""
        settings, now = self.workspace.settings, self.clock.now
        agenda = Agenda(session.connection) if session is not None and session.has_ledger else None
        found: list[tuple[Workflow, datetime]] = []
        for one in self.workspace.due_order():
            slots = slots_between(
                one.triggers, settings.zone, settings.calendar, since=now - LOOK_BACK, until=now
            )
            found += [
                (one, slot.at)
                for slot in list(slots)[-1:]
                if agenda is None or not agenda.has_row(one.id, slot.name)
            ]
        return sorted(found, key=lambda one: one[1].timestamp())

    @property
    def duty(self) -> Duty:
        """Where runs are started and decided about."""
        return Duty(self.workspace, self.store, self.clock, self.clocks)

    def run(self, names: Iterable[str] = (), on_letters: OnLetters = silent) -> Iterator[Done]:
        """Execute now, one after the other: those named, or all that is due; then empty the outbox.

        `on_letters` is told what became of letters that had waited.
        """
        return self.duty.run(names, on_letters)

    @contextmanager
    def post_office(self) -> Iterator[tuple[PostOffice, datetime]]:
        """Where people decide about sending, and the moment at which they do."""
        with self.store.write(self.clock) as session:
            yield PostOffice.of(session, self.workspace, os.environ), self.clocks.now()

    def publish(
        self, names: Sequence[str], by: str, on_change: OnChange = OnChange.KEEP
    ) -> Iterator[tuple[Workflow, bool, HandedOver]]:
        """Record versions: those named, or every workflow; True where something was new.

        `on_change` says what becomes of the enrollments that wait on older versions.
        """
        self.demand_base()
        chosen = [self._workflow(name) for name in names] or list(self.workspace.workflows)
        with self.store.write(self.clock) as session, session.transaction():
            for workflow in chosen:
                is_new = publish(session, self.workspace, workflow, by)
                yield workflow, is_new, hand_over(session, self.workspace, workflow, on_change)

    @contextmanager
    def segment(self, name: str) -> Iterator[SegmentList]:
        """Who is on a list now. Raises WrongUsage for an unknown name."""
        self.demand_base()
        segment = self.workspace.segments.get(name)
        if segment is None:
            raise WrongUsage("W923", name=name, known="、".join(self.workspace.segments))
        with self.store.read(self.clock) as session:
            yield list_segment(session, segment)

    @contextmanager
    def segments(self) -> Iterator[Iterator[SegmentList]]:
        """Every list, with its size."""
        self.demand_base()
        with self.store.read(self.clock) as session:
            yield (list_segment(session, one) for one in self.workspace.segments.values())

    # --- what happens and what people decide -------------------------------------------------

    def put_event(self, name: str, record: str, *, key: str, data: Mapping[str, Any]) -> tuple[Event, bool]:
        """Tell a workflow that something happened to a record; False where that key is known already."""
        with self.store.write(self.clock) as session:
            with session.transaction():
                one = runnable(session, self.workspace, name)
            own = session.about(one.workspace.model, one.workspace.settings.late_calendar)
            with session.transaction():
                return put_from_outside(own, one.workflow, record, key=key, data=data)

    def decide(self, ask: int, answer: str, by: str = "") -> Question:
        """Answer a question. Raises WrongUsage where there is none, or it is not theirs, or closed."""
        with self.store.write(self.clock) as session, session.transaction():
            return decide(session, ask, normalize("NFC", answer).strip(), normalize("NFC", by).strip())

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
        self.demand_base()
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
        self.demand_base()
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
        self.demand_base()
        found = self.workspace.workflow(name)
        if found is None:
            if name in broken_ids(self.workspace) or name in self.workspace.documents:
                raise FilesRejected(self.workspace.diagnostics)
            raise WrongUsage("W912", name=name, known=" ".join(known_ids(self.workspace)))
        return found

    def demand_base(self) -> None:
        """Nothing works on a broken model. Raises FilesRejected."""
        if self.workspace.broken_base:
            raise FilesRejected(self.workspace.broken_base)
