"""Dry runs: begun from the text on the screen, watched, stopped, looked at list by list, one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from editor.analysis import analyse
from editor.auditing import note
from editor.keeping import LARGEST_UPLOAD, MOST_FILES
from editor.mails import FRAME, shown
from editor.pages.effect import effect_of, failure_in_words, gone_effect, news_of_effect
from editor.pages.given import known, me, pages, source_of_form, studio_here
from editor.rights import Right, needs
from editor.studio import SAMPLES
from editor.telling import (
    Choice,
    failing,
    letter_at,
    listed,
    rows_as_csv,
    rows_as_json,
    sought_in,
    why_of,
)
from editor.trials import EFFECT, Asked, Foot, Trial, Trials
from editor.trying import STORE, UPLOAD, asked_before, blind_of, noted
from editor.words import words_in
from engine import EngineError, FilesRejected, LetterTold

_FIRST_YEAR, _LAST_YEAR = 1970, 2200
"""Between these a dry run may be asked for; lengths before and next times behind need their room."""
_AT_ONCE = 0.5
"""Seconds in which a short dry run answers without progress."""


def trials_here() -> Trials:
    """The dry runs of this server."""
    found = current_app.extensions["trials"]
    assert isinstance(found, Trials)
    return found


# --- beginning and watching ---------------------------------------------------------------------------------


@pages.post("/dry-run/<path:file>")
@needs(Right.DRAFT)
def try_out(file: str) -> str | Answer | tuple[str, int]:
    """Try the text on the screen."""
    known(file)
    trials = trials_here()
    name = trials.new_id()
    folder = trials.keeping.of(me(), name)
    data = request.form.get("data", "")
    if data not in {SAMPLES, STORE, UPLOAD}:
        abort(400)
    files = _brought() if data == UPLOAD else []
    if data == UPLOAD and not 1 <= len(files) <= MOST_FILES:
        told = words_in(g.language).say("dry.no_files", most=MOST_FILES)
        return render_template("trials/failed.html", trial=None, problem=told, hint=""), 422
    uploads = trials.keeping.put(folder, files)
    record = request.form.get("record", "").strip()
    asked = Asked(file, source_of_form(), data, _moment_asked(), record, g.language, uploads)
    trial = begun(trials, Trial(name, me(), asked, folder))
    if "HX-Request" in request.headers:
        return _rendered(trial, _choice())
    return redirect(url_for(".dry_run", name=trial.id), 303)


def begun(trials: Trials, trial: Trial, patience: float = _AT_ONCE) -> Trial:
    """Begin; a short one has ended before the page is shown."""
    trials.keeping.sweep(datetime.now(UTC))
    keep(trials, trial)
    trials.start(trial)
    trial.finished.wait(patience)
    return trial


def keep(trials: Trials, trial: Trial) -> None:
    """Keep what was asked, and what stands below it, for after a restart."""
    trials.keeping.note(trial.folder, noted(trial))


def _moment_asked() -> datetime | None:
    """A day, or a day and a time on the workspace's clock; None for now."""
    written = request.form.get("at", "")
    try:
        at = datetime.fromisoformat(written) if written else None
    except ValueError:
        abort(400)
    if at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        abort(400)
    return at


def _brought() -> list[tuple[str, str, bytes]]:
    """The files of a form: name, module, content."""
    files = [one for one in request.files.getlist("files") if one.filename]
    module = request.form.get("module", "") if len(files) == 1 else ""
    return [(one.filename or "", module, one.read(LARGEST_UPLOAD + 1)) for one in files]


@pages.get("/dry-runs/<name>")
@needs(Right.DRAFT)
def dry_run(name: str) -> str | Answer | tuple[str, int]:
    """A dry run as it stands: its progress, or its result with the list that is asked for."""
    trial = trials_here().get(name, me())
    if trial is None:
        return _gone(name)
    return _page(trial, _rendered(trial, _choice()))


@pages.get("/dry-runs/<name>/progress")
@needs(Right.DRAFT)
def dry_run_progress(name: str) -> str:
    """How far it has come, for who watches; the result as soon as there is one."""
    trial = trials_here().get(name, me())
    if trial is None:
        return _gone_part(name)
    if trial.stopper.is_stopped:
        trial.stop()  # it may have begun another statement since
    return _news_of(trial) if trial.is_effect else _rendered(trial, _choice())


def _news_of(trial: Trial) -> str:
    """What an effect has come to since the page was last told."""
    since = request.args.get("since", 0, type=int)
    return news_of_effect(trial, max(since, 0), in_dialog="dialog" in request.args)


