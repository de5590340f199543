"""Apply: the planned effects are carried out, one transaction a chunk.

A chunk's texts are made before anything is written; a record whose text cannot be made is noted with the
reason and left out whole, the others go on (SPIKE section 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.model.effects import Create, EffectKind, Message, Notice
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
    """What a run has done: records started and failed, effects by kind; `stopped` when there were too many errors."""

    started: int = 0
    failed: int = 0
    effects: dict[EffectKind, int] = field(default_factory=dict)
    stopped: bool = False

    def too_many_errors(self, starts: int) -> bool:
        """Above 1 % or 100 errors a run stops (DESIGN section 7), but never for the first ten."""
        return self.failed > MOST_ERRORS or self.failed > max(starts // 100, FEWEST_ERRORS)


@dataclass(frozen=True)
class Rendered:
    """A chunk ready to be written: rows of the batches that go through Python, and what failed."""

    rows: dict[int, list[Made]]
    failed: dict[int, tuple[Any, RowError]]


def apply_effects(session: Session, matched: Matched, reader: RowReader, run: int, notices: str) -> Receipt:
    """Carry out a run on its matched records; `notices` names the channel of notices."""
    receipt = Receipt()
    for first in range(1, matched.starts + 1, CHUNK_RECORDS):
        last = min(first + CHUNK_RECORDS - 1, matched.starts)
        rendered = _render(reader, matched.rows(first, last) if _needs_rows(reader) else [])
        with session.transaction():
            _write(_Chunk(session, matched, reader, run, notices), first, last, rendered, receipt)
        if receipt.too_many_errors(matched.starts):
            receipt.stopped = True
            break
    return receipt


def _needs_rows(reader: RowReader) -> bool:
    return any(isinstance(one.batch, Create | Message | Notice) for one in reader.batches)


def _render(reader: RowReader, rows: Sequence[Row]) -> Rendered:
    """The values and texts of every batch that needs Python; a failing record is left out of all of them."""
    made: dict[int, list[Made]] = {}
    failed: dict[int, tuple[Any, RowError]] = {}
    for number, one in enumerate(reader.batches):
        if isinstance(one.batch, Create | Message | Notice):
            made[number], stopped = reader.make(one, rows)
            for row, error in stopped:
                failed.setdefault(row[0], (row[1], error))
    if failed:
        made = {number: [row for row in some if row[0] not in failed] for number, some in made.items()}
    return Rendered(made, failed)


@dataclass(frozen=True)
class _Chunk:
    """What every part of writing a chunk needs."""

    session: Session
    matched: Matched
    reader: RowReader
    run: int
    notices: str


def _write(chunk: _Chunk, first: int, last: int, rendered: Rendered, receipt: Receipt) -> None:
    writer = ChunkWriter.begin(chunk.matched, chunk.run, first, last)
    gone = set(writer.taken()) | set(rendered.failed)
    if gone:
        chunk.matched.drop(sorted(gone))
    writer.enroll()
    for one in chunk.reader.batches:
        written = writer.journal(one.batch)
        if written:
            receipt.effects[one.batch.kind] = receipt.effects.get(one.batch.kind, 0) + written
    writer.update()
    for number, rows in rendered.rows.items():
        batch = chunk.reader.batches[number].batch
        kept = [row for row in rows if row[0] not in gone] if gone else rows
        if isinstance(batch, Create):
            writer.create(batch, _created(writer, batch, kept))
        elif isinstance(batch, Message):
            writer.send(_messages(chunk, writer, batch, kept))
        elif isinstance(batch, Notice):
            writer.send(_notices(chunk, writer, batch, kept))
    writer.fail([_failure(chunk.run, record, error) for record, error in rendered.failed.values()])
    receipt.failed += len(rendered.failed)
    receipt.started += last - first + 1 - len(gone)


def _created(writer: ChunkWriter, batch: Create, rows: Sequence[Made]) -> list[Made]:
    module, number = batch.module, batch.number
    return [(created_key(module, writer.base + seq, number), *values) for seq, _, *values in rows]


def _messages(chunk: _Chunk, writer: ChunkWriter, batch: Message, rows: Sequence[Made]) -> list[Made]:
    base, path, run, kind = writer.base, batch.path, chunk.run, str(batch.kind)
    channel, template = batch.channel, batch.template
    return [
        (base + seq, path, run, kind, str(record), channel, to, template, subject, body, 0, "waiting")
        for seq, record, to, subject, body in rows
    ]


def _notices(chunk: _Chunk, writer: ChunkWriter, batch: Notice, rows: Sequence[Made]) -> list[Made]:
    """Nobody is told where there is nobody."""
    base, path, run, kind = writer.base, batch.path, chunk.run, str(batch.kind)
    channel, urgent = chunk.notices, to_stored(batch.urgent)
    return [
        (base + seq, path, run, kind, str(record), channel, str(to), None, None, text, urgent, "waiting")
        for seq, record, to, text in rows
        if to is not None
    ]


def _failure(run: int, record: Any, error: RowError) -> tuple[Any, ...]:
    return run, str(record), error.path, error.code, json.dumps(dict(error.facts), ensure_ascii=False)
