"""Where workflows cross: records that several of them have set, or people they have written to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import sqlalchemy as sa

from engine.ledger.tables import enrollments, journal, outbox, runs
from engine.model.effects import EffectKind
from engine.model.nights import Cause

CONTACT, WRITE, RING = "contact", "write", "ring"
Step: TypeAlias = tuple[str, str]
"""A workflow and the path of a step of it."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two steps of two workflows that meet at records: `first` goes before `second`.

    CONTACT: both have written to the same person on one day. WRITE: on one day the second has set a field
    otherwise than the first. RING: each has set it back after the other, again and again.
    """

    kind: str
    first: Step
    second: Step
    field: str = ""
    count: int = 0
    record: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class _Change:
    record: str
    day: str
    step: Step
    field: str
    before: Any
    after: Any


@dataclass
class _Found:
    """Crossings by what they are of, each with the records that show it counted once."""

    known: dict[tuple[str, Step, Step, str], Crossing] = field(default_factory=dict)
    seen: set[tuple[str, Step, Step, str]] = field(default_factory=set)

    def note(self, kind: str, pair: tuple[Step, Step], name: str, *, record: str, day: str) -> None:
        """One record at which two steps meet."""
        key = (kind, *pair, name)
        if key in self.seen:
            return
        self.seen.add(key)
        one = self.known.get(key) or Crossing(kind, *pair, name, record=record, day=day)
        self.known[key] = replace(one, count=one.count + 1)


@dataclass(frozen=True)
class Crossings:
    """The crossings of all runs since one, over one connection."""

    connection: sa.Connection
    since: int = 0

    @staticmethod
    def newest(connection: sa.Connection) -> int:
        """The number of the newest run; 0 before the first."""
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(runs.c.id), 0))).scalar_one())

    def all(self) -> list[Crossing]:
        """Those at most records first."""
        found = _Found()
        for _, letters in groupby(self._letters(), key=itemgetter(0, 1)):
            found.seen.clear()
            self._note_letters(list(letters), found)
        for _, changes in groupby(self._changes(), key=lambda one: one.record):
            found.seen.clear()
            self._note_changes(list(changes), found)
        return sorted(found.known.values(), key=lambda one: (-one.count, one.first, one.second, one.kind))

    # --- letters --------------------------------------------------------------------------------

    def _letters(self) -> Iterator[Any]:
        """Module and key of whom a message goes to, the day, workflow and path; person by person."""
        who = (sa.func.coalesce(outbox.c.module, ""), sa.func.coalesce(outbox.c.addressee, outbox.c.record))
        told = (*who, runs.c.on_day, runs.c.workflow, outbox.c.path)
        joined = outbox.join(runs, runs.c.id == outbox.c.run)
        mine = (outbox.c.kind == EffectKind.MESSAGE, outbox.c.run > self.since)
        found = sa.select(*told).select_from(joined).where(*mine)
        yield from self.connection.execute(found.order_by(*who, runs.c.on_day, outbox.c.id))

    @staticmethod
    def _note_letters(letters: list[Any], found: _Found) -> None:
        for day, of_day in groupby(letters, key=itemgetter(2)):
            steps = [(record, (workflow, path)) for _, record, _, workflow, path in of_day]
            for number, (record, step) in enumerate(steps):
                for _, earlier in steps[:number]:
                    if earlier[0] != step[0]:
                        found.note(CONTACT, (earlier, step), "", record=record, day=day)

    # --- fields ---------------------------------------------------------------------------------

    def _changes(self) -> Iterator[_Change]:
        """Every change of a field by a run, record by record, in the order of the runs."""
        joined = journal.join(enrollments, enrollments.c.id == journal.c.enrollment)
        joined = joined.join(runs, runs.c.id == journal.c.run)
        told = (enrollments.c.record, runs.c.on_day, runs.c.workflow, journal.c.path, journal.c.details)
        mine = (journal.c.kind == EffectKind.UPDATE, journal.c.run > self.since, runs.c.cause != Cause.UNDO)
        order = (enrollments.c.record, journal.c.run, journal.c.enrollment, journal.c.path)
        rows = self.connection.execute(sa.select(*told).select_from(joined).where(*mine).order_by(*order))
        for record, day, workflow, path, details in rows:
            known = json.loads(details or "{}")
            for name, (before, after) in known.get("changes", {}).items():
                field_ = f"{known.get('module', '')}.{name}"
                yield _Change(record, day, (workflow, path), field_, before, after)

    @staticmethod
    def _note_changes(changes: list[_Change], found: _Found) -> None:
        by_field: dict[str, list[_Change]] = {}
        for one in changes:
            by_field.setdefault(one.field, []).append(one)
        for name, some in by_field.items():
            for number, one in enumerate(some[1:], start=1):
                last = some[number - 1]
                if last.step[0] == one.step[0] or last.after == one.after:
                    continue
                pair = (last.step, one.step)
                if last.day == one.day:
                    found.note(WRITE, pair, name, record=one.record, day=one.day)
                is_back = number > 1 and some[number - 2].step == one.step
                if is_back and some[number - 2].after == one.after:
                    found.note(RING, (min(pair), max(pair)), name, record=one.record, day=one.day)
