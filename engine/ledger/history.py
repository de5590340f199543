"""What became of each workflow, for people to look at: who published it and when, its last run, its rest."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from engine.ledger.agenda import RunRow, run_of
from engine.ledger.book import AUTOMATIC, OF_WORKFLOWS
from engine.ledger.tables import pauses, runs, versions
from engine.model.values import instant_of


@dataclass(frozen=True, slots=True)
class Published:
    """A version as it was published: the how manyeth of its workflow, when, by whom, what they said of it.

    `row` names it in the ledger.
    """

    row: int
    number: int
    workflow: str
    version: str
    file: str
    at: datetime
    by: str
    note: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Resting:
    """Who has paused a workflow, since when, and why; `code` says it where nobody wrote a reason."""

    by: str
    at: datetime
    because: str
    code: str


@dataclass(frozen=True)
class History:
    """The past of workflows, over one connection."""

    connection: sa.Connection

    def versions(self, workflow: str) -> list[Published]:
        """Every time that a workflow was published, the last first."""
        return list(self._told(sa.select(_NUMBERED).where(_NUMBERED.c.workflow == workflow)))

    def numbers(self, workflows: Collection[str]) -> dict[tuple[str, str], int]:
        """Workflow and version -> the how manyeth it was when it was published last."""
        named = (_NUMBERED.c.workflow, _NUMBERED.c.version)
        found = sa.select(*named, sa.func.max(_NUMBERED.c.number)).group_by(*named)
        rows = self.connection.execute(found.where(_NUMBERED.c.workflow.in_(list(workflows))))
        return {(workflow, version): number for workflow, version, number in rows}

    def newest(self) -> dict[str, Published]:
        """Workflow -> how it was published last."""
        last = sa.select(sa.func.max(versions.c.id)).where(OF_WORKFLOWS).group_by(versions.c.workflow)
        return {one.workflow: one for one in self._told(sa.select(_NUMBERED).where(_NUMBERED.c.id.in_(last)))}

    def of_file(self, file: str) -> list[Published]:
        """Every time that a file which workflows share was published with another text, the last first.

        `version` names the text; `row` is its own one, or, where nobody has published it by itself, a version
        of a workflow that was made with it.
        """
        found = list[Published]()
        for row, text in self._texts(file):
            last = found[-1] if found else None
            if last is not None and last.version == text[:12]:
                if not _signs(row, last.by):
                    continue
                found.pop()
            by = (row.published_by, row.note or "", row.approved_by or "")
            at, number = instant_of(row.published_at), len(found) + 1
            found.append(Published(row.id, number, "", text[:12], file, at, *by))
        return found[::-1]

    def _texts(self, file: str) -> Iterator[tuple[sa.Row[Any], str]]:
        """What was published with a file, and the hash of its text then."""
        for row in self.connection.execute(sa.select(versions).order_by(versions.c.id)):
            text = json.loads(row.files).get(file)
            if text is not None:
                yield row, text

    def newest_texts(self) -> dict[str, str]:
        """File -> the hash of the text that it was published with last, by itself or with a workflow."""
        found = dict[str, str]()
        for files in self.connection.execute(sa.select(versions.c.files).order_by(versions.c.id)).scalars():
            found |= json.loads(files)
        return found

    def _told(self, found: sa.Select[tuple[object, ...]]) -> Iterator[Published]:
        for row in self.connection.execute(found.order_by(_NUMBERED.c.id.desc())):
            yield Published(
                row.id,
                row.number,
                row.workflow,
                row.version,
                row.file,
                instant_of(row.published_at),
                row.published_by,
                row.note or "",
                row.approved_by or "",
            )

    def last_runs(self) -> dict[str, RunRow]:
        """Workflow -> the run that was put last."""
        last = sa.select(sa.func.max(runs.c.id)).group_by(runs.c.workflow)
        found = self.connection.execute(sa.select(runs).where(runs.c.id.in_(last)))
        return {row.workflow: run_of(row) for row in found}

    def resting(self) -> dict[str, Resting]:
        """Workflow -> who lets it rest."""
        rows = self.connection.execute(sa.select(pauses))
        return {row.workflow: _resting(row) for row in rows}


def _signs(row: sa.Row[Any], by: str) -> bool:
    """Whether somebody has published by itself what a night had found in a file before."""
    return row.workflow == row.file and by == AUTOMATIC


def _resting(row: sa.Row[tuple[object, ...]]) -> Resting:
    reason = json.loads(row.reason or "{}")
    return Resting(row.by, instant_of(row.at), reason.get("because", ""), reason.get("code", ""))


_NUMBERED = sa.select(
    versions,
    sa.func.row_number().over(partition_by=versions.c.workflow, order_by=versions.c.id).label("number"),
).subquery("numbered")
