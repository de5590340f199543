"""Publishing: first what it would change, then the file is written, or another person is asked to do that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Response, abort, flash, g, render_template, request, url_for

from editor.analysis import Analysis, analyse
from editor.auditing import note
from editor.files import CannotWrite, Lying, read_lying
from editor.pages.deeds import in_words
from editor.pages.effect import effect_of, sums_of
from editor.pages.given import began_with, known, me, my_drafts, pages, source_of_form, studio_here
from editor.pages.trying import begun, keep, trials_here
from editor.pages.versions import published_of
from editor.publishing import changes_between
from editor.releasing import Release, Released, release
from editor.rights import Right, may, needs
from editor.trials import EFFECT, Asked, Foot, Trial
from editor.trying import STORE
from editor.weighing import LARGE, Terms, is_large, terms_of
from editor.words import words_in
from engine import Desk, OnChange, Proposal, ProposalState

_LONGEST_NOTE = 2000
_OPENS, _WAITED = 0.3, 10.0
"""Seconds that a dialog waits before it opens for what is worked out quickly, and whoever has pressed."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to publish, and what they filled in."""

    file: str
    source: str
    note: str
    typed: str
    on_change: OnChange
    restores: str
    is_confirmed: bool = False
    """Whether it was sent, so that what is missing is told."""
    trial: str = ""
    """Where it has been worked out for whom it matters."""
    is_unwaited: bool = False
    """Whether they do not wait until that is known."""


def wish_of(file: str, *, is_confirmed: bool) -> Wish:
    """What a form says."""
    asked = request.form
    try:
        on_change = OnChange(asked.get("on_change", "keep"))
    except ValueError:
        abort(400)
    written, typed = (asked.get(name, "").strip() for name in ("note", "typed"))
    restores = asked.get("restores", "")
    note_ = written.replace("\r\n", "\n")[:_LONGEST_NOTE]
    source, (trial, is_unwaited) = source_of_form(), waited_for()
    return Wish(file, source, note_, typed, on_change, restores, is_confirmed, trial, is_unwaited)


def waited_for() -> tuple[str, bool]:
    """Where a form says that it was worked out for whom it matters; whether they do not wait for that."""
    return request.form.get("trial", ""), request.form.get("unwaited") == "yes"


