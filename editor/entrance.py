"""The way in: the link of the command as long as nobody has an account, signing in once somebody has."""

from __future__ import annotations

import hmac
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Response, g, jsonify, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, login_user
from werkzeug.wrappers import Response as AnyResponse

from editor.sessions import IDLE, begin_session, end_session
from editor.visitors import OWNER, Visitor, has_accounts, load
from editor.words import words_in
from engine import Account

_FIRST_VISIBLE = "!"


class _Sessions(SecureCookieSessionInterface):
    """Sessions whose cookie stays on https where pages come by it."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or app.config["PUBLIC"].startswith("https:")


def open_entrance(app: Flask, key: str) -> None:
    """`key` is in the link that lets the owner in; empty: there is no such link."""
    app.config.update(PERMANENT_SESSION_LIFETIME=IDLE)
    app.session_interface = _Sessions()
    manager = LoginManager(app, add_context_processor=False)  # no template asks it, least of all of a failure
    manager.session_protection = "strong"
    manager.user_loader(load)

    @app.before_request
    def take_key() -> AnyResponse | None:
        """Whoever opens the link of the command comes in; the key does not stay in the address."""
        asked = request.args.get("key")
        if asked is None or request.method != "GET":
            return None
        if key and hmac.compare_digest(asked.encode(), key.encode()) and not has_accounts():
            begin_session()
            session[OWNER] = True
        rest = urlencode([one for one in request.args.items(multi=True) if one[0] != "key"])
        return redirect(safe_address(_address_here(rest)), 303)


def let_in(account: Account) -> None:
    """A new session for whoever has just signed in."""
    begin_session()
    found = Visitor.of(account)
    login_user(found)
    g.visitor = found


def let_out() -> None:
    """The session is over, also for a copy of its cookie. Raises CannotWrite."""
    g.visitor = None
    end_session()


def turned_away() -> AnyResponse | tuple[Response, int]:
    """What whoever has not signed in gets: the page to do so, or for the page's own code what to ask for."""
    if wants_page():
        next_ = _address_here(request.query_string.decode("latin-1")) if request.method == "GET" else "/"
        return redirect(url_for("workflows.sign_in", next=next_), 303 if request.method != "GET" else 302)
    return jsonify(
        {"message": words_in(g.language).say(f"sign_in.{'first' if has_accounts() else 'link'}")}
    ), 401


def wants_page() -> bool:
    """Whether a person's browser shows the answer as a page of its own."""
    if "HX-Request" in request.headers or asks_json():
        return False
    accepted = request.headers.get("Accept", "")
    return "text/html" in accepted or (request.method == "GET" and "json" not in accepted)


def asks_json() -> bool:
    """Whether the address itself is of something for programs, whatever a browser says that it takes."""
    return request.path.endswith(".json")


def _address_here(query: str) -> str:
    """The page that was asked for as a browser writes it, where a name may hold blanks and Chinese."""
    path = quote(request.path)
    return f"{path}?{query}" if query else path


def safe_address(asked: str) -> str:
    """An address of our own, else the first page: nobody is led elsewhere."""
    odd = any(sign < _FIRST_VISIBLE or sign == "\\" for sign in asked)
    try:
        parts = urlsplit(asked)
    except ValueError:
        return "/"
    is_ours = asked.startswith("/") and not asked.startswith("//") and not parts.netloc and not parts.scheme
    return asked if is_ours and not odd else "/"
