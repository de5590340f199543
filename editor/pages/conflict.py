"""A file that changed while somebody worked on it: what it was, theirs and mine beside one another."""

from __future__ import annotations

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from editor.analysis import analyse
from editor.auditing import note
from editor.drafts import Draft, Drafts
from editor.files import Lying, digest_of, read_lying
from editor.merging import merge
from editor.pages.given import demand_kind, known, me, moment_of, my_drafts, pages, studio_here
from editor.publishing import changes_between
from editor.rights import Right, needs
from editor.words import words_in
from engine import Desk, EngineError, Published


@pages.get("/workflows/<path:file>/conflict")
@needs(Right.DRAFT)
def conflict(file: str) -> str | Answer:
    """Both sides, what each has changed, and the ways on."""
    desk, draft, lying = _sides(file)
    if draft is None or draft.base == lying.name or is_gone(file, draft.base):
        return redirect(url_for("workflows.workflow", file=file))
    began = draft.began
    mine, theirs = (analyse(desk, file, text, g.language) for text in (draft.text, lying.text))
    base = None if began is None else analyse(desk, file, began, g.language)
    merged = None if began is None else merge(began, draft.text, lying.text)
    return render_template(
        "conflict.html",
        file=file,
        name=mine.name,
        base=base,
        mine=mine,
        theirs=theirs,
        my_changes=changes_between(base or theirs, mine),
        their_changes=None if base is None else changes_between(base, theirs),
        merged=merged,
        who=last_change(desk, file, lying),
        when=lambda moment: moment_of(desk, moment),
    )


def is_gone(file: str, base: str) -> bool:
    """Whether a file that somebody works on has been deleted; one that is new was never there."""
    return base != digest_of("") and not (studio_here().root / file).exists()


def _sides(file: str) -> tuple[Desk, Draft | None, Lying]:
    return known(file), my_drafts().get(file), read_lying(studio_here().root / file)


def last_change(desk: Desk, file: str, lying: Lying) -> Published | None:
    """Who has published the text that lies there; None where nobody knows: it was changed by hand."""
    try:
        found = max(
            (one for one in desk.releases.newest().values() if one.file == file), default=None, key=_row
        )
        is_it = found is not None and desk.releases.files_of(found).get(file) == lying.text
    except EngineError:  # the database is away
        return None
    return found if is_it and found is not None and found.by != "automatic" else None


def _row(one: Published) -> int:
    return one.row


@pages.post("/workflows/<path:file>/conflict")
@needs(Right.DRAFT)
def settle_conflict(file: str) -> Answer:
    """Put both together, keep mine, or take theirs; always in the draft, never in the file."""
    say, way = words_in(g.language).say, request.form.get("way")
    with studio_here().writing:
        _, draft, lying = _sides(file)
        if draft is None:
            return redirect(url_for("workflows.workflow", file=file))
        drafts = my_drafts()
        if request.form.get("draft") != draft.name or request.form.get("over") != lying.name:
            flash(say("conflict.moved_on"))
            return redirect(url_for("workflows.conflict", file=file))
        if way == "merge" and draft.began is not None:
            merged = merge(draft.began, draft.text, lying.text)
            drafts.put(file, merged.text, lying.name, lying.text)
            count = len(merged.clashes)
            flash(say("conflict.merged_clashes", count=count) if count else say("conflict.merged"))
        elif way == "mine":
            drafts.put(file, draft.text, lying.name, lying.text)
            flash(say("conflict.put_back") if lying.name == digest_of("") else say("conflict.kept_mine"))
        elif way == "theirs":
            drafts.drop(file)
            flash(say("conflict.took_theirs"))
        else:
            abort(400)
    return redirect(url_for("workflows.workflow", file=file, tab="yaml"))


@pages.get("/newer/<path:file>")
@needs(Right.READ)
def newer(file: str) -> str | Response:
    """Asked from time to time: whether the file is another one by now than the page began with."""
    demand_kind(file)
    has_draft, base = my_drafts().get(file) is not None, request.args.get("base", "")
    if is_gone(file, base):
        return render_template("newer.html", file=file, is_gone=True, has_draft=has_draft)
    desk = known(file)
    lying = read_lying(studio_here().root / file)
    if lying.name == base:
        return Response("", 204)
    who = last_change(desk, file, lying)
    return render_template(
        "newer.html", file=file, who=who, has_draft=has_draft, when=lambda moment: moment_of(desk, moment)
    )


# --- drafts of other people -------------------------------------------------------------------------------


def drafts_of_others(file: str) -> list[tuple[str, Draft]]:
    """Who else has an unpublished draft of a file, and the draft."""
    found = ((one.person, one.get(file)) for one in my_drafts().others())
    return [(person, draft) for person, draft in found if draft is not None]


def _theirs(file: str, person: str) -> Draft:
    """Somebody's draft. It may be of a file that is nowhere else yet."""
    demand_kind(file)
    found = next((draft for name, draft in drafts_of_others(file) if name == person), None)
    if found is None:
        abort(404)
    return found


@pages.get("/workflows/<path:file>/drafts/<person>")
@needs(Right.DRAFT)
def show_draft(file: str, person: str) -> str:
    """What somebody else has written and not published, compared with mine or with the file."""
    theirs, desk = _theirs(file, person), studio_here().desk()
    own, lying = my_drafts().get(file), read_lying(studio_here().root / file)
    mine = lying.text if own is None else own.text
    before, after = (analyse(desk, file, text, g.language) for text in (mine, theirs.text))
    return render_template(
        "draft.html",
        file=file,
        person=person,
        draft=theirs,
        name=after.name,
        has_own=own is not None,
        changes=changes_between(before, after),
        when=lambda moment: moment_of(desk, moment),
    )


@pages.post("/workflows/<path:file>/drafts/<person>")
@needs(Right.DRAFT)
def take_over(file: str, person: str) -> Answer:
    """Copy somebody's draft into mine; theirs stays."""
    theirs = _theirs(file, person)
    with studio_here().writing:
        drafts = Drafts(studio_here().root, me())
        if drafts.get(file) is not None and request.form.get("sure") != "yes":
            flash(words_in(g.language).say("drafts.be_sure"))
            return redirect(url_for("workflows.show_draft", file=file, person=person))
        drafts.put(file, theirs.text, theirs.base, theirs.began)
    note("took_over", file, person=person)
    flash(words_in(g.language).say("drafts.taken", person=person))
    return redirect(url_for("workflows.workflow", file=file))
