"""The outbox over one connection: what waits, what was claimed, what became of each letter.

A letter is marked `sending` before its first byte leaves, and by whom. Whoever dies then leaves it to others,
who find it by the age of the claim: what they do with it is decided in deliver.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from engine.ledger.bounces import normal_address
from engine.ledger.built import built_once
from engine.ledger.claims import Hand
from engine.ledger.facts import Facts
from engine.ledger.locks import Lock, lock
from engine.ledger.questions import IS_UNSENT
from engine.ledger.tables import inbox, outbox, pauses, runs
from engine.ledger.upserts import insert_into
from engine.model.nights import LetterState
from engine.model.values import stored_instant

_WAITS_KEPT = 10
_GONE_OUT = (LetterState.SENDING, LetterState.IN_DOUBT, LetterState.SENT)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message or notice of the outbox; `module` and `addressee` name the record that a message goes to."""

    id: int
    run: int
    kind: str
    record: str
    channel: str
    recipient: str
    template: str | None
    subject: str | None
    body: str
    urgent: bool
    key: str
    state: str = LetterState.WAITING
    module: str | None = None
    addressee: str | None = None
    html: bool = False
    tries: int = 0
    first_try_at: str | None = None
    worker: str | None = None
    put_off: str | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """What wrote a letter: a version of a workflow; whether the workflow was paused by somebody since."""

    letter: int
    workflow: str
    version: str
    is_paused: bool


