"""The list of workflows, and the page on which one is read, changed and tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, g, jsonify, render_template, request

from editor.analysis import Analysis, analyse
from editor.drafts import Drafts
from editor.edits import Refusal, carried_out
from editor.files import digest_of, read_lying
from editor.publishing import changes_between, matching
from editor.regions import palettes_of, regions_of
from editor.studio import Studio
from editor.trying import SAMPLES, Asked, dry_run
from editor.vocabulary import SHARED, kind_of
from editor.words import words_in
from engine import Desk, Diagnostic, EngineError, complete, describe, hover, is_workflow_file, write_whole

pages = Blueprint("workflows", __name__)
_ME = "me"
_RUNS = 50
_FIRST_YEAR, _LAST_YEAR = 1970, 2200
"""Between these a dry run may be asked for; lengths before and next times behind need their room."""


@dataclass(frozen=True)
class Row:
    """A workflow in the list."""

    file: str
    id: str
    name: str
    summary: str
    state: str
    next_time: datetime | None
    errors: int
    has_draft: bool


def _studio() -> Studio:
    found = current_app.extensions["studio"]
    assert isinstance(found, Studio)
    return found


@pages.get("/ping")
def ping() -> tuple[str, int]:
    """Whether the server answers."""
    return "", 204


@pages.get("/")
def index() -> str:
    """All workflows of the workspace."""
    desk = _studio().desk()
    wanted = request.args.get("q", "").strip().lower()
    rows = [one for one in _rows(desk) if wanted in f"{one.name} {one.id} {one.summary}".lower()]
    return render_template("workflows.html", rows=rows, q=request.args.get("q", ""))


def _rows(desk: Desk) -> list[Row]:
    workspace, drafts = desk.workspace, Drafts(_studio().root, _ME)
    found = []
    for file, document in workspace.documents.items():
        if not is_workflow_file(file):
            continue
        errors = sum(1 for one in workspace.diagnostics if one.at.file == file and _is_error(one))
        has_draft = drafts.get(file) is not None
        if document.root is None:
            found.append(Row(file, file, file, "", "broken", None, max(errors, 1), has_draft))
            continue
        outlook = next(iter(desk.outlooks([file])))
        (sentence,) = describe([outlook], workspace, g.language)
        state = "broken" if errors else "paused" if outlook.is_paused else "active"
        next_time = next(iter(sentence.next_times), None)
        name = sentence.name
        found.append(Row(file, outlook.id, name, sentence.when, state, next_time, errors, has_draft))
    return sorted(found, key=lambda one: (one.state == "paused", one.name))


def _is_error(one: Diagnostic) -> bool:
    return str(one.severity) == "error"


# --- one workflow ----------------------------------------------------------------------------------


@pages.get("/workflows/<path:file>")
def workflow(file: str) -> str:
    """The page of one workflow, as its draft stands, else as it is published."""
    desk = _known(file)
    published = read_lying(_studio().root / file).text
    draft = Drafts(_studio().root, _ME).get(file)
    text = published if draft is None else draft.text
    found = analyse(desk, file, text, g.language)
    page = {
        "key": f"{_ME}:{file}",
        "source": text,
        "base": digest_of(published) if draft is None else draft.base,
        "draft": "" if draft is None else draft.name,
        "saved_at": "" if draft is None else _clock(desk, draft.saved_at),
        "nonce": g.nonce,
        "urls": {
            name: f"/{name}/{quote(file)}"
            for name in ("analyse", "edit", "complete", "hover", "draft", "publish")
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
        regions=_rendered(found),
        has_samples=(_studio().root / SAMPLES).is_dir(),
        has_store=desk.store.is_there,
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


@pages.post("/dry-run/<path:file>")
def try_out(file: str) -> str:
    """What the text on the screen would do."""
    _known(file)
    day = request.form.get("at", "")
    try:
        at = datetime.fromisoformat(day) if day else None
    except ValueError:
        abort(400)
    if at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        abort(400)
    studio = _studio()
    source = _source_of_form()
    data, record = request.form.get("data", ""), request.form.get("record", "").strip()
    return dry_run(studio, Asked(file, source, data, at, record, g.language))


@pages.post("/analyse/<path:file>")
def analyse_text(file: str) -> Response:
    """What there is to say of a text."""
    asked = _asked()
    return jsonify(_answer(analyse(_known(file), file, _source(asked), g.language), asked))


@pages.post("/edit/<path:file>")
def edit_text(file: str) -> tuple[Response, int] | Response:
    """What the operations of a form make of a text, and all there is to say of that."""
    asked = _asked()
    done = carried_out(_source(asked), asked.get("ops", []), file)
    if isinstance(done, Refusal):
        return jsonify({"message": done.told(g.language)}), 422
    found = analyse(_known(file), file, done.text, g.language)
    return jsonify({**_answer(found, asked), "source": done.text, "said": done.said(g.language)})


@pages.post("/draft/<path:file>")
def keep_draft(file: str) -> tuple[Response, int] | Response:
    """Keep what is on the screen; another window of the same person may have kept something since."""
    asked, desk = _asked(), _known(file)
    drafts, text = Drafts(_studio().root, _ME), _source(asked)
    with _studio().writing:
        before = drafts.get(file)
        if before is not None and before.name != asked.get("draft") and not asked.get("force"):
            return jsonify({"draft": before.name}), 409
        if digest_of(text) in {asked.get("base"), read_lying(_studio().root / file).name}:
            drafts.drop(file)
            return jsonify({"at": _clock(desk, datetime.now(desk.clock.zone)), "draft": ""})
        kept = drafts.put(file, text, str(asked.get("base", "")))
    return jsonify({"at": _clock(desk, kept.saved_at), "draft": kept.name})


@pages.post("/changes/<path:file>")
def show_changes(file: str) -> str:
    """What publishing the text on the screen would change, and for how many."""
    return _publish_dialog(file, _source_of_form())


def _publish_dialog(file: str, source: str, *, theirs: bool = False) -> str:
    desk, lying = _known(file), read_lying(_studio().root / file)
    before, after = (analyse(desk, file, text, g.language) for text in (lying.text, source))
    is_counted = kind_of(file) == "workflow" and not after.has_errors
    return render_template(
        "publish.html",
        file=file,
        after=after,
        changes=changes_between(before, after),
        counts=(matching(before), matching(after)) if is_counted else None,
        base=lying.name,
        theirs=theirs,
        is_foreign=lying.is_foreign,
    )


@pages.post("/publish/<path:file>")
def publish(file: str) -> tuple[str, int] | str | Response:
    """Write the text into its file. Where that has changed since, nothing is written and both are shown."""
    desk, studio = _known(file), _studio()
    source, path = _source_of_form(), studio.root / file
    if analyse(desk, file, source, g.language).has_errors:
        return _publish_dialog(file, source), 422
    with studio.writing:
        lying, drafts = read_lying(path), Drafts(studio.root, _ME)
        if lying.is_foreign:
            return _publish_dialog(file, source), 422
        if lying.name not in {request.form.get("base"), request.form.get("over")}:
            return _publish_dialog(file, source, theirs=True), 409
        write_whole(path, lying.bytes_with(source))
        draft = drafts.get(file)
        if draft is not None and (draft.text == source or draft.name == request.form.get("draft")):
            drafts.drop(file)  # what another window has kept since stays
    try:
        studio.record(file)
    except EngineError:  # the file says it; the next night, or whoever publishes next, finds that out
        return render_template("published.html")
    answer = Response("", 204)
    answer.headers["HX-Refresh"] = "true"
    return answer


@pages.post("/complete/<path:file>")
def complete_text(file: str) -> Response:
    """What may stand at a place."""
    asked = _asked()
    line, column = _place(asked)
    workspace = _known(file).workspace
    return jsonify(complete(workspace, file, _source(asked), line, column, g.language))


@pages.post("/hover/<path:file>")
def explain_text(file: str) -> Response | tuple[str, int]:
    """What stands at a place; nothing where there is nothing to say."""
    asked, desk = _asked(), _known(file)
    line, column = _place(asked)
    told = hover(desk.workspace, file, _source(asked), line, column, g.language, at=desk.clock.now)
    return ("", 204) if told is None else jsonify(told)


def _place(asked: dict[str, Any]) -> tuple[int, int]:
    """Line and column of a question, from 1."""
    line, column = asked.get("line"), asked.get("column")
    if not isinstance(line, int) or not isinstance(column, int) or min(line, column) < 1:
        abort(400)
    return line, column


def _known(file: str) -> Desk:
    """The desk; only files of the workspace are there, whatever a path says."""
    desk = _studio().desk()
    if file not in desk.workspace.documents or not kind_of(file):
        abort(404)
    return desk


def _asked() -> dict[str, Any]:
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        abort(400)
    return asked


def _source_of_form() -> str:
    """The text on the screen, as a form brings it."""
    source = request.form.get("source")
    if source is None:
        abort(400)
    return source.replace("\r\n", "\n")


def _source(asked: dict[str, Any]) -> str:
    source = asked.get("source")
    if not isinstance(source, str):
        abort(400)
    return source.encode("utf-8", errors="replace").decode()  # half a character is none


def _clock(desk: Desk, moment: datetime) -> str:
    return f"{moment.astimezone(desk.clock.zone):%H:%M}"


def _answer(found: Analysis, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": asked.get("seq", 0),
        "parsed": found.is_parsed,
        "broken": None if found.is_parsed else found.broken,
        "broken_line": None if found.is_parsed else found.broken["line"],
        "diagnostics": found.problems,
        "regions": _rendered(found),
    }


def _rendered(found: Analysis) -> dict[str, str]:
    return {
        name: render_template(f"regions/{name}.html", **facts, paths_of=found.steps_path)
        for name, facts in regions_of(found, words_in(found.language)).items()
    }
