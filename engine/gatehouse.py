"""Who may come in: accounts, their passwords and roles, signing in; and the log of what people did.

Every change is written into the log in its own transaction: neither is there without the other.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from engine.ledger.accounts import Account, Accounts, Attempts
from engine.ledger.audit import ALL, Actor, Audit, Deed, Entry, Wanted
from engine.model.diagnostics import WrongUsage, alike, near_facts
from engine.model.moments import Clock
from engine.model.values import stored_instant
from engine.passwords import Passwords, demand_good
from engine.records.session import Session
from engine.records.store import Store
from engine.staff import colleague_meant, colleagues

ADMIN = "admin"
ROLES = ("rep", "supervisor", "viewer", "editor", "publisher", ADMIN)
SEES_OWN = frozenset({"rep", "supervisor"})
"""Who sees the customers of a colleague alone: without one, nobody's."""
MAY_PUBLISH = frozenset({"publisher", ADMIN})
"""Who may agree to what somebody else publishes."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}(?:@[a-z0-9-]+(?:\.[a-z0-9-]+)*)?")
_LONGEST = 64


class Refusal(StrEnum):
    """Why somebody is not let in."""

    WRONG = "wrong"
    LIMITED = "limited"


Answer: TypeAlias = Account | Refusal


@dataclass(frozen=True)
class Gatehouse:
    """The accounts of a workspace at a moment."""

    store: Store
    clock: Clock
    passwords: Passwords = field(default_factory=Passwords)

    # --- looking ------------------------------------------------------------------------------

    def look_up(self, name: str = "") -> tuple[bool, Account | None]:
        """Whether there are accounts at all, and the one of a name."""
        with self._reading() as session:
            if session is None:
                return False, None
            known = Accounts(session.connection)
            found = known.find(name) if _is_name(name) else None
            return found is not None or known.exist(), found

    def accounts(self) -> list[Account]:
        """Every account, by name."""
        with self._reading() as session:
            return [] if session is None else Accounts(session.connection).all()

    def last_sign_ins(self) -> dict[str, str]:
        """Account -> when it was signed in to last."""
        with self._reading() as session:
            return {} if session is None else Audit(session.connection).last_times("signed_in")

    def colleagues(self) -> dict[str, str]:
        """Key -> name of everybody whom an account may stand for."""
        if not self.store.is_there:
            return {}
        with self.store.read(self.clock) as session:
            return dict(colleagues(session))

    def demand(self, name: str) -> None:
        """Raises WrongUsage where there is no account of that name."""
        with self._changing() as (_, known):
            self._found(known, name)

    # --- changing -----------------------------------------------------------------------------

    def add(self, name: str, password: str, by: Actor, *, role: str, person: str = "") -> Account:
        """A new account; `person` by key or name. Raises WrongUsage."""
        if not _is_name(name):
            raise WrongUsage("W761", name=name)
        demand_good(password, name)
        kept = self.passwords.kept(password)
        with self._changing() as (session, known):
            if known.find(name) is not None:
                raise WrongUsage("W762", name=name)
            if role != ADMIN and not known.exist():
                raise WrongUsage("W763")
            key = _person(session, person) if person else None
            now = stored_instant(self.clock.now)
            made = Account(name, _role(role), key, kept, _stamp(), now, by.who, None)
            known.add(made)
            self._log(session, by, Deed("account_added", name, {"role": role, "person": key}))
            return made

    def set_password(self, name: str, password: str, by: Actor) -> Account:
        """Another password: every session ends, and what was tried before no longer counts."""
        demand_good(password, name)
        kept = self.passwords.kept(password)
        with self._changing() as (session, known):
            found = self._found(known, name)
            Attempts(session.connection).forget(name)
            return self._changed(session, found, by, Deed("password_changed", name), password=kept)

    def set_role(self, name: str, role: str, by: Actor) -> Account:
        """Another role: every session ends. Raises WrongUsage, also where nobody would be admin any more."""
        return self.change(name, by, role=role)

    def set_person(self, name: str, person: str, by: Actor) -> Account:
        """Another colleague that an account stands for, by key or name; empty: nobody."""
        return self.change(name, by, person=person)

    def change(self, name: str, by: Actor, *, role: str | None = None, person: str | None = None) -> Account:
        """Both, or what is given; where one of them cannot be, nothing is changed."""
        with self._changing() as (session, known):
            found = self._found(known, name)
            new = found.role if role is None else _role(role)
            key = found.person if person is None else _person(session, person) if person else None
            if new != found.role:
                self._demand_another(known, found)
                deed = Deed("role_changed", name, {"before": found.role, "after": new})
                found = self._changed(session, found, by, deed, role=new)
            if key != found.person:
                deed = Deed("person_changed", name, {"before": found.person or "", "after": key or ""})
                found = self._changed(session, found, by, deed, person=key)
            return found

    def disable(self, name: str, by: Actor) -> Account:
        """Let nobody in by this account from now on. Raises WrongUsage for the last admin."""
        with self._changing() as (session, known):
            found = self._found(known, name)
            if not found.is_active:
                return found
            self._demand_another(known, found)
            now = stored_instant(self.clock.now)
            return self._changed(session, found, by, Deed("account_disabled", name), disabled_at=now)

    def enable(self, name: str, by: Actor) -> Account:
        """Let them in again."""
        with self._changing() as (session, known):
            found = self._found(known, name)
            if found.is_active:
                return found
            return self._changed(session, found, by, Deed("account_enabled", name), disabled_at=None)

    # --- signing in ---------------------------------------------------------------------------

    def sign_in(self, name: str, password: str, address: str) -> Answer:
        """Whoever knows the password comes in; an unknown name takes as long and is told the same."""
        found = self._tried(name, password, address)
        if isinstance(found, Refusal):
            return found
        with self._changing() as (session, _):
            self._log(session, Actor(found.name, found.role, address), Deed("signed_in"))
        return found

    def change_own(self, name: str, old: str, new: str, address: str) -> Answer:
        """Somebody's own password; the old one is guessed no more often here than at the door."""
        demand_good(new, name)
        found = self._tried(name, old, address)
        if isinstance(found, Refusal):
            return found
        return self.set_password(name, new, Actor(found.name, found.role, address))

    def _tried(self, name: str, password: str, address: str) -> Answer:
        with self._changing() as (session, known):
            if not Attempts(session.connection).take(name, address, self.clock.now):
                return Refusal.LIMITED
            found = known.find(name) if _is_name(name) else None
        kept = found.password if found is not None and found.is_active else None
        is_right = self.passwords.are_same(kept, password)
        with self._changing() as (session, known):
            if is_right and found is not None:
                Attempts(session.connection).forget(name, address)
                if self.passwords.is_old(found.password):
                    known.change(name, password=self.passwords.kept(password))
                return found
            # What was typed as the name of nobody may be a password.
            who = Actor(found.name if found is not None else "?", "", address)
            self._log(session, who, Deed("sign_in_failed"))
            if Attempts(session.connection).are_too_many(name, address):
                self._log(session, who, Deed("sign_in_blocked"))
        return Refusal.WRONG

    # --- the log ------------------------------------------------------------------------------

    def note(self, by: Actor, deed: Deed) -> None:
        """Write down what somebody did."""
        with self.store.write(self.clock) as session, session.transaction():
            self._log(session, by, deed)

    @contextmanager
    def log(self) -> Iterator[Audit | None]:
        """The log, to read in; None where nothing was ever noted."""
        with self._reading() as session:
            yield None if session is None else Audit(session.connection)

    def entries(self, wanted: Wanted = ALL, *, limit: int | None = None) -> list[Entry]:
        """The rows that are wanted, newest first."""
        with self.log() as log:
            return [] if log is None else list(log.rows(wanted, limit=limit))

    def wanted(self, *, since: date | None = None, until: date | None = None, **chosen: str) -> Wanted:
        """What is asked for, with days of the workspace's clock."""
        ends = (since, until and until + timedelta(days=1))
        first, last = (
            stored_instant(datetime.combine(one, time(), self.clock.zone)) if one else "" for one in ends
        )
        return Wanted(since=first, until=last, **chosen)

    def verify(self) -> tuple[int, int | None]:
        """How many rows the log has, and the first that is not as it was written."""
        with self.log() as log:
            return (0, None) if log is None else (log.count(), log.first_broken())

    # ------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Session | None]:
        if not self.store.is_there:
            yield None
            return
        with self.store.read(self.clock) as session:
            yield session if session.has_ledger else None

    @contextmanager
    def _changing(self) -> Iterator[tuple[Session, Accounts]]:
        with self.store.write(self.clock) as session, session.transaction():
            known = Accounts(session.connection)
            known.lock()
            yield session, known

    def _changed(self, session: Session, found: Account, by: Actor, deed: Deed, **values: Any) -> Account:
        """An account with other values and a new stamp, which ends its sessions."""
        values["stamp"] = _stamp()
        Accounts(session.connection).change(found.name, **values)
        self._log(session, by, deed)
        return replace(found, **values)

    def _log(self, session: Session, by: Actor, deed: Deed) -> None:
        Audit(session.connection).append(by, deed, self.clock.now)

    @staticmethod
    def _found(known: Accounts, name: str) -> Account:
        found = known.find(name)
        if found is None:
            names = [one.name for one in known.all()]
            raise WrongUsage("W760", name=name, **near_facts(alike(name, [(one, one) for one in names])))
        return found

    @staticmethod
    def _demand_another(known: Accounts, found: Account) -> None:
        if found.role == ADMIN and found.is_active and known.is_last(ADMIN, found.name):
            raise WrongUsage("W764", name=found.name)


def _is_name(name: str) -> bool:
    return len(name) <= _LONGEST and _NAME.fullmatch(name) is not None


def _role(role: str) -> str:
    if role not in ROLES:
        raise WrongUsage("W767", value=role, known="、".join(ROLES))
    return role


def _person(session: Session, written: str) -> str:
    """The key of a colleague. Raises WrongUsage where there is none, or several bear the name."""
    key = colleague_meant(session, written)
    if key is not None:
        return key
    everybody = list(colleagues(session))
    if sum(name == written for _, name in everybody) > 1:
        raise WrongUsage("W766", kind="several", name=written)
    spelled = [(one, f"{name} ({key})") for key, name in everybody for one in {key, name}]
    raise WrongUsage("W766", name=written, **near_facts(alike(written, spelled)))


def _stamp() -> str:
    return secrets.token_urlsafe(16)
