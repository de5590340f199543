"""Questions to colleagues: what is asked, and the answer of whoever may give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import abort, request, url_for

from editor.auditing import note
from editor.pages.deeds import Answer, done, refusal_of, refused
from editor.pages.given import pages, studio_here
from editor.pages.rows import rows_here
from editor.pages.tables import Act, acts_of
from editor.rights import Right, may, needs
from editor.sight import owners_here
from editor.visitors import visitor
from engine import AskState

_ANY = "<int(max=2147483647):"


@acts_of("asks")
def _answers(row: Mapping[str, Any]) -> Iterable[Act]:
    """A button for each answer of an open question."""
    if row["state"] != AskState.OPEN or not may(Right.DECIDE):
        return
    if datetime.fromisoformat(row["until"]) <= studio_here().desk().clock.now:  # the next night closes it
        return
    for answer in row["answers"]:
        yield Act(url_for("workflows.answer", ask=row["id"]), "answer", answer, answer)


@pages.post(f"/asks/{_ANY}ask>/answer")
@needs(Right.DECIDE)
def answer(ask: int) -> Answer:
    """Keep an answer: of a colleague's account as theirs, of another in the name of who was asked."""
    if owners_here() is not None and not rows_here("asks", limit=1, id=ask).rows:  # not theirs to see
        abort(404)
    given, who = request.form.get("answer", ""), visitor()
    usual = url_for("workflows.asks", state=AskState.OPEN)
    failed = refusal_of(lambda: studio_here().desk().decide(ask, given, who.person if who else ""))
    if failed:
        return refused(failed, usual)
    note("decided", str(ask), answer=given)
    return done("decided", usual, ask=ask, answer=given)
