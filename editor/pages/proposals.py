"""What waits for a second person: seen by whoever may publish, decided by anybody but its author."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from editor.auditing import note
from editor.drafts import Drafts
from editor.files import CannotWrite, digest_of
from editor.pages.beside import beside
from editor.pages.deeds import in_words
from editor.pages.effect import effect_of
from editor.pages.given import demand_kind, me, moment_of, pages, studio_here
from editor.pages.publish import Case, Wish, case_at, facts_of, tell_released, waited_for, weighed
from editor.releasing import Release, release
from editor.rights import Right, may, needs
from editor.trials import Foot
from editor.vocabulary import kind_of
from editor.words import words_in
from engine import OnChange, Proposal, ProposalState

_DECIDED = 50
_AT_ONCE, _WAITED = 0.3, 10.0


@pages.get("/proposals")
@needs(Right.DRAFT)
def proposals() -> str:
    """What waits, and what was decided lately."""
    desk = studio_here().desk()
    return render_template(
        "proposals.html",
        waiting=_mine_to_see(desk.releases.proposals()),
        decided=_mine_to_see(desk.releases.proposals(is_open=False, limit=_DECIDED)),
        me=me(),
        when=lambda moment: moment_of(desk, moment),
    )


@beside("/proposals", "proposals", Right.DRAFT)
def all_proposals() -> list[dict[str, Any]]:
    """The same for programs: what waits first."""
    releases = studio_here().desk().releases
    found = [*releases.proposals(), *releases.proposals(is_open=False, limit=_DECIDED)]
    return [
        {
            "id": one.id,
            "file": one.file,
            "by": one.by,
            "at": one.at.isoformat(),
            "note": one.note,
            "state": str(one.state),
            "decided_by": one.decided_by,
            "decided_at": one.decided_at and one.decided_at.isoformat(),
            "because": one.because,
        }
        for one in _mine_to_see(found)
    ]


def _mine_to_see(some: list[Proposal]) -> list[Proposal]:
    """Those of the workspace's own files are for admins."""
    return [one for one in some if may(Right.ADMIN) or kind_of(one.file) != "workspace"]


def _of(number: int) -> Proposal:
    found = studio_here().desk().releases.proposal(number)
    if found is None:
        abort(404)
    demand_kind(found.file)
    return found


def _case(one: Proposal) -> Case:
    trial, is_unwaited = waited_for()
    on_change = OnChange(one.on_change)
    wish = Wish(one.file, one.text, one.note, "", on_change, "", trial=trial, is_unwaited=is_unwaited)
    return case_at(studio_here().desk(), wish)


def _foot(one: Proposal, *, decides: bool = True) -> Foot:
    url = url_for("workflows.publish_proposal", number=one.id)
    return Foot(url, "", number=one.id, is_shown=decides)


def _holds(one: Proposal, case: Case) -> bool:
    """Whether the file still says what it was written against, or says it already."""
    return case.lying.name in {one.base, digest_of(one.text)}


def _bars(case: Case) -> list[str]:
    """What stands in the way of publishing it."""
    return [key for key in case.blocks() if key != "nothing"]


@pages.get("/proposals/<int:number>")
@needs(Right.DRAFT)
def proposal(number: int) -> str:
    """One of them, with what publishing it would do now."""
    return _page(_of(number))


def _page(one: Proposal, problem: str = "", trial: str = "") -> str:
    """`trial`: where it was begun to work out for whom it matters."""
    case = _case(one)
    desk = case.desk
    return render_template(
        "proposal.html",
        one=one,
        problem=problem,
        begun=trial,
        holds=_holds(one, case),
        is_mine=one.by == me(),
        may_decide=may(Right.PUBLISH) and one.by != me(),
        when=lambda moment: moment_of(desk, moment),
        **{**facts_of(case), "foot": _foot(one), "is_known": False},
    )


@pages.post("/proposals/<int:number>/effect")
@needs(Right.DRAFT)
def effect_of_proposal(number: int) -> str:
    """For whom publishing it now would matter: asked for by the page itself."""
    one = _of(number)
    case = _case(one)
    decides = may(Right.PUBLISH) and one.by != me() and _holds(one, case) and not _bars(case)
    foot = _foot(one, decides=decides)
    trial = weighed(case, _AT_ONCE, foot).trial
    if trial is None:
        return render_template("nothing-weighed.html", workflows=case.terms.workflows, foot=foot)
    return effect_of(trial, in_dialog=True)


@pages.post("/proposals/<int:number>/publish")
@needs(Right.PUBLISH)
def publish_proposal(number: int) -> Response | tuple[str, int]:
    """Write what somebody else has proposed, if the file still says what it was written against."""
    studio, say = studio_here(), words_in(g.language).say
    case = weighed(_case(_of(number)), _WAITED, _foot(_of(number)))  # others publish meanwhile
    with studio.writing:
        one = _of(number)
        if one.by == me():
            return _page(one, say("proposals.not_own")), 403
        if one.state is not ProposalState.OPEN:
            return _page(one, say("proposals.too_late")), 409
        if _bars(_case(one)):
            return _page(one, trial=case.wish.trial), 422
        if not case.is_known and not case.wish.is_unwaited:
            return _page(one, say("publish.not_known_yet"), case.wish.trial), 422
        # The file may say it already, where somebody was killed before they could note it.
        over, on_change = {one.base, digest_of(one.text)}, OnChange(one.on_change)
        try:
            done = release(studio, Release(one.file, one.text, over, one.by, one.note, me(), on_change))
        except CannotWrite as failure:
            return _page(one, in_words(failure), case.wish.trial), 422
        if not done.is_written:
            return _page(one), 409
        studio.desk().releases.decide(number, ProposalState.PUBLISHED, by=me())
        drafts = Drafts(studio.root, one.by)
        draft = drafts.get(one.file)
        if draft is not None and draft.text == one.text:
            drafts.drop(one.file)
    note("published", one.file, number=number, author=one.by, note=one.note, on_change=one.on_change)
    tell_released(done)
    return redirect(url_for("workflows.proposals"))


@pages.post("/proposals/<int:number>/refuse")
@needs(Right.PUBLISH)
def refuse_proposal(number: int) -> Response | tuple[str, int]:
    """It is not published, for a reason that its author can read."""
    one, say = _of(number), words_in(g.language).say
    because = request.form.get("because", "").strip()
    if one.by == me():
        return _page(one, say("proposals.not_own")), 403
    if not because:
        return _page(one, say("proposals.say_why")), 422
    return _ended(one, ProposalState.REFUSED, because)


@pages.post("/proposals/<int:number>/withdraw")
@needs(Right.DRAFT)
def withdraw_proposal(number: int) -> Response | tuple[str, int]:
    """Its author does not want it any more."""
    one = _of(number)
    if one.by != me():
        abort(403)
    return _ended(one, ProposalState.WITHDRAWN, "")


def _ended(one: Proposal, state: ProposalState, because: str) -> Response | tuple[str, int]:
    say = words_in(g.language).say
    if not studio_here().desk().releases.decide(one.id, state, by=me(), because=because):
        return _page(_of(one.id), say("proposals.too_late")), 409
    refused = state is ProposalState.REFUSED
    note("refused_proposal" if refused else "withdrawn", one.file, number=one.id, because=because)
    flash(say("proposals.refused_now") if refused else say("proposals.withdrawn_now"))
    return redirect(url_for("workflows.proposals"))
