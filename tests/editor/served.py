"""The editor of a workspace as a test asks it: by Flask's own client, or by a server for a browser."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from waitress import create_server

from editor import create_app
from editor.assets import DIST
from editor.studio import Studio
from tests.lacks import lacks

SECRET, KEY = "a secret for tests", "the key of the link"
HEADERS = {"Host": "localhost"}
OWNER = getpass.getuser()
"""What whoever came by the link of the command is called."""


def demand_built() -> None:
    """Pages name what the build has made: without it there are none."""
    if not (DIST / "manifest.json").is_file():
        lacks("the browser side of the editor is missing: make editor")


def client_of(root: Path, *, store: str = "", checks_forms: bool = False, **more: Any) -> FlaskClient:
    """A client of a new process, as it were: nothing is shared with another one but the folder."""
    demand_built()
    return owner_of(create_app(Studio(root, store, **more), SECRET, KEY), checks_forms=checks_forms)


def owner_of(app: Flask, *, checks_forms: bool = False) -> FlaskClient:
    """A client that has opened the link which lets the owner in."""
    app.config["WTF_CSRF_ENABLED"] = checks_forms
    client = app.test_client(use_cookies=checks_forms)
    with app.test_client() as door:
        door.get(f"/ping?key={KEY}", headers=HEADERS)
        cookie = door.get_cookie(app.config["SESSION_COOKIE_NAME"])
    if cookie is not None and checks_forms:
        client.set_cookie(cookie.key, cookie.value)
    elif cookie is not None:
        client.environ_base["HTTP_COOKIE"] = f"{cookie.key}={cookie.value}"
    return client


def posted(client: FlaskClient, url: str, **body: Any) -> Any:
    """The answer to a question of the page's code; a test asks for its status where it matters."""
    return client.post(url, json=body, headers=HEADERS)


@contextmanager
def serving(root: Path, store: str = "", **more: Any) -> Iterator[str]:
    """The address of a real server."""
    demand_built()
    with serving_app(create_app(Studio(root, store, **more), SECRET, KEY)) as port:
        yield f"http://localhost:{port}"


@contextmanager
def serving_app(app: Flask, **how: Any) -> Iterator[int]:
    """The port of a real server of an application."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4, **how)

    def run() -> None:
        with suppress(OSError):  # closed from here while it waits, it may find its socket gone
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        thread.join(5)
