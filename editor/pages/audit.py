"""The audit log: who did what, when, from where; filtered by the address, taken away as CSV or JSON."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, g, render_template, request

from editor.auditing import note
from editor.pages.given import pages, studio_here
from editor.rights import Right, needs
from editor.sheets import csv_of, csv_text, json_of
from editor.words import words_in
from engine import Desk, Entry, Gatehouse, deed_told, details_told, moment_told, role_told

_FIRST_YEAR, _LAST_YEAR = 1970, 2200
_PAGE = 50
_FILTERS = ("who", "deed", "subject", "since", "until")
_COLUMNS = ("id", "at", "who", "role", "deed", "subject", "address", "details")


@pages.get("/audit")
@needs(Right.ADMIN)
def audit() -> str:
    """One page of what was done, newest first."""
    desk = studio_here().desk()
    gate, number = studio_here().gatehouse(), _page_number()
    wanted = _wanted(gate)
    with gate.log() as log:
        count = 0 if log is None else log.count(wanted)
        skip = (number - 1) * _PAGE
        entries = [] if log is None else list(log.rows(wanted, limit=_PAGE, skip=skip))
        everybody = [] if log is None else log.names("who")
        deeds = [] if log is None else log.names("deed")
        total, broken = (0, None) if log is None else (log.count(), log.first_broken())
    return render_template(
        "audit.html",
        rows=[_row(one, desk) for one in entries],
        columns=_COLUMNS,
        asked=_asked(),
        everybody=everybody,
        deeds=[(one, deed_told(words_in(g.language), one)) for one in deeds],
        total=total,
        broken=broken,
        count=count,
        first=skip + 1,
        last=skip + len(entries),
        before=_address(number - 1) if number > 1 else "",
        after=_address(number + 1) if skip + _PAGE < count else "",
        csv=f"/audit.csv?{urlencode(_asked())}",
        json=f"/audit.json?{urlencode(_asked())}",
    )


@pages.get("/audit.csv")
@needs(Right.ADMIN)
def audit_csv() -> Response:
    """The same rows as a file for spreadsheets."""
    desk, gate = studio_here().desk(), studio_here().gatehouse()
    entries = gate.entries(_wanted(gate))
    rows = [_row(one, desk) for one in entries]
    heads = [words_in(g.language).say(f"audit.{name}") for name in _COLUMNS]
    text = csv_text(heads, ([str(row[name]) for name in _COLUMNS] for row in rows))
    return _file(csv_of("audit", text), "csv", len(entries))


@pages.get("/audit.json")
@needs(Right.ADMIN)
def audit_json() -> Response:
    """The same rows for machines, with their seals."""
    gate = studio_here().gatehouse()
    entries = gate.entries(_wanted(gate))
    return _file(json_of([one.as_json() for one in entries]), "json", len(entries))


def _file(answer: Response, kind: str, count: int) -> Response:
    note("exported", "audit", format=kind, count=count)
    answer.headers["Content-Disposition"] = f"attachment; filename=audit.{kind}"
    return answer


def _row(one: Entry, desk: Desk) -> dict[str, Any]:
    """A row in words."""
    texts = words_in(g.language)
    return {
        "id": one.id,
        "at": moment_told(one.at, desk.clock.zone),
        "who": one.who,
        "role": role_told(texts, one.role),
        "deed": deed_told(texts, one.deed),
        "subject": one.subject,
        "address": one.address,
        "details": details_told(texts, one.details),
    }


def _asked() -> dict[str, str]:
    return {name: value for name in _FILTERS if (value := request.args.get(name, "").strip())}


def _wanted(gate: Gatehouse) -> Any:
    asked = _asked()
    first, last = (_day(asked.pop(name, "")) for name in ("since", "until"))
    return gate.wanted(since=first, until=last, **asked)


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written) if written else None
    except ValueError:
        abort(400)
    if found is not None and not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        abort(400)
    return found


def _page_number() -> int:
    written = request.args.get("page", "1")
    if not written.isdecimal() or not 1 <= len(written) <= 6 or int(written) < 1:
        abort(400)
    return int(written)


def _address(page: int) -> str:
    return f"?{urlencode({**_asked(), 'page': page})}"
