"""How programs ask: an OpenAPI description, made of the same tables that the addresses are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from flask import Flask

from editor.lists import LISTS, MOST, Filter, Kind, Listed
from editor.words import words_in
from engine import row_shape

_NUMBER = {"type": "integer", "minimum": 1}
_KINDS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.WORDS: {"type": "string", "maxLength": 200},
    Kind.WORKFLOW: {"type": "string", "maxLength": 200},
    Kind.NUMBER: _NUMBER,
    Kind.DAY: {"type": "string", "format": "date"},
}
_FAILURE = {
    "type": "object",
    "required": ["code", "message", "hint"],
    "properties": {name: {"type": "string"} for name in ("code", "message", "hint")},
    "additionalProperties": False,
}
_EVENT = {
    "type": "object",
    "required": ["workflow", "record", "key"],
    "properties": {
        **{
            name: {"type": "string", "minLength": 1, "maxLength": 200}
            for name in ("workflow", "record", "key")
        },
        "data": {"type": "object"},
    },
    "additionalProperties": False,
}
_TAKEN = {
    "type": "object",
    "required": ["id", "is_new"],
    "properties": {"id": {"type": "integer"}, "is_new": {"type": "boolean"}},
    "additionalProperties": False,
}
_MARK = {"enum": ["ok", "note", "problem"]}
_HEALTH = {
    "type": "object",
    "required": ["status", "checks"],
    "properties": {
        "status": _MARK,
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["group", "name", "status", "code"],
                "properties": {
                    **{name: {"type": "string"} for name in ("group", "name", "code")},
                    "status": _MARK,
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
_HELD = {
    "type": "object",
    "required": ["run", "workflow", "version", "slot", "at", "held", "matched", "since", "expires"],
    "properties": {
        **{name: {"type": "string"} for name in ("workflow", "version", "at", "since", "expires")},
        **{name: {"type": "integer"} for name in ("run", "matched")},
        "slot": {"type": ["string", "null"]},
        "held": {"type": "object"},
    },
    "additionalProperties": False,
}
_SIGNED = (("Wakeline-Timestamp", "^[0-9]{1,12}$"), ("Wakeline-Signature", "^[0-9a-f]{64}$"))
_CONVERTER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
_JSON, _CSV, _TEXT = "application/json", "text/csv", "text/plain"


@dataclass(frozen=True)
class Answered:
    """An answer: its status, the key of the text about it, its kind and what it holds, where that is told."""

    status: int
    about: str
    kind: str = ""
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """How one address is asked, and how it answers; `of_list` is the list that it tells."""

    method: str
    about: str
    answers: tuple[Answered, ...]
    parameters: tuple[Mapping[str, Any], ...] = ()
    body: Mapping[str, Any] | None = None
    of_list: str = ""


def described(app: Flask, version: str, language: str) -> dict[str, Any]:
    """The whole description, of those addresses that programs ask."""
    say = words_in(language).say
    paths: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        name = rule.endpoint.removeprefix("workflows.")
        operation = OPERATIONS.get(name)
        if operation is not None:
            told = {"operationId": name, **_told(operation, say)}
            paths.setdefault(_CONVERTER.sub(r"{\1}", rule.rule), {})[operation.method] = told
    info = {"title": "Wakeline", "version": version, "description": say("api.about")}
    return {"openapi": "3.1.0", "info": info, "paths": dict(sorted(paths.items()))}


def _told(operation: Operation, say: Callable[..., str]) -> dict[str, Any]:
    answers = {
        str(one.status): {
            "description": say(f"api.{one.about}"),
            **({"content": {one.kind: {"schema": one.schema}}} if one.kind else {}),
        }
        for one in operation.answers
    }
    body = {"required": True, "content": {_JSON: {"schema": operation.body}}}
    return {
        "summary": say(f"lists.{of}") if (of := operation.of_list) else say(f"api.{operation.about}"),
        **({"parameters": list(operation.parameters)} if operation.parameters else {}),
        **({"requestBody": body} if operation.body is not None else {}),
        "responses": answers,
    }


def _listed(one: Listed) -> Iterator[tuple[str, Operation]]:
    """The JSON and the CSV of a list; both take what its page takes."""
    rows = {"type": "array", "maxItems": MOST, "items": row_shape(one.name)}
    parameters = (*map(_parameter, one.filters), *_ORDER)
    for kind, answer in (("json", (_JSON, rows)), ("csv", (_CSV, {"type": "string"}))):
        answers = (Answered(200, "rows", *answer), Answered(400, "wrong"), _FORBIDDEN)
        yield f"{one.name}_{kind}", Operation("get", "rows", answers, parameters, of_list=one.name)


def _parameter(one: Filter) -> Mapping[str, Any]:
    schema = {"enum": list(one.choices)} if one.kind is Kind.CHOICE else _KINDS[one.kind]
    return {"name": one.name, "in": "query", "schema": schema}


_ORDER = (
    {"name": "sort", "in": "query", "schema": {"type": "string"}},
    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1_000_000}},
)
_FORBIDDEN = Answered(403, "forbidden")
_ROW = {"type": "object"}


def _in_path(name: str) -> Mapping[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(*names: str) -> tuple[Mapping[str, Any], ...]:
    return tuple({"name": name, "in": "query", "schema": {"type": "string"}} for name in names)


def _both(
    name: str, about: str, *parameters: Mapping[str, Any], items: Mapping[str, Any] = _ROW
) -> Iterator[tuple[str, Operation]]:
    """The JSON and the CSV of a table that is not one of the ledger's lists."""
    rows = {"type": "array", "items": items}
    for kind, answer in (("json", (_JSON, rows)), ("csv", (_CSV, {"type": "string"}))):
        answers = (
            Answered(200, about, *answer),
            Answered(400, "wrong"),
            Answered(404, "no_table"),
            _FORBIDDEN,
        )
        yield f"{name}_{kind}", Operation("get", about, answers, parameters)


