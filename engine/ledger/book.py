"""What the stages write to and read from the ledger: runs, versions, lists. The outbox is in post.py."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.ledger import questions
from engine.ledger.events import list_events
from engine.ledger.locks import Lock, lock
from engine.ledger.owned import Owned
from engine.ledger.tables import asks, enrollments, failures, inbox, journal, outbox, runs, sources, versions
from engine.model.effects import EffectKind
from engine.model.moments import Clock
from engine.model.nights import Cause
from engine.model.values import stored_instant


@dataclass(frozen=True, slots=True)
class RecordedVersion:
    """A published version: its name and the texts of all files it was compiled from."""

    workflow: str
    version: str
    file: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """The name of a version, and when it was published last."""

    version: str
    published_at: str


AUTOMATIC = "automatic"
"""Who has published what a night has found in a file."""
OF_WORKFLOWS = versions.c.workflow != versions.c.file
"""Rows of workflows; the others are of files that workflows share, and are called as the files are."""


def hash_of(text: str) -> str:
    """What a text is kept under."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Book:
    """The ledger over one connection; the caller holds the transaction."""

    connection: sa.Connection

    # --- runs -------------------------------------------------------------------------------

    def last_starts(self, workflow: str, count: int) -> list[int]:
        """How many records the latest finished runs of a workflow started, newest first."""
        return list(self.connection.execute(*questions.last_starts(workflow, count)).scalars())

    def has_started(self, workflow: str) -> bool:
        """Whether any finished run of a workflow has started anybody."""
        return self.connection.execute(*questions.one_that_started(workflow)).first() is not None

    def messages_on(self, day: date) -> int:
        """Messages to customers that all runs of a local day have put into the outbox."""
        noted = self.connection.execute(*questions.effects_on(day.isoformat()))
        return sum(json.loads(effects).get(EffectKind.MESSAGE, 0) for effects in noted.scalars())

    # --- versions ---------------------------------------------------------------------------

    def latest_version(self, workflow: str) -> str | None:
        """The version published last, or None."""
        statement = sa.select(versions.c.version).where(versions.c.workflow == workflow)
        return self.connection.execute(statement.order_by(versions.c.id.desc()).limit(1)).scalar()

    def last_in_file(self, file: str, but: str = "") -> str | None:
        """The workflow that was published from a file last, other than one."""
        return self.connection.execute(*questions.last_in_file(file, but)).scalar()

    def lock_versions(self) -> None:
        """Nobody else publishes until the commit."""
        lock(self.connection, Lock.VERSIONS)

    def latest_versions(self) -> dict[str, str]:
        """Workflow -> the version published last; the workflow that was published last comes first."""
        newest = sa.select(sa.func.max(versions.c.id)).where(OF_WORKFLOWS).group_by(versions.c.workflow)
        found = sa.select(versions.c.workflow, versions.c.version).where(versions.c.id.in_(newest))
        found = found.order_by(versions.c.id.desc())
        return {row.workflow: row.version for row in self.connection.execute(found)}

    def record_version(
        self, recorded: RecordedVersion, clock: Clock, by: str, *, note: str = "", approved_by: str = ""
    ) -> None:
        """Publish a version: its files are kept, each text once."""
        hashes = {name: hash_of(text) for name, text in recorded.files.items()}
        found = sa.select(sources.c.hash).where(sources.c.hash.in_(hashes.values()))
        known = set(self.connection.execute(found).scalars())
        texts = {hashes[name]: text for name, text in recorded.files.items() if hashes[name] not in known}
        if texts:
            self.connection.execute(
                sources.insert(), [{"hash": key, "text": text} for key, text in texts.items()]
            )
        values = {
            "workflow": recorded.workflow,
            "version": recorded.version,
            "file": recorded.file,
            "files": json.dumps(hashes, ensure_ascii=False),
            "published_at": stored_instant(clock.now),
            **_signature(by, note, approved_by),
        }
        self.connection.execute(versions.insert().values(values))

    def sign_version(self, workflow: str, by: str, note: str, approved_by: str) -> None:
        """Say who has published the newest version, where a worker has found the file before they said it."""
        newest = sa.select(sa.func.max(versions.c.id)).where(versions.c.workflow == workflow)
        is_it = (versions.c.id == newest.scalar_subquery()) & (versions.c.published_by == AUTOMATIC)
        self.connection.execute(versions.update().where(is_it).values(_signature(by, note, approved_by)))

    def versions_of(self, workflow: str) -> list[PublishedVersion]:
        """Every version of a workflow, the one published last first."""
        last = sa.func.max(versions.c.id)
        named = sa.select(versions.c.version, sa.func.max(versions.c.published_at))
        found = named.where(versions.c.workflow == workflow).group_by(versions.c.version)
        return [PublishedVersion(*row) for row in self.connection.execute(found.order_by(last.desc()))]

    def newest_version(self) -> int:
        """A number that grows with every version that is recorded."""
        return int(self.connection.execute(sa.select(sa.func.max(versions.c.id))).scalar() or 0)

    def read_version(self, workflow: str, version: str = "") -> RecordedVersion | None:
        """A version, else the one published last, with the texts of its files."""
        statement = sa.select(versions).where(versions.c.workflow == workflow).order_by(versions.c.id.desc())
        if version:
            statement = statement.where(versions.c.version == version)
        row = self.connection.execute(statement.limit(1)).first()
        return None if row is None else self._opened(row)

    def read_row(self, number: int) -> RecordedVersion:
        """What was published once, by its row in the ledger."""
        return self._opened(self.connection.execute(sa.select(versions).where(versions.c.id == number)).one())

    def _opened(self, row: sa.Row[Any]) -> RecordedVersion:
        hashes: dict[str, str] = json.loads(row.files)
        statement = sa.select(sources.c.hash, sources.c.text).where(sources.c.hash.in_(hashes.values()))
        texts = {one.hash: one.text for one in self.connection.execute(statement)}
        return RecordedVersion(
            row.workflow, row.version, row.file, {name: texts[key] for name, key in hashes.items()}
        )

    # --- lists for people -------------------------------------------------------------------

    def rows_of(
        self,
        name: str,
        *,
        limit: int,
        offset: int = 0,
        sort: str = "",
        since: str = "",
        until: str = "",
        owned: Owned | None = None,
        records: Collection[str] | None = None,
        **chosen: str | int | None,
    ) -> Iterator[dict[str, Any]]:
        """Rows of a list (see _LISTS at the end of this file), newest first, but for the first `offset`.

        `chosen` are values of columns: workflow, record, run, state, person, id; `records` those of several;
        `owned` leaves what is about the customers of some colleagues.
        `sort` is a column, or one with `-` before it for the largest first; what is none changes nothing.
        `since` and `until` are local days, of `runs` and `slots` only.
        """
        statement = _LISTS[name]()
        columns = statement.selected_columns
        wanted = {key: value for key, value in chosen.items() if value not in {"", None} and key in columns}
        for key, value in wanted.items():
            statement = statement.where(columns[key] == value)
        if records is not None:
            statement = statement.where(columns["record"].in_(records))
        statement = statement.where(runs.c.on_day >= since) if since else statement
        statement = statement.where(runs.c.on_day <= until) if until else statement
        statement = statement if owned is None else statement.where(owned.holds(columns))
        by = columns.get(sort.removeprefix("-"))
        if by is not None:
            statement = statement.order_by(None).order_by(*_sorted_by(by, columns, first=sort[:1] == "-"))
        elif name == "journal" and not wanted and records is None and owned is None:
            statement = statement.where(columns.run >= _newest_runs(limit + offset))
        for row in self.connection.execute(statement.limit(limit).offset(offset)):
            yield dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it

    def letter_of(self, enrollment: int, path: str) -> dict[str, Any] | None:
        """The row of `outbox` that a step wrote for a record that started; None where it wrote none."""
        is_it = (outbox.c.enrollment == enrollment) & (outbox.c.path == path)
        row = self.connection.execute(_list_outbox().where(is_it)).first()
        return None if row is None else dict(row._mapping)  # noqa: SLF001 - as above