@dataclass(frozen=True)
class Case:
    """A wish with all that there is to say of it."""

    wish: Wish
    desk: Desk
    lying: Lying
    after: Analysis
    terms: Terms
    trial: Trial | None = None
    """Where it is worked out for whom it matters; None where there is nothing to work out."""

    @property
    def goes_to_another(self) -> bool:
        """Whether whoever asks can only propose it."""
        return self.terms.asks_second or not may(Right.PUBLISH)

    @property
    def is_known(self) -> bool:
        """Whether it is known for whom it matters."""
        return self.trial is None or self.trial.is_known

    @property
    def is_large(self) -> bool:
        """Whether it matters for many, as far as anybody knows."""
        return self.trial is not None and is_large(one[g.language] for one in self.trial.effects)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to publish."""
        return self.lying.text == self.wish.source and not self.terms.is_behind

    def blocks(self) -> Iterator[str]:
        """The keys of what keeps it from being published."""
        if self.after.has_errors:
            yield "errors"
        elif self.after.desk.workspace.broken_base:
            yield "base"
        if self.lying.is_foreign:
            yield "foreign"
        if self.is_same:
            yield "nothing"

    def lacks(self) -> Iterator[str]:
        """What has to be filled in still, where it matters for many, or nobody knows for whom.

        Whoever only proposes it publishes nothing yet: the other person sees for whom it matters.
        """
        is_heavy = self.is_large or not self.is_known
        if (self.is_large if self.goes_to_another else is_heavy) and not self.wish.note:
            yield "note"
        if is_heavy and not self.goes_to_another and self.wish.typed != self.after.name:
            yield "typed"

    @property
    def foot(self) -> Foot:
        """What stands below the dialog."""
        to = self.goes_to_another
        url = url_for("workflows.propose" if to else "workflows.publish", file=self.wish.file)
        return Foot(url, self.after.name, to, self.wish.restores)


def case_of(wish: Wish) -> Case:
    """Works it out on the files and records as they are."""
    return case_at(known(wish.file), wish)


def case_at(desk: Desk, wish: Wish) -> Case:
    """The same where it is known that the file may be asked for."""
    after = analyse(desk, wish.file, wish.source, g.language)
    lying = read_lying(studio_here().root / wish.file)
    return Case(wish, desk, lying, after, terms_of(desk, after, g.language))


def weighed(case: Case, patience: float, foot: Foot | None = None) -> Case:
    """With for whom it matters, as it was worked out before, or begun now: a short one is waited for.

    Its wish knows where: whoever asks again for the same is told the same.
    """
    if not case.terms.workflows or any(case.blocks()) or not case.desk.store.is_there:
        return case
    trials, foot = trials_here(), foot or case.foot
    known = trials.get(case.wish.trial, me())
    if known is not None and known.stands_on == case.terms.stands_on:
        known.foot = foot
        keep(trials, known)
        return replace(case, trial=known)
    name = trials.new_id()
    asked = Asked(case.wish.file, case.wish.source, STORE, None, "", g.language, aim=EFFECT)
    trial = Trial(name, me(), asked, trials.keeping.of(me(), name))
    trial.workflows, trial.stands_on, trial.foot = case.terms.workflows, case.terms.stands_on, foot
    return replace(case, trial=begun(trials, trial, patience), wish=replace(case.wish, trial=name))


def facts_of(case: Case) -> dict[str, Any]:
    """What the templates of a dialog and of a proposal show."""
    before = analyse(case.desk, case.wish.file, _before(case), g.language)
    lacks = list(case.lacks()) if case.wish.is_confirmed else []
    return {
        "file": case.wish.file,
        "wish": case.wish,
        "after": case.after,
        "terms": case.terms,
        "trial": case.trial,
        "changes": changes_between(before, case.after),
        "blocks": list(case.blocks()),
        "lacks": lacks,
        "to_another": case.goes_to_another,
        "base": case.lying.name,
        "large": LARGE,
        "typed": case.wish.typed,
        "settings": case.desk.workspace.settings,
        "foot": case.foot,
        "is_known": case.is_known,
        "is_large": case.is_large,
        "sums": () if case.trial is None else sums_of(case.trial),
        "is_running": case.trial is not None and case.trial.is_running,
    }


def _before(case: Case) -> str:
    """What a text is compared with: the file; where that says the same already, what was published last."""
    desk, file = case.desk, case.wish.file
    if case.lying.text != case.wish.source:
        return case.lying.text
    newest = next((one for one in desk.releases.newest().values() if one.file == file), None)
    return case.lying.text if newest is None else desk.releases.files_of(newest).get(file, "")


def _dialog(case: Case, *, theirs: bool = False, failed: str = "") -> str:
    foot = replace(case.foot, theirs=theirs)
    shown = weighed(case, _OPENS, foot)
    effect = "" if shown.trial is None else effect_of(shown.trial, in_dialog=True, is_first=True)
    return render_template(
        "publish.html", theirs=theirs, failed=failed, **{**facts_of(shown), "foot": foot}, effect=effect
    )


@pages.post("/changes/<path:file>")
@needs(Right.DRAFT)
def show_changes(file: str) -> str:
    """What publishing the text on the screen would change; for whom, as soon as that is worked out.

    A dialog that is open asks for itself anew, where what was worked out is gone.
    """
    wish = wish_of(file, is_confirmed=False)
    return _dialog(case_of(wish), theirs="over" in request.form and not wish.restores)


def _was(case: Case) -> bool:
    """Whether the version that is said to come back says this."""
    releases, wish = case.desk.releases, case.wish
    versions = published_of(case.desk, wish.file)
    texts = (releases.files_of(one).get(one.file, "") for one in versions if str(one.number) == wish.restores)
    return any(text.replace("\r\n", "\n") == wish.source for text in texts)


@pages.post("/publish/<path:file>")
@needs(Right.PUBLISH)
def publish(file: str) -> tuple[str, int] | str | Response:
    """Write the text into its file. Where that has changed since, nothing is written and both are shown."""
    case = weighed(case_of(wish_of(file, is_confirmed=True)), _WAITED)
    wish = case.wish
    is_early = not case.is_known and not wish.is_unwaited
    if any(case.blocks()) or any(case.lacks()) or case.goes_to_another or is_early:
        return _dialog(case), 422
    if wish.restores and not _was(case):
        abort(400)
    over = {request.form.get("base", ""), request.form.get("over", "")}
    try:
        done = release(studio_here(), Release(file, wish.source, over, me(), wish.note, "", wish.on_change))
    except CannotWrite as failure:
        return _dialog(case, failed=_not_written(case, failure)), 422
    if not done.is_written:
        _keep(case)
        return _dialog(case_of(wish), theirs=not done.lying.is_foreign), 422 if done.lying.is_foreign else 409
    facts = {"note": wish.note, "on_change": str(wish.on_change), "version": wish.restores or None}
    note("restored" if wish.restores else "published", file, **facts)
    _drop_draft(wish)
    if not done.is_recorded:
        return render_template("published.html")
    tell_released(done)
    return _back(wish)


@pages.post("/propose/<path:file>")
@needs(Right.DRAFT)
def propose(file: str) -> tuple[str, int] | Response:
    """Keep the text until another person publishes it."""
    case = weighed(case_of(wish_of(file, is_confirmed=True)), _OPENS)
    wish, desk = case.wish, case.desk
    if any(case.blocks()) or any(case.lacks()):
        return _dialog(case), 422
    base = case.lying.name
    if request.form.get("base", "") not in {base, ""} and request.form.get("over") != base:
        _keep(case)
        return _dialog(case, theirs=True), 409
    number = desk.releases.propose(
        Proposal(
            0,
            file,
            wish.source,
            base,
            str(wish.on_change),
            wish.note,
            me(),
            desk.clock.now,
            ProposalState.OPEN,
        )
    )
    note("proposed", file, number=number, note=wish.note)
    flash(words_in(g.language).say("publish.proposed"))
    return _back(wish)


def tell_released(done: Released) -> None:
    """What has come of publishing, on the next page."""
    say = words_in(g.language).say
    between = say("publish.list")
    told = [say("publish.is_done")]
    if done.recorded:
        told.append(say("publish.recorded", names=between.join(done.recorded), count=len(done.recorded)))
    if done.held_back:
        told.append(say("publish.held_back", names=between.join(done.held_back), count=len(done.held_back)))
    flash(say("publish.sentences").join(told))


def _back(wish: Wish) -> Response:
    """The same page anew; from a version to the workflow."""
    answer = Response("", 204)
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    if wish.restores or not here.path.startswith(("/workflows/", "/templates/")):
        answer.headers["HX-Redirect"] = f"/workflows/{quote(wish.file)}"
    else:  # not refreshed, which would leave what is told out of sight above
        answer.headers["HX-Redirect"] = here.path + (f"?{here.query}" if here.query else "")
    return answer


def _keep(case: Case) -> None:
    """What could not be published is there as a draft, for the page that puts both together."""
    wish, base, drafts = case.wish, request.form.get("base", ""), my_drafts()
    before = drafts.get(wish.file)
    if not wish.restores and (before is None or before.name == request.form.get("draft")):
        drafts.put(wish.file, wish.source, base, began_with(wish.file, base, case.lying))


def _not_written(case: Case, failure: CannotWrite) -> str:
    """Why nothing was published, and that the text is not lost."""
    try:
        _keep(case)
    except CannotWrite:  # the page still has it
        return in_words(failure)
    return f"{in_words(failure)} {words_in(g.language).say('publish.is_kept')}"


def _drop_draft(wish: Wish) -> None:
    """What another window has kept since stays."""
    drafts = my_drafts()
    draft = drafts.get(wish.file)
    if draft is not None and (draft.text == wish.source or draft.name == request.form.get("draft")):
        drafts.drop(wish.file)
