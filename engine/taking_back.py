"""What a run did for a chunk of enrollments: what of it is taken back, and what is left, with the reason."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.hindsight import in_file_order
from engine.ledger.traces import BEHIND, Traces, Trail, Withdrawn, start_key
from engine.model.diagnostics import EngineError
from engine.model.effects import EffectKind
from engine.model.entities import Field, Module
from engine.model.nights import AskState, LetterState, Walking
from engine.model.values import from_stored, instant_of, plain
from engine.records.restoring import Restoring, note
from engine.records.session import Session

_JOURNAL = {
    EffectKind.UPDATE: EffectKind.UPDATE,
    EffectKind.CREATE: EffectKind.REMOVE,
    EffectKind.CANCEL: EffectKind.CANCEL,
}
"""What the journal of an undo calls it; all else is withdrawn."""
_ON_RECORDS = frozenset(_JOURNAL)


@dataclass(frozen=True, slots=True)
class Taken:
    """One thing that a run did, taken back; or left, for a reason (a code of the texts) with its facts.

    `kind` is what the run did; `cancel` where it made a task, which is closed and stays.
    `path` is that of the step, with the field or what else tells several apart behind it. `details` are as in
    the journal.
    """

    enrollment: int
    path: str
    record: str
    kind: EffectKind
    details: Mapping[str, Any]
    left: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    def as_row(self, run: int) -> tuple[Any, ...]:
        """The row of the undo's journal."""
        details: Mapping[str, Any]
        if self.left:
            kind, details = EffectKind.SKIPPED, {"reason": self.left, "facts": self.facts, "what": self.kind}
        else:
            kind = _JOURNAL.get(self.kind, EffectKind.WITHDRAW)
            details = self.details if kind is self.kind else {"what": self.kind, **self.details}
        told = json.dumps(details, ensure_ascii=False)
        return self.enrollment, BEHIND + self.path, kind.value, run, told


@dataclass
class Chunk:
    """All of it for some enrollments, and what is written: fields, records that go, what is withdrawn.

    `fields` has by module and record the values that are put back, in kept form.
    """

    numbers: Sequence[int]
    taken: list[Taken] = field(default_factory=list)
    fields: dict[tuple[str, str], dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    removed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    withdrawn: Withdrawn = field(default_factory=Withdrawn)

    def without_records(self, refused: EngineError) -> Chunk:
        """The same where the database refuses to have its records changed."""
        taken = [
            replace(one, left=refused.code, facts=refused.facts)
            if one.kind in _ON_RECORDS and not one.left
            else one
            for one in self.taken
        ]
        return Chunk(self.numbers, taken, withdrawn=self.withdrawn)


def plan_back(session: Session, trail: Trail, numbers: Sequence[int], *, locked: bool) -> Chunk:
    """What becomes of all that a run did for these enrollments, as everything stands now."""
    planning = _Planning(session, trail, trail.of(numbers, locked=locked), Chunk(numbers), locked)
    planning.changes()
    planning.new_records()
    planning.letters()
    planning.questions()
    planning.starts()
    planning.walks()
    planning.chunk.taken.sort(key=lambda one: (one.enrollment, in_file_order(one.path)))
    return planning.chunk


def carry_back(session: Session, trail: Trail, chunk: Chunk) -> None:
    """Write it, and the journal of the undo. The caller holds the transaction."""
    modules = session.tables.model.modules
    for name, records in chunk.removed.items():
        Restoring(session, modules[name]).remove(records)
    for (name, keys), rows in _alike(chunk).items():
        module = modules[name]
        Restoring(session, module).put_back([module.fields[key] for key in keys], rows)
    trail.withdraw(chunk.withdrawn, session.clock)
    trail.forget_goals(chunk.numbers)
    assert trail.undo is not None
    trail.forget_left(chunk.numbers)
    note(session, [one.as_row(trail.undo) for one in chunk.taken])


def _alike(chunk: Chunk) -> Mapping[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]]:
    """By module and fields: the records of which these are put back, each with its values."""
    found: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = defaultdict(list)
    for (module, record), values in chunk.fields.items():
        found[module, tuple(values)].append((record, *values.values()))
    return found


@dataclass(frozen=True)
class _Written:
    """A field of a record that a run wrote: what was there first, and what it left there."""

    enrollment: int
    path: str
    record: str
    before: Any
    after: Any


