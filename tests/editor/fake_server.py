"""A server with canned answers that keeps docs/editor-contract.md; it stands in for the Flask side."""

from __future__ import annotations

import json
import mimetypes
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.editor import built, toy
from tests.editor.pages import POLICY, TOKEN, WORKFLOW, workflow_page

_PART = re.compile(r'name="(\w+)"\n\n(.*?)\n------', re.DOTALL)
"""A field of a form as browsers send it together with files."""


class FakeServer(ThreadingHTTPServer):
    """Remembers what it was asked; tests hold answers back, or make it end sessions."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.source = toy.SOURCE
        self.token = TOKEN
        self.drafts = 0
        self.draft = "draft-0"
        self.session_over = False
        self.readonly = False
        self.refuse: dict[str, tuple[int, dict[str, Any]]] = {}
        self.held: dict[str, threading.Event] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, name: str) -> int:
        return len(self.bodies(name))

    def bodies(self, name: str) -> list[dict[str, Any]]:
        return [body for asked, body in self.asked if asked == name]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """The routes of the contract."""

    server: FakeServer

    def log_message(self, *_: Any) -> None:
        """The tests look at `asked`."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/ping" or url.path.startswith("/newer/"):
            self._send(204, b"", "text/plain")
        elif url.path == "/":
            self._page("<!doctype html><html lang=zh><title>Wakeline</title><h1>流程</h1>")
        elif url.path == WORKFLOW:
            state = {"source": self.server.source, "base": "v7", "draft": self.server.draft}
            self._page(workflow_page(key="1:silent", readonly=self.server.readonly, **state))
        elif url.path.startswith("/assets/"):
            self._asset(url.path.rpartition("/")[2])
        else:
            self._send(404, b"not here", "text/plain")

    def do_POST(self) -> None:
        name = self.path.split("/")[1]
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        kind = self.headers["Content-Type"]
        if kind == "application/json":
            body = json.loads(text)
        elif kind.startswith("multipart/form-data"):
            body = dict(_PART.findall(text.replace("\r\n", "\n")))
        else:
            body = {key: values[0] for key, values in parse_qs(text).items()}
        self.server.asked.append((name, body | {"token": self.headers["X-CSRFToken"]}))
        if name in self.server.held:
            self.server.held[name].wait(20)
        if name == "sign-in":
            self.server.session_over = False
            self.server.token = "token-2"
            self._json(200, {"csrf": self.server.token})
        elif name in self.server.refuse:
            self._json(*self.server.refuse.pop(name))
        elif self.server.session_over or self.headers["X-CSRFToken"] != self.server.token:
            self._json(401, {})
        else:
            self._answer(name, body)

    def _answer(self, name: str, body: dict[str, Any]) -> None:
        if name == "draft":
            self.server.drafts += 1
            self._json(200, {"at": "14:03", "draft": f"draft-{self.server.drafts}"})
        elif name == "changes":
            self._send(200, b"<p>what it changes</p>", "text/html")
        elif name == "dry-run":
            self._send(200, f"<p>{len(body['source'].splitlines())} lines</p>".encode(), "text/html")
        else:
            self._json(200, getattr(toy, name)(body))

    def _page(self, html: str) -> None:
        self._send(200, html.encode(), "text/html; charset=utf-8")

    def _json(self, status: int, answer: Any) -> None:
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _asset(self, name: str) -> None:
        path = built.built() / name
        if not re.fullmatch(r"[\w.-]+", name) or not path.is_file():
            self._send(404, b"not here", "text/plain")
            return
        kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
        self._send(200, path.read_bytes(), kind or "text/plain", "public, max-age=31536000, immutable")

    def _send(self, status: int, body: bytes, kind: str, cache: str = "no-store") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", cache)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(port: int = 0) -> Iterator[FakeServer]:
    """A server in a thread of its own."""
    server = FakeServer(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
