"""Addresses for programs: they come from elsewhere, without a session, and show themselves who they are."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, jsonify, request
from flask_wtf.csrf import CSRFProtect

from engine import EngineError, Texts, WrongUsage

_Answer = tuple[Response, int]
_View = TypeVar("_View", bound=Callable[..., Any])
_STATUS = {"W840": 401, "W841": 401, "W842": 400, "W843": 413, "W844": 404}
"""What is wrong with the request itself; else something that it names is not there."""
_UNKNOWN, _AWAY = 404, 503


def for_programs(view: _View) -> _View:
    """Mark a page that programs of other machines may ask: no form, no session, by any name of this one."""
    view.is_door = True  # type: ignore[attr-defined]  # a function may bear what it likes
    return view


def asked_by_program() -> bool:
    """Whether the page that is asked for now is one of these."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "is_door", False)


def open_doors(app: Flask, forms: CSRFProtect) -> None:
    """Programs have no form of ours to bring its token from."""
    for view in app.view_functions.values():
        if getattr(view, "is_door", False):
            forms.exempt(view)


def answers_json(act: Callable[[], _Answer]) -> Callable[[], _Answer]:
    """What cannot be done is told as `{code, message, hint}`; a bug is told so by failures.py."""

    @wraps(act)
    def answered() -> _Answer:
        try:
            return act()
        except EngineError as failure:
            status = _STATUS.get(failure.code, _UNKNOWN if isinstance(failure, WrongUsage) else _AWAY)
            texts = Texts.of(g.language)
            message, hint = (told(failure.code, failure.facts) for told in (texts.message, texts.hint))
            return jsonify(code=failure.code, message=message, hint=hint), status

    return answered
