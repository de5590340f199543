"""Publishing: first what it would change, then the file is written, or another person is asked to do that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, g, render_template, request

from editor.analysis import Analysis, analyse
from editor.auditing import note
from editor.files import Lying, read_lying
from editor.pages.given import began_with, known, me, my_drafts, pages, source_of_form, studio_here
from editor.pages.versions import id_in
from editor.publishing import changes_between
from editor.releasing import Release, Released, release
from editor.rights import Right, may, needs
from editor.weighing import LARGE, Weighed, is_behind, weigh
from editor.words import words_in
from engine import Desk, OnChange, Proposal, ProposalState

_LONGEST_NOTE = 2000


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
    return Wish(file, source_of_form(), note_, typed, on_change, restores, is_confirmed)


@dataclass(frozen=True)
class Case:
    """A wish with all that there is to say of it."""

    wish: Wish
    desk: Desk
    lying: Lying
    after: Analysis
    weighed: Weighed

    @property
    def goes_to_another(self) -> bool:
        """Whether whoever asks can only propose it."""
        return self.weighed.asks_second or not may(Right.PUBLISH)

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to publish."""
        return self.lying.text == self.wish.source and not is_behind(self.desk, self.after)

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
        """What has to be filled in still, where it matters for many."""
        if self.weighed.is_large and not self.wish.note:
            yield "note"
        if self.weighed.is_large and self.wish.typed != self.after.name:
            yield "typed"


def case_of(wish: Wish) -> Case:
    """Works it out on the files and records as they are."""
    return case_at(known(wish.file), wish)


def case_at(desk: Desk, wish: Wish) -> Case:
    """The same where it is known that the file may be asked for."""
    after = analyse(desk, wish.file, wish.source, g.language)
    lying = read_lying(studio_here().root / wish.file)
    return Case(wish, desk, lying, after, weigh(desk, after, g.language))


def facts_of(case: Case) -> dict[str, Any]:
    """What the templates of a dialog and of a proposal show."""
    before = analyse(case.desk, case.wish.file, case.lying.text, g.language)
    return {
        "file": case.wish.file,
        "wish": case.wish,
        "after": case.after,
        "weighed": case.weighed,
        "changes": changes_between(before, case.after),
        "blocks": list(case.blocks()),
        "lacks": list(case.lacks()) if case.wish.is_confirmed else [],
        "to_another": case.goes_to_another,
        "base": case.lying.name,
        "large": LARGE,
        "settings": case.desk.workspace.settings,
    }


def _dialog(case: Case, *, theirs: bool = False) -> str:
    return render_template("publish.html", theirs=theirs, **facts_of(case))


@pages.post("/changes/<path:file>")
@needs(Right.DRAFT)
def show_changes(file: str) -> str:
    """What publishing the text on the screen would change, and for whom."""
    return _dialog(case_of(wish_of(file, is_confirmed=False)))


def _was(case: Case) -> bool:
    """Whether the version that is said to come back says this."""
    releases, wish = case.desk.releases, case.wish
    versions = releases.versions(id_in(case.desk, wish.file))
    texts = (releases.files_of(one).get(one.file, "") for one in versions if str(one.number) == wish.restores)
    return any(text.replace("\r\n", "\n") == wish.source for text in texts)


@pages.post("/publish/<path:file>")
@needs(Right.PUBLISH)
def publish(file: str) -> tuple[str, int] | str | Response:
    """Write the text into its file. Where that has changed since, nothing is written and both are shown."""
    case = case_of(wish_of(file, is_confirmed=True))
    wish = case.wish
    if any(case.blocks()) or any(case.lacks()) or case.goes_to_another:
        return _dialog(case), 422
    if wish.restores and not _was(case):
        abort(400)
    over = {request.form.get("base", ""), request.form.get("over", "")}
    done = release(studio_here(), Release(file, wish.source, over, me(), wish.note, "", wish.on_change))
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
    case = case_of(wish_of(file, is_confirmed=True))
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
    if wish.restores:
        answer.headers["HX-Redirect"] = f"/workflows/{quote(wish.file)}"
    else:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _keep(case: Case) -> None:
    """What could not be published is there as a draft, for the page that puts both together."""
    wish, base, drafts = case.wish, request.form.get("base", ""), my_drafts()
    before = drafts.get(wish.file)
    if not wish.restores and (before is None or before.name == request.form.get("draft")):
        drafts.put(wish.file, wish.source, base, began_with(wish.file, base, case.lying))


def _drop_draft(wish: Wish) -> None:
    """What another window has kept since stays."""
    drafts = my_drafts()
    draft = drafts.get(wish.file)
    if draft is not None and (draft.text == wish.source or draft.name == request.form.get("draft")):
        drafts.drop(wish.file)
