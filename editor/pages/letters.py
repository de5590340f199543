"""The outbox: the switch that stops all sending, and what people know of letters in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import abort, g, request, url_for

from editor.auditing import note
from editor.pages.deeds import Answer, done, name_here, reason_given, refusal_of, refused
from editor.pages.given import pages, studio_here
from editor.pages.tables import Act, acts_of
from editor.rights import Right, may, needs
from editor.words import words_in
from engine import DECISIONS, LetterState, Texts


@acts_of("outbox")
def _settling(row: Mapping[str, Any]) -> Iterable[Act]:
    """A button for each thing that may be decided about a letter; what waits may be dropped elsewhere."""
    if not may(Right.PUBLISH) or row["state"] == LetterState.WAITING:
        return
    say, url = words_in(g.language).say, url_for("workflows.settle", letter=row["id"])
    for decision, (_, from_states) in DECISIONS.items():
        if row["state"] in from_states:
            yield Act(
                url, "decision", decision, say(f"settle.{decision}"), "bad" if decision == "drop" else ""
            )


@pages.post("/outbox/<int(max=2147483647):letter>/settle")
@needs(Right.PUBLISH)
def settle(letter: int) -> Answer:
    """What a person knows of a letter: it was sent, is to go once more, or is not to go."""
    decision, usual = request.form.get("decision", ""), url_for("workflows.outbox")
    if decision not in DECISIONS:
        abort(400)
    failed = refusal_of(lambda: studio_here().desk().settle(letter, decision, name_here()))
    if failed:
        return refused(failed, usual)
    note("settled", str(letter), decision=decision)
    return done(f"settled_{decision}", usual, letter=letter)


@pages.post("/outbox/stop")
@needs(Right.PUBLISH)
def stop_sending() -> Answer:
    """From the next letter on nothing leaves."""
    because = reason_given()
    with studio_here().desk().post_office() as (office, now):
        office.stop(name_here(), because, now)
    note("sending_stopped", because=because)
    return done("sending_stopped", url_for("workflows.outbox"))


@pages.post("/outbox/resume")
@needs(Right.PUBLISH)
def resume_sending() -> Answer:
    """What waits may leave again."""
    was_stopped = studio_here().desk().resume_sending()
    if was_stopped:
        note("sending_resumed")
    return done("sending_resumed" if was_stopped else "nothing_stopped", url_for("workflows.outbox"))


@pages.context_processor
def _offer() -> dict[str, Any]:
    return {"sending_told": _sending_told}


def _sending_told() -> str:
    """Who has stopped sending and why; empty where letters may leave."""
    desk = studio_here().desk()
    found = desk.sending_stopped() if desk.store.is_there else None
    return "" if found is None else Texts.of(g.language).message(found.code, found.facts)
