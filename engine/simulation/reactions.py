"""What people are assumed to do: drawn when an effect is there, carried out in the evening of its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeAlias

from engine.deciding import decide
from engine.files.responses import ASK, Response
from engine.ledger.deeds import Deed, Deeds
from engine.model.calendars import Calendar
from engine.model.diagnostics import WrongUsage
from engine.model.effects import Written
from engine.model.entities import FieldType, Module
from engine.model.moments import shift_day
from engine.model.operands import Operand, RecordKey
from engine.model.values import Value, from_stored
from engine.records.session import Session
from engine.simulation.dice import mark, throw

Key: TypeAlias = str | int
_LARGE = 10**15
"""Above the numbers that companies count their records with."""


@dataclass(frozen=True, slots=True)
class Happening:
    """A response that comes: to which effect (none where somebody acts of their own accord), about whom."""

    number: int
    name: tuple[object, ...]
    record: Key
    deed: Deed | None = None


class Reactions:
    """The responses of one simulation: of one seed, the same to the same effect, whatever else there is."""

    def __init__(self, responses: Sequence[Response], seed: int, calendar: Calendar) -> None:
        self.responses, self.seed = responses, seed
        self.counts = [0] * len(responses)
        self._calendar = calendar
        self._coming: dict[date, list[Happening]] = defaultdict(list)
        self._stretches: dict[int, tuple[date, int]] = {}

    # --- what is to come ------------------------------------------------------------------------

    def note(self, kind: str, deed: Deed, about: Mapping[str, Key], today: date) -> None:
        """An effect is there: who answers it, and when. `about` tells the record of each module."""
        for number, one in enumerate(self.responses):
            record = about.get(one.module.key)
            if one.to != kind or one.workflow not in {"", deed.workflow} or record is None:
                continue
            name = (deed.workflow, deed.record, deed.started_on, deed.path)
            end = shift_day(today, one.within, 1, self._calendar)
            self._draw(Happening(number, name, record, deed), today, end)

    def begin_day(self, session: Session, today: date) -> None:
        """Where a new stretch begins of what people do of their own accord, who does it in this one."""
        for number, one in enumerate(self.responses):
            begins, stretch = self._stretches.get(number, (today, 0))
            if one.every is None or today < begins:
                continue
            end = shift_day(today, one.every, 1, self._calendar)
            self._stretches[number] = end, stretch + 1
            for (key,) in session.read_all(one.module, [RecordKey(one.module)]):
                record = key_of(one.module, str(key))
                self._draw(Happening(number, (one.module.key, record, stretch), record), today, end)

    def _draw(self, one: Happening, today: date, end: date) -> None:
        name = (one.number, *one.name)
        if throw(self.seed, "share", *name) >= self.responses[one.number].share:
            return
        later = int(throw(self.seed, "day", *name) * max((end - today).days, 1))
        self._coming[date.fromordinal(today.toordinal() + later)].append(one)

    # --- what happens ---------------------------------------------------------------------------

    def happen(self, session: Session) -> bool:
        """What comes on this day, in an order that no other happening changes; whether anything did."""
        coming = self._coming.pop(session.clock.today, [])
        coming.sort(key=lambda one: (one.number, tuple(map(str, one.name))))
        with session.transaction():
            for number, some in groupby(coming, key=lambda one: one.number):
                for each in _one_each(some):
                    self.counts[number] += self._carry_out(session, self.responses[number], each)
        return bool(coming)

    def _carry_out(self, session: Session, response: Response, some: Sequence[Happening]) -> int:
        """One response for several records; how many it came to."""
        there = session.existing_keys(response.module, [one.record for one in some])
        some = [one for one in some if one.record in there and self._is_taken(session, response, one)]
        if response.done:
            made = [one.deed.made for one in some if one.deed is not None and one.deed.made is not None]
            _finish(session, made)
        if response.creates is not None:
            self._create(session, response, some)
        if response.changes is not None:
            changes = dict(response.changes.changes)
            values = _values(session, response.module, some, list(changes.values()))
            rows = [(one.record, *values[one.record]) for one in some if one.record in values]
            session.update(response.module, list(changes), rows)
        return len(some)

    def _is_taken(self, session: Session, response: Response, one: Happening) -> bool:
        """A question is answered as is written, else as chance has it; False when nobody asks any more."""
        deeds, deed = Deeds(session.connection), one.deed
        if deed is not None and response.receipt:
            deeds.take_receipt(deed.enrollment, deed.path, response.receipt)
        if deed is None or response.to != ASK:
            return True
        found = deeds.open_ask(deed.enrollment, deed.path)
        if found is None:
            return False
        chosen = int(throw(self.seed, "answer", one.number, *one.name) * len(found.answers))
        with suppress(WrongUsage):
            decide(session, found.number, response.answer or found.answers[chosen], "")
            return True
        return False

    def _create(self, session: Session, response: Response, some: Sequence[Happening]) -> None:
        assert response.creates is not None
        module = response.creates.module
        written = {
            module.fields[key]: to
            for key, to in response.creates.values.items()
            if not isinstance(to, Written) and module.fields[key] is not module.record_key
        }
        values = _values(session, response.module, some, list(written.values()))
        rows = [(self._new_key(module, one), *values[one.record]) for one in some if one.record in values]
        session.upsert(module, list(written), rows)

    def _new_key(self, module: Module, one: Happening) -> Key:
        name = mark(self.seed, one.number, *one.name)
        is_number = module.record_key.type is FieldType.NUMBER
        return _LARGE + int(name[:12], 16) if is_number else f"sim-{name}"


def _one_each(some: Iterable[Happening]) -> Iterator[list[Happening]]:
    """Rounds in which no record comes twice: the second finds what the first has left."""
    waiting = list(some)
    while waiting:
        first: dict[Key, Happening] = {}
        rest = [one for one in waiting if first.setdefault(one.record, one) is not one]
        yield list(first.values())
        waiting = rest


def _values(
    session: Session, module: Module, some: Sequence[Happening], operands: Sequence[Operand]
) -> dict[Key, tuple[Value, ...]]:
    """The values of each record."""
    rows = session.read_some(module, [one.record for one in some], operands)
    return {key_of(module, str(key)): tuple(values) for key, *values in rows}


def _finish(session: Session, made: Sequence[tuple[str, str]]) -> None:
    """The tasks are done, as the model says it."""
    model = session.tables.model
    if not made or model.tasks is None:
        return
    module = model.modules[model.tasks.module]
    done = {
        module.fields[key]: from_stored(module.fields[key].type, values[0])
        for key, values in model.tasks.done.items()
    }
    session.update(module, list(done), [(key_of(module, key), *done.values()) for _, key in made])


def key_of(module: Module, written: str) -> Key:
    """A record's key as its table holds it, from the ledger's text."""
    return int(written) if module.record_key.type is FieldType.NUMBER else written
