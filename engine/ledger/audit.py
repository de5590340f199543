"""The audit log: what people did, each row sealed with the one before it, so that no change stays unseen.

The numbers have no gap, and the last row is remembered beside the table: a row that is missing, at the end
too, is seen like one that was changed. Triggers refuse every change but a new row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from engine.ledger.access_tables import audit
from engine.ledger.facts import Facts
from engine.ledger.locks import Lock, lock
from engine.model.values import stored_instant

_LAST = "audit_last"
"""The fact that names the last row: its number and its seal."""
_SEALED = ("id", "at", "who", "role", "address", "deed", "subject", "details")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: the name and the role of an account, and the address they come from."""

    who: str
    role: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: its kind, such as `published`, the file, run or account, and what more there is."""

    kind: str
    subject: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log."""

    id: int
    at: str
    who: str
    role: str
    address: str
    deed: str
    subject: str
    details: Mapping[str, Any]
    seal: str

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those that fit everything that is asked; `since` and `until` are instants as kept."""

    who: str = ""
    deed: str = ""
    subject: str = ""
    since: str = ""
    until: str = ""

    def tests(self) -> Iterator[sa.ColumnElement[bool]]:
        """What holds of these rows; the subject by a part of it."""
        if self.who:
            yield audit.c.who == self.who
        if self.deed:
            yield audit.c.deed == self.deed
        if self.subject:
            yield sa.func.lower(audit.c.subject).contains(self.subject.lower(), autoescape=True)
        if self.since:
            yield audit.c.at >= self.since
        if self.until:
            yield audit.c.at < self.until


ALL = Wanted()


@dataclass(frozen=True)
class Audit:
    """The log over one connection; the caller holds the transaction."""

    connection: sa.Connection

    def append(self, actor: Actor, deed: Deed, now: datetime) -> None:
        """Add a row; whoever adds one at the same time waits until the commit."""
        lock(self.connection, Lock.AUDIT)
        number, seal = self._last()
        own = {name: _clean(value) for name, value in asdict(actor).items()}
        known = {name: value for name, value in deed.details.items() if value is not None}
        told = json.dumps(known, ensure_ascii=False, sort_keys=True, default=str)
        row = {
            "id": number + 1,
            "at": stored_instant(now),
            **own,
            "deed": _clean(deed.kind),
            "subject": _clean(deed.subject),
            "details": _storable(told),
        }
        row["seal"] = _seal(seal, row)
        self.connection.execute(audit.insert().values(row))
        Facts(self.connection).put(_LAST, f"{row['id']}:{row['seal']}")

    def rows(self, wanted: Wanted = ALL, *, limit: int | None = None, skip: int = 0) -> Iterator[Entry]:
        """The rows that are wanted, newest first."""
        found = sa.select(audit).where(*wanted.tests()).order_by(audit.c.id.desc())
        page = found.limit(limit).offset(skip or None)
        with closing(self.connection.execute(page, execution_options={"yield_per": 1000})) as rows:
            for row in rows:
                told = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
                yield Entry(**{**told, "details": _opened(row.details)})

    def count(self, wanted: Wanted = ALL) -> int:
        """How many they are."""
        found = sa.select(sa.func.count()).select_from(audit).where(*wanted.tests())
        return int(self.connection.execute(found).scalar_one())

    def last_times(self, deed: str) -> dict[str, str]:
        """When everybody did something last."""
        found = sa.select(audit.c.who, sa.func.max(audit.c.at)).where(audit.c.deed == deed)
        return {row[0]: row[1] for row in self.connection.execute(found.group_by(audit.c.who))}

    def names(self, column: str) -> list[str]:
        """The values that a column has: `who`, `deed`."""
        found = sa.select(audit.c[column]).distinct().order_by(audit.c[column])
        return list(self.connection.execute(found).scalars())

    def first_broken(self) -> int | None:
        """The number of the first row that is not as it was written, or is missing; None where all are."""
        number, seal = 0, ""
        found = sa.select(audit).order_by(audit.c.id)
        with closing(self.connection.execute(found, execution_options={"yield_per": 1000})) as rows:
            for row in rows:
                number += 1
                told = dict(row._mapping)  # noqa: SLF001 - as above
                if told["id"] != number or told["seal"] != _seal(seal, told):
                    return number
                seal = told["seal"]
        last, last_seal = self._remembered()
        if number != last:
            return min(number, last) + 1
        return None if seal == last_seal else max(number, 1)

    def _last(self) -> tuple[int, str]:
        """Number and seal of the last row. After a row that was taken away the gap stays."""
        last = self._remembered()
        found = sa.select(audit.c.id, audit.c.seal).order_by(audit.c.id.desc()).limit(1)
        row = self.connection.execute(found).first()
        return last if row is None or row.id <= last[0] else (row.id, row.seal)

    def _remembered(self) -> tuple[int, str]:
        number, _, seal = (Facts(self.connection).get(_LAST) or "0:").partition(":")
        return int(number) if number.isdecimal() else 0, seal


def _seal(before: str, row: Mapping[str, Any]) -> str:
    """A hash of a row and of the seal before it."""
    told = json.dumps([before, *(row[name] for name in _SEALED)], ensure_ascii=False)
    return sha256(told.encode("utf-8", errors="backslashreplace")).hexdigest()


def _clean(text: str) -> str:
    """A text that every database takes, and that nobody makes endless."""
    return _storable(text)[:_LONGEST]


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", errors="replace").decode()


def _opened(details: str) -> dict[str, Any]:
    """The details; where somebody has changed them into what is none, as they stand."""
    try:
        found = json.loads(details)
    except ValueError:
        found = details
    return found if isinstance(found, dict) else {"text": found}