@dataclass(frozen=True)
class Post:
    """The outbox; the caller holds the transaction."""

    connection: sa.Connection

    @property
    def facts(self) -> Facts:
        """What is kept under names, over the same connection."""
        return Facts(self.connection)

    # --- what waits ---------------------------------------------------------------------------

    def channels(self, *states: LetterState) -> list[str]:
        """The channels that have letters in one of these states, of those before `sent`."""
        found = sa.select(outbox.c.channel).where(IS_UNSENT, outbox.c.state.in_(states)).distinct()
        return sorted(self.connection.execute(found).scalars())

    def due(self, channel: str, now: datetime, limit: int) -> list[Letter]:
        """A page of letters whose time has come, by run and recipient.

        A recipient whose letters do not all fit is left for the next page, so that they can be told together,
        unless the page would be empty.
        """
        rows = list(self.connection.execute(*_due(channel, stored_instant(now), limit)))
        if len(rows) == limit:
            last = (rows[-1].run, rows[-1].recipient)
            rows = [row for row in rows if (row.run, row.recipient) != last] or rows
        return [_letter(row) for row in rows]

    def count_due(self, channel: str, now: datetime) -> int:
        """How many letters of a channel could go now."""
        counted = sa.select(sa.func.count()).select_from(outbox).where(*_is_due(channel, stored_instant(now)))
        return int(self.connection.execute(counted).scalar_one())

    def explain(self, channel: str, answer: Mapping[str, str], now: datetime) -> None:
        """Why the letters of a channel that could go now do not; those that say why already keep it."""
        mine = (*_is_due(channel, stored_instant(now)), outbox.c.answer.is_(None))
        self.connection.execute(sa.update(outbox).where(*mine).values(answer=_json(answer)))

    # --- claims -------------------------------------------------------------------------------

    def lock(self, letters: Sequence[Letter]) -> list[Letter]:
        """Those of the letters that still wait, kept from other workers until the transaction ends."""
        wanted = outbox.c.id.in_([one.id for one in letters])
        free = sa.select(outbox.c.id).where(wanted, outbox.c.state == LetterState.WAITING)
        ids = set(self.connection.execute(free.with_for_update(skip_locked=True)).scalars())
        return [one for one in letters if one.id in ids]

    def claim(self, letters: Sequence[Letter], hand: Hand, now: datetime) -> list[Letter]:
        """Mark letters that were locked as `sending` by this worker: a try has begun. They know of it."""
        at = stored_instant(now)
        values = {
            "state": LetterState.SENDING,
            "worker": hand.name,
            "claimed_at": stored_instant(hand.now),
            "tries": outbox.c.tries + 1,
            "first_try_at": sa.func.coalesce(outbox.c.first_try_at, at),
            "address": sa.bindparam("to"),
        }
        statement = sa.update(outbox).where(outbox.c.id == sa.bindparam("one")).values(values)
        rows = [{"one": one.id, "to": normal_address(one.recipient)} for one in letters]
        if rows:
            self.connection.execute(statement, rows)
        begun = [(one, one.tries + 1, one.first_try_at or at) for one in letters]
        return [
            replace(one, tries=tries, first_try_at=first, state=LetterState.SENDING)
            for one, tries, first in begun
        ]

    def senders(self, channel: str) -> list[str]:
        """The workers that have letters of a channel in hand."""
        busy = (
            IS_UNSENT,
            outbox.c.state == LetterState.SENDING,
            outbox.c.channel == channel,
            outbox.c.worker.is_not(None),
        )
        return list(self.connection.execute(sa.select(outbox.c.worker).where(*busy).distinct()).scalars())

    def left_behind(self, channel: str, hand: Hand, lease: timedelta) -> list[Letter]:
        """Letters marked `sending` that nobody works on: claimed long ago, or by the dead, or by oneself."""
        is_old = outbox.c.claimed_at.is_(None) | (outbox.c.claimed_at < stored_instant(hand.now - lease))
        found = sa.select(outbox).where(
            IS_UNSENT,
            outbox.c.state == LetterState.SENDING,
            outbox.c.channel == channel,
            is_old | outbox.c.worker.in_([hand.name, *hand.dead]),
        )
        order = (outbox.c.run, outbox.c.recipient, outbox.c.id)
        locked = found.order_by(*order).with_for_update(skip_locked=True)
        return [_letter(row) for row in self.connection.execute(locked)]

    # --- what became of them --------------------------------------------------------------------

    def mark_sent(self, ids: Sequence[int], now: datetime, provider_id: str = "") -> None:
        """These were handed over: that is known for certain, whatever somebody else has noted meanwhile."""
        at = stored_instant(now)
        self._mark(ids, state=LetterState.SENT, sent_at=at, provider_id=provider_id or None, answer=None)

    def mark_waiting(
        self, ids: Sequence[int], answer: Mapping[str, str] | None = None, not_before: datetime | None = None
    ) -> None:
        """These wait for another try; `answer` tells why, as a code and facts."""
        instant = None if not_before is None else stored_instant(not_before)
        self._mark(ids, state=LetterState.WAITING, answer=_json(answer), not_before=instant)

    def put_off(self, letter: Letter, code: str, until: datetime) -> None:
        """It waits by a rule of our own, which is remembered when it has left."""
        waited = json.loads(letter.put_off or "[]")[1 - _WAITS_KEPT :]
        told = json.dumps([*waited, {"code": code, "until": stored_instant(until)}])
        answer, instant = _json({"code": code}), stored_instant(until)
        waits = {"state": LetterState.WAITING, "answer": answer, "not_before": instant, "put_off": told}
        self._mark([letter.id], **waits)

    def mark_as(self, state: LetterState, ids: Sequence[int], answer: Mapping[str, str] | None) -> None:
        """These are `failed`, `dropped` or `in_doubt`, and why."""
        self._mark(ids, state=state, answer=_json(answer))

    def settle(self, letter: int, by: str, **values: Any) -> None:
        """What a person has decided about a letter."""
        self._mark([letter], settled_by=by, **values)

    def _mark(self, ids: Sequence[int], **values: Any) -> None:
        if ids:
            self.connection.execute(_LETTER, [{"one": one, **values} for one in ids])

    # --- single letters -------------------------------------------------------------------------

    def letter(self, number: int) -> Letter | None:
        """The letter of that number."""
        row = self.connection.execute(sa.select(outbox).where(outbox.c.id == number)).first()
        return None if row is None else _letter(row)

    def letter_by_key(self, key: str) -> Letter | None:
        """The letter that a key names."""
        enrollment, _, path = key.partition("/")
        if not enrollment.isdecimal():
            return None
        same = (outbox.c.enrollment == int(enrollment)) & (outbox.c.path == path)
        row = self.connection.execute(sa.select(outbox).where(same)).first()
        return None if row is None else _letter(row)

    def provider_ids(self, prefix: str) -> set[str]:
        """The numbers of receivers that begin so."""
        found = sa.select(outbox.c.provider_id).where(outbox.c.provider_id.startswith(prefix))
        return set(self.connection.execute(found).scalars())

    def made_at(self, letter: Letter) -> datetime:
        """The moment of the run that wrote a letter."""
        at: str = self.connection.execute(sa.select(runs.c.at).where(runs.c.id == letter.run)).scalar_one()
        return datetime.fromisoformat(at)

    def contacts(self, letter: Letter, besides: Iterable[str], since: datetime) -> list[datetime]:
        """When the recipient of a letter was written to by other templates than `besides`.

        That is who has its record, by whatever channel, and who has its address: two customers may share one.
        """
        # Who counts claims its letter before the next one counts. One lock for all: of two, for a record and
        # for its address, two workers could each hold one.
        lock(self.connection, Lock.CONTACTS)
        asked = _contacts(
            letter.id,
            module=letter.module,
            addressee=letter.addressee,
            address=normal_address(letter.recipient),
            channel=letter.channel,
            besides=list(besides),
            since=stored_instant(since),
        )
        return [datetime.fromisoformat(one.at) for one in self.connection.execute(*asked)]

    def writers_of(self, ids: Sequence[int]) -> list[Writer]:
        """What wrote each of these letters."""
        since = (pauses.c.workflow == runs.c.workflow) & (pauses.c.at >= runs.c.at)
        joined = outbox.join(runs, runs.c.id == outbox.c.run).outerjoin(pauses, since)
        is_paused = pauses.c.workflow.is_not(None).label("is_paused")
        asked = sa.select(outbox.c.id, runs.c.workflow, runs.c.version, is_paused).select_from(joined)
        rows = self.connection.execute(asked.where(outbox.c.id.in_(ids)))
        return [Writer(row.id, row.workflow, row.version, bool(row.is_paused)) for row in rows]

    # --- inbox ----------------------------------------------------------------------------------

    def put_in_inbox(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Notices on a colleague's page; a key that is there already stays."""
        if rows:
            self.connection.execute(insert_into(self.connection, inbox).on_conflict_do_nothing(), list(rows))


_LETTER = sa.update(outbox).where(outbox.c.id == sa.bindparam("one"))


@built_once
def _due(channel: str, now: str, limit: int) -> sa.Select[Any]:
    order = (outbox.c.run, outbox.c.recipient, outbox.c.id)
    return sa.select(outbox).where(*_is_due(channel, now)).order_by(*order).limit(limit)


def _is_due(channel: str, now: str) -> tuple[sa.ColumnElement[bool], ...]:
    waits = (IS_UNSENT, outbox.c.state == LetterState.WAITING, outbox.c.channel == channel)
    return (*waits, outbox.c.not_before.is_(None) | (outbox.c.not_before <= now))


@built_once
def _contacts(
    but: int,
    *,
    module: str | None,
    addressee: str | None,
    address: str,
    channel: str,
    besides: Sequence[str],
    since: str,
) -> sa.CompoundSelect[Any]:
    """When the record, or the address, was written to by other templates and other letters than these."""
    at = sa.func.coalesce(outbox.c.sent_at, outbox.c.first_try_at, outbox.c.claimed_at)
    by_record = sa.and_(outbox.c.module == module, outbox.c.addressee == addressee)
    by_address = sa.and_(outbox.c.address == address, outbox.c.channel == channel)
    gone_out = (
        outbox.c.state != LetterState.WAITING,  # says again what the next line says, for the indexes
        outbox.c.state.in_(_GONE_OUT),
        outbox.c.template.not_in(besides),
        outbox.c.id != but,
        at >= since,
    )
    # Each by an index of its own, and a letter that is found by both once.
    return sa.union(
        *(sa.select(outbox.c.id, at.label("at")).where(one, *gone_out) for one in (by_record, by_address))
    )


def _letter(row: Any) -> Letter:
    return Letter(
        row.id, row.run, row.kind, row.record, row.channel, row.recipient, row.template, row.subject,
        row.body, bool(row.urgent), f"{row.enrollment}/{row.path}", row.state, row.module, row.addressee,
        bool(row.html), row.tries, row.first_try_at, row.worker, row.put_off,
    )  # fmt: skip


def _json(answer: Mapping[str, str] | None) -> str | None:
    return None if answer is None else json.dumps(dict(answer), ensure_ascii=False)
