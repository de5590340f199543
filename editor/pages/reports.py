"""Reports: figures of some days, as drawings and tables; every table as CSV and JSON too."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, abort, g, render_template, request

from editor.pages.given import pages, studio_here
from editor.rights import Right, needs
from editor.sheets import csv_of, csv_text, json_of
from editor.words import words_in
from engine import Desk, EngineError, FilesRejected, Period, Sheet, Texts, sheets_of

_CHOICES = (7, 30, 90, 365)
_USUAL = 30
_MOST_WORKFLOWS = 3


@pages.get("/reports")
@needs(Right.READ)
def reports() -> str | tuple[str, int]:
    """All sheets of a time."""
    desk = studio_here().desk()
    chosen = _chosen(desk)
    sheets, problem = _sheets(desk, chosen)
    is_empty = not any(one.rows for one in sheets)
    query = {name: value for name, value in request.args.items() if name != "lang"}
    page = render_template(
        "reports.html",
        sheets=sheets,
        problem=problem,
        chosen=chosen,
        query=query,
        choices=_CHOICES,
        workflows=sorted((one.names.of(g.language), one.id) for one in desk.workspace.workflows),
        is_empty=is_empty,
        last=_last_night(desk, chosen["workflow"]) if is_empty and not problem else "",
    )
    return (page, 422) if problem else page


def _last_night(desk: Desk, workflow: str) -> str:
    """The day of the newest run; empty where there is none."""
    if not desk.store.is_there:
        return ""
    with desk.rows("runs", limit=1, workflow=workflow) as (_, rows):
        return str(next((one["on_day"] for one in rows), ""))


@pages.get("/reports/<key>.json")
@needs(Right.READ)
def report_json(key: str) -> Response:
    """One table of it, for programs."""
    return json_of([dict(one) for one in _sheet(key).rows])


@pages.get("/reports/<key>.csv")
@needs(Right.READ)
def report_csv(key: str) -> Response:
    """One table of it, for a spreadsheet."""
    found = _sheet(key)
    rows = (["" if row[name] is None else str(row[name]) for name in found.keys] for row in found.rows)
    return csv_of(key, csv_text(found.heads, rows))


def _sheet(key: str) -> Sheet:
    desk = studio_here().desk()
    sheets, problem = _sheets(desk, _chosen(desk))
    found = next((one for one in sheets if one.key == key), None)
    if found is None or problem:
        abort(404)
    return found


def _chosen(desk: Desk) -> dict[str, str]:
    """What the address asks for, with what is usual where it says nothing."""
    days = request.args.get("days", "")
    length = int(days) if days in map(str, _CHOICES) else _USUAL
    until = request.args.get("until", "") or desk.clock.today.isoformat()
    since = request.args.get("since", "")
    if not since and _day(until) is not None:
        since = (date.fromisoformat(until) - timedelta(days=length - 1)).isoformat()
    most = request.args.get("most", "")
    return {
        "since": since,
        "until": until,
        "workflow": request.args.get("workflow", ""),
        "most": most if most.isdecimal() and len(most) < 4 else str(_MOST_WORKFLOWS),
    }


def _sheets(desk: Desk, chosen: dict[str, str]) -> tuple[tuple[Sheet, ...], str]:
    """The sheets; or none, and what is wrong with what was asked."""
    since, until = _day(chosen["since"]), _day(chosen["until"])
    if since is None or until is None:
        return (), words_in(g.language).say("reports.bad_day")
    try:
        found = desk.report(Period(since, until, chosen["workflow"], int(chosen["most"])))
    except FilesRejected:  # the page of failures names the line
        raise
    except EngineError as failure:
        texts = Texts.of(g.language)
        return (), f"{texts.message(failure.code, failure.facts)} {texts.hint(failure.code, failure.facts)}"
    return sheets_of(found, desk.workspace, g.language), ""


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 2200 else None
