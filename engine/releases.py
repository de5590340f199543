"""What is published of a workspace's workflows and by whom, what rests, what waits for a second person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from engine.agreement import is_automatic, reaches_customers, stands_alone
from engine.handover import OnChange, hand_over
from engine.ledger.agenda import RunRow
from engine.ledger.book import AUTOMATIC
from engine.ledger.history import History, Published, Resting
from engine.ledger.proposals import Proposal, Proposals, ProposalState
from engine.ledger.tables import LARGEST
from engine.ledger.waits import Waits
from engine.model.diagnostics import FilesRejected
from engine.model.moments import Clock
from engine.model.workflow import Workflow
from engine.publishing import moved_on, publish, publish_file, recorded
from engine.records.session import Session
from engine.records.store import Store
from engine.sides import Side
from engine.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many enrollments wait on a version; `number` is which one of its workflow, from 1."""

    version: str
    number: int
    count: int


@dataclass(frozen=True)
class Releases:
    """The versions of a workspace's workflows, and what people decide about them."""

    workspace: Workspace
    store: Store
    clock: Clock

    @contextmanager
    def _ledger(self) -> Iterator[Session | None]:
        """A session that reads; None where nothing was ever noted."""
        if not self.store.is_there:
            yield None
            return
        with self.store.read(self.clock) as session:
            yield session if session.has_ledger else None

    # --- versions ----------------------------------------------------------------------------

    def versions(self, workflow: str) -> list[Published]:
        """Every time that a workflow was published, the last first."""
        with self._ledger() as session:
            return [] if session is None else History(session.connection).versions(workflow)

    def versions_of_file(self, file: str) -> list[Published]:
        """Every time that another text of a file that workflows share was published, the last first."""
        with self._ledger() as session:
            return [] if session is None else History(session.connection).of_file(file)

    def newest(self) -> dict[str, Published]:
        """Workflow -> how it was published last."""
        with self._ledger() as session:
            return {} if session is None else History(session.connection).newest()

    def files_of(self, one: Published) -> Mapping[str, str]:
        """The texts of all files that a version was made of, by name."""
        with self.store.read(self.clock) as session:
            return session.book.read_row(one.row).files

    def last_runs(self) -> dict[str, RunRow]:
        """Workflow -> the run that was put last."""
        with self._ledger() as session:
            return {} if session is None else History(session.connection).last_runs()

    def resting(self) -> dict[str, Resting]:
        """Workflow -> who lets it rest."""
        with self._ledger() as session:
            return {} if session is None else History(session.connection).resting()

    # --- what publishing would do ------------------------------------------------------------

    @property
    def is_automatic(self) -> bool:
        """Whether a file takes effect as it is, without anybody who publishes it."""
        return is_automatic(self.workspace)

    def changed(self, tried: Workspace) -> list[Workflow]:
        """The workflows that are other versions in a workspace that is tried, new ones too."""
        known = {one.id: one.version for one in self.workspace.workflows}
        return [one for one in tried.workflows if known.get(one.id) != one.version]

    @staticmethod
    def reaches_customers(workspace: Workspace, workflow: Workflow) -> bool:
        """Whether a workflow sends messages to customers, or starts one that does."""
        return reaches_customers(workspace, workflow)

    def stands_alone(self, workflow: Workflow) -> bool:
        """Whether its file takes effect as it is, with nobody who publishes it, and no second person."""
        return stands_alone(self.workspace, workflow)

    def unpublished(self, tried: Workspace) -> set[str]:
        """The ids of the workflows that do not run as their own files say, in a workspace that is tried.

        Somebody has to publish what is in these files first: no other file takes it along.
        """
        asked = [one for one in tried.workflows if not stands_alone(tried, one)]
        if not asked:
            return set()
        with self._ledger() as session:
            return {one.id for one in asked if session is None or not _says_so(session, tried, one)}

    def unborn(self) -> list[Workflow]:
        """The workflows that do not run, as nobody has published them yet."""
        asked = [one for one in self.workspace.workflows if not self.stands_alone(one)]
        if not asked:
            return []
        with self._ledger() as session:
            known = {} if session is None else session.book.latest_versions()
        return [one for one in asked if one.id not in known]

    def live(self, name: str) -> Side | None:
        """What runs of a workflow now; None where nothing does."""
        own = self.workspace.workflow(name)
        if own is not None and self.stands_alone(own):
            return Side(self.workspace, own)
        with self._ledger() as session:
            found = None if session is None else recorded(session, self.workspace, name)
        return None if found is None else Side(found.workspace, found.workflow)

    def waits(self, workflow: str) -> list[Waiting]:
        """On which versions of a workflow enrollments wait, the newest first."""
        return self.waits_of([workflow])[workflow]

    def waits_of(self, workflows: Collection[str]) -> dict[str, list[Waiting]]:
        """The same of several, asked for at once."""
        found: dict[str, list[Waiting]] = {one: [] for one in workflows}
        with self._ledger() as session:
            if session is None or not found:
                return found
            counts = Counter[tuple[str, str]]()
            for one in Waits(session.connection).of_all(workflows):
                counts[one.workflow, one.version] += one.count
            numbers = History(session.connection).numbers({one for one, _ in counts}) if counts else {}
        for (workflow, version), count in counts.items():
            found[workflow].append(Waiting(version, numbers.get((workflow, version), 0), count))
        return {key: sorted(some, key=lambda one: -one.number) for key, some in found.items()}

    def waiting(self, workflow: str, version: str = "") -> int:
        """How many enrollments wait on versions of a workflow other than one."""
        return sum(one.count for one in self.waits(workflow) if one.version != version)

    def publish(
        self,
        names: Sequence[str],
        by: str,
        *,
        note: str,
        approved_by: str,
        on_change: OnChange,
        shared: str = "",
    ) -> list[Workflow]:
        """Record versions of some workflows; which of them are new. Who is gone by now is passed over.

        `shared` is the file that workflows share, where that was published: its text is recorded too.
        Raises FilesRejected where what all workflows stand on is broken.
        """
        if self.workspace.broken_base:
            raise FilesRejected(self.workspace.broken_base)
        new = []
        with self.store.write(self.clock) as session, session.transaction():
            for one in filter(None, map(self.workspace.workflow, names)):
                if publish(session, self.workspace, one, by, note=note, approved_by=approved_by):
                    new.append(one)
                else:  # a worker may have found the file first
                    session.book.sign_version(one.id, by, note, approved_by)
                hand_over(session, self.workspace, one, on_change)
            if shared in self.workspace.base_files:
                publish_file(session, self.workspace, shared, by, note=note, approved_by=approved_by)
        return new

    def keep_found(self, file: str) -> None:
        """Record what was found in the files that workflows share, before somebody publishes another text.

        Else whoever publishes next would be told to have written that; and of `file` one goes back to it.
        """
        with self.store.write(self.clock) as session, session.transaction():
            found = {*moved_on(session, self.workspace), file}
            for name in self.workspace.base_files:
                if name in found:
                    publish_file(session, self.workspace, name, AUTOMATIC)

    # --- what waits for a second person ------------------------------------------------------

    def propose(self, wanted: Proposal) -> int:
        """Keep a text until somebody else publishes it; its number."""
        with self.store.write(self.clock) as session, session.transaction():
            return Proposals(session.connection).put(wanted)

    def proposals(self, *, is_open: bool = True, limit: int = 200) -> list[Proposal]:
        """What waits for a second person, or what has been decided; newest first."""
        with self._ledger() as session:
            return [] if session is None else Proposals(session.connection).all(is_open=is_open, limit=limit)

    def proposals_waiting(self, *, but: str, hidden: Collection[str] = ()) -> int:
        """How many texts of others than one wait for a second person, but for some files."""
        with self._ledger() as session:
            return 0 if session is None else Proposals(session.connection).waiting(but=but, hidden=hidden)

    def proposal(self, number: int) -> Proposal | None:
        """One of them."""
        with self._ledger() as session:
            known = session is not None and number <= LARGEST
            return Proposals(session.connection).of(number) if session is not None and known else None

    def decide(self, number: int, state: ProposalState, *, by: str, because: str = "") -> bool:
        """End one that waits; False where somebody was quicker."""
        with self.store.write(self.clock) as session, session.transaction():
            return Proposals(session.connection).decide(number, state, self.clock, by=by, because=because)


def _says_so(session: Session, workspace: Workspace, workflow: Workflow) -> bool:
    """Whether what was published last of a workflow is what its own file says."""
    kept = session.book.read_version(workflow.id)
    return kept is not None and kept.files.get(kept.file) == workspace.documents[workflow.file].text
