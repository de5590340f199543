"""The two sides of a comparison: recorded versions of a workflow, by name, and its file as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.ledger.book import PublishedVersion
from engine.load import read_file
from engine.model.diagnostics import FilesRejected, Problems, WrongUsage, alike, near_facts, nearest
from engine.model.values import instant_of
from engine.model.workflow import Workflow
from engine.publishing import recorded
from engine.records.session import Session
from engine.workspace import Workspace, is_workflow_file, workspace_of_sources


@dataclass(frozen=True)
class Side:
    """A workflow as it was or is, with the workspace it belongs to; `published_at` is None of a file."""

    workspace: Workspace
    workflow: Workflow
    published_at: str | None = None

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "version": self.workflow.version,
            "published_at": self.published_at,
            "file": self.workflow.file if self.published_at is None else None,
        }


@dataclass(frozen=True)
class Sides:
    """What a workflow can be compared with: its file, other files, what was published of it."""

    session: Session
    workspace: Workspace
    workflow: Workflow

    def before(self, asked: str, after: Side) -> Side:
        """The side that was asked for, else what was published last. Raises WrongUsage, FilesRejected.

        What `after` is itself is passed over, as where a tick has published the file in the meantime.
        """
        if asked:
            return self._asked(asked)
        known = self._known()
        if not known:
            raise WrongUsage("W632", workflow=self.workflow.id)
        others = [one for one in known if one.version != after.workflow.version]
        return self._recorded((others or known)[0])

    def after(self, asked: str) -> Side:
        """The side that was asked for, else the file as it stands. Raises WrongUsage, FilesRejected."""
        return self._asked(asked) if asked else Side(self.workspace, self.workflow)

    def _asked(self, asked: str) -> Side:
        known = self._known()
        found = [one for one in known if one.version == asked] or [
            one for one in known if one.version.startswith(asked.lower())
        ]
        if len(found) == 1:
            return self._recorded(found[0])
        if len(found) > 1:
            raise WrongUsage("W634", workflow=self.workflow.id, value=asked, known=self._dated(found))
        if asked in {self.workflow.file, str(self.workspace.root / self.workflow.file)}:
            return Side(self.workspace, self.workflow)
        path = next((one for one in (Path(asked), self.workspace.root / asked) if one.is_file()), None)
        if path is not None:
            return self._of_file(path)
        raise self._no_file(asked) if _is_path(asked) else self._no_version(asked, known)

    def _no_file(self, asked: str) -> WrongUsage:
        """That there is no such file, with the nearest of those beside it, and of the workspace."""
        beside = (str(one) for one in Path(asked).parent.glob("*.y*ml"))
        files = (name for name in self.workspace.documents if is_workflow_file(name))
        near = alike(asked, ((one, one) for one in (*beside, *files)))
        return WrongUsage("W698", path=asked, **near_facts(near))

    def _no_version(self, asked: str, known: Sequence[PublishedVersion]) -> WrongUsage:
        if not known:
            return WrongUsage("W632", workflow=self.workflow.id)
        near = nearest(asked, [one.version for one in known]) or known[0].version
        told = [one for one in known if one.version == near] if len(known) > 1 else []
        facts = {"nearest": self._dated(told), "known": self._dated(known)}
        return WrongUsage("W633", workflow=self.workflow.id, value=asked, **facts)

    def _known(self) -> list[PublishedVersion]:
        """Every version, the one published last first; what was published again counts once."""
        return self.session.book.versions_of(self.workflow.id) if self.session.has_ledger else []

    def _recorded(self, one: PublishedVersion) -> Side:
        found = recorded(self.session, self.workspace, self.workflow.id, one.version)
        if found is None:
            raise WrongUsage("W647", workflow=self.workflow.id, version=one.version)
        return Side(found.workspace, found.workflow, one.published_at)

    def _of_file(self, path: Path) -> Side:
        """Another file, on the model and the tables that the workspace has now."""
        problems = Problems()
        raw = read_file(path, path.name, problems)
        if raw is None:
            raise FilesRejected(problems.sorted())
        text = raw.decode("utf-8-sig", errors="replace")
        files = {name: self.workspace.documents[name].text for name in self.workspace.base_files}
        opened = workspace_of_sources(self.workspace.root, {**files, path.name: text})
        found = opened.workflow(self.workflow.id)
        if found is not None:
            return Side(opened, found)
        mistakes = tuple(one for one in opened.diagnostics if one.at.file == path.name)
        if any(one.severity == "error" for one in mistakes):
            raise FilesRejected(mistakes)
        raise WrongUsage("W635", path=path, workflow=self.workflow.id)

    def _dated(self, known: Sequence[PublishedVersion]) -> str:
        """Versions with the local day on which they were published."""
        zone = self.session.clock.zone
        days = (instant_of(one.published_at).astimezone(zone).date() for one in known)
        return "、".join(f"{one.version} {day}" for one, day in zip(known, days, strict=True))


def _is_path(asked: str) -> bool:
    """Whether a file is meant: versions are written without dots and folders."""
    return any(sign in asked for sign in "./\\")
