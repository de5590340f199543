"""The front door: everything a command line, an editor or an embedding program may ask of Wakeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from unicodedata import normalize

from engine.agreement import asks_second, demand_second
from engine.cancelling import cancel
from engine.deciding import decide
from engine.duty import Duty
from engine.errands import Done
from engine.eventing import put_from_outside
from engine.examples import Outcome, Stage, try_examples
from engine.exchange import ImportReport, Refusal, export_module, import_file, module_of_sheet
from engine.gatehouse import Gatehouse
from engine.handover import HandedOver, OnChange, hand_over
from engine.ledger.asks import Question
from engine.ledger.events import Event
from engine.lookout import Lookout
from engine.model.diagnostics import (
    Problems,
    WrongUsage,
    alike,
    near_facts,
)
from engine.model.entities import Module
from engine.model.values import Reader
from engine.model.workflow import Workflow
from engine.passwords import Passwords
from engine.post_office import PostOffice
from engine.publishing import moved_on, named, publish, publish_file
from engine.records.copying import copy_records
from engine.records.owned import owned_by
from engine.records.session import Session
from engine.records.store import Store
from engine.releases import Releases
from engine.sealing import kept_plans, read_plan
from engine.segments import SegmentList, list_segment
from engine.signed import read_signed
from engine.staff import people_below
from engine.suggestions.coverage import Coverage, coverage_of
from engine.suggestions.example_text import write_examples
from engine.suggestions.suggesting import Suggestions, suggest
from engine.trial_letter import send_trial, trial_parcel
from engine.units import OnLetters, silent

PLAN_HOLDS = timedelta(hours=24)
"""A plan that is older is made anew before it is approved."""


class Desk(Lookout):
    """A workspace, its store and a moment: where plans are made and runs are started."""

    # --- before a run ------------------------------------------------------------------------

    def sample(self, folder: Path, into: Path | None = None) -> dict[str, int]:
        """Work on sample data instead of the store: a CSV file a module, named by its key.

        Gives the number of refused rows of each file that has some. `into`: see `apart`.
        """
        if not folder.is_dir():
            raise WrongUsage("W914", path=folder)
        self.apart(into)
        refused = {}
        for module in self.workspace.model.modules.values():
            path = folder / f"{module.key}.csv"
            if path.exists():
                refused[path.name] = self.import_file(module.key, path).refused_rows
        return {name: rows for name, rows in refused.items() if rows}

    def apart(self, path: Path | None) -> None:
        """Work on records of one's own instead of the store: in a file that is thrown away, or in memory."""
        self.keeps_plans = False
        model, zone = self.workspace.model, str(self.workspace.settings.zone)
        self.store = Store("sqlite://", model, zone) if path is None else Store.scrap(path, model, zone)

    def borrow(self, other: Lookout, without: Collection[str]) -> None:
        """Have the records of another desk too, of all modules but some; of its ledger nothing."""
        if any(one.table for one in self.workspace.model.modules.values()):
            self.store.make_foreign()
        with (
            other.store.read(other.clock) as source,
            self.store.write(self.clock) as target,
            target.transaction(),
        ):
            copy_records(source, target, without)

    def module_like(self, path: Path) -> Module:
        """The module whose fields the heading of a file names best, its key among them. Raises WrongUsage."""
        self.demand_base()
        found = module_of_sheet(path, self.workspace.model)
        if found is None:
            labels = "、".join(one.labels.zh for one in self.workspace.model.modules.values())
            raise WrongUsage("W935", file=path.name, known=labels)
        return found

    def examples(self, problems: Problems, names: Sequence[str] = ()) -> Iterator[Outcome]:
        """The examples of all workflows, or of some."""
        chosen = [self._workflow(name) for name in names] or list(self.workspace.workflows)
        stage = Stage(self.workspace)
        for workflow in chosen:
            yield from try_examples(self.workspace, workflow, problems, stage)

    def examples_of(self, name: str, problems: Problems, since: int = 0) -> Iterator[Outcome]:
        """The examples of one workflow, without the first ones that were tried before."""
        return try_examples(self.workspace, self._workflow(name), problems, since=since)

    def coverage(self, outcomes: Sequence[Outcome], names: Sequence[str] = ()) -> Iterator[Coverage]:
        """What the examples cover of all workflows, or of some; `outcomes` are those of these examples.

        Of some it is also told what no example can be suggested for, and why.
        """
        chosen = [self._workflow(name) for name in names] or list(self.workspace.workflows)
        for workflow in chosen:
            own = [one for one in outcomes if one.workflow.id == workflow.id]
            found = coverage_of(self.workspace, workflow, own)
            if names and found.missing:
                with_them = suggest(self.workspace, workflow, self.clock.today).coverage
                found = replace(found, whys=with_them.whys)
            yield found

    def suggest(self, name: str) -> Suggestions:
        """Examples at the borders of a workflow that its file does not try yet."""
        return suggest(self.workspace, self._workflow(name), self.clock.today)

    def add_examples(self, found: Suggestions, entries: Sequence[Sequence[str]]) -> None:
        """Write examples into their file, which keeps all else. Raises WrongUsage."""
        file = found.workflow.file
        path = self.workspace.root / file
        write_examples(path if path.is_file() else Path(file), file, entries)

    # --- versions ----------------------------------------------------------------------------

    @property
    def releases(self) -> Releases:
        """What is published, and by whom; what waits for a second person."""
        return Releases(self.workspace, self.store, self.clock)

    # --- runs --------------------------------------------------------------------------------

    @property
    def duty(self) -> Duty:
        """Where runs are started and decided about."""
        return Duty(self.workspace, self.store, self.clock, self.clocks)

    def run(self, names: Iterable[str] = (), on_letters: OnLetters = silent) -> Iterator[Done]:
        """Execute now, one after the other: those named, or all that is due; then empty the outbox.

        `on_letters` is told what became of letters that had waited.
        """
        return self.duty.run(names, on_letters)

    def run_exactly(self, fingerprint: str, on_letters: OnLetters = silent) -> Iterator[Done]:
        """Carry out the plan of a fingerprint, or refuse it where something else would happen by now.

        Raises WrongUsage: there is no such plan here, it is too old, or its workflow is another by now.
        """
        self.demand_base()
        plan = read_plan(self.workspace.root, fingerprint)
        if plan is None:
            known = kept_plans(self.workspace.root)
            if fingerprint in known:
                raise WrongUsage("W669", fingerprint=fingerprint, kind="damaged")
            kept = ((one, one) for one in known)
            raise WrongUsage("W669", fingerprint=fingerprint, **near_facts(alike(fingerprint, kept)))
        age = self.clock.now - plan.at
        if not timedelta() <= age <= PLAN_HOLDS:
            raise WrongUsage(
                "W675", workflow=plan.workflow, at=f"{plan.at.astimezone(self.clock.zone):%Y-%m-%d %H:%M}"
            )
        workflow = self._workflow(plan.workflow)
        if workflow.version != plan.version:
            raise WrongUsage("W676", workflow=plan.workflow, version=plan.version, now=workflow.version)
        return self.duty.run_exactly(plan, on_letters)

    @contextmanager
    def post_office(self) -> Iterator[tuple[PostOffice, datetime]]:
        """Where people decide about sending, and the moment at which they do."""
        with self.store.write(self.clock) as session:
            yield PostOffice.of(session, self.workspace, os.environ), self.clocks.now()

    def try_channel(self, channel: str, to: str, said: tuple[str, str]) -> bool:
        """One letter, subject and body, to an address that is no customer's; False where nobody heard the
        answer. Raises EngineError where it does not leave.
        """
        with self.store.write(self.clock) as session:
            parcel = trial_parcel(self.clocks.now(), channel, to, said)
            return send_trial(session, self.workspace, parcel, os.environ)

    def settle(self, letter: int, decision: str, by: str) -> None:
        """What a person knows of a letter: `sent`, `resend` or `drop`.

        Raises WrongUsage where there is nothing to decide.
        """
        if not self.store.has_ledger(self.clock):
            raise WrongUsage("W735", value=letter)
        with self.post_office() as (office, now):
            office.settle(letter, decision, by, now)

    def resume_sending(self) -> bool:
        """What waits may leave again; False where nothing was stopped."""
        if not self.store.has_ledger(self.clock):
            return False
        with self.post_office() as (office, _):
            return office.resume()

    def publish(
        self,
        names: Sequence[str],
        by: str,
        on_change: OnChange = OnChange.KEEP,
        *,
        note: str = "",
        approved_by: str = "",
    ) -> Iterator[tuple[Workflow, bool, HandedOver]]:
        """Record versions: those named, or every workflow; True where something was new.

        `on_change` says what becomes of the enrollments that wait on older versions. Raises WrongUsage where
        a second person has to agree, and `approved_by` is none.
        """
        self.demand_base()
        chosen = [self._workflow(name) for name in names] or list(self.workspace.workflows)
        accounts = self.gatehouse().accounts()
        with self.store.write(self.clock) as session, session.transaction():
            known = session.book.latest_versions()
            for workflow in chosen:
                if known.get(workflow.id) != workflow.version and asks_second(self.workspace, workflow):
                    demand_second(workflow, by, approved_by, accounts)
            for workflow in chosen:
                is_new = publish(session, self.workspace, workflow, by, note=note, approved_by=approved_by)
                yield workflow, is_new, hand_over(session, self.workspace, workflow, on_change)
            for file in () if names else moved_on(session, self.workspace):
                publish_file(session, self.workspace, file, by, note=note, approved_by=approved_by)

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
        self.store.demand()
        with self.store.write(self.clock) as session:
            (one,) = named(session, self.workspace, [name])
            own = session.about(one.workspace.model, one.workspace.settings.late_calendar)
            with session.transaction():
                return put_from_outside(own, one.workflow, record, key=key, data=data)

    def put_signed(self, timestamp: str, signature: str, body: bytes) -> tuple[int, bool]:
        """An event that another system has signed: its number, and whether it is new. Raises WrongUsage."""
        name = self.workspace.settings.events_secret
        secret = os.environ.get(name, "") if name else ""
        told = read_signed(secret, timestamp, signature, body, now=datetime.now(UTC))
        event, is_new = self.put_event(told.workflow, told.record, key=told.key, data=told.data)
        with self.rows("events", limit=1, key=event.key) as (_, rows):
            return next(rows)["id"], is_new

    def decide(self, ask: int, answer: str, by: str = "") -> Question:
        """Answer a question. Raises WrongUsage where there is none, or it is not theirs, or closed."""
        if not self.store.has_ledger(self.clock):
            raise WrongUsage("W670", ask=ask)
        with self.store.write(self.clock) as session, session.transaction():
            return decide(session, ask, normalize("NFC", answer).strip(), normalize("NFC", by).strip())

    def cancel(self, enrollment: int, by: str, because: str = "") -> None:
        """One that waits waits no longer, and goes no further. Raises WrongUsage where none does."""
        if not self.store.has_ledger(self.clock):
            raise WrongUsage("W653", enrollment=enrollment)
        with self.store.write(self.clock) as session, session.transaction():
            cancel(session, enrollment, by, because)

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
    def rows(
        self, name: str, *, owners: Collection[str] | None = None, **chosen: Any
    ) -> Iterator[tuple[Session, Iterator[dict[str, Any]]]]:
        """Rows of the ledger (runs, journal, outbox …), and the session they come from.

        With `owners`, keys of colleagues, only what is about their records; of questions and notices theirs.
        """
        with self.store.read(self.clock) as session:
            owned = None if owners is None else owned_by(session, owners, self.workspace.workflows)
            yield (
                session,
                session.book.rows_of(name, owned=owned, **chosen) if session.has_ledger else iter(()),
            )

    def gatehouse(self, passwords: Passwords | None = None) -> Gatehouse:
        """Where accounts are kept, and the log of what people did."""
        return Gatehouse(self.store, self.clock, passwords or Passwords())

    def people_below(self, person: str) -> frozenset[str]:
        """The key of a colleague and of everybody below them, however far."""
        with self.store.read(self.clock) as session:
            return people_below(session, person)

    def belongs(self, workflow: str, record: str, owners: Collection[str]) -> bool:
        """Whether a record that a workflow is about is one of theirs."""
        with self.store.read(self.clock) as session:
            return owned_by(session, owners, self.workspace.workflows).has(
                session.connection, workflow, record
            )
