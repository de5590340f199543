"""Apply: the planned effects are carried out, one transaction a chunk.

A chunk's texts are made before anything is written; a record whose text cannot be made is noted with the
reason and left out whole, the others go on (SPIKE section 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import Any

from engine.model.diagnostics import RecordRefused
from engine.model.effects import Create, EffectBatch, EffectKind, Message, Notice, path_to
from engine.model.values import to_stored
from engine.records.matched import Matched
from engine.records.session import Session
from engine.records.writing import ChunkWriter, created_key
from engine.rows import Made, Row, RowError, RowReader

CHUNK_RECORDS = 2_000
MOST_ERRORS = 100
FEWEST_ERRORS = 10


@dataclass
class Receipt:
    """What a run has done: records started and failed, effects by kind; `stopped` by too many errors."""

    started: int = 0
    failed: int = 0
    effects: dict[EffectKind, int] = field(default_factory=dict)
    stopped: bool = False

    def take(self, other: Receipt) -> None:
        """Become what another receipt says."""
        self.started, self.failed, self.stopped = other.started, other.failed, other.stopped
        self.effects = other.effects

    def too_many_errors(self, starts: int) -> bool:
        """Above 1 % or 100 errors a run stops (DESIGN section 7), but never for the first ten."""
        return self.failed > MOST_ERRORS or self.failed > max(starts // 100, FEWEST_ERRORS)

    def so_far(self) -> dict[str, Any]:
        """What the ledger notes with every chunk, so that a killed run shows what it did."""
        effects = {str(kind): count for kind, count in self.effects.items()}
        return {"started": self.started, "failed": self.failed, "effects": effects}


@dataclass(frozen=True)
class Rendered:
    """A chunk ready to be written: rows of the batches that go through Python, and what failed."""

    rows: dict[int, list[Made]]
    failed: dict[int, tuple[Any, RowError]]


def apply_effects(
    session: Session, matched: Matched, reader: RowReader, *, run: int, notices: str
) -> Receipt:
    """Carry out a run on its matched records; `notices` names the channel of notices."""
    job, receipt = _Job(matched, reader, run, notices), Receipt()
    for first in range(1, matched.starts + 1, CHUNK_RECORDS):
        _apply(session, job, (first, min(first + CHUNK_RECORDS - 1, matched.starts)), receipt)
        if receipt.stopped:
            break
    return receipt


def _apply(session: Session, job: _Job, chunk: tuple[int, int], receipt: Receipt) -> None:
    """A chunk, all or nothing. Where the database refuses a row its halves are tried, down to the record."""
    rendered = _render(job, chunk)
    tried = replace(receipt, failed=receipt.failed + len(rendered.failed), effects=dict(receipt.effects))
    tried.stopped = tried.too_many_errors(job.matched.starts)
    try:
        with session.attempt():
            writer = ChunkWriter.begin(job.matched, job.run, *chunk)
            writer.fail([_failure(job.run, record, error) for record, error in rendered.failed.values()])
            if not tried.stopped:
                _write(job, writer, rendered, tried)
            session.book.note_run(job.run, **tried.so_far())
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


def _note_refused(
    session: Session, job: _Job, chunk: tuple[int, int], found: tuple[Receipt, RecordRefused]
) -> None:
    """The one record of a chunk, with what the database said of it."""
    receipt, refused = found
    receipt.failed += 1
    receipt.stopped = receipt.too_many_errors(job.matched.starts)
    error = RowError("actions", refused.code, refused.facts)
    with session.transaction():
        writer = ChunkWriter.begin(job.matched, job.run, *chunk)
        writer.fail([_failure(job.run, row[1], error) for row in job.matched.rows(*chunk)])
        session.book.note_run(job.run, **receipt.so_far())


def _render(job: _Job, chunk: tuple[int, int]) -> Rendered:
    """The values and texts of every batch that needs Python; a failing record is left out of all of them."""
    written = [
        (number, one)
        for number, one in enumerate(job.reader.batches)
        if isinstance(one.batch, Create | Message | Notice)
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
    return Rendered(made, failed)


@dataclass(frozen=True)
class _Job:
    """What is the same for every chunk of a run."""

    matched: Matched
    reader: RowReader
    run: int
    notices: str


def _write(job: _Job, writer: ChunkWriter, rendered: Rendered, receipt: Receipt) -> None:
    """One chunk: what failed, or was started or changed by somebody else meanwhile, is left out whole."""
    gone = set(writer.taken()) | set(rendered.failed)
    if gone:
        job.matched.drop(sorted(gone))
    writer.enroll()
    for one in job.reader.batches:
        written = writer.journal(one.batch)
        if written:
            receipt.effects[one.batch.kind] = receipt.effects.get(one.batch.kind, 0) + written
    writer.update()
    for number, rows in rendered.rows.items():
        kept = [row for row in rows if row[0] not in gone] if gone else rows
        _write_rows(job, writer, job.reader.batches[number].batch, kept)
    receipt.started += writer.last - writer.first + 1 - len(gone)


def _write_rows(job: _Job, writer: ChunkWriter, batch: EffectBatch, rows: Sequence[Made]) -> None:
    """The rows of a batch that went through Python."""
    if isinstance(batch, Create):
        writer.create(batch, _created(writer, batch, rows))
    elif isinstance(batch, Message):
        writer.send(_messages(job, writer, batch, rows))
    elif isinstance(batch, Notice):
        writer.send(_notices(job, writer, batch, rows))


def _created(writer: ChunkWriter, batch: Create, rows: Sequence[Made]) -> list[Made]:
    module, number = batch.module, batch.number
    return [(created_key(module, writer.base + seq, number), *values) for seq, _, *values in rows]


def _messages(job: _Job, writer: ChunkWriter, batch: Message, rows: Sequence[Made]) -> list[Made]:
    base, run, kind = writer.base, job.run, str(batch.kind)
    channel, template = batch.channel, batch.template
    paths = repeat(batch.path) if batch.fanned is None else (path_to(batch.path, row[-1]) for row in rows)
    return [
        (base + seq, path, run, kind, str(record), channel, to, template, subject, body, 0, "waiting")
        for path, (seq, record, to, subject, body, *_) in zip(paths, rows, strict=False)
    ]


def _notices(job: _Job, writer: ChunkWriter, batch: Notice, rows: Sequence[Made]) -> list[Made]:
    """Nobody is told where there is nobody."""
    base, path, run, kind = writer.base, batch.path, job.run, str(batch.kind)
    channel, urgent = batch.channel or job.notices, to_stored(batch.urgent)
    found: list[Made] = []
    for seq, record, to, text, *address in rows:
        if to is not None:
            where = str(address[0] if address else to)
            head = (base + seq, path, run, kind, str(record), channel, where)
            found.append((*head, None, None, text, urgent, "waiting"))
    return found


def _failure(run: int, record: Any, error: RowError) -> tuple[Any, ...]:
    return run, str(record), error.path, error.code, json.dumps(dict(error.facts), ensure_ascii=False)
