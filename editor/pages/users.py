"""Who may sign in: the list of accounts, one account, and everybody's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from editor.auditing import actor
from editor.entrance import let_in
from editor.pages.beside import beside
from editor.pages.given import pages, studio_here
from editor.rights import RIGHTS, Right, Role, needs
from editor.visitors import visitor
from editor.words import words_in
from engine import ROLES, Account, Desk, EngineError, Gatehouse, Refusal, Texts, moment_told

_SHOWN = tuple(one for one in Right if one not in {Right.OPEN, Right.OWN})


@dataclass(frozen=True)
class Row:
    """An account in the list."""

    account: Account
    person: str
    last: str


@pages.get("/users")
@needs(Right.ADMIN)
def users() -> str:
    """Every account, and what each role may do."""
    return _users()


@beside("/users", "users", Right.ADMIN)
def all_users() -> list[dict[str, Any]]:
    """The same for programs."""
    gate = _gate()
    people, last = gate.colleagues(), gate.last_sign_ins()
    return [
        {
            "name": one.name,
            "role": one.role,
            "person": one.person or "",
            "person_name": people.get(one.person or "", ""),
            "state": "active" if one.is_active else "disabled",
            "last_sign_in": last.get(one.name),
        }
        for one in gate.accounts()
    ]


@pages.post("/users")
@needs(Right.ADMIN)
def add_user() -> Response | tuple[str, int]:
    """A new account; the first one ends the owner's session."""
    asked = {key: request.form.get(key, "").strip() for key in ("name", "role", "person")}
    name, role, person = asked.values()
    one = visitor()
    is_first = one is not None and one.is_owner
    try:
        _gate().add(name, request.form.get("password", ""), actor(), role=role, person=person)
    except EngineError as failure:
        return _users(failure, asked), 422
    flash(_say("first_added" if is_first else "user_added", name=name))
    return redirect(url_for("workflows.users"), 303)


@pages.get("/users/<name>")
@needs(Right.ADMIN)
def user(name: str) -> str:
    """One account, to change."""
    return _user(name)


@pages.post("/users/<name>/role")
@needs(Right.ADMIN)
def change_role(name: str) -> Response | tuple[str, int]:
    """Another role, another person."""

    def act(gate: Gatehouse) -> None:
        gate.change(name, actor(), role=request.form.get("role", ""), person=request.form.get("person", ""))

    return _changed(name, act, "user_changed")


@pages.post("/users/<name>/password")
@needs(Right.ADMIN)
def reset_password(name: str) -> Response | tuple[str, int]:
    """Another password."""
    password = request.form.get("password", "")
    return _changed(name, lambda gate: gate.set_password(name, password, actor()), "password_set")


@pages.post("/users/<name>/disable")
@needs(Right.ADMIN)
def disable_user(name: str) -> Response | tuple[str, int]:
    """Nobody comes in by it any more."""
    return _changed(name, lambda gate: gate.disable(name, actor()), "user_disabled")


@pages.post("/users/<name>/enable")
@needs(Right.ADMIN)
def enable_user(name: str) -> Response | tuple[str, int]:
    """They come in again."""
    return _changed(name, lambda gate: gate.enable(name, actor()), "user_enabled")


@pages.get("/my-account")
@needs(Right.OWN)
def my_account() -> str:
    """What whoever asks is here, and their password."""
    return _mine()


@pages.post("/my-account")
@needs(Right.OWN)
def change_own_password() -> Response | tuple[str, int]:
    """Another password for oneself; the session goes on, every other one ends."""
    one = visitor()
    assert one is not None
    if one.is_owner:
        abort(404)
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        if new != again:
            raise EngineError("W765", kind="differ")
        found = _gate().change_own(one.name, old, new, request.remote_addr or "")
    except EngineError as failure:
        return _mine(failure=failure), 422
    if isinstance(found, Refusal):
        return _mine(
            _say("old_wrong") if found is Refusal.WRONG else words_in(g.language).say("sign_in.limited")
        ), 422
    let_in(found)
    flash(_say("own_password_set"))
    return redirect(url_for("workflows.my_account"), 303)


def _changed(name: str, act: Callable[[Gatehouse], object], told: str) -> Response | tuple[str, int]:
    """The page again: with what was done, or why it was not."""
    _demand(name)
    try:
        act(_gate())
    except EngineError as failure:
        return _user(name, failure), 422
    flash(_say(told, name=name))
    return redirect(url_for("workflows.user", name=name), 303)


def _users(failure: EngineError | None = None, asked: dict[str, str] | None = None) -> str:
    desk, gate = studio_here().desk(), _gate()
    last, people = gate.last_sign_ins(), gate.colleagues()
    rows = [_row(desk, one, people, last) for one in gate.accounts()]
    matrix = [(right, [(role, right in RIGHTS[role]) for role in Role]) for right in _SHOWN]
    return render_template(
        "users.html",
        rows=rows,
        people=people,
        roles=ROLES,
        matrix=matrix,
        asked=asked or {},
        **_told(failure),
    )


def _user(name: str, failure: EngineError | None = None) -> str:
    account, gate = _demand(name), _gate()
    people = gate.colleagues()
    row = _row(studio_here().desk(), account, people, gate.last_sign_ins())
    return render_template("user.html", row=row, people=people, roles=ROLES, **_told(failure))


def _mine(message: str = "", failure: EngineError | None = None) -> str:
    one = visitor()
    assert one is not None
    people = _gate().colleagues() if one.person else {}
    told = _told(failure)
    return render_template(
        "my-account.html",
        person=people.get(one.person, one.person),
        rights=[right for right in _SHOWN if right in RIGHTS[Role(one.role)]],
        **{**told, "message": message or told["message"]},
    )


def _row(desk: Desk, one: Account, people: dict[str, str], last: dict[str, str]) -> Row:
    person = people.get(one.person or "", one.person or "")
    return Row(one, person, moment_told(last.get(one.name, ""), desk.clock.zone))


def _demand(name: str) -> Account:
    """The account of a name; else there is no such page."""
    found = _gate().look_up(name)[1]
    if found is None:
        abort(404)
    return found


def _gate() -> Gatehouse:
    return studio_here().gatehouse()


def _told(failure: EngineError | None) -> dict[str, Any]:
    if failure is None:
        return {"message": "", "hint": ""}
    texts = Texts.of(g.language)
    return {
        "message": texts.message(failure.code, failure.facts),
        "hint": texts.hint(failure.code, failure.facts),
    }


def _say(key: str, **facts: str) -> str:
    return words_in(g.language).say(f"accounts.{key}", **facts)
