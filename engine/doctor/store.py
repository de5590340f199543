"""The store: can it be read and written, is the ledger in its newest form, is the SQLite a safe one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.doctor.check import Check, Group
from engine.ledger.tables import HEAD
from engine.model.diagnostics import EngineError
from engine.records.vitals import Vitals

STORE = Group("store", code="W820")

MIB = 1024 * 1024
LITTLE, TOO_LITTLE = 1024 * MIB, 100 * MIB
"""A night of a hundred thousand records writes some hundred MiB, and a migration as much as there is."""
_ABSENT = "W402"


def check_absence(failure: EngineError) -> Check:
    """The store could not be opened: it is not there yet, or cannot be reached."""
    if failure.code == _ABSENT:
        return STORE.note("reachable", "absent", file=failure.facts.get("file", ""))
    return STORE.broken("reachable", failure)


def check_vitals(vitals: Vitals, name: str) -> Iterator[Check]:
    """What can be seen of the database from outside its tables."""
    yield STORE.ok("reachable", vitals.kind, name=name)
    yield _writable(vitals, name)
    yield _form(vitals)
    yield _version(vitals)
    if vitals.kind == "sqlite":
        yield _journal(vitals)
    if vitals.free is not None:
        yield _space(vitals.free)
    if vitals.damage is not None:
        yield _damage(vitals.damage)


def name_of(url: str) -> str:
    """What people know a store by: no path of this machine, no user, no password."""
    if "://" not in url:
        return Path(url).name
    rest = url.split("://", maxsplit=1)[1].rpartition("@")[2].partition("?")[0]
    return rest.rpartition("/")[2] if url.startswith("sqlite") else rest


def _writable(vitals: Vitals, name: str) -> Check:
    if vitals.is_writable:
        return STORE.ok("writable", name=name)
    return STORE.problem("writable", f"only_read_{vitals.kind}", name=name)


def _form(vitals: Vitals) -> Check:
    """Whoever writes next brings an older ledger up to date; a newer one was written by a newer Wakeline."""
    mark = vitals.mark
    if mark is None:
        return STORE.note("ledger", "no_ledger")
    if mark == HEAD:
        return STORE.ok("ledger", mark=mark)
    if mark > HEAD:
        return STORE.problem("ledger", "newer", mark=mark, head=HEAD)
    missing = [f"{number:04}" for number in range(int(mark) + 1, int(HEAD) + 1)] if mark.isdecimal() else []
    return STORE.note("ledger", "older", mark=mark, known="、".join(missing) or HEAD)


def _version(vitals: Vitals) -> Check:
    if vitals.kind != "sqlite":
        return STORE.ok("version", "server", version=vitals.version, encoding=vitals.encoding)
    facts = {"version": vitals.version, "driver": vitals.driver}
    if vitals.has_wal_bug:
        return STORE.note("version", "wal_bug", **facts)
    return STORE.ok("version", "library", **facts)


def _journal(vitals: Vitals) -> Check:
    """An old SQLite corrupts a file with a write-ahead log: it is to have none (RELIABILITY M10)."""
    is_wal = vitals.journal == "wal"
    if is_wal and vitals.has_wal_bug:
        return STORE.problem("journal", "unsafe", mode=vitals.journal)
    return STORE.ok("journal", mode=vitals.journal)


def _space(free: int) -> Check:
    facts = {"free": f"{free // MIB:,}"}
    if free < TOO_LITTLE:
        return STORE.problem("space", "full", **facts)
    return STORE.note("space", "little", **facts) if free < LITTLE else STORE.ok("space", **facts)


def _damage(found: tuple[str, ...]) -> Check:
    if not found:
        return STORE.ok("whole")
    return STORE.problem("whole", "damaged", reason=found[0])
