"""The application: pages in their order, what guards them, and the words they are written in."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from jinja2 import Environment

from editor.assets import Assets
from editor.dates import moment_in_words
from editor.entrance import open_entrance
from editor.exampled import Examples
from editor.failures import tell_failures
from editor.files import digest_of
from editor.forms.elements import Control, Grid, id_of, is_simple
from editor.keeping import LARGEST_UPLOAD
from editor.navigation import home, room_of, rooms
from editor.pages import pages
from editor.pending import pending_in
from editor.policy import guard, refuse_foreigners
from editor.rights import Right, guard_pages, may
from editor.settings import KEYS, THEMES, language_of, remembering, setting
from editor.sight import mask_answers
from editor.studio import Studio
from editor.trials import Trials
from editor.trying import Work
from editor.turnstile import Turnstile
from editor.visitors import visitor
from editor.vocabulary import SHARED
from editor.words import as_head, channel_told, words_in
from engine import role_told

_LARGEST = 2 * 1024 * 1024
"""A file of 256 kB, as a form writes Chinese; what is larger is no file of a workspace."""
_AT_ONCE = 3
"""Texts that are worked out at once; the threads of the server are more."""


def create_app(studio: Studio, secret: str, key: str = "", public: str = "") -> Flask:
    """The editor of one workspace; `secret` signs cookies and forms.

    `key` is in the link by which the owner comes in as long as nobody has an account; `public` is the
    scheme and host by which others open it.
    """
    app = Flask("editor", template_folder="templates", static_folder=None)
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=_LARGEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST,
        # Two editors on two ports are one host to a browser.
        SESSION_COOKIE_NAME=f"session_{digest_of(secret)}",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # policy.py asks where a form is from, and knows the name behind a proxy
        PUBLIC=public,
    )
    trials = Trials(studio.root, Work(studio))
    app.extensions.update(studio=studio, trials=trials, examples=Examples(), turnstile=Turnstile(_AT_ONCE))
    _prepare(app.jinja_env)
    assets = Assets()
    app.register_blueprint(assets.blueprint())
    app.register_blueprint(pages)

    @app.before_request
    def choose_language() -> None:
        g.language = language_of(request, lambda: studio.language)

    @app.after_request
    def remember_language(response: Response) -> Response:
        return remembering(response, request.args.get("lang", ""))

    refuse_foreigners(app, public)
    open_entrance(app, key)

    @app.before_request
    def give_uploads_room() -> None:
        """Before anybody looks into the form."""
        if request.endpoint == "workflows.try_out" and may(Right.DRAFT):
            request.max_content_length = _LARGEST + LARGEST_UPLOAD

    guard_pages(app)
    guard(app)
    tell_failures(app)
    mask_answers(app)

    _offer(app, studio, assets)
    return app


def _prepare(templates: Environment) -> None:
    """What templates ask of a form's elements, and how they are laid out."""
    templates.filters["place_id"] = lambda path: id_of(tuple(path))
    templates.filters["digest"] = digest_of
    templates.filters["headed"] = as_head
    templates.tests["simple"] = is_simple
    templates.tests["grid"] = lambda element: isinstance(element, Grid)
    templates.tests["control"] = lambda element: isinstance(element, Control)
    templates.trim_blocks = templates.lstrip_blocks = True


def _offer(app: Flask, studio: Studio, assets: Assets) -> None:
    """What every template may name."""

    @app.context_processor
    def offer() -> dict[str, Any]:
        return {
            "say": words_in(g.language).say,
            "lang": g.language,
            "theme": setting(request, "theme", THEMES),
            "keys": setting(request, "keys", KEYS),
            "asset": assets.url,
            "strings": {key: texts[g.language] for key, texts in assets.strings.items()},
            "moment": lambda moment: moment_in_words(moment, g.language),
            "channel_name": channel_told,
            "rooms": list(rooms()),
            "pending_in": pending_in,
            "room_here": room_of(request.endpoint or "", request.view_args or {}),
            "home": home(),
            "visitor": visitor(),
            "role_told": lambda role: role_told(words_in(g.language), role),
            "may": lambda right: may(Right(right)),
            "shared": {name: kind for name, kind in SHARED.items() if (studio.root / name).is_file()},
        }
