"""The page on which a file is read, changed and tried."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import g, render_template

from editor.analysis import analyse
from editor.drafts import Drafts
from editor.files import digest_of, read_lying
from editor.pages.given import clock_of, known, me, pages, studio_here
from editor.regions import palettes_of, rendered
from editor.rights import Right, needs
from editor.trying import SAMPLES
from editor.vocabulary import SHARED, kind_of
from editor.words import words_in
from engine import Desk, EngineError

_RUNS = 50


@pages.get("/workflows/<path:file>")
@needs(Right.READ)
def workflow(file: str) -> str:
    """The page of one workflow, as its draft stands, else as it is published."""
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
    name = said(f"page.{kind}") if kind in SHARED.values() else found.name
    return render_template(
        "workflow.html",
        page=page,
        file=file,
        name=name,
        state=state,
        regions=rendered(found),
        has_samples=(studio_here().root / SAMPLES).is_dir(),
        has_store=desk.store.is_there,
        modules=[(key, one.labels.of(g.language)) for key, one in desk.workspace.model.modules.items()],
        zone=desk.clock.zone,
        runs=_runs(desk, found.id),
        is_workflow=kind == "workflow",
        palettes=palettes_of(found, words_in(g.language)) if kind != "tables" else {},
    )


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