@pages.post("/dry-runs/<name>/stop")
@needs(Right.DRAFT)
def stop_dry_run(name: str) -> str | Answer:
    """Stop it; what is there already stays."""
    trial = trials_here().get(name, me())
    if trial is None and "dialog" in request.args:
        return _gone_part(name)
    if trial is None:
        abort(404)
    trial.stop()
    if trial.is_effect and "dialog" in request.args:
        return _news_of(trial)
    if "HX-Request" in request.headers:
        return _rendered(trial, _choice())
    return redirect(url_for(".dry_run", name=name), 303)


@pages.post("/dry-runs/<name>/again")
@needs(Right.DRAFT)
def repeat_dry_run(name: str) -> str | Answer:
    """Run the same text on the same data anew."""
    was, _ = _was(name) or (None, None)
    if was is None or was.aim == EFFECT:  # that is begun from the dialog, which has what else was wished
        abort(404)
    trials = trials_here()
    new = trials.new_id()
    folder = trials.keeping.of(me(), new)
    paths = [(one.name, one.module, one.path.read_bytes()) for one in was.uploads if one.path.is_file()]
    asked = Asked(
        was.file, was.text, was.data, was.at, was.record, g.language, trials.keeping.put(folder, paths)
    )
    trial = begun(trials, Trial(new, me(), asked, folder))
    if "HX-Request" in request.headers:
        return _rendered(trial, _choice())
    return redirect(url_for(".dry_run", name=trial.id), 303)


# --- people, messages, files --------------------------------------------------------------------------------


@pages.get("/dry-runs/<name>/find")
@needs(Right.DRAFT)
def find_in_dry_run(name: str) -> str | Answer | tuple[str, int]:
    """Why (not) somebody: their own page; where nobody is called so, who is nearly."""
    trial = trials_here().get(name, me())
    if trial is None:
        return _gone(name)
    asked = request.args.get("q", "").strip()
    if not asked:
        return redirect(url_for(".dry_run", name=name))
    if not trial.is_shown:
        return _page(trial, _rendered(trial, _choice()))
    sought = sought_in(trial, asked)
    if sought.key:
        return _person(trial, sought.key)
    return _page(trial, _rendered(trial, _choice(), q=asked, sought=sought))


@pages.get("/dry-runs/<name>/records/<path:key>")
@needs(Right.DRAFT)
def record_of_dry_run(name: str, key: str) -> str | Answer | tuple[str, int]:
    """One record: every condition with what it saw, what stands before them, what would be done."""
    trial = trials_here().get(name, me())
    return _gone(name) if trial is None else _person(trial, key)


def _person(trial: Trial, key: str) -> str | Answer | tuple[str, int]:
    if not trial.is_shown and not trial.is_effect:
        return _page(trial, _rendered(trial, _choice()))
    workflow = request.args.get("of", "")
    if trial.desk is None or (trial.is_effect and workflow not in trial.workflows):
        abort(404)
    try:
        why = why_of(trial, key, g.language, workflow)
    except FilesRejected:
        raise
    except EngineError:
        if trial.is_effect:
            abort(404)
        body = _rendered(trial, _choice(), q=key, sought=sought_in(trial, key))
        return _page(trial, body), 422 if "HX-Request" in request.headers else 404
    body = render_template("trials/why.html", trial=trial, why=why, file=trial.asked.file, of=workflow)
    return _page(trial, body)


@pages.get("/dry-runs/<name>/messages/<int:number>/html")
@needs(Right.DRAFT)
def mail_of_dry_run(name: str, number: int) -> Response:
    """An HTML mail by itself, for the frame it is shown in."""
    trial = _mine(name)
    found = letter_at(trial, number, g.language)
    return _framed(None if found is None else found.letter)


@pages.get("/dry-runs/<name>/mails/<int:number>/<path:key>")
@needs(Right.DRAFT)
def mail_to_record(name: str, number: int, key: str) -> Response:
    """The same of one record: which of its messages, counted from 1."""
    trial, workflow = _mine(name), request.args.get("of", "")
    if trial.desk is None or (trial.is_effect and workflow not in trial.workflows):
        abort(404)
    letters = why_of(trial, key, g.language, workflow).letters
    return _framed(letters[number - 1] if 1 <= number <= len(letters) else None)


