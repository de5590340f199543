"""The page on which a file is read, changed and tried."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from editor.analysis import analyse
from editor.drafts import Drafts
from editor.files import digest_of, read_lying
from editor.pages.given import clock_of, known, me, pages, source_of_form, studio_here
from editor.regions import palettes_of, rendered
from editor.rights import Right, needs
from editor.studio import SAMPLES
from editor.trying import Asked, dry_run
from editor.vocabulary import NAMED, WITHOUT_STEPS, kind_of
from editor.words import words_in
from engine import Desk, EngineError

_RUNS = 50
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
"""Between these a dry run may be asked for; lengths before and next times behind need their room."""


@pages.get("/workflows/<path:file>")
@needs(Right.READ)
def workflow(file: str) -> str | BaseResponse:
    """The page of one workflow, as its draft stands, else as it is published."""
    if kind_of(file) in {"template", "partial"}:
        return redirect(url_for("workflows.template", name=file.removeprefix("templates/")), 308)
    return render_template("workflow.html", **facts_of(file))


def facts_of(file: str) -> dict[str, Any]:
    """What the page of a file is filled with."""
    desk = known(file)
    published = read_lying(studio_here().root / file).text
    draft = Drafts(studio_here().root, me()).get(file)
    text = published if draft is None else draft.text
    found = analyse(desk, file, text, g.language)
    page = {
        "key": f"{me()}:{file}",
        "source": text,
        "base": digest_of(published) if draft is None else draft.base,
        "draft": "" if draft is None else draft.name,
        "saved_at": "" if draft is None else clock_of(desk, draft.saved_at),
        "nonce": g.nonce,
        "urls": {
            name: f"/{name}/{quote(file)}" for name in ("analyse", "edit", "complete", "hover", "draft")
        },
    }
    state = "broken" if found.has_errors else "paused" if found.is_paused else "active"
    kind = kind_of(file)
    said = words_in(g.language).say
    return {
        "page": page,
        "file": file,
        "name": said(f"page.{kind}") if kind in NAMED else found.name,
        "state": state,
        "regions": rendered(found),
        "has_samples": (studio_here().root / SAMPLES).is_dir(),
        "has_store": desk.store.is_there,
        "runs": _runs(desk, found.id),
        "is_workflow": kind == "workflow",
        "palettes": palettes_of(found, words_in(g.language)) if kind not in WITHOUT_STEPS else {},
    }


def _runs(desk: Desk, workflow: str | None) -> list[dict[str, Any]]:
    """The newest runs of a workflow, the last first."""
    if workflow is None or not desk.store.is_there:
        return []
    zone = desk.clock.zone
    try:
        with desk.rows("runs", workflow=workflow, limit=_RUNS) as (_, rows):
            return [{**row, "at": _moment(row["at"], zone)} for row in rows]
    except EngineError:  # a database that is away keeps nobody from the text
        return []


def _moment(written: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(written).astimezone(zone):%Y-%m-%d %H:%M}"


@pages.post("/dry-run/<path:file>")
@needs(Right.DRAFT)
def try_out(file: str) -> str:
    """What the text on the screen would do."""
    known(file)
    day = request.form.get("at", "")
    try:
        at = datetime.fromisoformat(day) if day else None
    except ValueError:
        abort(400)
    if at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        abort(400)
    studio = studio_here()
    source = source_of_form()
    data, record = request.form.get("data", ""), request.form.get("record", "").strip()
    return dry_run(studio, Asked(file, source, data, at, record, g.language))
