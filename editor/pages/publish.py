"""Publishing: first what it would change, then the file is written."""

from __future__ import annotations

from flask import Response, g, render_template, request

from editor.analysis import analyse
from editor.auditing import note
from editor.drafts import Drafts
from editor.files import read_lying
from editor.pages.given import known, me, pages, source_of_form, studio_here
from editor.publishing import changes_between, matching
from editor.rights import Right, needs
from editor.vocabulary import kind_of
from engine import EngineError, write_whole


@pages.post("/changes/<path:file>")
@needs(Right.DRAFT)
def show_changes(file: str) -> str:
    """What publishing the text on the screen would change, and for how many."""
    return _dialog(file, source_of_form())


def _dialog(file: str, source: str, *, theirs: bool = False) -> str:
    desk, lying = known(file), read_lying(studio_here().root / file)
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
@needs(Right.PUBLISH)
def publish(file: str) -> tuple[str, int] | str | Response:
    """Write the text into its file. Where that has changed since, nothing is written and both are shown."""
    desk, studio = known(file), studio_here()
    source, path = source_of_form(), studio.root / file
    if analyse(desk, file, source, g.language).has_errors:
        return _dialog(file, source), 422
    with studio.writing:
        lying, drafts = read_lying(path), Drafts(studio.root, me())
        if lying.is_foreign:
            return _dialog(file, source), 422
        if lying.name not in {request.form.get("base"), request.form.get("over")}:
            return _dialog(file, source, theirs=True), 409
        write_whole(path, lying.bytes_with(source))
        note("published", file)
        draft = drafts.get(file)
        if draft is not None and (draft.text == source or draft.name == request.form.get("draft")):
            drafts.drop(file)  # what another window has kept since stays
    try:
        studio.record(file, me())
    except EngineError:  # the file says it; the next night, or whoever publishes next, finds that out
        return render_template("published.html")
    answer = Response("", 204)
    answer.headers["HX-Refresh"] = "true"
    return answer
