"""What programs ask: events from other systems, whether all is well, figures, and how all this is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, g, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from editor.doors import answers_json, for_programs
from editor.openapi import described
from editor.pages.given import pages, studio_here
from editor.reach import is_here
from editor.rights import Right, needs
from editor.sheets import json_of
from engine import LARGEST_EVENT, EngineError, Health, Metrics, too_large
from engine import __version__ as version

TIMESTAMP, SIGNATURE = "Wakeline-Timestamp", "Wakeline-Signature"


@pages.post("/api/events")
@needs(Right.OPEN)
@for_programs
@answers_json
def take_event() -> tuple[Response, int]:
    """Something happened to a record, says another system that knows the secret."""
    request.max_content_length = LARGEST_EVENT
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise too_large() from None
    timestamp, signature = (request.headers.get(name, "") for name in (TIMESTAMP, SIGNATURE))
    number, is_new = studio_here().desk().put_signed(timestamp, signature, body)
    return jsonify(id=number, is_new=is_new), 202


@pages.get("/healthz")
@needs(Right.OPEN)
@for_programs
def healthz() -> tuple[Response, int]:
    """Whether all is well, for whoever watches: no person, no record."""
    is_well, found = _kept("health", _health).look()
    return jsonify(found), 200 if is_well else 503


@pages.get("/metrics")
@needs(Right.OPEN)
def metrics() -> Response:
    """Figures of the ledger for Prometheus, on this machine; those of a worker are at the worker."""
    if not is_here(request.host, request.remote_addr):
        abort(404)
    try:
        found: Metrics = _kept("metrics", _metrics)
    except EngineError:  # without the extra there is no such page
        abort(404)
    return Response(found.text(), content_type=found.content_type)


@pages.get("/openapi.json")
@needs(Right.OPEN)
def openapi() -> Response:
    """How each of these addresses, and the JSON of every list, is asked and answers."""
    return json_of(described(current_app, version, g.language))


def _kept(name: str, make: Callable[[], Any]) -> Any:
    """What remembers from one question to the next, made when it is first asked for."""
    if name not in current_app.extensions:
        current_app.extensions[name] = make()
    return current_app.extensions[name]


def _health() -> Health:
    studio = studio_here()
    return Health(
        lambda: studio.desk().workspace,
        lambda: studio.desk().store,
        lambda: studio.desk().clock,
        version,
    )


def _metrics() -> Metrics:
    studio = studio_here()
    store, clock = (lambda: studio.desk().store), (lambda: studio.desk().clock)
    return Metrics(None, store, clock, dict, version)