@dataclass(frozen=True)
class _Planning:
    """Fills a chunk."""

    session: Session
    trail: Trail
    traces: Traces
    chunk: Chunk
    locked: bool

    # --- fields -----------------------------------------------------------------------------

    def changes(self) -> None:
        """Fields that still hold what the run wrote."""
        written = self._written()
        for name in dict.fromkeys(module for module, _ in written):
            module = self.session.tables.model.modules.get(name)
            mine = {key: rows for (of, key), rows in written.items() if of == name}
            fields = {} if module is None else {key: _stored(module, key) for key in mine}
            known = {key: field for key, field in fields.items() if field is not None}
            for key in mine.keys() - known.keys():
                for one in mine[key]:
                    self._leave(one.enrollment, one.path, EffectKind.UPDATE, "W686", field=key)
            if module is not None and known:
                self._fields_of(module, known, {key: mine[key] for key in known})

    def _written(self) -> Mapping[tuple[str, str], list[_Written]]:
        """By module and field; several steps on one field are one change."""
        found: dict[tuple[str, str, int], _Written] = {}
        updates = [row for row in self.traces.effects if row.kind == EffectKind.UPDATE]
        for row in sorted(updates, key=lambda one: (one.enrollment, in_file_order(one.path))):
            details, record = json.loads(row.details), self._record(row.enrollment)
            for key, (before, after) in details["changes"].items():
                place = (details["module"], key, row.enrollment)
                first = found.get(place) or _Written(
                    row.enrollment, f"{row.path}/{key}", record, before, after
                )
                found[place] = replace(first, after=after)
        grouped: dict[tuple[str, str], list[_Written]] = defaultdict(list)
        for (module, key, _), one in found.items():
            if one.before != one.after and not self._is_settled(one.enrollment, one.path):
                grouped[module, key].append(one)
        return grouped

    def _fields_of(
        self, module: Module, fields: Mapping[str, Field], written: Mapping[str, Sequence[_Written]]
    ) -> None:
        records = sorted({one.record for rows in written.values() for one in rows})
        held = Restoring(self.session, module).held(records, list(fields.values()), locked=self.locked)
        changed = [
            (key, one)
            for key, rows in written.items()
            for one in rows
            if _is_other(held.get(one.record), key, one)
        ]
        since = self._changed_since(module, [one.record for _, one in changed])
        gone = set()
        for key, rows in written.items():
            for one in rows:
                now = held.get(one.record)
                if now is None:  # told once, however many fields of it were written
                    if (one.enrollment, one.record) not in gone:
                        self._leave(one.enrollment, one.path, EffectKind.UPDATE, "W685", record=one.record)
                    gone.add((one.enrollment, one.record))
                elif now[key] == one.after:
                    self.chunk.fields[module.key, one.record][key] = one.before
                    details = {"module": module.key, "changes": {key: [one.after, one.before]}}
                    self._take(one.enrollment, one.path, EffectKind.UPDATE, details)
                elif now[key] != one.before:
                    told = _told(fields[key], now[key])
                    facts = {
                        "field": fields[key].labels.told,
                        "now": told,
                        "by": since.get((one.record, key), ""),
                    }
                    self._leave(one.enrollment, one.path, EffectKind.UPDATE, "W684", **facts)

    def _changed_since(self, module: Module, records: Sequence[str]) -> Mapping[tuple[str, str], Any]:
        return self.trail.changed_since(module.key, records) if records else {}

    # --- new records ------------------------------------------------------------------------

    def new_records(self) -> None:
        """Records that stand as they were made, and that nothing points to."""
        made: dict[str, list[tuple[Any, str]]] = defaultdict(list)
        for row in self.traces.effects:
            if row.kind == EffectKind.CREATE and not self._is_settled(row.enrollment, row.path):
                details = json.loads(row.details)
                key = details["id"] or self.traces.keys.get((row.enrollment, row.path))
                module, record = details["module"], str(key)
                if (
                    module in self.session.tables.model.modules
                    and (row.enrollment, record) in self.traces.made
                ):
                    made[module].append((row, record))
                else:
                    self._leave(
                        row.enrollment, row.path, EffectKind.CREATE, "W688", module=self._label(module)
                    )
        for name, rows in made.items():
            self._new_of(self.session.tables.model.modules[name], rows)

    def _new_of(self, module: Module, rows: Sequence[tuple[Any, str]]) -> None:
        restoring, records = Restoring(self.session, module), [record for _, record in rows]
        tasks = self.session.tables.model.tasks
        cancelled = tasks.cancelled if tasks is not None and tasks.module == module.key else {}
        fields = [one for one in module.fields.values() if one.computed is None]
        held = restoring.held(records, fields, locked=self.locked, with_imprint=True)
        attached = restoring.attached(records)
        for row, record in rows:
            now, facts = held.get(record), {"module": module.labels.told, "record": record}
            if now is None:
                self._leave(row.enrollment, row.path, EffectKind.CREATE, "W685", record=record)
            elif now[""] != self.traces.made[row.enrollment, record]:
                self._leave(row.enrollment, row.path, EffectKind.CREATE, "W687", **facts)
            elif record in attached:
                self._leave(row.enrollment, row.path, EffectKind.CREATE, "W693", **facts)
            else:
                values = {key: value for key, value in now.items() if key and value is not None}
                details = {"module": module.key, "id": record, "values": values}
                if cancelled:
                    self.chunk.fields[module.key, record].update(cancelled)
                    details["changes"] = {key: [now[key], value] for key, value in cancelled.items()}
                else:
                    self.chunk.removed[module.key].append(record)
                kind = EffectKind.CANCEL if cancelled else EffectKind.CREATE
                self._take(row.enrollment, row.path, kind, details)

    def _label(self, module: str) -> str:
        found = self.session.tables.model.modules.get(module)
        return module if found is None else found.labels.told

    # --- letters, questions, other workflows --------------------------------------------------

    def letters(self) -> None:
        """Letters that have not left."""
        for row in self.traces.letters:
            place, kind = (row.enrollment, f"{row.path}/letter"), EffectKind(row.kind)
            facts = {"to": row.recipient, "at": self._local(row.sent_at)}
            if row.state == LetterState.WAITING:
                self.chunk.withdrawn.letters.append(row.id)
                self._take(*place, kind, {"to": row.recipient, "subject": row.subject or row.body})
            elif row.state == LetterState.SENT:
                self._leave(*place, kind, "W689", **facts)
            elif row.state in {LetterState.SENDING, LetterState.IN_DOUBT}:
                self._leave(*place, kind, "W694", to=row.recipient)

    def questions(self) -> None:
        """Questions that nobody has answered."""
        for row in self.traces.asks:
            if row.state == AskState.OPEN:
                self.chunk.withdrawn.asks.append(row.id)
                details = {"to": row.person, "question": row.question}
                self._take(row.enrollment, row.path, EffectKind.ASK, details)
            elif row.state == AskState.ANSWERED:
                facts = {"person": row.decided_by or row.person, "answer": row.answer}
                self._leave(row.enrollment, row.path, EffectKind.ASK, "W690", **facts)

    def starts(self) -> None:
        """Other workflows that have not begun."""
        for row in self.traces.effects:
            event = self.traces.starts.get(start_key(row)) if row.kind == EffectKind.START else None
            if event is not None and event.is_open:
                self.chunk.withdrawn.starts.append(event.id)
                self._take(row.enrollment, row.path, EffectKind.START, {"workflow": event.workflow})
            elif event is not None:
                self._leave(row.enrollment, row.path, EffectKind.START, "W691", workflow=event.workflow)

    def walks(self) -> None:
        """Enrollments that wait; what later runs did for them stays."""
        for number, walk in self.traces.walks.items():
            if walk.state == Walking.WAITING:
                self.chunk.withdrawn.walks.append(number)
                self._take(number, "enrollment", EffectKind.WAIT, {"until": walk.until})
            for run, count in self.traces.later.get(number, {}).items():
                facts = {"by": str(run), "count": str(count)}
                self._leave(number, f"enrollment/{run}", EffectKind.WAIT, "W692", **facts)

    # --- both -------------------------------------------------------------------------------

    def _record(self, enrollment: int) -> str:
        return str(self.traces.walks[enrollment].record)

    def _is_settled(self, enrollment: int, path: str) -> bool:
        return (enrollment, path) in self.traces.settled

    def _local(self, kept: str | None) -> str:
        clock = self.session.clock
        at = clock.now if kept is None else instant_of(kept)
        return f"{at.astimezone(clock.zone):%Y-%m-%d %H:%M}"

    def _take(self, enrollment: int, path: str, kind: EffectKind, details: Mapping[str, Any]) -> None:
        self.chunk.taken.append(Taken(enrollment, path, self._record(enrollment), kind, details))

    def _leave(self, enrollment: int, path: str, kind: EffectKind, reason: str, **facts: object) -> None:
        told = {name: str(value) for name, value in facts.items()}
        record = self._record(enrollment)
        self.chunk.taken.append(Taken(enrollment, path, record, kind, {}, left=reason, facts=told))


def _stored(module: Module, key: str) -> Field | None:
    """The field of a key, where it is one that can be written."""
    found = module.fields.get(key)
    return None if found is None or found.computed is not None else found


def _is_other(now: Mapping[str, Any] | None, key: str, one: _Written) -> bool:
    """Whether somebody has written something else there."""
    return now is not None and now[key] not in {one.before, one.after}


def _told(field: Field, kept: Any) -> str:
    """A value for the facts of a reason; empty where it is missing."""
    value = plain(from_stored(field.type, kept))
    if isinstance(value, list):
        return "、".join(value)
    return "" if value is None else str(value)
