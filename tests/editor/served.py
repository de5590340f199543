"""The editor of a workspace as a test asks it: by Flask's own client, or by a server for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from waitress import create_server

from editor import create_app
from editor.assets import DIST
from editor.studio import Studio
from tests.lacks import lacks

SECRET = "a secret for tests"
HEADERS = {"Host": "localhost"}


def demand_built() -> None:
    """Pages name what the build has made: without it there are none."""
    if not (DIST / "manifest.json").is_file():
        lacks("the browser side of the editor is missing: make editor")


def client_of(root: Path, *, store: str = "", checks_forms: bool = False, **more: Any) -> FlaskClient:
    """A client of a new process, as it were: nothing is shared with another one but the folder."""
    demand_built()
    app = create_app(Studio(root, store, **more), SECRET)
    app.config["WTF_CSRF_ENABLED"] = checks_forms
    return app.test_client(use_cookies=checks_forms)


def posted(client: FlaskClient, url: str, **body: Any) -> Any:
    """The answer to a question of the page's code; a test asks for its status where it matters."""
    return client.post(url, json=body, headers=HEADERS)


@contextmanager
def serving(root: Path, store: str = "") -> Iterator[str]:
    """The address of a real server."""
    demand_built()
    server = create_server(create_app(Studio(root, store), SECRET), host="127.0.0.1", port=0, threads=4)

    def run() -> None:
        with suppress(OSError):  # closed from here while it waits, it may find its socket gone
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.effective_port}"
    finally:
        server.close()
        thread.join(5)