_RUN = {"name": "run", "in": "path", "required": True, "schema": _NUMBER}
_HEADERS = tuple(
    {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": pattern}}
    for name, pattern in _SIGNED
)
OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        **{name: operation for one in LISTS.values() for name, operation in _listed(one)},
        **dict(_both("audit", "audit", *_in_query("who", "deed", "subject", "since", "until"))),
        **dict(_both("report", "report", _in_path("key"), *_in_query("since", "until", "workflow", "most"))),
        **dict(_both("dry_run", "dry_run", _in_path("name"), *_in_query("tab", "only", "lacks"))),
        "run_json": Operation(
            "get",
            "run",
            (Answered(200, "run", _JSON, row_shape("runs")), Answered(404, "no_run"), _FORBIDDEN),
            (_RUN,),
        ),
        **dict(_both("holds", "holds", items=_HELD)),
        **dict(
            _both("index", "workflows", *_in_query("q", "state", "kind", "folder", "field", "by", "sort"))
        ),
        **dict(_both("proposals", "proposals")),
        **dict(_both("users", "users")),
        **dict(_both("versions", "versions", _in_path("file"))),
        **dict(_both("templates", "templates", *_in_query("q", "channel"))),
        **dict(_both("model", "model", *_in_query("q"))),
        "take_event": Operation(
            "post",
            "event",
            (
                Answered(202, "taken", _JSON, _TAKEN),
                Answered(400, "wrong", _JSON, _FAILURE),
                Answered(401, "unsigned", _JSON, _FAILURE),
                Answered(404, "unknown", _JSON, _FAILURE),
                Answered(413, "large", _JSON, _FAILURE),
                Answered(500, "broke", _JSON, _FAILURE),
                Answered(503, "away", _JSON, _FAILURE),
            ),
            _HEADERS,
            _EVENT,
        ),
        "healthz": Operation(
            "get",
            "health",
            (Answered(200, "well", _JSON, _HEALTH), Answered(503, "not_well", _JSON, _HEALTH)),
        ),
        "metrics": Operation(
            "get",
            "metrics",
            (Answered(200, "metrics", _TEXT, {"type": "string"}), Answered(404, "no_metrics")),
        ),
        "openapi": Operation("get", "about", (Answered(200, "about", _JSON, {"type": "object"}),)),
    }
)
"""By the name of the page: a test holds these to the addresses and to real answers."""
