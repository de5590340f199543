"""Beside a page with a table: the same rows as JSON and as CSV, at the same address with an ending."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from flask import Response, g

from editor.pages.given import pages
from editor.rights import Right, needs
from editor.sheets import csv_of, csv_text, json_of
from editor.words import words_in

Rows: TypeAlias = Callable[..., Sequence[Mapping[str, Any]]]
_BETWEEN = " / "


def beside(address: str, name: str, right: Right) -> Callable[[Rows], Rows]:
    """Mark what gives the rows of a table; all have the same keys, the heads of the CSV are `sheet.KEY`."""

    def mark(rows: Rows) -> Rows:
        @pages.get(f"{address}.json", endpoint=f"{name}_json")
        @needs(right)
        def as_json(**place: Any) -> Response:
            return json_of(rows(**place))

        @pages.get(f"{address}.csv", endpoint=f"{name}_csv")
        @needs(right)
        def as_csv(**place: Any) -> Response:
            say, found = words_in(g.language).say, rows(**place)
            heads = [say(f"sheet.{key}") for key in (found[0] if found else ())]
            return csv_of(name, csv_text(heads, (map(_cell, one.values()) for one in found)))

        return rows

    return mark


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return _BETWEEN.join(map(str, value)) if isinstance(value, list) else str(value)
