"""Apply: the planned effects are carried out, one transaction a chunk.

A chunk's texts are made before anything is written; a record whose text cannot be made is noted with the
reason and left out whole, the others go on (SPIKE section 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any, Protocol

from engine.model.diagnostics import RecordRefused
from engine.model.effects import (
    Ask,
    Create,
    EffectBatch,
    EffectKind,
    Fixed,
    Message,
    Notice,
    Start,
    Text,
    path_to,
)
from engine.model.entities import FieldType, Module
from engine.model.moments import Clock, end_of_wait, length_of_minutes
from engine.model.nights import AskState
from engine.model.phrases import Phrased, size_of
from engine.model.values import stored_instant, to_stored
from engine.phrasing import phrase_batch
from engine.records.dictation import Dictation
from engine.records.driving import by_key
from engine.records.matched import Matched
from engine.records.session import Session
from engine.records.statements import ADDRESSED, Statements, gives_keys
from engine.records.writing import ChunkWriter, created_key
from engine.rows import Made, Row, RowError, RowReader
from engine.text import OUTPUT_LIMIT

CHUNK_RECORDS = 5_000
MOST_ERRORS = 100
FEWEST_ERRORS = 10
MOST_PIECES = 500
"""Of all texts that a run leaves to the database: no statement can be as long as the texts of a file."""
_TO = 2
"""Where a row that was made for a notice names who gets it."""


@dataclass
class Receipt:
    """What a run has done: records started and failed, effects by kind; `stopped` by too many errors.

    `woken` counts the enrollments that went on. `interrupted` means that somebody goes on with it: its
    worker was asked to leave.
    """

    started: int = 0
    woken: int = 0
    failed: int = 0
    effects: dict[EffectKind, int] = field(default_factory=dict)
    stopped: bool = False
    interrupted: bool = False

    def take(self, other: Receipt) -> None:
        """Become what another receipt says."""
        self.started, self.failed, self.stopped = other.started, other.failed, other.stopped
        self.woken = other.woken
        self.effects = other.effects

    def too_many_errors(self, starts: int) -> bool:
        """Above 1 % or 100 errors a run stops (DESIGN section 7), but never for the first ten."""
        return self.failed > MOST_ERRORS or self.failed > max(starts // 100, FEWEST_ERRORS)

    def so_far(self) -> dict[str, Any]:
        """What the ledger notes with every chunk, so that a killed run shows what it did."""
        effects = {str(kind): count for kind, count in self.effects.items()}
        return {"started": self.started, "woken": self.woken, "failed": self.failed, "effects": effects}


class Keeper(Protocol):
    """Who keeps a run: notes what it has done with every chunk, and says whether it goes on."""

    def note(self, so_far: Mapping[str, Any]) -> None:
        """In the transaction of a chunk; an exception takes the chunk back."""

    def goes_on(self) -> bool:
        """Asked before every chunk, outside of any transaction."""


@dataclass(frozen=True)
class Rendered:
    """A chunk ready to be written: rows of the batches that go through Python, and what failed."""

    rows: dict[int, list[Made]]
    failed: dict[int, tuple[Any, RowError]]
    dictated: Collection[int]


def apply_effects(
    session: Session,
    matched: Matched,
    reader: RowReader,
    *,
    run: int,
    notices: str,
    keeper: Keeper,
    before: Receipt | None = None,
    keeps_imprints: bool = True,
) -> Receipt:
    """Carry out a run on its matched records; `notices` names the channel of notices.

    `keeps_imprints`: it can be told later who has touched what it creates.
    `before` is what a run that goes on has done already; its numbers are counted on.
    """
    receipt = before or Receipt()
    statements = Statements(matched, run, keeps_imprints)
    job = _Job(
        statements,
        _dictation(statements, reader, notices),
        reader,
        notices,
        keeper,
        matched.starts + receipt.started + receipt.woken,
    )
    for first in range(1, matched.starts + 1, CHUNK_RECORDS):
        if not job.keeper.goes_on():
            receipt.interrupted = True
            break
        _apply(session, job, (first, min(first + CHUNK_RECORDS - 1, matched.starts)), receipt)
        if receipt.stopped:
            break
    return receipt


def _dictation(statements: Statements, reader: RowReader, notices: str) -> Dictation:
    phrased: dict[int, Phrased] = {}
    room = MOST_PIECES
    for number, one in enumerate(reader.batches):
        # Keys that the database gives are noted one by one.
        is_counted = (
            isinstance(one.batch, Create) and gives_keys(one.batch.module) and statements.keeps_imprints
        )
        phrases = None if is_counted else phrase_batch(one.batch, reader.show)
        if phrases is not None and size_of(phrases) <= room:
            phrased[number] = phrases
            room -= size_of(phrases)
    return Dictation(statements, phrased, reader.show, notices, longest=OUTPUT_LIMIT)


def _apply(session: Session, job: _Job, chunk: tuple[int, int], receipt: Receipt) -> None:
    """A chunk, all or nothing. Where the database refuses a row its halves are tried, down to the record."""
    rendered = _render(job, chunk)
    tried = replace(receipt, failed=receipt.failed + len(rendered.failed), effects=dict(receipt.effects))
    tried.stopped = tried.too_many_errors(job.starts)
    gone: Collection[int] = ()
    try:
        with session.attempt(), by_key(session.connection):
            writer = ChunkWriter.begin(job.statements, *chunk)
            writer.fail([_failure(job.run, record, error) for record, error in rendered.failed.values()])
            if not tried.stopped:
                gone = _write(job, writer, rendered, tried)
            job.keeper.note(tried.so_far())
    except RecordRefused as refused:
        if chunk[0] == chunk[1]:
            _note_refused(session, job, chunk, (receipt, refused))
        else:
            middle = sum(chunk) // 2
            for half in ((chunk[0], middle), (middle + 1, chunk[1])):
                if not receipt.stopped:
                    _apply(session, job, half, receipt)
    else:
        receipt.take(tried)
        writer.settle(gone)


def _note_refused(
    session: Session, job: _Job, chunk: tuple[int, int], found: tuple[Receipt, RecordRefused]
) -> None:
    """The one record of a chunk, with what the database said of it."""
    receipt, refused = found
    receipt.failed += 1
    receipt.stopped = receipt.too_many_errors(job.starts)
    error = RowError("actions", refused.code, refused.facts)
    with session.transaction():
        writer = ChunkWriter.begin(job.statements, *chunk)
        writer.fail([_failure(job.run, row[1], error) for row in job.matched.rows(*chunk)])
        job.keeper.note(receipt.so_far())


def _render(job: _Job, chunk: tuple[int, int]) -> Rendered:
    """The values and texts of every batch that needs Python; a failing record is left out of all of them."""
    dictated = job.dictation.phrased.keys() if job.dictation.takes(*chunk) else ()
    written = [
        (number, one)
        for number, one in enumerate(job.reader.batches)
        if isinstance(one.batch, Create | Message | Notice | Ask) and number not in dictated
    ]
    rows: dict[int | None, Sequence[Row]] = {
        fan: job.matched.rows(*chunk) if fan is None else job.matched.related_rows(fan, *chunk)
        for fan in {one.fan for _, one in written}
    }
    made: dict[int, list[Made]] = {}
    failed: dict[int, tuple[Any, RowError]] = {}
    for number, one in written:
        made[number], stopped = job.reader.make(one, rows[one.fan])
        for row, error in stopped:
            failed.setdefault(row[0], (row[1], error))
    if failed:
        made = {number: [row for row in some if row[0] not in failed] for number, some in made.items()}
    return Rendered(made, failed, dictated)


@dataclass(frozen=True)
class _Job:
    """What is the same for every chunk of a run."""

    statements: Statements
    dictation: Dictation
    reader: RowReader
    notices: str
    keeper: Keeper
    starts: int

    @property
    def matched(self) -> Matched:
        """The records of the run."""
        return self.statements.matched

    @property
    def run(self) -> int:
        """The number of the run."""
        return self.statements.run


def _write(job: _Job, writer: ChunkWriter, rendered: Rendered, receipt: Receipt) -> Collection[int]:
    """One chunk: what failed, or was started or changed by somebody else meanwhile, is left out whole.

    Gives the rows that were left out.
    """
    gone = set(writer.taken()) | set(rendered.failed)
    if gone:
        job.matched.drop(sorted(gone))
    if job.matched.goes_on:
        writer.go_on()
    else:
        writer.enroll()
    count = writer.last - writer.first + 1 - len(gone)
    for one, written in zip(job.reader.batches, writer.journal(count), strict=True):
        if written:
            receipt.effects[one.batch.kind] = receipt.effects.get(one.batch.kind, 0) + written
            if isinstance(one.batch, Start):
                writer.start(one.batch)
    writer.update()
    # In the order of the steps, whoever writes them: new records and letters are numbered as they come.
    for number in sorted((*rendered.dictated, *rendered.rows)):
        if number in rendered.dictated:
            writer.dictate(job.dictation, number)
        else:
            rows = rendered.rows[number]
            kept = [row for row in rows if row[0] not in gone] if gone else rows
            _write_rows(job, writer, job.reader.batches[number].batch, kept)
        batch = job.reader.batches[number].batch
        if isinstance(batch, Create):
            writer.imprint(batch)
    if job.matched.goes_on:
        receipt.woken += count
    else:
        receipt.started += count
    return gone


def _write_rows(job: _Job, writer: ChunkWriter, batch: EffectBatch, rows: Sequence[Made]) -> None:
    """The rows of a batch that went through Python."""
    if isinstance(batch, Create):
        numbers = [writer.number_of(row[0]) for row in rows]
        writer.create(batch, _created(batch, numbers, rows), numbers)
    elif isinstance(batch, Message):
        writer.send(_messages(job, writer, batch, rows), *ADDRESSED)
    elif isinstance(batch, Notice):
        if any(row[_TO] is None for row in rows):
            writer.journal_nobody(batch)
        writer.send(_notices(job, writer, batch, rows))
    elif isinstance(batch, Ask):
        writer.ask(_asks(job, writer, batch, rows))
        writer.send(_told_of_asks(job, writer, batch, rows))


def _created(batch: Create, numbers: Sequence[int], rows: Sequence[Made]) -> list[Made]:
    keys = (created_key(batch.module, one, batch.number) for one in numbers)
    return [(key, *values) for key, (_, _, *values) in zip(keys, rows, strict=True)]


def _messages(job: _Job, writer: ChunkWriter, batch: Message, rows: Sequence[Made]) -> list[Made]:
    of, run, kind = writer.number_of, job.run, str(batch.kind)
    channel, template = batch.channel, batch.template
    paths = repeat(batch.path) if batch.fanned is None else (path_to(batch.path, row[-1]) for row in rows)
    module, html = _module_of(job, batch), int(isinstance(batch.body, Text) and batch.body.html)
    return [
        (of(seq), path, run, kind, str(record), channel, to, template, subject, body, 0, "waiting",
         module.key, str(recipient[0] if recipient else record), html)
        for path, (seq, record, to, subject, body, *recipient) in zip(paths, rows, strict=False)
    ]  # fmt: skip


def _module_of(job: _Job, batch: Message) -> Module:
    """The module of the records that a message goes to."""
    selection = job.matched.selection
    fan = batch.fanned
    return selection.workflow.module if fan is None else selection.draft.fans[fan.fan].relation.module


def _notices(job: _Job, writer: ChunkWriter, batch: Notice, rows: Sequence[Made]) -> list[Made]:
    """Nobody is told where there is nobody."""
    path, run, kind = batch.path, job.run, str(batch.kind)
    channel, urgent = batch.channel or job.notices, to_stored(batch.urgent)
    found: list[Made] = []
    for seq, record, to, text, *address in rows:
        if to is not None:
            where = str(address[0] if address else to)
            head = (writer.number_of(seq), path, run, kind, str(record), channel, where)
            found.append((*head, None, None, text, urgent, "waiting"))
    return found


def _asks(job: _Job, writer: ChunkWriter, batch: Ask, rows: Sequence[Made]) -> list[Made]:
    """Nobody is asked where there is nobody."""
    clock, workflow = job.matched.selection.clock, job.matched.selection.workflow.id
    now, answers = stored_instant(clock.now), json.dumps(batch.answers, ensure_ascii=False)
    return [
        (
            *(writer.number_of(seq), batch.path, batch.step, job.run, workflow, str(record)),
            *(str(to), question, answers, now, _until(batch, until, clock), AskState.OPEN.value),
        )
        for seq, record, to, question, until in rows
        if to is not None
    ]


def _until(batch: Ask, raw: Any, clock: Clock) -> str:
    """The instant after which nobody can answer any more."""
    if isinstance(batch.until, Fixed) and batch.until.type is not FieldType.LENGTH:
        return str(raw)
    return stored_instant(clock.now if raw is None else end_of_wait(length_of_minutes(raw), clock))


def _told_of_asks(job: _Job, writer: ChunkWriter, batch: Ask, rows: Sequence[Made]) -> list[Made]:
    """A notice beside each question, with the answers there are."""
    answers = "／".join(batch.answers)
    head = (batch.path, job.run, str(EffectKind.NOTICE))
    return [
        (
            *(writer.number_of(seq), *head, str(record), job.notices, str(to), None, None),
            *(f"{question}（{answers}）", 0, "waiting"),
        )
        for seq, record, to, question, _ in rows
        if to is not None
    ]


def _failure(run: int, record: Any, error: RowError) -> tuple[Any, ...]:
    return run, str(record), error.path, error.code, json.dumps(dict(error.facts), ensure_ascii=False)
