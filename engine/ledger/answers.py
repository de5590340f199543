"""What records answered in past runs, packed; how long it is kept is said in workspace.yaml."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.ledger.tables import answer_keys, answers, created, enrollments, recordings, runs
from engine.ledger.upserts import insert_into
from engine.model.values import stored_instant

_BETWEEN = "\0"
"""Between the signs of one group of conditions and those of the next."""


@dataclass(frozen=True)
class AnswerBook:
    """The answers of past runs over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def last_firsts(self, module: str) -> list[str]:
        """The keys that the parts of the newest recording of a module began with; none before the first."""
        newest = sa.select(sa.func.max(recordings.c.run)).where(recordings.c.module == module)
        found = sa.select(answers.c.first).where(answers.c.run == newest.scalar_subquery())
        return list(self.connection.execute(found.order_by(answers.c.part)).scalars())

    def forget(self, run: int) -> None:
        """What a run has recorded before it was opened anew."""
        for table in (recordings, answers):
            self.connection.execute(sa.delete(table).where(table.c.run == run))

    def put_part(self, run: int, part: int, *, first: str, keys: str, signs: Sequence[str]) -> None:
        """A part; keys that have been the same before are kept once."""
        name = sha256(keys.encode()).hexdigest()
        known = self.connection.execute(sa.select(answer_keys.c.hash).where(answer_keys.c.hash == name))
        if known.first() is None:
            row = {"hash": name, "packed": _packed(keys)}
            self.connection.execute(insert_into(self.connection, answer_keys).on_conflict_do_nothing(), row)
        values = {"run": run, "part": part, "first": first, "key_hash": name}
        self.connection.execute(answers.insert(), {**values, "signs": _packed(_BETWEEN.join(signs))})

    def put(self, run: int, module: str, seen: Mapping[str, Any], deferred: Iterable[str]) -> None:
        """What the conditions saw of some records, and who waited for another day."""
        told = json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
        row = {"seen": _packed(told), "deferred": _packed(json.dumps(list(deferred)))}
        self.connection.execute(recordings.insert(), {"run": run, "module": module, **row})

    def has(self, run: int) -> bool:
        """Whether a run's answers are kept."""
        found = sa.select(recordings.c.run).where(recordings.c.run == run)
        return self.connection.execute(found).first() is not None

    def parts(self, run: int) -> Iterator[tuple[str, list[str]]]:
        """Keys and signs of a run, part by part."""
        joined = answers.join(answer_keys, answer_keys.c.hash == answers.c.key_hash)
        found = sa.select(answer_keys.c.packed, answers.c.signs).select_from(joined)
        found = found.where(answers.c.run == run).order_by(answers.c.part)
        for keys, signs in self.connection.execute(found):
            yield _opened(keys), _opened(signs).split(_BETWEEN)

    def keys_of(self, workflow: str) -> Iterator[tuple[int, str]]:
        """Every part of keys that runs of a workflow have recorded, each with the newest run that has it."""
        newest = sa.func.max(answers.c.run)
        joined = answers.join(answer_keys, answer_keys.c.hash == answers.c.key_hash)
        found = sa.select(newest, answer_keys.c.packed).select_from(
            joined.join(runs, runs.c.id == answers.c.run)
        )
        found = found.where(runs.c.workflow == workflow).group_by(answer_keys.c.hash, answer_keys.c.packed)
        for run, packed in self.connection.execute(found.order_by(newest.desc())):
            yield run, _opened(packed)

    def seen(self, run: int, record: str) -> Any:
        """What the conditions saw of a record; None where that is not kept."""
        found = sa.select(recordings.c.seen).where(recordings.c.run == run)
        packed = self.connection.execute(found).scalar()
        return None if packed is None else json.loads(_opened(packed)).get(record)

    def was_deferred(self, run: int, record: str) -> bool:
        """Whether a record waited for another day."""
        found = sa.select(recordings.c.deferred).where(recordings.c.run == run)
        packed = self.connection.execute(found).scalar()
        return packed is not None and record in json.loads(_opened(packed))

    def forget_before(self, moment: datetime) -> None:
        """Forget what runs before a moment have recorded, how the new records of their starts were made, and
        keys that no run has any more.
        """
        is_old = sa.select(recordings.c.run).join(runs, runs.c.id == recordings.c.run)
        old = list(self.connection.execute(is_old.where(runs.c.at < stored_instant(moment))).scalars())
        if not old:
            return
        for table in (recordings, answers):
            self.connection.execute(sa.delete(table).where(table.c.run.in_(old)))
        begun = sa.select(enrollments.c.id).where(enrollments.c.run.in_(old))
        self.connection.execute(sa.delete(created).where(created.c.enrollment.in_(begun)))
        in_use = sa.select(answers.c.key_hash).where(answers.c.key_hash == answer_keys.c.hash).exists()
        self.connection.execute(sa.delete(answer_keys).where(sa.not_(in_use)))


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode())


def _opened(packed: bytes) -> str:
    return zlib.decompress(packed).decode()
