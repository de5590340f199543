"""The audit log and the accounts, for people as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from engine.ledger.accounts import Account
from engine.ledger.audit import Entry
from engine.model.values import instant_of
from engine.report.layout import columns, shortened
from engine.texts import Texts, visible

_CELL = 60
_ACCOUNTS = ("name", "role", "person", "state", "last_sign_in")
_ENTRIES = ("id", "at", "who", "role", "deed", "subject", "address", "details")


def deed_told(texts: Texts, deed: str) -> str:
    """What was done, in words; as it stands where it is of another version of Wakeline."""
    return _word(texts, "deed", deed)


def role_told(texts: Texts, role: str) -> str:
    """What a role is called."""
    return _word(texts, "role", role) if role else ""


def details_told(texts: Texts, details: Mapping[str, Any]) -> str:
    """What more there is to say: `角色：查看 → 编辑`."""
    say, told = texts.say, dict(details)
    if {"before", "after"} <= told.keys():
        ends = [_value(texts, told.pop(name)) for name in ("before", "after")]
        told = {"": say("audit.change", before=ends[0], after=ends[1]), **told}
    parts = [
        str(value)
        if not name
        else say("audit.detail", name=_word(texts, "detail", name), value=_value(texts, value, name))
        for name, value in told.items()
    ]
    return say("plan.clause").join(parts)


def account_json(one: Account, last_sign_in: str | None) -> dict[str, Any]:
    """An account for machines, without what is kept of its password."""
    return {
        "name": one.name,
        "role": one.role,
        "person": one.person,
        "active": one.is_active,
        "created_at": one.created_at,
        "created_by": one.created_by,
        "disabled_at": one.disabled_at,
        "last_sign_in": last_sign_in,
    }


def render_accounts(
    accounts: Iterable[Account],
    last: Mapping[str, str],
    people: Mapping[str, str],
    *,
    texts: Texts,
    zone: ZoneInfo,
) -> str:
    """The accounts as a table; one sentence where there are none."""
    rows = [
        (
            one.name,
            role_told(texts, one.role),
            people.get(one.person or "", one.person or ""),
            texts.say("account.active" if one.is_active else "account.disabled"),
            moment_told(last.get(one.name, ""), zone),
        )
        for one in accounts
    ]
    if not rows:
        return texts.say("account.none")
    return columns([tuple(texts.say(f"account.{name}") for name in _ACCOUNTS), *rows])


def render_entries(entries: Iterable[Entry], texts: Texts, zone: ZoneInfo) -> str:
    """Rows of the log as a table; one sentence where there are none."""
    rows = [
        (
            str(one.id),
            moment_told(one.at, zone),
            visible(one.who),
            role_told(texts, one.role),
            deed_told(texts, one.deed),
            visible(shortened(one.subject, _CELL)),
            visible(one.address),
            shortened(details_told(texts, one.details), _CELL),
        )
        for one in entries
    ]
    if not rows:
        return texts.say("audit.none")
    return columns([tuple(texts.say(f"audit.{name}") for name in _ENTRIES), *rows])


def moment_told(at: str, zone: ZoneInfo) -> str:
    """A kept instant by the clock of the workspace; what somebody has made of it stays as it is."""
    try:
        return f"{instant_of(at).astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
    except ValueError:
        return at


def _value(texts: Texts, value: Any, name: str = "") -> str:
    if value is None or value == "":
        return texts.say("audit.nothing")
    if isinstance(value, list):
        return texts.say("plan.list").join(str(one) for one in value)
    return visible(_word(texts, "on_change" if name == "on_change" else "role", str(value)))


def _word(texts: Texts, family: str, word: str) -> str:
    try:
        return texts.say(f"{family}.{word}")
    except KeyError:
        return word
