"""Versions: which one runs. A file that is broken or not published never stops the last good version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.agreement import is_automatic, stands_alone
from engine.ledger.book import AUTOMATIC, RecordedVersion, hash_of
from engine.ledger.history import History
from engine.ledger.proposals import Proposal, Proposals, ProposalState
from engine.model.diagnostics import Diagnostic, FilesRejected, WrongUsage
from engine.model.workflow import Workflow
from engine.records.session import Session
from engine.register import known_ids, unknown_workflow, written_id
from engine.workspace import Workspace, is_workflow_file, workspace_of_sources


@dataclass(frozen=True)
class Runnable:
    """A workflow ready to run, with the workspace it belongs to; `behind` when its file has moved on."""

    workspace: Workspace
    workflow: Workflow
    behind: bool = False
    is_broken: bool = False


def publish(
    session: Session,
    workspace: Workspace,
    workflow: Workflow,
    by: str,
    *,
    note: str = "",
    approved_by: str = "",
) -> bool:
    """Record the workflow's version; False when it is the recorded one already.

    `note` is what its author says of it, `approved_by` the second person.
    """
    if session.book.latest_version(workflow.id) == workflow.version:
        return False
    session.book.lock_versions()
    if session.book.latest_version(workflow.id) == workflow.version:  # somebody was quicker
        return False
    files = {name: workspace.documents[name].text for name in (*workspace.base_files, workflow.file)}
    recorded = RecordedVersion(workflow.id, workflow.version, workflow.file, files)
    session.book.record_version(recorded, session.clock, by, note=note, approved_by=approved_by)
    Proposals(session.connection).settle(workflow.file, files[workflow.file], session.clock, by=approved_by)
    return True


def publish_file(
    session: Session, workspace: Workspace, file: str, by: str, *, note: str = "", approved_by: str = ""
) -> None:
    """Record the text of a file that workflows share, whether or not it makes another version of any.

    Nothing is recorded where somebody has published this text already.
    """
    session.book.lock_versions()
    known = History(session.connection).of_file(file)
    text = workspace.documents[file].text
    version = hash_of(text)[:12]
    if known and known[0].version == version and (known[0].by != AUTOMATIC or by == AUTOMATIC):
        return
    recorded = RecordedVersion(file, version, file, {file: text})
    session.book.record_version(recorded, session.clock, by, note=note, approved_by=approved_by)


def moved_on(session: Session, workspace: Workspace) -> list[str]:
    """The files that workflows share and that say something else than what was published of them last."""
    known = History(session.connection).newest_texts()
    texts = {name: hash_of(workspace.documents[name].text) for name in workspace.base_files}
    return [name for name, text in texts.items() if known.get(name, text) != text]


def all_runnable(
    session: Session, workspace: Workspace, stood: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Runnable]:
    """What runs for every file. Files that were never published, or never valid, promise nothing.

    `stood` are the versions that the caller has published from these very files before: what somebody else
    has published since then, from a copy of the workspace, runs until a file changes. Else two workers on
    copies that differ would publish against one another at every look.
    """
    published = session.book.latest_versions()
    for name in dict.fromkeys(present_ids(session, workspace)):
        workflow = workspace.workflow(name)
        automatic = workflow is not None and stands_alone(workspace, workflow)
        if automatic and workflow is not None and published.get(name) == workflow.version:
            yield Runnable(workspace, workflow)
            continue
        if automatic and workflow is not None and stood.get(name) == workflow.version:
            newer = _published_since(session, workspace, workflow)
            if newer is not None:
                yield newer
                continue
        _propose(session, workspace, name)
        with suppress(WrongUsage, FilesRejected):
            yield runnable(session, workspace, name)


def _published_since(session: Session, workspace: Workspace, workflow: Workflow) -> Runnable | None:
    """What was published after a version; None where that one is not in the ledger (any more)."""
    if session.book.read_version(workflow.id, workflow.version) is None:
        return None
    found = recorded(session, workspace, workflow.id)
    return None if found is None else replace(found, behind=True)


def _propose(session: Session, workspace: Workspace, name: str) -> None:
    """What a file says and nobody has agreed to waits for a second person; once for each text."""
    workflow = workspace.workflow(name)
    if workflow is None or not is_automatic(workspace) or stands_alone(workspace, workflow):
        return
    text, known = workspace.documents[workflow.file].text, Proposals(session.connection)
    if session.book.latest_version(workflow.id) == workflow.version or known.standing(workflow.file, text):
        return
    wanted = (0, workflow.file, text, "", "keep", "", AUTOMATIC, session.clock.now, ProposalState.OPEN)
    known.put(Proposal(*wanted))


def named(session: Session, workspace: Workspace, names: Sequence[str]) -> list[Runnable]:
    """What runs for each of some ids or files. Raises WrongUsage where nothing does.

    What nobody has agreed to waits for a second person also where it is refused here.
    """
    with session.transaction():
        for name in names:
            _propose(session, workspace, name)
    with session.transaction():
        return [runnable(session, workspace, name) for name in names]


def runnable(session: Session, workspace: Workspace, name: str) -> Runnable:
    """What runs for an id or file: the file's own version, else the one published last. Raises WrongUsage."""
    workflow = workspace.workflow(name)
    if workflow is not None and stands_alone(workspace, workflow):
        publish(session, workspace, workflow, by=AUTOMATIC)
        return Runnable(workspace, workflow)
    found = recorded(session, workspace, workflow.id if workflow is not None else _id_of(workspace, name))
    if found is None and workflow is None and (broken := _errors_of(workspace, name)):
        raise FilesRejected(broken)
    if found is None:
        raise _unpublished(session, workspace, workflow) if workflow else unknown_workflow(workspace, name)
    is_same = workflow is not None and workflow.version == found.workflow.version
    return Runnable(found.workspace, found.workflow, behind=not is_same, is_broken=workflow is None)


