"""What somebody sees when a page cannot be shown: what happened, what was kept, what to do."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from editor.doors import asked_by_program
from editor.entrance import asks_json, wants_page
from editor.faults import Fault, fault_of
from editor.rights import NoRight
from editor.words import words_in
from engine import EngineError, FilesRejected, Texts, WrongUsage, log_of

_KNOWN = frozenset({400, 403, 404, 405, 413, 429})


def tell_failures(app: Flask) -> None:
    """A page with one sentence, or the same as JSON for the page's own code; never a trace."""

    @app.errorhandler(HTTPException)
    def refused(failure: HTTPException) -> tuple[Response | str, int]:
        code = failure.code or 500
        if isinstance(failure, NoRight):
            return _told(_say("no_right"), code)
        return _told(_say(f"status_{code}" if code in _KNOWN else "status_other"), code)

    @app.errorhandler(EngineError)
    def failed(failure: EngineError) -> tuple[Response | str, int]:
        if isinstance(failure, FilesRejected):
            fault = fault_of(failure.diagnostics, g.language)
            return _told(_say("base") if fault is None else fault.told(g.language), 409, fault)
        texts = Texts.of(g.language)
        message = texts.message(failure.code, failure.facts)
        code = 409 if isinstance(failure, WrongUsage) else 500
        if code != 409:
            log_of().error("page_failed", kind=type(failure).__name__, code=failure.code, exc_info=failure)
        return _told(f"{message} {texts.hint(failure.code, failure.facts)}".strip(), code)

    @app.errorhandler(Exception)
    def broken(failure: Exception) -> tuple[Response | str, int]:
        number = secrets.token_hex(4)
        log_of().error("page_broke", kind=type(failure).__name__, code=number, exc_info=failure)
        if asked_by_program():
            message = words_in(g.language).say("door.bug", number=number)
            return jsonify(code="bug", message=message, hint=""), 500
        return _told(_say("bug", number=number), 500)


def _say(key: str, **facts: str) -> str:
    return words_in(g.language).say(f"failed.{key}", **facts)


def _told(message: str, code: int, fault: Fault | None = None) -> tuple[Response | str, int]:
    if asks_json() or (request.method == "POST" and not wants_page()):
        return jsonify({"message": message}), code
    return render_template("failed.html", message=message, fault=fault), code
