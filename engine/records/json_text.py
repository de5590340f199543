"""JSON as a text of the database, with all that does not come from a row spelled out beforehand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.records.tables import Sql


def spelled(value: Any) -> Sql:
    """A value of dicts, lists, texts, numbers and SQL as JSON text; what is SQL is missing as null."""
    spelled_out, joined = "", list[Sql]()
    for piece in _pieces(value):
        if isinstance(piece, str):
            spelled_out += piece
        else:
            joined += [sa.literal(spelled_out, sa.Text()), sa.func.json_of(piece)]
            spelled_out = ""
    found = sa.literal(spelled_out, sa.Text()) if spelled_out or not joined else joined.pop()
    for one in reversed(joined):
        found = one.concat(found)
    return found


def _pieces(value: Any) -> Iterator[str | Sql]:
    if isinstance(value, dict):
        yield "{"
        for number, (key, one) in enumerate(value.items()):
            yield f"{',' if number else ''}{_plain(key)}:"
            yield from _pieces(one)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for number, one in enumerate(value):
            yield "," if number else ""
            yield from _pieces(one)
        yield "]"
    else:
        yield value if isinstance(value, sa.ColumnElement) else _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