def _unpublished(session: Session, workspace: Workspace, workflow: Workflow) -> WrongUsage:
    """Nobody has published it: where files take effect as they are, because somebody has to agree first."""
    if not is_automatic(workspace):
        return WrongUsage("W913", name=workflow.id)
    text = workspace.documents[workflow.file].text
    state = Proposals(session.connection).standing(workflow.file, text)
    return WrongUsage("W768", workflow=workflow.id, kind="" if state is None else state.value)


def _errors_of(workspace: Workspace, name: str) -> tuple[Diagnostic, ...]:
    """The mistakes in the file that holds the workflow of that id, or goes by that name."""
    files = {file for file, one in workspace.documents.items() if name in {file, written_id(one)}}
    return tuple(one for one in workspace.diagnostics if one.at.file in files)


def present_ids(session: Session, workspace: Workspace) -> Iterator[str]:
    """The ids of all workflow files; of one that cannot even tell its id, what was published from it last.

    A file that is broken is there: only one that is gone takes with it those who wait (RELIABILITY F40).
    """
    said = list(known_ids(workspace))
    yield from said
    good = {workflow.file for workflow in workspace.workflows}
    for name, document in workspace.documents.items():
        if name not in good and is_workflow_file(name) and not written_id(document):
            was = session.book.last_in_file(name)
            if was is not None and was not in said:
                yield was


def recorded(session: Session, workspace: Workspace, workflow: str, version: str = "") -> Runnable | None:
    """A recorded version, or the one published last; None when it is not there or is not valid any more."""
    kept = session.book.read_version(workflow, version)
    if kept is None:
        return None
    old = workspace_of_sources(workspace.root, kept.files)
    found = old.workflow(workflow)
    return None if found is None else Runnable(old, found)


def _id_of(workspace: Workspace, name: str) -> str:
    """The id written in a broken file that goes by this name, or the name itself."""
    for file, document in workspace.documents.items():
        if name in {file, str(workspace.root / file)} and (written := written_id(document)):
            return written
    return name
