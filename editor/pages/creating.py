"""New workflows: from a playbook, from nothing, from a text, from another workflow of the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from editor.analysis import analyse
from editor.auditing import note
from editor.creating import (
    ID,
    TRIGGERS,
    awakened,
    blank,
    file_of,
    folders,
    is_free,
    playbooks,
    renamed,
    shipped_desk,
    suggested_id,
    taken_ids,
)
from editor.files import digest_of, read_lying
from editor.pages.given import known, me, my_drafts, pages, studio_here
from editor.releasing import Release, release
from editor.rights import Right, may, needs
from editor.searching import Search
from editor.words import words_in
from engine import (
    Desk,
    describe,
    diagnostics_json,
    needs_of,
    taken_along,
    written_id,
)

_LONGEST = 256 * 1024


@dataclass(frozen=True)
class Named:
    """What somebody calls a new workflow; `problem` is the key of what is wrong with that."""

    key: str
    name: str
    folder: str
    problem: str = ""

    @property
    def file(self) -> str:
        """Where it will lie."""
        return file_of(self.folder, self.key)


def _named(desk: Desk, before: str = "") -> Named:
    """What a form says; an id that is not said is suggested."""
    name = " ".join(request.form.get("name", "").split())[:200]
    taken = taken_ids(desk, my_drafts())
    key = request.form.get("id", "").strip() or suggested_id(name, taken, before)
    folder = request.form.get("folder", "")
    if folder not in folders(desk):
        abort(400)
    problem = ""
    if not name:
        problem = "name_missing"
    elif not ID.fullmatch(key):
        problem = "id_wrong"
    elif key in taken or not is_free(studio_here().root, file_of(folder, key)):
        problem = "id_taken"
    return Named(key, name, folder, problem)


def _begin(named: Named, text: str) -> Response:
    """Keep it as a draft, and open it."""
    with studio_here().writing:
        my_drafts().put(named.file, text, digest_of(""), "")
    note("created", named.file, id=named.key)
    flash(words_in(g.language).say("new.begun"))
    return redirect(url_for("workflows.workflow", file=named.file))


def _page(problem: str = "", at: str = "", code: int = 200, **more: Any) -> tuple[str, int]:
    """The page where one begins; what was filled in stays."""
    desk, shipped = studio_here().desk(), shipped_desk()
    search = Search.of(request.args.get("q", ""))
    told = describe(shipped.outlooks(list(playbooks(shipped))), shipped.workspace, g.language)
    rows = zip(playbooks(shipped), told, strict=True)
    offered = [(file, one) for file, one in rows if search.finds(one.name, one.trigger, one.who, file)]
    taken = taken_ids(desk, my_drafts())
    facts = {
        "problem": problem,
        "at": at,
        "given": request.form,
        "modules": [(one.key, one.labels.of(g.language)) for one in desk.workspace.model.modules.values()],
        "triggers": list(TRIGGERS),
        "folders": folders(desk),
        "suggested": suggested_id(request.form.get("name", ""), taken),
        "playbooks": offered,
        "q": request.args.get("q", ""),
    }
    return render_template("new.html", **{**facts, **more}), code


@pages.get("/new")
@needs(Right.DRAFT)
def new() -> tuple[str, int]:
    """Where a new workflow may come from."""
    return _page()


@pages.post("/new/blank")
@needs(Right.DRAFT)
def new_blank() -> tuple[str, int] | Response:
    """From nothing."""
    desk = studio_here().desk()
    named, module, trigger = _named(desk), request.form.get("module", ""), request.form.get("trigger", "")
    own = desk.workspace.model.modules.get(module)
    if own is None or trigger not in TRIGGERS:
        abort(400)
    if named.problem:
        return _page(named.problem, "blank", 422)
    step = words_in(g.language).say("new.first_step")
    label = own.labels.of(desk.workspace.settings.language)
    return _begin(named, blank(named.key, named.name, module=label, trigger=trigger, step=step))


@pages.post("/new/file")
@needs(Right.DRAFT)
def new_from_file() -> tuple[str, int] | Response:
    """From a text that somebody has; what is wrong in it is shown before it is kept."""
    desk = studio_here().desk()
    uploaded = request.files.get("file")
    raw = uploaded.read(_LONGEST + 1) if uploaded else b""
    text = raw.decode("utf-8-sig", errors="replace") if raw else request.form.get("text", "")
    text = text.replace("\r\n", "\n")
    if not text.strip() or len(text.encode()) > _LONGEST:
        return _page("text_missing" if not text.strip() else "text_long", "file", 422)
    tried = desk.trying("new.yaml", text).workspace.documents["new.yaml"]
    written, folder = written_id(tried), request.form.get("folder", "")
    key = request.form.get("id", "").strip() or written
    if folder not in folders(desk):
        abort(400)
    if not ID.fullmatch(key):
        return _page("id_wrong" if key else "id_asked", "file", 422, text=text)
    if key in taken_ids(desk, my_drafts()) or not is_free(studio_here().root, file_of(folder, key)):
        return _page("id_taken", "file", 422, text=text, asks_id=True)
    named = Named(key, key, folder)
    changed = text if key == written else renamed(text, key, "", named.file)
    found = analyse(desk, named.file, changed or text, g.language)
    if found.has_errors and request.form.get("sure") != "yes":
        problems = diagnostics_json(found.diagnostics, g.language, {named.file: found.document})
        return _page("", "file", 422, text=text, problems=problems)
    return _begin(named, changed or text)


@pages.route("/new/playbook/<path:playbook>", methods=["GET", "POST"])
@needs(Right.DRAFT)
def new_from_playbook(playbook: str) -> tuple[str, int] | Response:
    """From one that ships: what it needs, what of that is here, what is to be taken along."""
    shipped, desk = shipped_desk(), studio_here().desk()
    if playbook not in set(playbooks(shipped)):
        abort(404)
    asked = needs_of(shipped.workspace, playbook, desk.workspace)
    source = shipped.workspace.documents[playbook].text
    before = written_id(shipped.workspace.documents[playbook])
    found = analyse(shipped, playbook, source, g.language)
    problem = ""
    if request.method == "POST":
        named = _named(desk, before)
        problem = named.problem or (
            "may_not_take" if request.form.get("take") and not may(Right.PUBLISH) else ""
        )
        text = renamed(awakened(source, playbook), named.key, named.name, playbook)
        if not problem and text is not None:
            if not request.form.get("take") or _take_along(shipped, playbook):
                return _begin(named, text)
            problem = "take_again"
    page = render_template(
        "playbook.html",
        playbook=playbook,
        found=found,
        needs=asked,
        takeable=[one for one in asked if one.can_be_taken],
        lacking=[one for one in asked if not one.is_there and not one.can_be_taken],
        folders=folders(desk),
        suggested=suggested_id("", taken_ids(desk, my_drafts()), before),
        given=request.form,
        problem=problem,
    )
    return page, 422 if problem else 200


def _take_along(shipped: Desk, playbook: str) -> bool:
    """Copy what is missing now into the shared files; nothing runs on it yet.

    False where somebody has changed one of them in the meantime: nothing of theirs is written over.
    """
    studio = studio_here()
    with studio.writing:
        desk = studio.desk()
        asked = needs_of(shipped.workspace, playbook, desk.workspace)
        missing = [one for one in asked if one.can_be_taken]
        wanted = taken_along(shipped.workspace, desk.workspace, missing)
        found = {file: read_lying(studio.root / file) for file in wanted}
        for file, lying in found.items():
            known = desk.workspace.documents.get(file)
            is_same = normalize("NFC", lying.text) == ("" if known is None else _lines_of(known.text))
            if not is_same or lying.is_foreign:
                return False
        for file, text in wanted.items():
            if not release(studio, Release(file, _lines_of(text), {found[file].name}, me())).is_written:
                return False
            note("published", file, taken_from="playbook")
    return True


def _lines_of(text: str) -> str:
    """As the editor has texts, whatever ends their lines on the disk."""
    return text.replace("\r\n", "\n")


@pages.route("/duplicate/<path:file>", methods=["GET", "POST"])
@needs(Right.DRAFT)
def duplicate(file: str) -> tuple[str, int] | Response:
    """From another workflow of the workspace, as it is published."""
    desk = known(file)
    document = desk.workspace.documents.get(file)
    if document is None or document.root is None:
        abort(404)
    before, problem = written_id(document), ""
    name = analyse(desk, file, document.text, g.language).name
    if request.method == "POST":
        named = _named(desk, before)
        problem = named.problem
        text = renamed(document.text, named.key, named.name, file)
        if not problem and text is not None:
            return _begin(named, text)
    page = render_template(
        "duplicate.html",
        file=file,
        name=name,
        folder=file.rpartition("/")[0],
        folders=folders(desk),
        suggested=suggested_id("", taken_ids(desk, my_drafts()), before),
        given=request.form,
        problem=problem,
    )
    return page, 422 if problem else 200


@pages.post("/workflows/<path:file>/discard")
@needs(Right.DRAFT)
def discard(file: str) -> Response:
    """Throw my draft away; of a new workflow nothing is left."""
    known(file)
    my_drafts().drop(file)
    flash(words_in(g.language).say("drafts.discarded"))
    return redirect(url_for("workflows.index"))
