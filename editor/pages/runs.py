"""One run: when, why and what it did, customer by customer; a customer in it; taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, g, redirect, render_template, request, url_for

from editor.auditing import note
from editor.lists import PAGE
from editor.pages.deeds import Answer, done, in_words, name_here, reason_given, refusal_of, refused
from editor.pages.given import pages, studio_here
from editor.pages.links import here_with, run_url, version_number, version_url, workflow_url
from editor.pages.rows import page_asked, rows_here, run_here
from editor.pages.tables import tabs_here
from editor.rights import Right, may, needs
from editor.sheets import json_of
from editor.sight import owners_here
from engine import (
    AnswerTold,
    Desk,
    EffectWords,
    RecalledTold,
    RecordTold,
    RunTold,
    Texts,
    UndoTold,
    WrongUsage,
    tell_records,
    tell_run,
    tell_undo,
)

_RUN = "<int(max=2147483647):run>"
_NUMBER = "<int(max=2147483647):number>"
_LISTED = 10
"""Of each kind of thing that is taken back so many are listed."""


@pages.get(f"/runs/{_RUN}")
@needs(Right.READ)
def run(run: int) -> str:
    """What a run did, fifty customers a page."""
    return _run_page(run)


@pages.get(f"/runs/{_RUN}.json")
@needs(Right.READ)
def run_json(run: int) -> Response:
    """Its row, as the command gives it."""
    return json_of(run_here(studio_here().desk(), run))


def _run_page(number: int) -> str:
    desk, place = studio_here().desk(), page_asked()
    row = run_here(desk, number)
    page = {"limit": PAGE + 1, "offset": (place - 1) * PAGE}
    with desk.run_records(number, **page) as (session, keys):
        words = EffectWords(Texts.of(g.language), desk.workspace, session)
        told, records = tell_run(row, words), tell_records(row, keys[:PAGE], words)
    return render_template(
        "run.html",
        run=told,
        records=records,
        tabs=tabs_here(),
        urls=_urls(desk, row),
        before=here_with(page=place - 1 if place > 2 else None) if place > 1 else "",
        behind=here_with(page=place + 1) if len(keys) > PAGE else "",
        version=version_number(desk, row["workflow"], row["version"]),
        may_undo=_may_be_undone(row),
    )


def _urls(desk: Desk, row: Mapping[str, Any]) -> dict[str, str]:
    workflow = row["workflow"]
    return {
        "workflow": workflow_url(desk, workflow),
        "version": version_url(desk, workflow, row["version"]),
        "undoes": run_url(row["undoes"]),
        "undone_by": run_url(row["undone_by"]),
    }


def _may_be_undone(row: Mapping[str, Any]) -> bool:
    """Whether there is anything that taking it back could find; what exactly, its own page says."""
    return row["undoes"] is None and row["started"] + row["woken"] > 0 and row["ended_at"] is not None


# --- one customer ---------------------------------------------------------------------------------


@pages.get(f"/runs/{_RUN}/records")
@needs(Right.RECORDS)
def find_in_run(run: int) -> Answer:
    """Whom somebody asks for by key, name or a part of one: on to their page, or to whom they may choose."""
    asked = request.args.get("record", "").strip()
    usual = run_url(run) or url_for("workflows.enrollments")
    if asked and owners_here() is None:
        desk = studio_here().desk()
        asked = desk.seek(run_here(desk, run)["workflow"], asked).key or asked
    return redirect(url_for("workflows.record", run=run, key=asked) if asked else usual, 303)


@pages.get(f"/runs/{_RUN}/records/<path:key>")
@needs(Right.RECORDS)
def record(run: int, key: str) -> str:
    """What a run did, or did not do, for a customer, and why."""
    desk = studio_here().desk()
    row = run_here(desk, run)
    name, why, failed, sought = key, None, "", None
    try:
        with desk.recall(row["workflow"], key, str(run)) as found:
            name = found.hindsight.record
            _demand_theirs(row["workflow"], name)
            why = Why.of(RecalledTold(found, desk.workspace, row["workflow"], g.language))
    except WrongUsage as failure:
        _demand_theirs(row["workflow"], key)
        failed = in_words(failure)
        sought = desk.seek(row["workflow"], key) if owners_here() is None else None
    told, one = _record_of(desk, row, name)
    return render_template(
        "run-record.html",
        run=told,
        one=one,
        why=why,
        failed=failed,
        sought=sought,
        tabs=tabs_here(),
        urls=_urls(desk, row),
        **_text_of(desk, row),
    )


@dataclass(frozen=True)
class Why:
    """Why a run did something for a record, or did not: what it answered that night."""

    verdict: str
    verdict_told: str
    gates: tuple[str, ...]
    about: tuple[str, ...]
    tree: tuple[AnswerTold, ...]
    needs: tuple[str, ...]

    @classmethod
    def of(cls, told: RecalledTold) -> Why:
        """All that is read of the ledger, while it is open."""
        return cls(
            told.verdict,
            told.verdict_told,
            tuple(told.gates()),
            tuple(told.about),
            told.tree(),
            tuple(told.needs()),
        )


def _text_of(desk: Desk, row: Mapping[str, Any]) -> dict[str, Any]:
    """Where the text is that ran: the file, else the version, if whoever asks may read it."""
    found = desk.workspace.workflow(row["workflow"])
    is_same = found is not None and found.version == row["version"]
    version = "" if is_same else version_url(desk, row["workflow"], row["version"])
    is_linked = may(Right.READ) and (is_same or bool(version))
    return {"file": found.file if found else "", "text_url": version, "is_linked": is_linked}


def _record_of(desk: Desk, row: Mapping[str, Any], key: str) -> tuple[RunTold, RecordTold]:
    with desk.run_records(row["run"], limit=0) as (session, _):
        words = EffectWords(Texts.of(g.language), desk.workspace, session)
        return tell_run(row, words), tell_records(row, [key], words)[0]


def _demand_theirs(workflow: str, key: str) -> None:
    """Who is shown their own customers alone sees nothing of others, not even that there is something."""
    if (
        owners_here() is not None
        and not rows_here("enrollments", limit=1, workflow=workflow, record=key).rows
    ):
        abort(404)


@pages.post(f"/enrollments/{_NUMBER}/cancel")
@needs(Right.PUBLISH)
def cancel(number: int) -> Answer:
    """Somebody who waits goes no further."""
    because, usual = reason_given(), url_for("workflows.enrollments")
    failed = refusal_of(lambda: studio_here().desk().cancel(number, name_here(), because))
    if failed:
        return refused(failed, usual)
    note("cancelled", str(number), because=because)
    return done("cancelled", usual)


# --- taking back ----------------------------------------------------------------------------------


@pages.get(f"/runs/{_RUN}/undo")
@needs(Right.READ)
def plan_undo(run: int) -> Answer | str:
    """What taking a run back would do; nothing is changed."""
    row = run_here(studio_here().desk(), run)
    again = request.args.get("again") == "yes"
    told = list[UndoTold]()
    failed = refusal_of(lambda: told.append(_undo(run, again=again, is_dry=True)))
    if failed:
        return refused(failed, run_url(run))
    return render_template("undo.html", row=row, undo=told[0], again=again, tabs=tabs_here())


@pages.post(f"/runs/{_RUN}/undo")
@needs(Right.PUBLISH)
def undo(run: int) -> Answer:
    """Take it back."""
    again = request.form.get("again") == "yes"
    failed = refusal_of(lambda: _undo(run, again=again, is_dry=False))
    if failed:
        return refused(failed, run_url(run))
    note("undone", str(run), again=again)
    return done("undone", run_url(run), run=run)


def _undo(run: int, *, again: bool, is_dry: bool) -> UndoTold:
    desk = studio_here().desk()
    desk.demand_base()
    with desk.duty.undo(run, name_here(), again=again, is_dry=is_dry) as found:
        return tell_undo(found, EffectWords(Texts.of(g.language), desk.workspace, found.session), _LISTED)