def _signature(by: str, note: str, approved_by: str) -> dict[str, str | None]:
    return {"published_by": by, "note": note or None, "approved_by": approved_by or None}


def _sorted_by(
    column: sa.ColumnElement[Any], among: sa.ColumnCollection[str, Any], *, first: bool
) -> list[sa.ColumnElement[Any]]:
    """By a column, the largest first or last; of those that are alike in it the newest first."""
    own = column.desc().nulls_last() if first else column.asc().nulls_last()
    return [own, *(among[name].desc() for name in ("id", "run", "enrollment", "path") if name in among)]


def column_types(name: str) -> dict[str, type | None]:
    """The columns of a list with what they hold; None where the database does not say."""
    columns = _LISTS[name]().selected_columns
    return {
        key: None if isinstance(one.type, sa.types.NullType) else one.type.python_type
        for key, one in columns.items()
    }


def _list_runs() -> sa.Select[Any]:
    undo = runs.alias("undo")
    undone_by = sa.select(undo.c.id).where(undo.c.undoes == runs.c.id).correlate(runs).scalar_subquery()
    own = (one for one in runs.c if one.name != "id")
    found = sa.select(runs.c.id.label("run"), *own, undone_by.label("undone_by"))
    return found.order_by(runs.c.id.desc())


def _list_slots() -> sa.Select[Any]:
    """What became of the moments that workflows were due at, by workflow and state."""
    ends = (sa.func.min(runs.c.slot), sa.func.max(sa.func.coalesce(runs.c.last_slot, runs.c.slot)))
    where, count = (runs.c.workflow, runs.c.state), sa.cast(sa.func.sum(runs.c.slots), sa.BigInteger)
    found = sa.select(*where, count.label("slots"), ends[0].label("first"), ends[1].label("last"))
    return found.where(runs.c.cause == Cause.CLOCK.value).group_by(*where).order_by(*where)


