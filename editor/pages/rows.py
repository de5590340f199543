"""Rows of the ledger for whoever asks: the one place where lists are read, and narrowed to own customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, g, request

from editor.lists import PAGE, Filter, Kind, Listed
from editor.pages.given import studio_here
from editor.sight import owners_here
from engine import Desk, EffectWords, RowsTold, Texts, row_json, tell_rows

_WIDEST = 120
"""Cells of a text on a page."""
_MOST_PAGES = 1_000_000
_DIGITS = 12
_LONGEST, _LARGEST = 200, 2**31 - 1


@dataclass(frozen=True)
class Found:
    """Rows for machines, and the same in words; `titles` of the records on a page, by workflow and key."""

    rows: list[dict[str, Any]]
    told: RowsTold
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)


def rows_here(name: str, *, limit: int, **chosen: Any) -> Found:
    """Rows of a list that whoever asks may see, as machines and as people read them."""
    desk = studio_here().desk()
    if not desk.store.is_there:  # nothing has run here yet
        return Found([], RowsTold((), (), ()))
    with desk.rows(name, owners=owners_here(), limit=limit, **chosen) as (session, rows):
        opened = [row_json(row, desk.workspace.model) for row in rows]
        words = EffectWords(Texts.of(g.language), desk.workspace, session)
        titles = titles_of(opened, words) if limit <= PAGE + 1 else {}
        return Found(opened, tell_rows(name, opened, words, widest=_WIDEST), titles)


def titles_of(rows: Iterable[Mapping[str, Any]], words: EffectWords) -> dict[tuple[str, str], str]:
    """What people call the records of some rows, as far as they are still there."""
    records: dict[str, dict[str, None]] = {}
    for one in rows:
        if one.get("workflow") and one.get("record"):
            records.setdefault(str(one["workflow"]), {})[str(one["record"])] = None
    found: dict[tuple[str, str], str] = {}
    for workflow, keys in records.items():
        module = words.module_of(workflow)
        titles = {} if module is None else words.titles(module, keys)
        found |= {(workflow, key): title for key, title in titles.items()}
    return found


def machine_rows_here(name: str, *, limit: int, **chosen: Any) -> list[dict[str, Any]]:
    """The same as the command gives them as JSON."""
    desk = studio_here().desk()
    if not desk.store.is_there:
        return []
    with desk.rows(name, owners=owners_here(), limit=limit, **chosen) as (_, rows):
        return [row_json(row, desk.workspace.model) for row in rows]


def held_here() -> list[dict[str, Any]]:
    """The runs that wait for a person."""
    desk = studio_here().desk()
    return desk.duty.holds() if desk.store.is_there else []


def run_here(desk: Desk, run: int) -> dict[str, Any]:
    """The row of a run; without one there is no page."""
    desk.demand_model()
    if not desk.store.is_there:
        abort(404)
    with desk.rows("runs", limit=1, run=run) as (_, rows):
        found = next(rows, None)
    if found is None:
        abort(404)
    return row_json(found, desk.workspace.model)


def chosen_by(listed: Listed) -> dict[str, Any]:
    """What the address asks for; whatever a form of ours could not have asked is refused."""
    found = {one.name: _value(one, request.args.get(one.name, "").strip()) for one in listed.filters}
    return {name: value for name, value in found.items() if value != ""}


def page_asked() -> int:
    """Which page, from 1."""
    written = request.args.get("page", "1")
    found = _number(written)
    if not 1 <= found <= _MOST_PAGES:
        abort(400)
    return found


def _number(written: str) -> int:
    """A number as forms write it; 0 where it is none, or too long to be one of ours."""
    is_one = written.isascii() and written.isdecimal() and len(written) <= _DIGITS
    return int(written) if is_one else 0


def _value(one: Filter, written: str) -> str | int:
    if written == "":
        return ""
    if one.kind is Kind.NUMBER:
        found = _number(written)
        if not (found or written == "0") or found > _LARGEST:
            abort(400)
        return found
    if one.kind is Kind.DAY:
        try:
            return date.fromisoformat(written).isoformat()
        except ValueError:
            abort(400)
    is_known = one.kind is not Kind.CHOICE or written in one.choices
    if not is_known or len(written) > _LONGEST or not written.isprintable():
        abort(400)
    return written
