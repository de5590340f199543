"""Hindsight: what a past run did with one record, as far as the ledger knows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from engine.ledger.past_runs import Nights
from engine.ledger.tables import LARGEST
from engine.model.diagnostics import WrongUsage
from engine.model.nights import Cause
from engine.named_days import day_named, is_written_as_day
from engine.records.session import Session

_MOST = 1_000
"""Far more effects than one record has in one run."""
LAST = ("last", "last night", "上次", "昨晚", "昨夜")
"""How the newest run is named."""
_NUMBER = re.compile(r"(?:第 ?)?(\d+)(?: ?次(?:运行)?)?")
_Row: TypeAlias = Mapping[str, Any]


class Fate(StrEnum):
    """What became of a record in a run."""

    STARTED = "started"
    FAILED = "failed"
    HELD = "held"
    UNFINISHED = "unfinished"
    NOT_STARTED = "not_started"
    UNDONE = "undone"
    WENT_ON = "went_on"


@dataclass(frozen=True)
class Hindsight:
    """One run and one record. Rows are those of the ledger; the journal's details are opened.

    `own` is the enrollment that the run began, `earlier` and `later` are those of runs before and after it.
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
        return self.fate in {Fate.STARTED, Fate.FAILED, Fate.HELD, Fate.UNDONE, Fate.WENT_ON}

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


def find_run(session: Session, workflow: str, written: str) -> Mapping[str, Any]:
    """The run of a workflow that somebody names: by its number, by the day of its night, or as the `last`.

    A night is that of the day on which it ran: the newest is `昨晚`, whenever that was.

    Raises WrongUsage where there is none, with the nearest one there is.
    """
    nights = Nights(session.connection, workflow) if session.has_ledger else None
    number = _NUMBER.fullmatch(written)
    if number is not None:
        return _run_of_number(session, workflow, number[1], nights)
    day = day_named(written, session.clock)
    if day is None and written.lower() not in LAST:
        raise WrongUsage("W679", value=written, kind="day" if is_written_as_day(written) else "")
    found = None if nights is None else nights.of_day(day) if day else nights.last()
    if found is not None:
        return _row_of(session, found)
    near = "" if nights is None or day is None else "、".join(nights.around(day))
    is_to_come = day is not None and day > session.clock.today
    raise WrongUsage(
        "W678",
        workflow=workflow,
        day="" if day is None else day.isoformat(),
        near=near,
        kind="never" if not near else "to_come" if is_to_come else "",
    )


def _run_of_number(session: Session, workflow: str, written: str, nights: Nights | None) -> Mapping[str, Any]:
    run = int(written)
    found = _row_of(session, run) if 0 < run <= LARGEST and nights else {}
    if not found:
        newest = None if nights is None else nights.last()
        near = _row_of(session, newest) if newest is not None else {}
        facts = {"kind": "near", "near": str(near["run"]), "day": near["on_day"]} if near else {}
        raise WrongUsage("W621", run=written, workflow=workflow, **facts)
    if found["workflow"] != workflow:
        raise WrongUsage("W622", run=written, workflow=found["workflow"], name=workflow)
    return found


def _row_of(session: Session, run: int) -> dict[str, Any]:
    """The row of a run; nothing where there is none."""
    return next(session.book.rows_of("runs", limit=1, run=run), {})


def look_back(session: Session, record: str, found: Mapping[str, Any]) -> Hindsight:
    """What a run did with a record; `found` is its row among `runs`."""
    book, run = session.book, found["run"]
    rows = partial(book.rows_of, limit=_MOST, workflow=found["workflow"], record=record)
    walks = list(rows("enrollments"))
    effects = [opened(one) for one in rows("journal", run=run)]
    own = next((one for one in walks if one["run"] == run), None)
    earlier = next((one for one in walks if one["run"] < run), None)
    later = next((one for one in reversed(walks) if one["run"] > run), None)
    return Hindsight(
        run=found,
        record=record,
        fate=_fate(found, own, effects),
        effects=tuple(sorted(effects, key=lambda one: in_file_order(one["path"]))),
        letters=tuple(rows("outbox", run=run)),
        own=own,
        earlier=earlier,
        later=later,
    )


def _fate(run: _Row, own: _Row | None, effects: Sequence[_Row]) -> Fate:
    """An earlier start is no verdict: the record may as well not have met the conditions this time."""
    state = run["state"]
    if effects and run["undoes"]:
        return Fate.UNDONE
    if effects and run["cause"] in {Cause.WAIT, Cause.LOOK} and effects[0]["kind"] != "failed":
        return Fate.WENT_ON
    if own is not None:
        return Fate.STARTED
    if any(one["kind"] == "failed" for one in effects):
        return Fate.FAILED
    if state == "held":
        return Fate.HELD
    if state != "done":
        return Fate.UNFINISHED
    return Fate.NOT_STARTED


def opened(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the journal, its details read."""
    return {**row, "details": json.loads(row["details"]) if row["details"] else None}


def _began(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else {"on": row["started_on"], "run": row["run"]}


def in_file_order(path: str) -> list[tuple[int, str]]:
    """`actions/2` before `actions/10`."""
    return [(int(one), "") if one.isdecimal() else (-1, one) for one in path.split("/")]
