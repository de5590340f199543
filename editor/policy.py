"""What guards every page: forms of our own only, nothing from elsewhere, no frame around it."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from editor.doors import asked_by_program, open_doors
from editor.entrance import wants_page
from editor.reach import is_known
from editor.words import words_in

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def refuse_foreigners(app: Flask, public: str) -> None:
    """What comes from a page of somebody else is not answered; `public` is where others open ours."""

    @app.before_request
    def choose_nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)

    @app.before_request
    def refuse() -> None:
        if asked_by_program():  # who has no session brings nothing that a foreign page could misuse
            return
        origin = request.headers.get("Origin")
        is_ours = origin is None or origin in {request.host_url.rstrip("/"), public or None}
        if not is_ours or not is_known(request.host, public):
            abort(403)


def guard(app: Flask) -> None:
    """Forged forms are refused, and every answer carries the policy."""
    open_doors(app, CSRFProtect(app))

    @app.errorhandler(CSRFError)
    def offer_new_token(_: CSRFError) -> tuple[Response | str, int]:
        """Who comes back after long has a stale one: the page takes this and asks once more."""
        message = words_in(g.language).say("failed.token")
        if wants_page():
            return render_template("failed.html", message=message), 400
        return jsonify({"message": message, "csrf": generate_csrf()}), 400

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        nonce = getattr(g, "nonce", "")
        response.headers.setdefault("Content-Security-Policy", _POLICY.format(nonce=nonce))
        response.headers.setdefault("Cache-Control", "no-store")
        return response
