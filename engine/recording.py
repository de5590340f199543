"""Recording: what every record answered in a run is kept, so that "why (not)?" can be told of any of them.

Of all records the answers to the conditions, a sign or two each; of those that match, or miss a single
condition, also what the conditions saw. How long, and of how many, is said in workspace.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from engine.ledger.answers import AnswerBook
from engine.model.entities import FieldType
from engine.model.predicates import leaves
from engine.model.workflow import Workflow
from engine.pipeline import Selected
from engine.records.answering import Answers
from engine.records.packing import Packed, Packing, answers_of, keys_in, place_of
from engine.records.session import Session
from engine.records.tracing import LeafTrace, seen_by, traced
from engine.shapes.reading import Recording
from engine.verdicts import misses_one


@dataclass(frozen=True)
class Recorded:
    """What a record answered in a run, condition by condition; `has_values`: also what these saw is kept."""

    answers: Answers
    deferred: bool
    seen: tuple[LeafTrace, ...]
    has_values: bool


def record_answers(session: Session, recording: Recording | None, prepared: Selected, run: int) -> None:
    """Keep what every record of the module answers at this moment; what is too old is forgotten."""
    starts = [one for one in prepared.parts if not one.matched.goes_on]
    if recording is None or session.rehearsing or not starts:
        return
    one = starts[0]
    book, workflow = AnswerBook(session.connection), one.workflow
    book.forget(run)
    book.forget_before(session.clock.midnight(session.clock.shift(session.clock.today, recording.keep, -1)))
    kept = _Kept(workflow, recording.details_of)
    packing = Packing(session.connection, session.answering(workflow, one.draft))
    for number, part in enumerate(packing.parts(book.last_firsts(workflow.module.key))):
        book.put_part(run, number, first=part.first, keys=part.keys, signs=part.signs)
        kept.look_at(part)
    seen = seen_by(session, workflow, kept.keys())
    deferred = map(str, one.matched.deferred_ids(one.matched.deferred))
    book.put(run, workflow.module.key, {str(key): values for key, values in seen}, deferred)


@dataclass
class _Kept:
    """The records of which it is kept what conditions saw: first those that match, then the near misses."""

    workflow: Workflow
    room: int
    matching: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)

    def look_at(self, part: Packed) -> None:
        """Note the records of a part, as far as there is room."""
        kinds = part.kinds(self.workflow)
        yes = {signs for signs, told in kinds.items() if told.whole is True}
        near = {signs for signs, told in kinds.items() if misses_one(self.workflow.condition, told)}
        for found, wanted in ((self.matching, yes), (self.near, near)):
            found.extend(islice(part.having(wanted), self.room - len(found)))

    def keys(self) -> Sequence[str | int]:
        """Their keys, as the records have them."""
        chosen = [*self.matching, *self.near][: self.room]
        is_number = self.workflow.module.record_key.type is FieldType.NUMBER
        return [int(key) for key in chosen] if is_number else chosen


def recorded_of(session: Session, workflow: Workflow, record: str, run: int) -> Recorded | None:
    """What a record answered in a run of that version; None where it was not there, or nothing is kept."""
    book = AnswerBook(session.connection)
    for keys, signs in book.parts(run):
        place = place_of(keys, record)
        if place is not None:
            answers = answers_of(workflow, [one[place] for one in signs])
            values = book.seen(run, record)
            seen = _answers_alone(workflow, answers) if values is None else traced(workflow, values)
            return Recorded(answers, book.was_deferred(run, record), tuple(seen), values is not None)
    return None


def recorded_key(session: Session, record: str, run: int) -> str | None:
    """The key of a record as a run has recorded it, whatever its capitals; None where it has none like it."""
    asked = record.strip().lower()
    parts = AnswerBook(session.connection).parts(run)
    return next((key for keys, _ in parts for key in keys_in(keys) if key.lower() == asked), None)


def last_recorded(session: Session, workflow: str, record: str) -> tuple[str, int] | None:
    """The key of a record, whatever its capitals, and the newest run of a workflow that has recorded it."""
    asked = record.strip().lower()
    parts = AnswerBook(session.connection).keys_of(workflow) if session.has_ledger else ()
    found = ((key, run) for run, keys in parts for key in keys_in(keys) if key.lower() == asked)
    return next(found, None)


def _answers_alone(workflow: Workflow, answers: Answers) -> list[LeafTrace]:
    asked = [] if workflow.condition is None else leaves(workflow.condition)
    return [LeafTrace(leaf, answer, None) for leaf, answer in zip(asked, answers.leaves, strict=True)]
