"""`wakeline start --metrics 127.0.0.1:9464`: /metrics for Prometheus, /healthz for whoever watches.

Both may be read by anybody who reaches the address, so neither names a person or a record.
"""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from engine.metrics import Metrics
from engine.model.diagnostics import EngineError, WrongUsage
from engine.services.health import Health
from engine.services.port import Beside

HOME = "127.0.0.1"
"""Where it listens when only a port is given."""
_ADDRESS = re.compile(r"(?:(?P<host>[^\s:/]+|\[[0-9a-fA-F:.]+\]):)?(?P<port>\d{1,5})")
_STEP, _SLOW = 0.5, 10


def open_metrics(beside: Beside) -> MetricsService | None:
    """Listening, or None when nobody asked for it. Raises EngineError."""
    asked = beside.options.get("metrics", "")
    return MetricsService(beside, *address_of(asked)) if asked else None


def address_of(written: str) -> tuple[str, int]:
    """Host and port. Raises WrongUsage."""
    found = _ADDRESS.fullmatch(written.strip())
    if found is None or int(found["port"]) > 65535:
        raise WrongUsage("W829", kind="address", value=written, name="metrics")
    return (found["host"] or HOME).strip("[]"), int(found["port"])


class MetricsService:
    """An HTTP server of two pages."""

    name = "metrics"

    def __init__(self, beside: Beside, host: str, port: int) -> None:
        """Listens from here on; nothing is answered before `run`."""
        self.metrics = Metrics(beside.tally, beside.open_store, beside.clock, beside.health, beside.version)
        self.health = Health(beside.workspace, beside.open_store, beside.clock, beside.version, beside.health)
        try:
            self._server = _Server((host, port), _Pages, self)
        except OSError as failure:
            facts = {
                "name": self.name,
                "address": f"{host}:{port}",
                "reason": failure.strerror or str(failure),
            }
            raise EngineError("W829", kind="taken", **facts) from failure

    @property
    def port(self) -> int:
        """Where it listens; another than asked for where that was 0."""
        return int(self._server.server_address[1])

    def run(self, stop: Event) -> None:
        """Answer until asked to stop."""
        self._server.timeout = _STEP
        with self._server:
            while not stop.is_set():
                self._server.handle_request()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], pages: type[_Pages], service: MetricsService) -> None:
        self.service = service
        super().__init__(address, pages)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in the middle is not worth a line."""


class _Pages(BaseHTTPRequestHandler):
    timeout = _SLOW  # somebody who opens a connection and says nothing
    server: _Server
    server_version, sys_version = "wakeline", ""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        service = self.server.service
        if path == "/metrics":
            self._answer(200, service.metrics.content_type, service.metrics.text())
        elif path == "/healthz":
            is_well, found = service.health.look()
            self._answer(200 if is_well else 503, "application/json", json.dumps(found).encode())
        else:
            self._answer(404, "text/plain; charset=utf-8", b"/metrics /healthz\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
        """Who asks, and for what, is nobody's business."""
