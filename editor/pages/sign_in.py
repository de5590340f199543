"""Signing in and out."""

from __future__ import annotations

from flask import Response, g, jsonify, redirect, render_template, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from editor.auditing import note
from editor.entrance import let_in, let_out, safe_address, wants_page
from editor.navigation import home
from editor.pages.given import pages, studio_here
from editor.rights import Right, needs
from editor.visitors import has_accounts, visitor
from editor.words import words_in
from engine import Refusal

_STATUS = {Refusal.WRONG: 422, Refusal.LIMITED: 429}


@pages.route("/sign-in", methods=["GET", "POST"])
@needs(Right.OPEN)
def sign_in() -> str | tuple[str | Response, int] | AnyResponse:
    """The page to sign in on; the dialog over another page asks the same as JSON."""
    if request.method == "GET":
        return _page() if visitor() is None else redirect(_next())
    name, password = request.form.get("name", "").strip().lower(), request.form.get("password", "")
    if not has_accounts():
        return _refused("link", 403)
    found = studio_here().gatehouse().sign_in(name, password, request.remote_addr or "")
    if isinstance(found, Refusal):
        return _refused(str(found), _STATUS[found])
    let_in(found)
    return redirect(_next(), 303) if wants_page() else jsonify({"csrf": generate_csrf()})


@pages.post("/sign-out")
@needs(Right.OPEN)
def sign_out() -> AnyResponse:
    """End this session."""
    if visitor() is not None:
        note("signed_out")
    let_out()
    return redirect("/sign-in", 303)


def _next() -> str:
    """Where somebody wanted to go; from the first page on, where they may."""
    asked = safe_address(request.args.get("next", "/"))
    return home() if asked == "/" else asked


def _refused(key: str, status: int) -> tuple[str | Response, int]:
    message = words_in(g.language).say(f"sign_in.{key}")
    return (_page(message) if wants_page() else jsonify({"message": message})), status


def _page(message: str = "") -> str:
    return render_template(
        "sign-in.html",
        message=message,
        name=request.form.get("name", ""),
        next=safe_address(request.args.get("next", "/")),
        by_link=not has_accounts(),
    )
