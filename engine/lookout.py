"""What somebody may ask before and after a run: plans, why and why not, versions compared, thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from unicodedata import normalize

from engine.advice import Advice, advise, read_target
from engine.by_hand import run_waiting, run_workflow
from engine.course import Course, course_of
from engine.crossings import note_crossings
from engine.diffing import Diff, compare
from engine.doctor import Checkup, Doctor
from engine.dryrun import DryRun, Waking, dry_run
from engine.explain import Explanation, explain_one
from engine.ledger.agenda import Agenda
from engine.ledger.past_runs import records_of
from engine.ledger.post import Post
from engine.ledger.seals import Seals
from engine.ledger.waits import Waits
from engine.model.diagnostics import (
    Diagnostic,
    EngineError,
    FilesRejected,
    StoreError,
    WrongUsage,
    nearest,
)
from engine.model.entities import Module
from engine.model.moments import Clock
from engine.model.workflow import Workflow
from engine.outlook import Outlook, outlooks
from engine.pipeline import store_of
from engine.posting.switch import stopped_by
from engine.previews import Preview, Voice, voices_of
from engine.recall import Recalled, recall, record_meant
from engine.records.naming import Sought, seek
from engine.records.session import Session
from engine.register import is_broken, unknown_workflow
from engine.reporting import Period, Report, report
from engine.schedule import slots_between
from engine.sealing import PlanFile, Sealed, plans_in, shown_of
from engine.shapes.reading import Template
from engine.shift import Clocks, Roster
from engine.sides import Side, Sides
from engine.simulation import Asked, Simulation, simulate
from engine.stock import take_stock
from engine.turnout import Turnout
from engine.units import LOOK_BACK
from engine.versions import MODEL, SCORES
from engine.waking import prepare_waking
from engine.workspace import Workspace, open_workspace, with_text


class Lookout:
    """A workspace, its store and a moment: where somebody looks before and after. Nothing is written here."""

    def __init__(
        self,
        root: Path,
        store: str = "",
        at: datetime | None = None,
        files: Iterable[Path] = (),
        *,
        before: Workspace | None = None,
    ) -> None:
        """`at`: an aware instant, or naive for the workspace's wall clock; None for now.

        It is the clock of all that the desk does; sending looks at it as well. `before` is the workspace as
        it was read earlier: only what has changed is read again.
        """
        outside = [
            path for path in files if path.is_file() and not path.resolve().is_relative_to(root.resolve())
        ]
        self.workspace = open_workspace(root, outside, before=before)
        settings = self.workspace.settings
        zone = settings.zone
        moment = datetime.now(UTC) if at is None else at if at.tzinfo else at.replace(tzinfo=zone)
        self.clock = Clock(moment.astimezone(UTC), zone, settings.late_calendar)
        self.clocks = Clocks() if at is None else Clocks.standing(self.clock.now)
        self.store = store_of(self.workspace, store)
        self.keeps_plans = True

    def trying(self, file: str, text: str) -> Self:
        """The same desk with another text in place of a file of its workspace; nothing is written."""
        found, known = copy(self), self.workspace.documents.get(file)
        if known is None or known.text != text:
            found.workspace = with_text(self.workspace, file, text)
        found.keeps_plans = False
        return found

    @contextmanager
    def plan(self, name: str, *, with_funnel: bool = True) -> Iterator[DryRun]:
        """The dry run of one workflow, on a connection that cannot write; without the funnel only who."""
        workflow = self._workflow(name)
        with self.store.read(self.clock) as session:
            wakings = tuple(self._wakings(session, workflow))
            found = dry_run(session, self.workspace, workflow, wakings, with_funnel=with_funnel)
            yield replace(found, kept=self._plan_file(workflow))

    def voices(self, template: str) -> tuple[Voice, ...]:
        """Of whom the workflows speak that use a template; each once."""
        return voices_of(self.workspace, template)

    @contextmanager
    def preview(self, template: Template, voice: Voice) -> Iterator[Preview]:
        """A template of this workspace, spoken of the records of the store. Nothing is written.

        `voice` may be of the same workspace with another text of the template.
        """
        module = self.workspace.model.modules[voice.module.key]
        related = voice.related if module is voice.module else None
        with self.store.read(self.clock) as session:
            about = session.about(self.workspace.model, self.workspace.settings.late_calendar)
            yield Preview(about, self.workspace, template, Voice(module, related))

    @contextmanager
    def turnout(self, name: str) -> Iterator[Turnout]:
        """Who is in which part of a dry run, to be asked page by page, on a connection that cannot write."""
        workflow = self._workflow(name)
        with self.store.read(self.clock) as session:
            yield Turnout(session, self.workspace, workflow)

    def _plan_file(self, workflow: Workflow) -> PlanFile | None:
        """Where the plan is kept, so that exactly this may be approved; of what is only tried none is."""
        if not self.keeps_plans:
            return None
        at = self.clock.now.replace(microsecond=0).isoformat()  # as the ledger keeps the moment of a run
        head = {"workflow": workflow.id, "version": workflow.version, "at": at}
        return PlanFile(plans_in(self.workspace.root), head)

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

    def sides(self, name: str, before: str, after: str) -> tuple[Side, Side, int]:
        """Two versions of a workflow, and how many enrollments wait for it. Raises WrongUsage."""
        workflow = self._workflow(name)
        with self.store.read(self.clock) as session:
            known = Sides(session, self.workspace, workflow)
            waits = Waits(session.connection).all(workflow.id) if session.has_ledger else []
            to = known.after(after)
            return known.before(before, to), to, sum(one.count for one in waits)

    @contextmanager
    def diff(self, before: Side, after: Side, waiting: int) -> Iterator[Diff]:
        """What one version does other than another, on a connection that cannot write."""
        with self.store.read(self.clock) as session:
            yield compare(session, before, after, waiting)

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
    def explain(self, name: str, record: str) -> Iterator[tuple[Explanation, Course | None]]:
        """Why a workflow does or does not concern a record, and how far the record has come in it.

        Raises WrongUsage for an unknown record.
        """
        workflow = self._workflow(name)
        with self.store.read(self.clock) as session:
            key = record_meant(session, workflow.module, workflow.id, record)
            found = explain_one(session, self.workspace, workflow, key)
            assert found is not None
            yield found, course_of(session, self.workspace, workflow.id, str(key))

    def holds_records(self) -> bool:
        """Whether any record has been brought into the store."""
        if not self.store.is_there:
            return False
        with self.store.read(self.clock) as session:
            return any(session.holds(one) for one in self.workspace.model.modules.values())

    def seek(self, name: str, written: str) -> Sought:
        """Whom somebody may mean of those a workflow is about; nobody where there is no such workflow."""
        workflow = self.workspace.workflow(name)
        if workflow is None:
            return Sought()
        with self.store.read(self.clock) as session:
            return seek(session, workflow.module, written)

    @contextmanager
    def recall(self, name: str, record: str, run: str) -> Iterator[Recalled]:
        """Why a past run did, or did not, concern a record; `run` is its number, its day, or `last`.

        Raises WrongUsage when nobody knows the record, or there is no such run of the workflow.
        """
        asked = normalize("NFC", record).strip()
        with self.store.read(self.clock) as session:
            yield recall(session, self.workspace, name, record=asked, run=normalize("NFC", run).strip())

    @contextmanager
    def run_records(self, run: int, *, limit: int, offset: int = 0) -> Iterator[tuple[Session, list[str]]]:
        """The keys of the records that a run was about, a page of them, and the session they come from."""
        with self.store.read(self.clock) as session:
            page = {"limit": limit, "offset": offset}
            yield session, records_of(session.connection, run, **page) if session.has_ledger else []

    def sealed(self, run: int) -> Sealed:
        """Whom a held run would process, as far as that was kept."""
        with self.store.read(self.clock) as session:
            return shown_of(Seals(session.connection), run) if session.has_ledger else Sealed({})

    def sending_stopped(self) -> EngineError | None:
        """Who has stopped sending and why, or what else keeps every letter back; None where nothing does."""
        with self.store.read(self.clock) as session:
            return stopped_by(Post(session.connection)) if session.has_ledger else None

    @contextmanager
    def advise(self, name: str, *, within: str, most: str) -> Iterator[Advice]:
        """What history says of the lengths that a workflow, a table's column or all active ones ask for.

        `within` and `most`: how soon who comes back was a false alarm, and the share of these that will do.
        Raises WrongUsage.
        """
        self.demand_base()
        target = read_target(within, most, self.clock)
        with self.store.read(self.clock) as session:
            yield advise(session, self.workspace, name, target)

    def simulate(self, names: Sequence[str], *, nights: int, seed: int, **more: Any) -> Simulation:
        """Many nights on a copy that is thrown away: of those named, or of all that are active."""
        self.demand_base()
        named = {one.id: one for one in map(self._workflow, names)}
        chosen = tuple(named.values()) or self.workspace.due_order()
        asked = Asked(chosen, nights, seed, is_named=bool(names), **more)
        return simulate(self.workspace, self.store, self.clock, asked)

    def crossings(self, nights: int) -> tuple[Diagnostic, ...]:
        """Where active workflows get in each other's way, as so many simulated nights show."""
        found = self.simulate((), nights=nights, seed=1)
        return note_crossings(self.workspace, found.crossings)

    def report(self, asked: Period) -> Report:
        """What happened in some days. Raises WrongUsage for a workflow that is none."""
        self.demand_model()
        wanted = replace(asked, workflow=self._known(asked.workflow).id) if asked.workflow else asked
        if not self.store.is_there:
            return Report(wanted)
        with self.store.read(self.clock) as session:
            return report(session, self.workspace, wanted)

    def checkup(self, version: str) -> Checkup:
        """How everything is that a night needs; `version` is the program's own."""
        return Doctor(self.workspace, lambda: self.store, version).look(self.clock)

    def outlooks(self, names: Sequence[str] = ()) -> Iterator[Outlook]:
        """Workflow files as they stand, with their next times: some, or all that are not paused."""
        return outlooks(self.workspace, self.clock, names)

    def stock(self, told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """What a check has told, and what only the store shows: its records, its past versions."""
        with self.store.read(self.clock) as session:
            return take_stock(session, self.workspace, told)

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
        return self._known(name)

    def _known(self, name: str) -> Workflow:
        """A workflow that can be read, even where nothing can run."""
        found = self.workspace.workflow(name)
        if found is None:
            if is_broken(self.workspace, name):
                raise FilesRejected(self.workspace.diagnostics)
            raise unknown_workflow(self.workspace, name)
        return found

    def demand_base(self) -> None:
        """Nothing works on a broken model. Raises FilesRejected."""
        if self.workspace.broken_base:
            raise FilesRejected(self.workspace.broken_base)

    def demand_model(self) -> None:
        """What happened is told by the model alone, whatever else is broken. Raises FilesRejected."""
        broken = tuple(one for one in self.workspace.broken_base if one.at.file in {MODEL, SCORES})
        if broken:
            raise FilesRejected(broken)
