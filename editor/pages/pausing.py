"""A workflow rests, or runs again: what happens to those who wait is told before."""

from __future__ import annotations

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from editor.analysis import analyse
from editor.auditing import note
from editor.pages.given import known, me, moment_of, pages
from editor.pages.versions import id_in
from editor.rights import Right, needs
from editor.words import words_in
from engine import WrongUsage


@pages.get("/workflows/<path:file>/pause")
@needs(Right.PUBLISH)
def ask_pause(file: str) -> str:
    """What pausing or resuming would mean, and the button."""
    desk = known(file)
    document = desk.workspace.documents.get(file)
    name = id_in(desk, file)
    if document is None or not name:
        abort(404)
    found = analyse(desk, file, document.text, g.language)
    return render_template(
        "pause.html",
        file=file,
        name=found.name,
        is_paused_by_file=found.is_paused,
        resting=desk.releases.resting().get(name),
        waiting=desk.releases.waiting(name),
        when=lambda moment: moment_of(desk, moment),
    )


@pages.post("/workflows/<path:file>/pause")
@needs(Right.PUBLISH)
def pause(file: str) -> Response:
    """Let it rest."""
    desk, say = known(file), words_in(g.language).say
    because = request.form.get("because", "").strip()
    try:
        changed = desk.duty.pause(id_in(desk, file), me(), because)
    except WrongUsage:  # its file was never good, so nothing of it can run
        abort(404)
    if changed:
        note("paused", file, because=because)
    flash(say("pausing.paused") if changed else say("pausing.paused_already"))
    return redirect(url_for("workflows.workflow", file=file))


@pages.post("/workflows/<path:file>/resume")
@needs(Right.PUBLISH)
def resume(file: str) -> Response:
    """Let it run again, from its next time on."""
    desk, say = known(file), words_in(g.language).say
    try:
        changed = desk.duty.resume(id_in(desk, file))
    except WrongUsage:
        abort(404)
    if changed:
        note("resumed", file)
    flash(say("pausing.resumed") if changed else say("pausing.resumed_already"))
    return redirect(url_for("workflows.workflow", file=file))
