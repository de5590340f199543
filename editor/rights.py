"""Who may do what: one table of roles, and a mark on every page that says which right it asks for.

What bears no mark is refused to everybody: a page that somebody forgot is shut, not open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from editor.entrance import turned_away
from editor.visitors import visitor


class Right(StrEnum):
    """What a page asks for."""

    OPEN = "open"
    """Nothing: the way in, and what says that the server is there."""
    OWN = "own"
    """Look after the own account: whoever has signed in."""
    RECORDS = "records"
    """See what happened to customers: rep and supervisor to their own, the others to all."""
    DECIDE = "decide"
    """Answer questions: rep and supervisor their own."""
    READ = "read"
    """See files, runs and figures."""
    DRAFT = "draft"
    """Write drafts and try them on records."""
    PUBLISH = "publish"
    """Publish, go back, pause; approve and refuse runs; settle letters in doubt."""
    ADMIN = "admin"
    """People, settings, the audit log."""


class Role(StrEnum):
    """What an account may be."""

    REP = "rep"
    SUPERVISOR = "supervisor"
    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


_OWN = {Right.OPEN, Right.OWN, Right.RECORDS, Right.DECIDE}
_VIEWER = {Right.OPEN, Right.OWN, Right.RECORDS, Right.READ}
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.REP: frozenset(_OWN),
        Role.SUPERVISOR: frozenset(_OWN),
        Role.VIEWER: frozenset(_VIEWER),
        Role.EDITOR: frozenset(_VIEWER | {Right.DRAFT}),
        Role.PUBLISHER: frozenset(_VIEWER | {Right.DRAFT, Right.DECIDE, Right.PUBLISH}),
        Role.ADMIN: frozenset(Right),
    }
)

_View = TypeVar("_View", bound=Callable[..., Any])


def needs(right: Right) -> Callable[[_View], _View]:
    """Mark a page with what it asks for; stands right above the function, under its address."""

    def mark(view: _View) -> _View:
        view.right = right  # type: ignore[attr-defined]  # a function may bear what it likes
        return view

    return mark


class NoRight(Forbidden):
    """Somebody is signed in, and their role may not do this."""


def may(right: Right) -> bool:
    """Whether whoever asks now has a right."""
    if right is Right.OPEN:
        return True
    one = visitor()
    return one is not None and right in RIGHTS[Role(one.role)]


def guard_pages(app: Flask) -> None:
    """Refuse whoever has not the right that a page asks for."""

    @app.before_request
    def refuse() -> Response | tuple[Response, int] | None:
        if request.endpoint is None:  # there is no such page; the answer says that
            return None
        right = getattr(current_app.view_functions[request.endpoint], "right", None)
        if right is not None and may(right):
            return None
        if right is not None and visitor() is None:
            return turned_away()
        raise NoRight
