"""The page on which a file is read, changed and tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from editor.analysis import analyse
from editor.files import digest_of, read_lying
from editor.naming import Naming
from editor.pages.conflict import drafts_of_others, is_gone
from editor.pages.given import clock_of, known, me, moment_of, my_drafts, pages, studio_here
from editor.pages.rows import expired_here
from editor.pages.versions import id_in
from editor.regions import palettes_of, rendered
from editor.rights import Right, may, needs
from editor.studio import SAMPLES
from editor.vocabulary import NAMED, WITHOUT_STEPS, kind_of
from editor.words import words_in
from engine import Desk, EngineError, Published, Resting

_RUNS = 50


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
    draft = my_drafts().get(file)
    studio_here().remember(digest_of(published), published)
    text = published if draft is None else draft.text
    found = analyse(desk, file, text, g.language)
    page = {
        "key": f"{me()}:{file}",
        "source": text,
        "base": digest_of(published) if draft is None else draft.base,
        "draft": "" if draft is None else draft.name,
        "saved_at": "" if draft is None else clock_of(desk, draft.saved_at),
        "zone": str(desk.clock.zone),
        "readonly": not may(Right.DRAFT),
        "nonce": g.nonce,
        "urls": {
            name: f"/{name}/{quote(file)}"
            for name in ("analyse", "edit", "complete", "examples", "hover", "draft")
        },
    }
    standing = _standing(desk, file)
    is_resting = found.is_paused or standing.resting is not None
    state = "broken" if found.has_errors else "paused" if is_resting else "active"
    kind = kind_of(file)
    said = words_in(g.language).say
    return {
        "page": page,
        "file": file,
        "name": said(f"page.{kind}") if kind in NAMED else found.name,
        "state": state,
        "regions": rendered(found),
        "has_samples": (studio_here().root / SAMPLES).is_dir(),
        "samples_moment": None if studio_here().at else studio_here().samples_moment(),
        "has_store": desk.store.is_there,
        "modules": [(key, one.labels.of(g.language)) for key, one in desk.workspace.model.modules.items()],
        "zone": desk.clock.zone,
        "runs": _runs(desk, found.id),
        "expired": expired_here(),
        "is_workflow": kind == "workflow",
        "standing": standing,
        "others": drafts_of_others(file) if may(Right.DRAFT) else [],
        "is_new": file not in desk.workspace.documents,
        "has_draft": draft is not None,
        "is_gone": draft is not None and is_gone(file, draft.base),
        "when": lambda moment: moment_of(desk, moment),
        "fields": Naming(found).here.of.get("field", ()),
        "palettes": palettes_of(found, words_in(g.language)) if kind not in WITHOUT_STEPS else {},
    }


@dataclass(frozen=True)
class Standing:
    """What the ledger knows of a file's workflow."""

    newest: Published | None = None
    is_outside: bool = False
    resting: Resting | None = None


def _standing(desk: Desk, file: str) -> Standing:
    """What was published last, whether the file says something else, who lets it rest."""
    try:
        name = id_in(desk, file)
        newest, own = desk.releases.newest().get(name), desk.workspace.workflow(name)
        is_outside = newest is not None and own is not None and newest.version != own.version
        return Standing(newest, is_outside, desk.releases.resting().get(name))
    except EngineError:  # a database that is away keeps nobody from the text
        return Standing()


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