def _framed(letter: LetterTold | None) -> Response:
    if letter is None or not letter.is_html:
        abort(404)
    image = words_in(g.language).say("template.image")
    answer = Response(shown(letter.body, g.nonce, image), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = FRAME.format(nonce=g.nonce)
    return answer


@pages.get("/dry-runs/<name>/list.json")
@needs(Right.DRAFT)
def dry_run_json(name: str) -> Response:
    """The records of a list, for programs."""
    return _list_of_dry_run(name, "json")


@pages.get("/dry-runs/<name>/list.csv")
@needs(Right.DRAFT)
def dry_run_csv(name: str) -> Response:
    """The records of a list, for a spreadsheet."""
    return _list_of_dry_run(name, "csv")


def _list_of_dry_run(name: str, kind: str) -> Response:
    trial, choice = _mine(name), _choice()
    if not trial.is_shown:
        abort(404)
    write, mimetype = (rows_as_json, "application/json") if kind == "json" else (rows_as_csv, "text/csv")
    answer = Response(write(trial, choice, g.language), mimetype=mimetype)
    note("exported", trial.asked.file, of="dry run", list=choice.tab, format=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="dry-run-{choice.tab}.{kind}"'
    return answer


@pages.get("/dry-runs/<name>/refused/<int:number>")
@needs(Right.DRAFT)
def refused_of_dry_run(name: str, number: int) -> Response:
    """The rows of an uploaded file that were refused, with their reasons."""
    taken = _mine(name).taken
    path = taken[number].path if number < len(taken) else None
    if path is None or not path.is_file():
        abort(404)
    answer = Response(path.read_bytes(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="refused.csv"'
    return answer


# --- parts --------------------------------------------------------------------------------------------------


def _mine(name: str) -> Trial:
    found = trials_here().get(name, me())
    if found is None:
        abort(404)
    return found


def _choice() -> Choice:
    """Which list is asked for, and which page of it."""
    return Choice.of(request.args)


def _rendered(trial: Trial, choice: Choice, **more: Any) -> str:
    """A dry run as it stands, as a fragment."""
    if trial.is_effect:
        return effect_of(trial)
    if not trial.is_shown:
        return _unfinished(trial)
    if trial.asked.record and not more and request.args.keys().isdisjoint({"tab", "only", "lacks", "page"}):
        more = _about_one(trial)
        if "body" in more:
            return str(more["body"])
    try:
        found = listed(trial, choice, g.language)
    except EngineError as failure:
        told, hint = failure_in_words(failure)
        return render_template("trials/failed.html", trial=trial, problem=told, hint=hint)
    head = trial.heads[g.language]
    here = url_for(".dry_run", name=trial.id)
    return render_template(
        "trials/result.html",
        **{"trial": trial, "head": head, "choice": choice, "shown": found, "link": _links(here), **more},
        failing=failing(trial, g.language),
        blind=blind_of(trial),
    )


def _about_one(trial: Trial) -> dict[str, Any]:
    """Who has asked about one record sees it first; where there is none of that name, the whole, and why."""
    asked = trial.asked.record
    sought = sought_in(trial, asked)
    if not sought.key:
        return {"q": asked, "sought": sought}
    why = why_of(trial, sought.key, g.language)
    return {"body": render_template("trials/why.html", trial=trial, why=why, file=trial.asked.file, of="")}


def _links(here: str) -> Any:
    def link(**query: Any) -> str:
        told = {name: value for name, value in query.items() if value}
        return f"{here}?{urlencode(told)}#dry-list" if told else f"{here}#dry-list"

    return link


def _unfinished(trial: Trial) -> str:
    if trial.is_running:
        says = trial.may_say()
        return render_template("trials/progress.html", trial=trial, says=says)
    if trial.state == "stopped":
        return render_template("trials/stopped.html", trial=trial)
    told, hint = ("", "") if trial.problem is None else failure_in_words(trial.problem)
    if isinstance(trial.problem, FilesRejected):
        told, hint = "", ""
    return render_template("trials/failed.html", trial=trial, problem=told, hint=hint)


def _page(trial: Trial, body: str) -> str:
    say = words_in(g.language).say
    name = analyse(studio_here().desk(), trial.asked.file, trial.asked.text, g.language).name
    title = say("effect.title", name=name) if trial.is_effect else say("dry.title", name=name)
    return render_template("trials/page.html", body=body, file=trial.asked.file, trial=trial, title=title)


def _was(name: str) -> tuple[Asked, Foot | None] | None:
    """What was asked in a dry run, though the server knows it no more, and what stood below it."""
    found = trials_here().get(name, me())
    if found is not None:
        return found.asked, found.foot
    return asked_before(trials_here().keeping, me(), name, g.language)


def _gone(name: str) -> tuple[str, int]:
    """It is over an hour old, or the server has been started anew."""
    was = _was(name)
    file = "" if was is None else was[0].file
    return render_template("trials/page.html", body=_gone_part(name), file=file, trial=None, title=""), 404


def _gone_part(name: str) -> str:
    """The same for who has been watching it, with what helps."""
    was = _was(name)
    if "dialog" in request.args:
        return gone_effect("" if was is None else was[0].file, None if was is None else was[1])
    is_effect = was is not None and was[0].aim == EFFECT
    return render_template("trials/gone.html", name=name, can_repeat=was is not None, is_effect=is_effect)
