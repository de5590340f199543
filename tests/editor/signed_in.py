"""People at the editor: an account of each role, signed in by a browser of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from editor import create_app
from editor.studio import Studio
from engine import Passwords
from tests.editor.served import HEADERS, KEY, SECRET, demand_built
from tests.engine.gates import BY, CHEAP, WORD

PAGE = {**HEADERS, "Accept": "text/html"}
ROLES = ("rep", "supervisor", "viewer", "editor", "publisher", "admin")


def app_of(root: Path, *, key: str = KEY, **more: Any) -> Flask:
    """The editor of a workspace, with hashes that cost little."""
    demand_built()
    return create_app(Studio(root, passwords=Passwords(CHEAP), **more), SECRET, key)


def add(app: Flask, name: str, role: str, person: str = "") -> None:
    """An account whose password is that of all."""
    app.extensions["studio"].gatehouse().add(name, WORD, BY, role=role, person=person)


def token_of(client: FlaskClient, path: str = "/sign-in") -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(path, headers=PAGE).text)
    assert found is not None
    return found[1]


def sent(client: FlaskClient, path: str, **form: str) -> Any:
    """A plain form, as a browser without JavaScript sends it."""
    return client.post(path, data={"csrf_token": token_of(client, "/my-account"), **form}, headers=PAGE)


def signed_in(app: Flask, name: str, password: str = WORD) -> FlaskClient:
    """The browser of somebody who has signed in."""
    client = app.test_client()
    form = {"csrf_token": token_of(client), "name": name, "password": password}
    answer = client.post("/sign-in", data=form, headers=PAGE)
    assert answer.status_code == 303, answer.text
    return client