def _list_enrollments() -> sa.Select[Any]:
    return sa.select(enrollments).order_by(enrollments.c.id.desc())


def _list_journal() -> sa.Select[Any]:
    """What was done, and records that could not be processed, as kind `failed`."""
    joined = journal.join(enrollments, enrollments.c.id == journal.c.enrollment)
    done = sa.select(*journal.c, enrollments.c.workflow, enrollments.c.record).select_from(joined)
    details = sa.func.json_object("reason", failures.c.code, "facts", sa.func.json(failures.c.facts))
    failed = sa.select(
        sa.null().label("enrollment"),
        failures.c.path,
        sa.literal("failed").label("kind"),
        failures.c.run,
        details.label("details"),
        runs.c.workflow,
        failures.c.record,
    ).select_from(failures.join(runs, runs.c.id == failures.c.run))
    both = sa.union_all(done, failed).subquery("journal")
    return sa.select(both).order_by(both.c.run.desc(), both.c.enrollment.desc().nulls_last(), both.c.path)


def _newest_runs(limit: int) -> sa.ColumnElement[int]:
    """No older run has one of so many newest rows of the journal: years need not be sorted for them."""
    found = sa.select(journal.c.run).order_by(journal.c.run.desc()).limit(1).offset(limit - 1)
    return sa.func.coalesce(found.scalar_subquery(), 0)


def _list_failures() -> sa.Select[Any]:
    everything = _list_journal()
    return everything.where(everything.selected_columns.kind == "failed")


def _list_asks() -> sa.Select[Any]:
    return sa.select(asks).order_by(asks.c.id.desc())


def _list_outbox() -> sa.Select[Any]:
    joined = outbox.join(runs, runs.c.id == outbox.c.run)
    return sa.select(*outbox.c, runs.c.workflow).select_from(joined).order_by(outbox.c.id.desc())


def _list_inbox() -> sa.Select[Any]:
    return sa.select(inbox).order_by(inbox.c.id.desc())


_LISTS = {
    "runs": _list_runs,
    "slots": _list_slots,
    "enrollments": _list_enrollments,
    "journal": _list_journal,
    "failures": _list_failures,
    "outbox": _list_outbox,
    "inbox": _list_inbox,
    "asks": _list_asks,
    "events": list_events,
}
