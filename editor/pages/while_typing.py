"""What the page asks while somebody types or clicks: every answer is about the text it is sent."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from flask import Response, current_app, g, jsonify, request

from editor.analysis import Analysis, analyse
from editor.edits import Refusal, carried_out
from editor.files import digest_of, read_lying
from editor.pages.given import (
    asked_now,
    began_with,
    clock_of,
    known,
    me,
    my_drafts,
    pages,
    place_of,
    source_of,
    studio_here,
)
from editor.regions import rendered
from editor.rights import Right, needs
from editor.turnstile import Turnstile
from engine import complete, hover

_DIGEST = re.compile("[0-9a-f]{16}")


@pages.post("/analyse/<path:file>")
@needs(Right.READ)
def analyse_text(file: str) -> Response:
    """What there is to say of a text."""
    asked = asked_now()
    with in_turn():
        return jsonify(_answer(analyse(known(file), file, source_of(asked), g.language), asked))


@pages.post("/edit/<path:file>")
@needs(Right.DRAFT)
def edit_text(file: str) -> tuple[Response, int] | Response:
    """What the operations of a form make of a text, and all there is to say of that."""
    asked, desk = asked_now(), known(file)
    with in_turn():
        done = carried_out(source_of(asked), asked.get("ops", []), file)
        if isinstance(done, Refusal):
            return jsonify({"message": done.told(g.language)}), 422
        found = analyse(desk, file, done.text, g.language)
        return jsonify({**_answer(found, asked), "source": done.text, "said": done.said(g.language)})


@pages.post("/draft/<path:file>")
@needs(Right.DRAFT)
def keep_draft(file: str) -> tuple[Response, int] | Response:
    """Keep what is on the screen; another window of the same person may have kept something since."""
    asked, desk = asked_now(), known(file)
    drafts, text = my_drafts(), source_of(asked)
    lying, base = read_lying(studio_here().root / file), _named(asked.get("base"))
    with studio_here().writing:
        before = drafts.get(file)
        if before is not None and before.name != asked.get("draft") and not asked.get("force"):
            return jsonify({"draft": before.name, "source": before.text}), 409
        if digest_of(text) in {base, lying.name} and file in desk.workspace.documents:
            drafts.drop(file)
            return jsonify({"at": clock_of(desk, datetime.now(desk.clock.zone)), "draft": ""})
        kept = drafts.put(file, text, base, began_with(file, base, lying))
    return jsonify({"at": clock_of(desk, kept.saved_at), "draft": kept.name})


@pages.post("/complete/<path:file>")
@needs(Right.READ)
def complete_text(file: str) -> Response:
    """What may stand at a place."""
    asked = asked_now()
    line, column = place_of(asked)
    workspace = known(file).workspace
    with in_turn():
        return jsonify(complete(workspace, file, source_of(asked), line, column, g.language))


@pages.post("/hover/<path:file>")
@needs(Right.READ)
def explain_text(file: str) -> Response | tuple[str, int]:
    """What stands at a place; nothing where there is nothing to say."""
    asked, desk = asked_now(), known(file)
    line, column = place_of(asked)
    with in_turn():
        told = hover(desk.workspace, file, source_of(asked), line, column, g.language, at=desk.clock.now)
    return ("", 204) if told is None else jsonify(told)


def in_turn() -> AbstractContextManager[None]:
    """While it is worked out what a text says: a person waits for one answer of a kind at a time.

    Their page asks again where there is no place, with the text as it stands then.
    """
    turnstile = current_app.extensions["turnstile"]
    assert isinstance(turnstile, Turnstile)
    return turnstile.passed(me(), request.endpoint or "")


def _named(base: Any) -> str:
    """The name of a text, as `digest_of` gives it; empty where it is none."""
    return base if isinstance(base, str) and _DIGEST.fullmatch(base) else ""


def _answer(found: Analysis, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": asked.get("seq", 0),
        "broken": None if found.is_parsed else found.broken,
        "diagnostics": found.problems,
        "regions": rendered(found),
    }
