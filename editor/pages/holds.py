"""Runs that a guard has held: what they would do, to whom, and the decision of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for

from editor.auditing import note
from editor.pages.beside import beside
from editor.pages.deeds import Answer, done, name_here, reason_given, refusal_of
from editor.pages.given import pages, studio_here
from editor.pages.links import run_url, workflow_url
from editor.pages.rows import held_here, titles_of
from editor.rights import Right, needs
from editor.words import words_in
from engine import Desk, EffectWords, RunState, RunTold, Texts, row_json, tell_run

_RUN = "<int(max=2147483647):run>"
_NAMED = 200
"""So many records of a held run are named on the page."""
_MOST = 1_000
"""No night holds so many runs."""


@dataclass(frozen=True)
class Held:
    """A held run with what was kept of its plan; `records` by their keys what they are called."""

    run: RunTold
    since: str
    expires: str
    records: Mapping[str, str]
    count: int
    urls: Mapping[str, str]


@pages.get("/holds")
@needs(Right.READ)
def holds() -> str:
    """All that wait for a person."""
    return _page()


@beside("/holds", "holds", Right.READ)
def all_held() -> Sequence[Mapping[str, Any]]:
    """The same, as the command gives it."""
    return held_here()


def _page(failed: str = "", run: int = 0) -> str:
    """`failed`: why the decision about a run was not taken; what was written for it is still there."""
    desk = studio_here().desk()
    now = desk.clock.now  # what is too late by then is skipped by the next night
    found = _held(desk, [row for row in held_here() if datetime.fromisoformat(row["expires"]) > now])
    because = request.form.get("because", "")
    return render_template("holds.html", held=found, failed=failed, failed_run=run, because=because)


def _held(desk: Desk, holds: Sequence[Mapping[str, Any]]) -> list[Held]:
    if not holds:
        return []
    with desk.rows("runs", limit=_MOST, state=str(RunState.HELD)) as (session, rows):
        words = EffectWords(Texts.of(g.language), desk.workspace, session)
        kept = {row["run"]: tell_run(row_json(row, desk.workspace.model), words) for row in rows}
        return [_told(desk, hold, kept[hold["run"]], words) for hold in holds if hold["run"] in kept]


def _told(desk: Desk, hold: Mapping[str, Any], run: RunTold, words: EffectWords) -> Held:
    workflow, keys = hold["workflow"], desk.sealed(hold["run"]).keys
    titles = titles_of(({"workflow": workflow, "record": key} for key in keys[:_NAMED]), words)
    records = {key: titles.get((workflow, key), key) for key in keys[:_NAMED]}
    since, expires = words.moment(hold["since"]), words.moment(hold["expires"])
    return Held(run, since, expires, records, len(keys), {"workflow": workflow_url(desk, workflow)})


@pages.post(f"/runs/{_RUN}/approve")
@needs(Right.PUBLISH)
def approve(run: int) -> Answer:
    """Let a held run do exactly what was shown: here, or by the worker that is there."""
    return _decide(run, approved=True)


@pages.post(f"/runs/{_RUN}/refuse")
@needs(Right.PUBLISH)
def refuse(run: int) -> Answer:
    """A held run is not to be."""
    return _decide(run, approved=False)


def _decide(run: int, *, approved: bool) -> Answer:
    because = reason_given()
    if not because:
        return _page(words_in(g.language).say("holds.no_reason"), run), 422
    duty = studio_here().desk().duty
    decide = duty.approve if approved else duty.refuse
    failed = refusal_of(lambda: decide(run, name_here(), because))
    if failed:
        return _page(failed, run), 409
    note("approved" if approved else "refused", str(run), because=because)
    if approved:
        return done("approved", run_url(run), run=run)
    return done("refused", url_for("workflows.holds"), run=run)
