"""Hindsight: what a past run did with one record, as far as the ledger knows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from engine.model.diagnostics import WrongUsage
from engine.records.session import Session

_MOST = 1_000
"""Far more effects than one record has in one run."""
_Row: TypeAlias = Mapping[str, Any]


class Fate(StrEnum):
    """What became of a record in a run."""

    STARTED = "started"
    FAILED = "failed"
    HELD = "held"
    UNFINISHED = "unfinished"
    NOT_STARTED = "not_started"
    UNDONE = "undone"


@dataclass(frozen=True)
class Hindsight:
    """One run and one record. Rows are those of the ledger; the journal's details are opened.

    `own` is the enrollment that the run began, `earlier` and `later` are those of runs before and after it.
    Why a record did not start is noted of no run: of those only the numbers of the run are known.
    """

    run: Mapping[str, Any]
    record: str
    fate: Fate
    effects: tuple[Mapping[str, Any], ...] = ()
    letters: tuple[Mapping[str, Any], ...] = ()
    own: Mapping[str, Any] | None = None
    earlier: Mapping[str, Any] | None = None
    later: Mapping[str, Any] | None = None

    @property
    def at(self) -> datetime:
        """The moment the run was computed for."""
        return datetime.fromisoformat(self.run["at"])

    @property
    def knows_record(self) -> bool:
        """Whether the ledger has anything of the record, from this run or another."""
        return any((self.own, self.effects, self.earlier, self.later))

    @property
    def says_why(self) -> bool:
        """Whether the ledger itself tells why; else the conditions have to be asked again."""
        return self.fate in {Fate.STARTED, Fate.FAILED, Fate.HELD, Fate.UNDONE}

    def as_json(self) -> dict[str, Any]:
        """For machines; `effects` and `letters` are the rows of `journal` and `outbox`."""
        kept = ("workflow", "run", "version", "at", "on_day", "state")
        counts = ("checked", "matched", "started", "failed", "deferred")
        held = self.run["held"]
        return {
            **{name: self.run[name] for name in kept},
            "undoes": self.run["undoes"],
            "undone_by": self.run["undone_by"],
            "record": self.record,
            "verdict": str(self.fate),
            "counts": {name: self.run[name] for name in counts},
            "held": json.loads(held) if held else None,
            "control": bool(self.own and self.own["control"]),
            "effects": [dict(one) for one in self.effects],
            "letters": [dict(one) for one in self.letters],
            "earlier": _began(self.earlier),
            "later": _began(self.later),
        }


def look_back(session: Session, workflow: str, record: str, run: int) -> Hindsight:
    """What a run did with a record. Raises WrongUsage where there is no such run of the workflow."""
    book = session.book if session.has_ledger else None
    found = next(book.rows_of("runs", limit=1, run=run), None) if book else None
    if book is None or found is None:
        raise WrongUsage("W621", run=str(run))
    if found["workflow"] != workflow:
        raise WrongUsage("W622", run=str(run), workflow=found["workflow"], name=workflow)
    rows = partial(book.rows_of, limit=_MOST, workflow=workflow, record=record)
    walks = list(rows("enrollments"))
    effects = [_opened(one) for one in rows("journal", run=run)]
    own = next((one for one in walks if one["run"] == run), None)
    earlier = next((one for one in walks if one["run"] < run), None)
    later = next((one for one in reversed(walks) if one["run"] > run), None)
    return Hindsight(
        run=found,
        record=record,
        fate=Fate.UNDONE if found["undoes"] and effects else _fate(found["state"], own, effects),
        effects=tuple(sorted(effects, key=lambda one: in_file_order(one["path"]))),
        letters=tuple(rows("outbox", run=run)),
        own=own,
        earlier=earlier,
        later=later,
    )


def _fate(state: str, own: _Row | None, effects: Sequence[_Row]) -> Fate:
    """An earlier start is no verdict: the record may as well not have met the conditions this time."""
    if own is not None:
        return Fate.STARTED
    if any(one["kind"] == "failed" for one in effects):
        return Fate.FAILED
    if state == "held":
        return Fate.HELD
    if state != "done":
        return Fate.UNFINISHED
    return Fate.NOT_STARTED


def _opened(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "details": json.loads(row["details"]) if row["details"] else None}


def _began(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {"on": row["started_on"], "run": row["run"]}


def in_file_order(path: str) -> list[tuple[int, str]]:
    """`actions/2` before `actions/10`."""
    return [(int(one), "") if one.isdecimal() else (-1, one) for one in path.split("/")]
